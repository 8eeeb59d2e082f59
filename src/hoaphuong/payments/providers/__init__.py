"""How money comes: one module a provider, with its real messages; no database here."""

"""An app of the tests: plain papers that can be signed and sealed, with rows of their own."""

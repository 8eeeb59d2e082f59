"""Pages of signatures and certificates."""

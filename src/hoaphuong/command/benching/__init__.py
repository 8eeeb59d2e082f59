"""Where benches run and how they are told."""

"""Pages of public services: finding, applying, following, handling, correcting."""

"""A stand-in for the national document axis: its own process, its own checks, its own mailboxes."""

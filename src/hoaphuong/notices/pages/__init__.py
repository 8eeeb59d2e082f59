"""What a person was told, and what could not be sent."""

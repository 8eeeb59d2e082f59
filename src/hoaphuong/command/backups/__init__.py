"""Backup, restore and upgrade: a copy that fits together, and a way back."""

"""Hoa Phượng: the digital city of Hải Phòng as one program."""

__version__ = "0.1.0"

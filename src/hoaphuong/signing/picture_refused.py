"""Why no signature can be made of a picture; apart, so that a server starts without a decoder."""

from typing import Any


class ImageRefused(Exception):
    """No signature can be made of this picture; ``str()`` says why to the person."""

    def __init__(self, message: Any) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)

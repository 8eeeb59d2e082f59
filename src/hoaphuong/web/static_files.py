"""Addresses of static files: fixed while a process runs, so each is worked out once."""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class KeptAddresses(CompressedManifestStaticFilesStorage):
    """Manifest storage that remembers every address it gave."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._given: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:
        """The address of a static file, with the hash of its content in its name."""
        found = self._given.get(name)
        if found is None or force:
            found = self._given[name] = super().url(name, force)
        return found

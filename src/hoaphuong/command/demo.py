"""Loads the demonstration city with progress bars; each app brings its own invented records."""

from hoaphuong.command.progress import bars
from hoaphuong.kernel.discovery import modules


def load(*, scale: str) -> None:
    """Run every app's ``demo.py`` in order."""
    demos = sorted(modules("demo"), key=lambda module: getattr(module, "ORDER", 0))
    with bars() as report:
        for module in demos:
            if hasattr(module, "load"):
                module.load(scale=scale, report=report)

"""Loads the demonstration city with progress bars; each app brings its own invented records."""

import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from hoaphuong.kernel.discovery import modules


def load(*, scale: str) -> None:
    """Run every app's ``demo.py`` in order."""
    demos = sorted(modules("demo"), key=lambda module: getattr(module, "ORDER", 0))
    columns = (
        TextColumn("  {task.description:<22}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(file=sys.stderr)) as progress:
        tasks: dict[str, object] = {}

        def report(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=of)
            progress.update(tasks[what], completed=done)  # type: ignore[arg-type]

        for module in demos:
            if hasattr(module, "load"):
                module.load(scale=scale, report=report)

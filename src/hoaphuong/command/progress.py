"""Progress bars on standard error, one for each thing that is done."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

# (what, done, of)
Report = Callable[[str, int, int], None]


@contextmanager
def bars(*, quiet: bool = False, of_bytes: bool = False) -> Iterator[Report]:
    """Shows what is reported; with ``quiet`` nothing."""
    if quiet:
        yield lambda what, done, of: None
        return
    amount: ProgressColumn = DownloadColumn() if of_bytes else MofNCompleteColumn()
    columns = (TextColumn("  {task.description:<22}"), BarColumn(), amount, TimeElapsedColumn())
    with Progress(*columns, console=Console(file=sys.stderr)) as progress:
        tasks: dict[str, object] = {}

        def report(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=of)
            progress.update(tasks[what], completed=done)  # type: ignore[arg-type]

        yield report

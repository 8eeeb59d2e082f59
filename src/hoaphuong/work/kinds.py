"""Which page opens an item, and what its stages are called: each sector's ``work_kinds.py``."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from hoaphuong.kernel.discovery import modules


@dataclass(frozen=True)
class Kind:
    """A sort of work: the page that opens it; stages are code → (label, tone, shape)."""

    code: str
    view: str
    stages: Mapping[str, tuple[Any, str, str]]


@cache
def kinds() -> dict[str, Kind]:
    return {kind.code: kind for module in modules("work_kinds") for kind in module.KINDS}

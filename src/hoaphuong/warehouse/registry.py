"""Finds the tables of every app: plain functions whose parameters are named after their inputs.

``core_<app>__<what>`` joins raw tables into one row per thing, ``out_<app>__<what>`` is what is
published. The first paragraph of the docstring is the published definition in English, the
paragraph that begins with ``vi:`` the same in Vietnamese. A core table that has one row per value
of a column that its raw inputs have too may say so in ``KEYS = {"core_<app>__<what>": "column"}``:
then a drain computes only the rows it touches.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from typing import Any

from hoaphuong.kernel.discovery import modules

NAME = re.compile(r"(core|out)_([a-z]+)__[a-z][a-z0-9_]*")
INPUT = re.compile(r"(raw|core|out)_[a-z]+__[a-z0-9_]+|reference__[a-z0-9_]+")


class BadTable(Exception):
    """A table that cannot be published as it is written."""


@dataclass(frozen=True)
class TableFunction:
    """One table: how it is computed, from what, and what it means in both languages."""

    name: str
    compute: Callable[..., Any]
    inputs: tuple[str, ...]
    text_en: str
    text_vi: str
    key: str = ""

    @property
    def published(self) -> bool:
        return self.name.startswith("out_")


def described(function: Callable[..., Any], key: str = "") -> TableFunction:
    """A function as a table; BadTable when its name, inputs or definition are missing."""
    name = function.__name__
    paragraphs = [" ".join(p.split()) for p in (inspect.getdoc(function) or "").split("\n\n")]
    vietnamese = [p.removeprefix("vi:").strip() for p in paragraphs if p.startswith("vi:")]
    if not NAME.fullmatch(name):
        raise BadTable(f"{name} is neither core_<app>__<what> nor out_<app>__<what>.")
    if name.startswith("out_") and (not paragraphs[0] or not vietnamese):
        raise BadTable(f"{name} is published and needs its definition in both languages.")
    inputs = tuple(inspect.signature(function).parameters)
    for one in inputs:
        if not INPUT.fullmatch(one):
            raise BadTable(f"{name}({one}): a parameter is named after the table it takes.")
    text_vi = next(iter(vietnamese), "")
    return TableFunction(name, function, inputs, paragraphs[0], text_vi, key)


def in_order(found: Iterable[TableFunction]) -> tuple[TableFunction, ...]:
    """Each table after those it is made of; BadTable for a core or out table nobody makes."""
    by_name: dict[str, TableFunction] = {}
    for table in found:
        if table.name in by_name:
            raise BadTable(f"{table.name} is made twice.")
        by_name[table.name] = table
    for table in by_name.values():
        for one in table.inputs:
            if one.startswith(("core_", "out_")) and one not in by_name:
                raise BadTable(f"{table.name} takes {one}, which nobody makes.")
    made_of = {name: set(table.inputs) for name, table in sorted(by_name.items())}
    order = TopologicalSorter(made_of).static_order()
    return tuple(by_name[name] for name in order if name in by_name)


@cache
def tables() -> tuple[TableFunction, ...]:
    """Every table of the house, each after those it is made of."""
    return in_order(
        described(thing, getattr(module, "KEYS", {}).get(name, ""))
        for module in modules("tables")
        for name, thing in vars(module).items()
        if NAME.fullmatch(name) and getattr(thing, "__module__", "") == module.__name__
    )


def changed_by(inputs: set[str], found: Iterable[TableFunction]) -> set[str]:
    """The tables that must be computed anew when these inputs changed."""
    changed = set(inputs)
    for table in found:
        if changed & set(table.inputs):
            changed.add(table.name)
    return changed - inputs


def raw_inputs(found: Iterable[TableFunction]) -> set[str]:
    """The raw tables that any of these is made of."""
    return {one for table in found for one in table.inputs if one.startswith("raw_")}


def compute(table: TableFunction, available: Mapping[str, Any]) -> Any:
    """Call the function with its inputs."""
    return table.compute(**{name: available[name] for name in table.inputs})

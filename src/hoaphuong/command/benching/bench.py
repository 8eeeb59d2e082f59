"""``bench``: every figure that is promised, measured beside a reference in the same run."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from hoaphuong.command.benching.place import RealPlace
from hoaphuong.command.django_ready import ready
from hoaphuong.command.refusal import Refusal
from hoaphuong.kernel.benching import Benches, Figure
from hoaphuong.kernel.discovery import modules


def run(asked: argparse.Namespace) -> int:
    """Zero when every target was met."""
    ready(database=False)
    benches: Benches = {
        name: bench for module in modules("benches") for name, bench in module.BENCHES.items()
    }
    if asked.name and asked.name not in benches:
        raise Refusal(f"there is no bench {asked.name}: choose of {', '.join(benches)}.")
    chosen = {asked.name: benches[asked.name]} if asked.name else benches
    with tempfile.TemporaryDirectory(prefix="hoaphuong-bench-") as scratch:
        folder = Path(asked.folder).resolve() if asked.folder else Path(scratch)
        with RealPlace(folder, scale=asked.scale, postgresql=asked.postgresql) as place:
            figures = {}
            for name, bench in chosen.items():
                place.said(f"{name}…")
                figures[name] = bench(place)
                place.said(_line(name, figures[name]))
    if asked.json:
        print(json.dumps({name: told(figure) for name, figure in figures.items()}))
    else:
        _table(figures)
    return 0 if all(figure.met for figure in figures.values()) else 1


def told(figure: Figure) -> dict[str, object]:
    """A figure as ``--json`` tells it."""
    return {
        "figure": figure.figure,
        "unit": figure.unit,
        "reference": figure.reference,
        "ratio": figure.ratio,
        "target": figure.target,
        "met": figure.met,
    }


def _line(name: str, figure: Figure) -> str:
    sign = "≥" if figure.more_is_better else "≤"
    verdict = "met" if figure.met else "MISSED"
    return (
        f"{name}: {figure.figure:,} {figure.unit} ({sign} {figure.target:,}: {verdict};"
        f" {figure.reference:,} {figure.reference_is})"
    )


def _table(figures: dict[str, Figure]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="Hoa Phượng")
    for heading in ("bench", "figure", "target", "met", "reference", "ratio", "about"):
        table.add_column(heading, overflow="fold")
    for name, figure in figures.items():
        sign = "≥" if figure.more_is_better else "≤"
        table.add_row(
            name,
            f"{figure.figure:,} {figure.unit}",
            f"{sign} {figure.target:,}",
            "yes" if figure.met else "NO",
            f"{figure.reference:,} {figure.reference_is}",
            f"{figure.ratio}",
            figure.about,
        )
    Console(width=160 if not sys.stdout.isatty() else None).print(table)

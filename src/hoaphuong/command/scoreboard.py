"""``scoreboard``: what the city announced beside what this installation computed."""

import argparse
import json

from hoaphuong.command.django_ready import ready


def run(asked: argparse.Namespace) -> int:
    ready(database=False)
    from hoaphuong.warehouse import queries

    rows = queries.scoreboard(asked.year)
    if asked.json:
        print(json.dumps({"year": asked.year, "rows": rows}, ensure_ascii=False, default=str))
        return 0
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"Bảng điểm {asked.year}")
    for heading in ("Chỉ tiêu", "Công bố", "Tính được", "Tử số", "Mẫu số", "Đơn vị"):
        table.add_column(heading)
    for row in rows:
        numbers = (row[k] for k in ("announced", "computed", "numerator", "denominator"))
        shown = ("—" if n is None else f"{n:,}".replace(",", ".") for n in numbers)
        table.add_row(str(row["name"]), *shown, str(row["unit"]))
    Console().print(table)
    return 0

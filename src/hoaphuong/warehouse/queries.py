"""What the warehouse says: tables, definitions, indicators and the scoreboard."""

import tomllib
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from hoaphuong.warehouse import store
from hoaphuong.warehouse.contracts import (
    AgencyFigures,
    Definition,
    FeeFigures,
    Freshness,
    Indicator,
    ScoreboardRow,
)
from hoaphuong.warehouse.store import UnknownColumn as UnknownColumn
from hoaphuong.warehouse.store import UnknownTable as UnknownTable
from hoaphuong.warehouse.store import columns as columns
from hoaphuong.warehouse.store import one_computation as one_computation
from hoaphuong.warehouse.store import rows as rows
from hoaphuong.warehouse.store import table_names as table_names
from hoaphuong.warehouse.store import totals as totals

RECEIVED = "out_dossiers__received"
ONLINE = "out_dossiers__online_share"
ON_TIME = "out_dossiers__on_time_share"
DAYS = "out_dossiers__mean_working_days"
OVERDUE = "out_dossiers__overdue"
RECENT = "out_dossiers__last_31_days"
YEARS = "out_dossiers__city_year"
SIGNED = "out_documents__signed_share"
EXCHANGED = "out_documents__exchanged_share"
TASKS = "out_documents__assignments_on_time"
PAID_ONLINE = "out_payments__online_share"
PAYMENTS = "out_payments__payments"
MONEY = "out_payments__money"
RECEIPTS = "out_payments__receipt_time"
BY_PROCEDURE = "out_dossiers__fees_by_procedure"
ANNOUNCED = Path(__file__).parent / "data" / "announced_2023.toml"


def freshness() -> Freshness | None:
    """How fresh every published table is; None before anything was published."""
    for row in store.fetch("SELECT computed_at, through_batch FROM _meta"):
        return Freshness(datetime.fromisoformat(row["computed_at"]), row["through_batch"])
    return None


def definitions() -> list[Definition]:
    """What each published table counts."""
    return [
        Definition(**{**row, "computed_at": datetime.fromisoformat(row["computed_at"])})
        for row in store.fetch('SELECT * FROM _definitions ORDER BY "table"')
    ]


def definition(table: str) -> Definition:
    """What one published table counts; UnknownTable when there is none."""
    for found in definitions():
        if found.table == table:
            return found
    raise UnknownTable(table)


def names(kind: str, language: str) -> dict[str, str]:
    """Names by code, of ``agencies`` or ``divisions``."""
    column = "name_en" if language.startswith("en") else "name_vi"
    found = store.fetch(f"SELECT code, {column} AS name FROM _names WHERE kind = ?", [kind])
    return {row["code"]: row["name"] for row in found}


def years() -> list[int]:
    """The years that have figures, newest first."""
    if YEARS not in table_names():
        return []
    return [row["year"] for row in rows(YEARS, order=["-year"])]


def _sum(table: str, *measures: str, where: store.Where | None = None) -> dict[str, Any]:
    [found] = totals(table, measures, where=where) or [dict.fromkeys(measures, 0)]
    return found


def _months(year: int) -> dict[str, Any]:
    return {"month": (date(year, 1, 1), date(year, 12, 1))}


def _directives(year: int) -> dict[str, Any]:
    """Directive documents of one year, as the announced share counts them."""
    return {**_months(year), "directive": 1}


def indicators(*, today: date, year: int) -> list[Indicator]:
    """The city now and in one year; empty before anything was published."""
    if freshness() is None:
        return []
    this_month = {"month": (today.replace(day=1), today.replace(day=1))}
    of_day = _sum(RECENT, "received", where={"day": today})
    of_month = _sum(RECEIVED, "dossiers", where=this_month)
    online = _sum(ONLINE, "online", "dossiers", where=_months(year))
    on_time = _sum(ON_TIME, "on_time", "decided_with_due_day", where=_months(year))
    days = _sum(DAYS, "working_days_total", "decided", where=_months(year))
    late = _sum(OVERDUE, "overdue", "open_dossiers")
    signed = _sum(SIGNED, "fully_signed", "documents", where=_directives(year))
    sent = _sum(EXCHANGED, "electronic", "copies", where=_months(year))
    tasks = _sum(TASKS, "on_time", "reported", where=_months(year))
    paid = _sum(PAID_ONLINE, "paid_online", "dossiers_with_fee", where=_months(year))
    asked = totals(BY_PROCEDURE, ["paid_online"], by=["procedure"], where=_months(year))
    money = _sum(MONEY, "collected_vnd", where=_months(year))
    receipts = _sum(RECEIPTS, "seconds_total", "receipts", where=_months(year))
    return [
        Indicator("received_today", RECENT, of_day["received"], None, None),
        Indicator("received_this_month", RECEIVED, of_month["dossiers"], None, None),
        _ratio("online_share", ONLINE, online["online"], online["dossiers"]),
        _ratio("on_time_share", ON_TIME, on_time["on_time"], on_time["decided_with_due_day"]),
        _ratio("mean_working_days", DAYS, days["working_days_total"], days["decided"]),
        Indicator("overdue", OVERDUE, late["overdue"], late["overdue"], late["open_dossiers"]),
        _ratio("signed_share", SIGNED, signed["fully_signed"], signed["documents"]),
        _ratio("exchanged_share", EXCHANGED, sent["electronic"], sent["copies"]),
        _ratio("tasks_on_time_share", TASKS, tasks["on_time"], tasks["reported"]),
        _ratio("paid_online_share", PAID_ONLINE, paid["paid_online"], paid["dossiers_with_fee"]),
        _ratio(
            "procedures_paid_online_share",
            BY_PROCEDURE,
            sum(row["paid_online"] > 0 for row in asked),
            len(asked),
        ),
        Indicator("collected_vnd", MONEY, money["collected_vnd"], None, None),
        _ratio("receipt_seconds", RECEIPTS, receipts["seconds_total"], receipts["receipts"]),
    ]


def _ratio(code: str, table: str, numerator: int, denominator: int) -> Indicator:
    value = numerator / denominator if denominator else None
    return Indicator(code, table, value, numerator, denominator)


def by_agency(year: int) -> list[AgencyFigures]:
    """Every agency that received, decided or holds a dossier, most received first."""
    if freshness() is None:
        return []
    asked = [
        (ONLINE, ["dossiers", "online"], _months(year)),
        (ON_TIME, ["decided_with_due_day", "on_time"], _months(year)),
        (DAYS, ["decided", "working_days_total"], _months(year)),
        (OVERDUE, ["open_dossiers", "overdue"], None),
    ]
    found: dict[str, dict[str, int]] = {}
    for table, measures, where in asked:
        for row in totals(table, measures, by=["agency"], where=where):
            agency = found.setdefault(row.pop("agency") or "", {})
            agency.update(row)
    figures = [
        AgencyFigures(
            agency=agency,
            received=counted.get("dossiers", 0),
            **{
                name: counted.get(name, 0)
                for name in AgencyFigures.__dataclass_fields__
                if name not in ("agency", "received")
            },
        )
        for agency, counted in found.items()
    ]
    return sorted(figures, key=lambda one: (-one.received, one.agency))


def fees(year: int, *, by: str) -> list[FeeFigures]:
    """Fees by ``agency``, most collected first, or by ``month`` in their order."""
    if freshness() is None:
        return []
    asked = [
        (PAID_ONLINE, ["dossiers_with_fee", "paid_online"]),
        (MONEY, ["collected_vnd", "refunded_vnd", "in_difference_vnd"]),
        (RECEIPTS, ["receipts", "seconds_total"]),
    ]
    found: dict[str, dict[str, int]] = {}
    for table, measures in asked:
        for row in totals(table, measures, by=[by], where=_months(year)):
            found.setdefault(row.pop(by) or "", {}).update(row)
    figures = [FeeFigures(of=of, **counted) for of, counted in found.items()]
    if by == "month":
        return sorted(figures, key=lambda one: one.of)
    return sorted(figures, key=lambda one: (-one.collected_vnd, one.of))


@cache
def announced() -> dict[str, Any]:
    """The figures announced for one year, with their source."""
    return tomllib.loads(ANNOUNCED.read_text(encoding="utf-8"))


def scoreboard(year: int) -> list[ScoreboardRow]:
    """Announced figures beside those computed from the records; nothing is scaled up.

    Only the year of the announcement has announced figures; a figure no table counts is None.
    """
    told = announced()
    [counted] = (rows(YEARS, where={"year": year}) if YEARS in table_names() else []) or [{}]
    computed: dict[str, tuple[float, int, int | None]] = {}
    if counted.get("decided"):
        online, decided = counted["decided_online"], counted["decided"]
        computed["dossiers_online"] = (online, online, None)
        computed["dossiers_online_share"] = (online / decided, online, decided)
    if SIGNED in table_names():
        counted = _sum(SIGNED, "fully_signed", "documents", where=_directives(year))
        signed, documents = counted["fully_signed"], counted["documents"]
        if documents:
            computed["documents_signed_share"] = (signed / documents, signed, documents)
    if PAID_ONLINE in table_names():
        counted = _sum(PAID_ONLINE, "paid_online", "dossiers_with_fee", where=_months(year))
        paid, asked = counted["paid_online"], counted["dossiers_with_fee"]
        if asked:
            computed["paid_online_share"] = (paid / asked, paid, asked)
    found = []
    for figure in told["figures"]:
        value, numerator, denominator = computed.get(figure["code"], (None, None, None))
        in_its_year = year == told["year"]
        found.append(
            ScoreboardRow(
                code=figure["code"],
                name=figure["name_vi"],
                name_en=figure["name_en"],
                announced=figure["value"] if in_its_year else None,
                announced_as=figure.get("as", "") if in_its_year else "",
                computed=value,
                numerator=numerator,
                denominator=denominator,
                unit=figure["unit"],
            )
        )
    return found

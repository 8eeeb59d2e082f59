"""The downloads: whole months, small counts hidden, and nothing to be had by subtraction."""

import csv
import random
from datetime import date

import pytest

from hoaphuong.kernel.values import Code, Money, Ref
from hoaphuong.payments.contracts import PaymentCollected
from hoaphuong.warehouse import publication, queries
from hoaphuong.warehouse.rules import LEAST
from hoaphuong.warehouse.tests.attack import Equation, ranges
from hoaphuong.warehouse.tests.factories import decided, moment, publish, received

TODAY = date(2026, 4, 2)


@pytest.fixture(scope="module")
def invented_home(django_db_setup, django_db_blocker, tmp_path_factory):
    """Two years of invented dossiers: busy agencies, quiet ones, a nearly empty month."""
    rng = random.Random(7)
    events, number = [], 0
    for year, month in [(2025, m) for m in range(9, 13)] + [(2026, m) for m in range(1, 5)]:
        for agency, busy in (("H24.1", 30), ("H24.2", 14), ("H24.3", 7), ("H24.4", 3)):
            many = 2 if (year, month) == (2025, 10) and agency == "H24.1" else rng.randrange(busy)
            many = 0 if (year, month) == (2025, 10) and agency != "H24.1" else many
            for _each in range(many):
                number += 1
                key, on = f"d{number}", date(year, month, rng.randrange(1, 3))
                channel = rng.choice(["online", "online", "direct"])
                due = on if rng.random() < 0.8 else None
                events += received(key, on, due_on=due, agency=agency, channel=channel)
                events += decided(
                    key, on, due_on=due, used=rng.randrange(5), late=rng.randrange(2), agency=agency
                )
                events.append(_paid(key, on, agency, online=channel == "online"))
    home = tmp_path_factory.mktemp("invented")
    with django_db_blocker.unblock():
        publish(home, events, today=TODAY)
    return home


@pytest.fixture
def invented(db, invented_home, settings):
    settings.HOME = invented_home


def _paid(key: str, on: date, agency: str, *, online: bool) -> tuple:
    fact = PaymentCollected(
        collection=Ref(key), order=Ref(key), agency=Code(agency), online=online,
        provider=Code("vnpay" if online else "cash"), amount=Money(50_000), paid_on=on,
    )  # fmt: skip
    return moment(on), fact


def download(table: str) -> list[dict[str, str]]:
    lines = publication.csv_lines(table, today=TODAY, language="en")
    return list(csv.DictReader("".join(lines).splitlines()))


def true_counts(table: str, measure: str) -> dict[tuple[str, ...], int]:
    found: dict[tuple[str, ...], int] = {}
    for row in queries.totals(table, [measure], by=["month", "agency"]):
        month, year = row["month"], row["month"][:4]
        if month < "2026-04":
            found[(month, row["agency"])] = row[measure]
            found[(month,)] = found.get((month,), 0) + row[measure]
            found[(year,)] = found.get((year,), 0) + row[measure]
    return found


def test_the_running_month_and_year_are_not_there(invented):
    assert {row["month"][:7] for row in download(queries.RECEIVED)} == {
        "2025-09", "2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03",
    }  # fmt: skip
    assert [row["year"] for row in download(queries.YEARS)] == ["2025"]


def test_a_count_from_one_to_four_is_nowhere(invented):
    for table, public in publication.PUBLIC.items():
        for row in download(table):
            shown = [int(row[m]) for m in public.measures if row[m] and m != "working_days_total"]
            whole, *parts = shown or [0]
            assert not 0 < whole < LEAST
            if public.share and not public.share.startswith("mean"):
                assert all(not 0 < n < LEAST for part in parts for n in (part, whole - part))


def test_hidden_rows_say_so_and_show_nothing(invented):
    rows = download(queries.ONLINE)
    secret = [row for row in rows if row["suppressed"] == "1"]
    assert secret
    assert all(row["dossiers"] == row["online"] == row["online_share"] == "" for row in secret)
    assert any(row["suppressed"] == "0" for row in rows)


# What is published of one fact, wherever it stands: (table, column) of the months, of the years.
SAME_FACT = [
    ([(queries.RECEIVED, "dossiers"), (queries.ONLINE, "dossiers")], "received"),
    ([(queries.ONLINE, "online")], "received_online"),
    ([(queries.DAYS, "decided")], "decided"),
    ([(queries.ON_TIME, "decided_with_due_day")], "decided_with_due_day"),
    ([(queries.ON_TIME, "on_time")], "on_time"),
    ([(queries.PAYMENTS, "payments")], ""),
    ([(queries.PAYMENTS, "online")], ""),
]


def published_of(places: list[tuple[str, str]], of_year: str) -> dict[tuple[str, ...], int]:
    known = {}
    for table, column in places:
        for row in download(table):
            key = (row["month"], row["agency"]) if row["level"] == "agency" else (row["month"],)
            if row[column]:
                known[key] = int(row[column])
    for row in download(queries.YEARS) if of_year else []:
        if row[of_year]:
            known[(row["year"],)] = int(row[of_year])
    return known


def equations_of(keys) -> list[Equation]:
    months = sorted(key for key in keys if len(key) == 1 and len(key[0]) == 10)
    found = [
        Equation(month, tuple(k for k in keys if len(k) == 2 and k[0] == month[0]))
        for month in months
    ]
    years = {month[0][:4] for month in months} - {str(TODAY.year)}
    found += [
        Equation((year,), tuple(m for m in months if m[0].startswith(year))) for year in years
    ]
    return found


@pytest.mark.parametrize(("places", "of_year"), SAME_FACT)
def test_nobody_recovers_a_hidden_count_from_all_the_downloads_together(invented, places, of_year):
    table, column = places[0]
    truth = true_counts(table, column)
    known = published_of(places, of_year)
    found = ranges(known, equations_of(truth))

    secret = {key: count for key, count in truth.items() if key not in known}
    assert secret
    for key, count in secret.items():
        if 0 < count < LEAST:
            low, high = found[key]
            assert low == 0
            assert high >= LEAST
    assert all(
        found[key][0] <= count <= found[key][1] for key, count in truth.items() if key in found
    )


def test_the_complement_of_a_share_cannot_be_recovered_either(invented):
    wholes = true_counts(queries.ONLINE, "dossiers")
    online = true_counts(queries.ONLINE, "online")
    known_whole = published_of([(queries.ONLINE, "dossiers")], "received")
    known_online = published_of([(queries.ONLINE, "online")], "received_online")
    known = {key: known_whole[key] - known_online[key] for key in known_online}
    found = ranges(known, equations_of(wholes))
    for key, whole in wholes.items():
        other = whole - online[key]
        if key not in known and 0 < other < LEAST:
            assert found[key][0] == 0
            assert found[key][1] >= LEAST


def test_tables_that_change_daily_are_for_staff_only(invented):
    assert not publication.is_public(queries.OVERDUE)
    assert not publication.is_public(queries.RECENT)
    assert not publication.is_public("out_unheard__of")


def test_nothing_is_downloaded_before_anything_is_published(db, home):
    assert download(queries.RECEIVED) == []

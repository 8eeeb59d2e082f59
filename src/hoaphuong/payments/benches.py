"""How quickly money is entered.

``python -m hoaphuong.payments.benches enter WHO SECONDS`` enters in a process of its own, ``prove``
tells whether the sums are right.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from hoaphuong.kernel.benching import Bench, City, Figure, Place

ENTRIES_A_SECOND = 1_000.0
SECONDS, RAW_SECONDS = 60, 5
PROCESSES = 3
ME, ROWS = ("hoaphuong.payments.benches",), ("hoaphuong.command.benching.rows",)
PROVIDER, AGENCY, AMOUNT = "vnpay", "000.00.02.H24", 1_000


def ledger(place: Place) -> Figure:
    """Entries a second for a minute on PostgreSQL: each its own durable transaction with its event
    in the journal, all of them out of one clearing account, beside the running server.

    Afterwards the balance must be the sum of what every process says that it entered.
    """
    with place.durable() as city:
        before = json.loads(city.python(*ME, "prove").splitlines()[-1])["clearing"]
        raw = _at_once(city, ROWS, RAW_SECONDS)
        entered = _at_once(city, (*ME, "enter"), SECONDS)
        proved = json.loads(city.python(*ME, "prove").splitlines()[-1])
    clearing = before + entered * AMOUNT
    expected = {"entries": entered, "clearing": clearing, "sum": 0, "told": entered}
    if proved != expected:
        raise ValueError(f"the books say {proved}, the processes {expected}")
    return Figure(
        figure=round(entered / SECONDS, 1),
        unit="entries/s",
        reference=round(raw / RAW_SECONDS, 1),
        reference_is=f"four rows a transaction by psycopg alone, {PROCESSES} processes",
        target=ENTRIES_A_SECOND,
        about=f"{PROCESSES} processes, {SECONDS} s, fsync and synchronous commit on;"
        f" {entered:,} entries, balance proved",
    )


def _at_once(city: City, words: tuple[str, ...], seconds: int) -> int:
    """How many all processes together entered."""

    def one(who: int) -> int:
        return int(city.python(*words, str(who), str(seconds)).splitlines()[-1])

    with ThreadPoolExecutor(PROCESSES) as pool:
        return sum(pool.map(one, range(PROCESSES)))


def _enter(who: str, seconds: float) -> int:
    from django.db import transaction

    from hoaphuong.kernel import journal
    from hoaphuong.kernel.values import Code, Money, Ref
    from hoaphuong.payments import actions, rules
    from hoaphuong.payments.contracts import PaymentCollected

    at = datetime.now(UTC)
    made, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        moves = rules.collected(
            into=rules.clearing(PROVIDER), agency=AGENCY, asked=AMOUNT, before=0, amount=AMOUNT,
            open_order=True,
        )  # fmt: skip
        name = f"bench:{who}:{made}"
        event = PaymentCollected(
            collection=Ref(name), order=Ref(""), agency=Code(AGENCY), provider=Code(PROVIDER),
            online=True, amount=Money(AMOUNT), paid_on=at.date(),  # type: ignore[arg-type]
        )  # fmt: skip
        with transaction.atomic():
            actions.post(
                kind="bench", once=name, moves=moves, by="bench", at=at, agency=AGENCY,
                provider=PROVIDER,
            )  # fmt: skip
            journal.record(event, by="bench", occurred_at=at)
        made += 1
    return made


def _prove() -> dict[str, int]:
    from django.db import connection

    from hoaphuong.payments import queries, rules
    from hoaphuong.payments.models import LedgerEntry

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kernel_journal WHERE \"by\" = 'bench'")
        [told] = cursor.fetchone()
    return {
        "entries": LedgerEntry.objects.filter(kind="bench").count(),
        "clearing": queries.balance(rules.clearing(PROVIDER)),
        "sum": sum(queries.balances().values()),
        "told": told,
    }


BENCHES: dict[str, Bench] = {"ledger": ledger}

if __name__ == "__main__":
    import django

    django.setup()
    if sys.argv[1] == "prove":
        print(json.dumps(_prove()))
    else:
        print(_enter(sys.argv[2], float(sys.argv[3])))

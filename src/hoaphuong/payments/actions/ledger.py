"""Entries of the ledger: a set of transfers for one reason, once."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from hoaphuong.kernel.keys import new_key
from hoaphuong.payments.models import LedgerAccount, Transfer
from hoaphuong.payments.rules import Move

Kind = LedgerAccount.Kind
# What each kind of account is; the part of its code before the colon.
KINDS = {
    "clearing": Kind.ASSET,
    "bank": Kind.ASSET,
    "cash": Kind.ASSET,
    "disputed": Kind.ASSET,
    "difference": Kind.ASSET,
    "fees": Kind.INCOME,
    "part": Kind.LIABILITY,
    "over": Kind.LIABILITY,
    "refunds": Kind.LIABILITY,
    "unknown": Kind.LIABILITY,
    "costs": Kind.EXPENSE,
}
OF_PROVIDERS = {"clearing", "unknown", "difference"}
ENTER = (
    "INSERT INTO payments_ledgerentry"
    " (key, kind, once, agency_code, provider, about, by_key, occurred_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (once) DO NOTHING RETURNING id"
)
_known: dict[str, int] = {}


class AlreadyEntered(Exception):
    """There is an entry of this name: nothing was entered."""


@transaction.atomic
def post(
    *,
    kind: str,
    once: str,
    moves: Sequence[Move],
    by: str,
    at: datetime,
    agency: str = "",
    provider: str = "",
    about: str = "",
) -> int:
    """Enter what moved; the entry's row. AlreadyEntered when ``once`` was entered.

    The database refuses an amount that is not positive and a transfer within one account.
    """
    assert moves, "an entry without transfers says nothing"
    key = new_key()
    moment = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        # Without a savepoint: a name that is there is told by the answer, not by an error.
        cursor.execute(ENTER, [key, kind, once, agency, provider, about, by, moment])
        made = cursor.fetchone()
    if made is None:
        raise AlreadyEntered(once)
    Transfer.objects.bulk_create(
        Transfer(
            entry_id=made[0],
            place=place,
            debit_id=account(move.debit),
            credit_id=account(move.credit),
            amount=move.amount,
        )
        for place, move in enumerate(moves)
    )
    return made[0]


def account(code: str) -> int:
    """The row of an account, made at its first use; remembered once it is committed."""
    if code in _known:
        return _known[code]
    kind, _colon, whose = code.partition(":")
    held = {"provider": whose} if kind in OF_PROVIDERS else {"agency_code": whose}
    row, _made = LedgerAccount.objects.get_or_create(
        code=code, defaults={"kind": KINDS[kind], **held}
    )
    transaction.on_commit(lambda: _known.__setitem__(code, row.pk))
    return row.pk

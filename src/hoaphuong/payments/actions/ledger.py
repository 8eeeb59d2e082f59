"""Entries of the ledger: a set of transfers for one reason, once."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from hoaphuong.payments.models import LedgerAccount, LedgerEntry, Transfer
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
) -> LedgerEntry:
    """Enter what moved; AlreadyEntered when ``once`` was.

    The database refuses an amount that is not positive and a transfer within one account.
    """
    assert moves, "an entry without transfers says nothing"
    try:
        with transaction.atomic():
            entry = LedgerEntry.objects.create(
                kind=kind,
                once=once,
                agency_code=agency,
                provider=provider,
                about=about,
                by_key=by,
                occurred_at=at,
            )
    except IntegrityError as fault:
        raise AlreadyEntered(once) from fault
    Transfer.objects.bulk_create(
        Transfer(
            entry=entry,
            place=place,
            debit_id=account(move.debit),
            credit_id=account(move.credit),
            amount=move.amount,
        )
        for place, move in enumerate(moves)
    )
    return entry


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

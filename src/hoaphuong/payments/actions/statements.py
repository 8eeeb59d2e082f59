"""A bank's statement is read; its lines are counted for the orders that their notes name."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from hoaphuong.files import actions as files
from hoaphuong.kernel import journal
from hoaphuong.kernel.faults import point
from hoaphuong.kernel.outgoing import enqueue
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.payments.actions.collecting import Counted, collect
from hoaphuong.payments.actions.orders import dong
from hoaphuong.payments.contracts import (
    MoneyIn,
    StatementLineMatched,
    StatementLineSetAside,
    StatementRead,
)
from hoaphuong.payments.models import Attempt, Collection, FeeOrder, Statement, StatementLine
from hoaphuong.payments.statement_files import Booked, UnreadableStatement, codes_in, read

VIETQR = "vietqr"
MATCH = "payments.match"  # the kind of the outgoing call that looks for the orders of lines
RETENTION = "accounting"
State = StatementLine.State


class NotWaiting(Exception):
    """The line is counted or set aside already, or its money went out."""


class NoReason(Exception):
    """A line is set aside with a reason."""


def known_as(account: str, number: str) -> str:
    """What the books call a transfer: two banks may give the same number."""
    return f"{account}-{number}"[:80]


def read_statement(
    *, content: bytes, account: str, by: str, at: datetime, provider: str = VIETQR
) -> Statement:
    """Take in a bank's export of an account; UnreadableStatement, with its line, for all of it.

    The same bytes are the same statement; a line that is known from another file is passed over.
    The orders that the notes name are looked for after the commit.
    """
    sha256 = hashlib.sha256(account.encode() + b"\0" + content).hexdigest()
    known = Statement.objects.filter(sha256=sha256).first()
    if known:
        return known
    lines = read(content)  # so it is a table of a bank and nothing else, and is kept as it is
    kept = files.keep(
        content=content, name=f"{account}.csv", media_type="text/csv", by=by, at=at,
        retention=RETENTION,
    )  # fmt: skip
    for left in (1, 0):
        try:
            return _taken(lines, sha256, kept.key, provider, account, by=by, at=at)
        except IntegrityError:  # somebody read the same lines at the same time
            if not left:
                raise
    raise AssertionError("unreachable")


@transaction.atomic
def _taken(
    lines: Sequence[Booked], sha256: str, file_key: str, provider: str, account: str, *, by: str,
    at: datetime,
) -> Statement:  # fmt: skip
    known = Statement.objects.filter(sha256=sha256).first()
    if known:
        return known
    new = _new(lines, account)
    made = Statement.objects.create(
        sha256=sha256,
        file_key=file_key,
        provider=provider,
        account=account,
        lines=len(lines),
        new_lines=len(new),
        read_at=at,
        by_key=by,
    )
    StatementLine.objects.bulk_create(
        StatementLine(
            statement=made,
            account=account,
            transaction=one.number,
            amount=one.amount,
            booked_at=one.at,
            note=one.note,
            state=State.UNMATCHED,
        )
        for one in new
    )
    point("payments.read")
    event = StatementRead(
        statement=Ref(made.key),
        lines=len(lines),
        new_lines=len(new),
        matched=sum(1 for one in new if one.amount > 0 and _order_named(one.note)),
    )
    journal.record(event, by=by, occurred_at=at)
    enqueue(kind=MATCH, subject=made.key, once=f"match:{made.key}", at=at)
    return made


def _new(lines: Sequence[Booked], account: str) -> list[Booked]:
    """The lines that no other file had; one that says otherwise than before refuses the file."""
    rows = StatementLine.objects.filter(account=account)
    known = {
        row.transaction: row for row in rows.filter(transaction__in=[one.number for one in lines])
    }
    for one in lines:
        before = known.get(one.number)
        if before and before.amount != one.amount:
            raise UnreadableStatement(one.line, "contradiction", one.number)
    return [one for one in lines if one.number not in known]


def _order_named(note: str) -> FeeOrder | None:
    """The one order that a note names; two are a person's to tell apart."""
    found = list(FeeOrder.objects.filter(code__in=codes_in(note))[:2])
    return found[0] if len(found) == 1 else None


def match_lines(*, statement: str, at: datetime) -> int:
    """Count the lines that name an order, each in its own transaction; how many were counted."""
    rows = StatementLine.objects.filter(
        statement__key=statement, state=State.UNMATCHED, amount__gt=0
    )
    by = Statement.objects.get(key=statement).by_key
    counted = 0
    for key, note in list(rows.order_by("id").values_list("key", "note")):
        order = _order_named(note)
        if order is None:
            continue
        try:
            _count(key, order.key, by_hand=False, by=by, at=at)
            counted += 1
        except NotWaiting:  # a person was first
            continue
    return counted


def match_line(*, key: str, order: str, by: str, at: datetime) -> Counted:
    """A person says which order a line pays; NotWaiting, FeeOrder.DoesNotExist."""
    return _count(key, FeeOrder.objects.get(key=order).key, by_hand=True, by=by, at=at)


@transaction.atomic
def _count(key: str, order: str, *, by_hand: bool, by: str, at: datetime) -> Counted:
    line = _waiting(key)
    attempt = Attempt.objects.filter(order__key=order, provider=VIETQR).order_by("-id").first()
    money = MoneyIn(
        provider=VIETQR,
        transaction=known_as(line.account, line.transaction),
        amount=line.amount,
        paid_at=line.booked_at,
        reference=attempt.reference if attempt else "",
        order=order,
    )
    counted = collect(money=money, by=by, at=at)
    line.state, line.collection = State.MATCHED, Collection.objects.get(key=counted.collection)
    line.settled_by, line.settled_at = (by, at) if by_hand else ("", None)
    line.save(update_fields=["state", "collection", "settled_by", "settled_at"])
    event = StatementLineMatched(
        order=Ref(order),
        line=Ref(key),
        agency=Code(FeeOrder.objects.get(key=order).agency_code),
        amount=dong(line.amount),
        by_hand=by_hand,
    )
    journal.record(event, by=by, occurred_at=at)
    return counted


@transaction.atomic
def set_line_aside(*, key: str, reason: str, by: str, at: datetime) -> StatementLine:
    """A person says that a line is no fee, and why; NotWaiting, NoReason."""
    if not reason.strip():
        raise NoReason(key)
    line = StatementLine.objects.select_for_update().get(key=key)
    if line.state != State.UNMATCHED:
        raise NotWaiting(line.state)
    line.state, line.reason = State.SET_ASIDE, reason.strip()[:500]
    line.settled_by, line.settled_at = by, at
    line.save(update_fields=["state", "reason", "settled_by", "settled_at"])
    event = StatementLineSetAside(line=Ref(key), amount=dong(abs(line.amount)))
    journal.record(event, by=by, occurred_at=at)
    return line


def _waiting(key: str) -> StatementLine:
    line = StatementLine.objects.select_for_update().get(key=key)
    if line.state != State.UNMATCHED or line.amount <= 0:
        raise NotWaiting(line.state)
    return line

"""Invented fees of the demonstration's ward, in every state; one waits for Phượng to pay it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from hoaphuong.dossiers import actions
from hoaphuong.dossiers.fees import Wish, offer, usual, worked_out
from hoaphuong.dossiers.models import Dossier
from hoaphuong.identity import queries as identity
from hoaphuong.identity.contracts import PersonFacts
from hoaphuong.kernel.numbering import next_number, numbers_given
from hoaphuong.payments import actions as payments
from hoaphuong.payments import queries as orders
from hoaphuong.payments.contracts import MoneyIn

SERIES = "demo:fees"
EXTRACT, COPIES = "2.000635", 2
# What became of each: the service, how its fee was paid, how much more or less came, days ago.
PAID = (
    ("1.004222", "vnpay", 0, 4), (EXTRACT, "vnpay", 0, 4), (EXTRACT, "cash", 0, 0),
    ("1.004088", "vietqr", 10_000, 3), ("1.003930", "vietqr", -20_000, 2), (EXTRACT, "", 0, 1),
    (EXTRACT, "again", 0, 1), ("1.009454", "", 0, 0),
)  # fmt: skip


@dataclass(frozen=True)
class _Cast:
    clerk: str
    accountant: str
    officer: str
    ward: str


@dataclass(frozen=True)
class _Applicant:
    person: int
    name: str
    account: str


def load() -> None:
    """Dossiers whose fees were asked for, once; some of them are paid."""
    if numbers_given(SERIES):
        return
    people = {name: identity.demo_account(name) for name in ("mai", "ngan", "son", "phuong")}
    mai, ngan, son, phuong = people.values()
    if mai is None or ngan is None or son is None or phuong is None or not mai.agency_id:
        return
    cast = _Cast(mai.key, ngan.key, son.key, mai.agency_id)
    now = timezone.now()
    with transaction.atomic():
        next_number(SERIES)
        own = _Applicant(phuong.person_id, phuong.display_name, phuong.key)
        waits = _processed(cast, EXTRACT, own, now - timedelta(days=1))
        _ask(cast, waits, now - timedelta(hours=20), copies=COPIES)
        others = [_Applicant(one.id, one.full_name, f"demo:{one.key[:24]}") for one in _people()]
        for place, (code, way, more, days) in enumerate(PAID):
            at = now - timedelta(days=days, hours=1, minutes=place)
            whose = others[place % len(others)]
            dossier = _processed(cast, code, whose, at - timedelta(days=2))
            _fee(cast, dossier, way, more, at, name=f"DEMO{place + 1:06d}")


def _people() -> list[PersonFacts]:
    """The newest: the first are the personas, who would pay a fee that they ask for themselves."""
    return identity.people()[-len(PAID) :]


def _processed(cast: _Cast, code: str, whose: _Applicant, at: datetime) -> Dossier:
    """A dossier that came online, was received and is processed."""
    made = actions.submit(
        procedure=code,
        agency=cast.ward,
        division=identity.agency(cast.ward).division,
        channel="online",
        applicant_kind="self",
        applicant=whose.person,
        applicant_name=whose.name,
        form={},
        files={},
        by=whose.account,
        at=at,
    )
    actions.receive(key=made.key, by=cast.clerk, at=at + timedelta(minutes=30))
    return actions.process(key=made.key, by=cast.officer, at=at + timedelta(hours=1))


def _ask(cast: _Cast, dossier: Dossier, at: datetime, *, copies: int = 1) -> str:
    procedure, channel = dossier.procedure, dossier.channel
    fee = offer(procedure.code, procedure.record, channel, on=at.date()).fees[0]
    wish = Wish(copies=copies, reduction=usual(fee, channel).reduction)
    lines = worked_out([fee], {fee.code: wish}, channel)
    actions.ask_payment(key=dossier.key, lines=lines, by=cast.officer, at=at)
    return orders.orders_about(actions.FEE, dossier.key)[0].key


def _fee(cast: _Cast, dossier: Dossier, way: str, more: int, at: datetime, *, name: str) -> None:
    order = _ask(cast, dossier, at)
    if way == "again":
        order = _ask(cast, dossier, at + timedelta(minutes=5), copies=2)
    if way not in ("cash", "vnpay", "vietqr"):
        return
    facts = orders.order(order)
    if not facts.amount:
        return
    reference, paid_at = "", at + timedelta(minutes=20)
    if way != "cash":
        attempt = payments.start(order=order, provider=way, by="payer", at=at)
        reference = attempt.reference
    came = payments.collect(
        money=MoneyIn(
            provider=way,
            transaction=name,
            amount=max(1_000, facts.amount + more),
            paid_at=paid_at,
            reference=reference,
            order=order,
        ),
        by=cast.clerk if way == "cash" else way,
        at=paid_at,
    )
    if more > 0:
        payments.ask_refund(
            collection=came.collection,
            amount=more,
            source="over",
            reason="Người nộp chuyển thừa, đề nghị hoàn lại phần thừa.",
            by=cast.accountant,
            at=paid_at + timedelta(hours=1),
        )

"""A dossier waits for its fee: asked for, paid, or no longer asked for."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from django.db import transaction

from hoaphuong.dossiers import steps
from hoaphuong.dossiers.actions.rows import locked, moved, saved
from hoaphuong.dossiers.models import Dossier, Status
from hoaphuong.payments import actions as payments
from hoaphuong.payments import queries as orders
from hoaphuong.payments.fees import Line

FEE = "dossier"  # what an order is about
OPEN, PAID = "open", "paid"


class NothingAsked(Exception):
    """An order needs a line."""


@transaction.atomic
def ask_payment(
    *, key: str, lines: Sequence[Line], by: str, at: datetime, note: str = ""
) -> Dossier:
    """The applicant has a fee to pay before processing goes on.

    Asked again before it is paid, the new order takes the place of the open one, which is
    cancelled. Raises NothingAsked; WrongStatus, also when the fee has just been paid.
    """
    if not lines:
        raise NothingAsked(key)
    dossier = locked(key)
    if dossier.status == Status.PAYMENT:
        _take_back(dossier, by=by, at=at)
    else:
        saved(dossier, steps.ask_payment(dossier, at=at), by=by, at=at, note=note)
    payments.order(
        about_kind=FEE,
        about=key,
        about_number=dossier.number,
        agency=dossier.agency_code,
        account=dossier.account_key,
        payer_name=dossier.applicant_name,
        lines=lines,
        by=by,
        at=at,
    )
    moved(dossier)
    return dossier


def _take_back(dossier: Dossier, *, by: str, at: datetime) -> None:
    """Cancel the order that the dossier waits for; one that is paid stays."""
    newest = orders.orders_about(FEE, dossier.key)[:1]
    for one in newest:
        if one.state == PAID:
            raise steps.WrongStatus(dossier.number)
        if one.state == OPEN:
            try:
                payments.cancel(key=one.key, by=by, at=at)
            except payments.NotOpen as fault:
                raise steps.WrongStatus(dossier.number) from fault


def no_longer_asked(dossier: Dossier, *, by: str, at: datetime) -> None:
    """A dossier that ends has no fee to be paid; what came in for it is owed back."""
    if dossier.status != Status.PAYMENT:
        return
    for one in orders.orders_about(FEE, dossier.key):
        if one.state == OPEN:
            with suppress(payments.NotOpen):  # paid in this moment: it stays paid
                payments.cancel(key=one.key, by=by, at=at)


@transaction.atomic
def fee_paid(*, key: str, by: str, at: datetime) -> None:
    """The fee that the dossier waits for is paid: it is processed again, once.

    A dossier that no longer waits stays as it is; so does one that was asked for another fee.
    """
    dossier = Dossier.objects.select_for_update(of=("self",)).filter(key=key).first()
    if dossier is None or dossier.status != Status.PAYMENT:
        return
    if any(one.state == OPEN for one in orders.orders_about(FEE, key)):
        return
    saved(dossier, steps.fee_paid(dossier, at=at), by=by, at=at)
    moved(dossier)

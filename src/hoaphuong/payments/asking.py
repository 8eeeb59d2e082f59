"""Asks providers: where a payer is sent, and what became of an attempt. Outside a transaction."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from hoaphuong.identity import queries as identity
from hoaphuong.kernel.faults import point
from hoaphuong.kernel.outgoing import Hopeless
from hoaphuong.payments import actions
from hoaphuong.payments.models import Attempt, Refund
from hoaphuong.payments.providers import connected
from hoaphuong.payments.providers.base import Declined, Said, ToPay

# How long a provider's page lets a payer pay, and how long we ask what became of it.
TO_PAY, TO_ASK = timedelta(minutes=15), timedelta(hours=24)
FIRST_PAUSE = timedelta(seconds=30)
NO_ADDRESS = "127.0.0.1"


class PageDeclined(Hopeless):
    """The provider does not take the payment that is to be opened."""


class RefundDeclined(Hopeless):
    """The provider says no to a refund: it is paid by hand."""


class PaidByHand(Hopeless):
    """No provider can send this refund."""


class Contradiction(Hopeless):
    """The provider tells money that we counted with another amount: a person must look."""


def page_to_pay(key: str, *, client: str = NO_ADDRESS) -> str:
    """Where the payer of an attempt goes, the same each time; ProviderFault, Declined.

    ``client`` is the payer's own address, which providers ask for and which is kept nowhere.
    """
    found = Attempt.objects.select_related("order").get(key=key)
    if found.address:
        return found.address
    order = found.order
    asked = ToPay(
        reference=found.reference,
        amount=found.amount,
        what=f"Le phi {order.number} {order.about_number}",
        agency=order.agency_code,
        agency_name=identity.agency(order.agency_code).name,
        number=order.about_number,
        payer=order.payer_name,
        address=client,
        back=f"{settings.PUBLIC_ADDRESS}/api/payments/{found.provider}/return",
        at=found.started_at,
        expires_at=found.started_at + TO_PAY,
    )
    address = connected.provider(found.provider).open(asked)
    point("payments.opened")
    actions.opened(attempt=key, address=address)
    return address


def open_page(key: str) -> None:
    """The queue's call for a provider that must be asked for its page first; PageDeclined.

    An attempt whose time is over has ended, and nothing is left to be tried.
    """
    found = Attempt.objects.get(key=key)
    at = timezone.now()
    if found.state != Attempt.State.STARTED:
        return
    if at > found.started_at + TO_PAY:
        actions.ended(attempt=key, said="late", by=found.provider, at=at)
        return
    try:
        page_to_pay(key)
    except Declined as fault:
        actions.ended(attempt=key, said=fault.code or "declined", by=found.provider, at=at)
        raise PageDeclined(fault.code) from fault


def ask_back(key: str) -> None:
    """The queue's call to ask about an attempt; Contradiction."""
    try:
        ask(key)
    except actions.Untrue as fault:
        raise Contradiction from fault


def ask(key: str) -> None:
    """Ask what became of an attempt and act on the answer; ProviderFault, NotAuthentic, Malformed.

    After a day without money it has ended, once the provider says so.
    """
    found = Attempt.objects.get(key=key)
    provider = connected.provider(found.provider)
    at = timezone.now()
    said = provider.ask(found.reference, started_at=found.started_at, at=at)
    point("payments.asked")
    actions.heard(attempt=key, said=said, by=found.provider, at=at)
    if said.result == "waiting" and at > found.started_at + TO_ASK:
        actions.ended(attempt=key, said="expired", by=found.provider, at=at)


def is_due(attempt: Attempt, *, at: datetime) -> bool:
    """Whether an attempt that waits is to be asked: half a minute after it began, then each time
    half as late again as it was the last time."""
    if attempt.asked_at is None:
        return at >= attempt.started_at + FIRST_PAUSE
    pause = max(FIRST_PAUSE, (attempt.asked_at - attempt.started_at) / 2)
    return at >= attempt.asked_at + pause


def send_refund(key: str) -> None:
    """The queue's call for an approved refund: its provider sends the money, once by its key.

    What no provider sends, or one says no to, is paid by hand: PaidByHand, RefundDeclined.
    """
    found = Refund.objects.select_related("collection__attempt").get(key=key)
    money, attempt = found.collection, found.collection.attempt
    if found.state != Refund.State.APPROVED:
        return
    if money.provider not in connected.ONLINE or attempt is None:
        raise PaidByHand
    at = timezone.now()
    paid = Said(
        reference=attempt.reference,
        transaction=money.transaction,
        amount=money.amount,
        result="paid",
        code="",
        paid_at=money.paid_at,
        started_at=attempt.started_at,
    )
    provider = connected.provider(money.provider)
    try:
        number = provider.refund(paid, amount=found.amount, once=key, at=at)
    except Declined as fault:
        raise RefundDeclined(fault.code) from fault
    point("payments.sent_back")
    actions.refund_sent(key=key, provider_ref=number, by=money.provider, at=at)

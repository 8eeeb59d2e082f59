"""A clerk has an agency's seal put on every paper of one kind, until a day or until told not to."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate

from hoaphuong.kernel import journal
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.signing import standing_queries
from hoaphuong.signing.actions.batches import (
    NotAuthorised,
    insert,
    require_second_factor,
    usable,
)
from hoaphuong.signing.contracts import (
    BatchOrdered,
    StandingOrderGiven,
    StandingOrderWithdrawn,
)
from hoaphuong.signing.models import Batch, BatchItem, Certificate, StandingOrder
from hoaphuong.signing.signables import signables

LONGEST = timedelta(days=366)


class NoStandingOrder(LookupError):
    """Nobody has ordered that this agency's papers of this kind are sealed as they come."""


@transaction.atomic
def give_standing_order(
    *,
    kind: str,
    agency: str,
    certificate: str,
    until: date,
    by: str,
    second_factor_at: datetime | None,
    at: datetime,
) -> StandingOrder:
    """Have papers of one kind sealed as they come; one given before ends with it. NotAuthorised.

    The caller has checked that ``by`` is in charge of the agency's seal. It lasts a year at most.
    """
    signable = signables()[kind]
    assert signable.standing, kind
    assert signable.seal, kind
    known = Certificate.objects.filter(key=certificate).first()
    held = usable(known, seal=True, by=by, at=at)
    if held.agency_code != agency or held.provider == "client":
        raise NotAuthorised("certificate")
    today = localdate(at)
    if not today <= until <= today + LONGEST:
        raise NotAuthorised("until")
    shown = require_second_factor(second_factor_at, at=at)
    _end(kind, agency, by=by, at=at)
    made = StandingOrder.objects.create(
        kind=kind,
        agency_code=agency,
        certificate=held,
        given_by=by,
        given_at=at,
        second_factor_at=shown,
        until=until,
    )
    event = StandingOrderGiven(
        order=Ref(made.key),
        kind=Code(kind),
        agency=Code(agency),
        certificate=Ref(held.key),
        until=until,
    )
    journal.record(event, by=by, occurred_at=at)
    return made


@transaction.atomic
def withdraw_standing_order(*, kind: str, agency: str, by: str, at: datetime) -> bool:
    """Seal no more papers of this kind as they come; whether there was an order."""
    return _end(kind, agency, by=by, at=at)


def _end(kind: str, agency: str, *, by: str, at: datetime) -> bool:
    found = (
        StandingOrder.objects.select_for_update()
        .filter(kind=kind, agency_code=agency, withdrawn_at__isnull=True)
        .first()
    )
    if found is None:
        return False
    found.withdrawn_at, found.withdrawn_by = at, by
    found.save(update_fields=["withdrawn_at", "withdrawn_by"])
    event = StandingOrderWithdrawn(order=Ref(found.key), kind=Code(kind), agency=Code(agency))
    journal.record(event, by=by, occurred_at=at)
    return True


@transaction.atomic
def seal_as_ordered(*, kind: str, subject: str, agency: str, at: datetime) -> str:
    """Put one paper before the signers under the standing order; the key of its batch.

    Raises NoStandingOrder when there is none today, NotAuthorised when its certificate is no
    longer in force, WaitsAlready.
    """
    order = (
        StandingOrder.objects.select_related("certificate")
        .filter(kind=kind, agency_code=agency, withdrawn_at__isnull=True, until__gte=localdate(at))
        .first()
    )
    if order is None:
        raise NoStandingOrder(f"{kind} {agency}")
    held = usable(order.certificate, seal=True, by=order.given_by, at=at)
    batch = Batch.objects.create(
        kind=kind,
        account_key=order.given_by,
        agency_code=agency,
        certificate=held,
        authorised_at=order.given_at,
        second_factor_at=order.second_factor_at,
        papers=1,
        standing=order,
    )
    insert([BatchItem(batch=batch, position=1, kind=kind, subject=subject)])
    event = BatchOrdered(
        batch=Ref(batch.key),
        kind=Code(kind),
        certificate=Ref(held.key),
        agency=Code(agency),
        papers=1,
    )
    journal.record(event, by=order.given_by, occurred_at=at)
    return batch.key


@transaction.atomic
def seal_again_as_ordered(*, kind: str, agency: str, at: datetime) -> int:
    """Put every paper that failed under a standing order before the signers anew; how many.

    They come under the order that stands today: NoStandingOrder, NotAuthorised.
    """
    tried = standing_queries.failed(kind, agency)
    for subject in tried:
        seal_as_ordered(kind=kind, subject=subject, agency=agency, at=at)
    return len(tried)

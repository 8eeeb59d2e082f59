"""Each past day of each provider is compared with the provider's own list, agency by agency."""

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils.timezone import localtime, now

from hoaphuong.identity import queries as identity
from hoaphuong.payments import actions
from hoaphuong.payments.models import Attempt, Collection, Difference, Reconciliation, StatementLine
from hoaphuong.payments.providers import connected
from hoaphuong.payments.providers.base import (
    VIETNAM,
    Listed,
    Malformed,
    NotAuthentic,
    ProviderFault,
)

log = logging.getLogger("hoaphuong.payments")
BY = "worker"
VIETQR = "vietqr"
DAYS_BACK, LIST_READY_AT = 7, 1  # days; hour of the next day
AGAIN_AFTER, AFTER_A_FAULT = timedelta(hours=20), timedelta(hours=1)
_next: dict[tuple[str, date], datetime] = {}


def compare_day(provider: str, day: date, *, at: datetime) -> int:
    """Compare one day; how many agencies were. ProviderFault, NotAuthentic, Malformed.

    A comparison that came out well is not made again, one with open differences is after a while:
    what was missing may have come.
    """
    if provider == VIETQR and not _booked(day).exists():
        return 0  # no statement was read: there is nothing to compare with
    listed = _transfers(day) if provider == VIETQR else connected.provider(provider).listed(day)
    compared = 0
    for agency, lines in sorted(_by_agency(provider, day, listed).items()):
        if not _is_due(provider, agency, day, lines, at=at):
            continue
        actions.compare(provider=provider, agency=agency, day=day, listed=lines, by=BY, at=at)
        compared += 1
    return compared


def compare_days(*, at: datetime | None = None) -> int:
    """The worker's turn: the days of the last week that are not yet known to agree."""
    moment = localtime(at or now())
    if moment.hour < LIST_READY_AT:
        return 0
    compared = 0
    for provider in [*connected.online(), VIETQR]:
        for back in range(1, DAYS_BACK + 1):
            day = moment.date() - timedelta(days=back)
            if _next.get((provider, day), moment) > moment:
                continue
            _next[provider, day] = moment + AGAIN_AFTER
            try:
                compared += compare_day(provider, day, at=moment)
            except (ProviderFault, NotAuthentic, Malformed) as fault:
                _next[provider, day] = moment + AFTER_A_FAULT
                extra = {"provider": provider, "day": str(day), "fault": type(fault).__name__}
                log.info("a day could not be compared", extra=extra)
    return compared


def _booked(day: date) -> QuerySet[StatementLine]:
    begins = datetime.combine(day, datetime.min.time(), tzinfo=VIETNAM)
    rows = StatementLine.objects.filter(amount__gt=0, booked_at__gte=begins)
    return rows.filter(booked_at__lt=begins + timedelta(days=1)).order_by("id")


def _transfers(day: date) -> list[Listed]:
    """What statements say came to the city's account; what a person set aside is no fee."""
    return [
        Listed(actions.known_as(one.account, one.transaction), "", one.amount, one.booked_at)
        for one in _booked(day).exclude(state=StatementLine.State.SET_ASIDE)
    ]


def _by_agency(provider: str, day: date, listed: Sequence[Listed]) -> dict[str, list[Listed]]:
    """Whose each line is: as it was counted, else as it was asked for, else the city's own."""
    ours = Collection.objects.filter(provider=provider)
    before = Reconciliation.objects.filter(provider=provider, day=day)
    here = ours.filter(day=day).values_list("agency_code", flat=True)
    found: dict[str, list[Listed]] = {
        code: [] for code in {*here, *before.values_list("agency_code", flat=True)}
    }
    numbers = [one.transaction for one in listed]
    counted = dict(ours.filter(transaction__in=numbers).values_list("transaction", "agency_code"))
    attempts = Attempt.objects.filter(
        provider=provider, reference__in=[one.reference for one in listed]
    )
    asked = dict(attempts.values_list("reference", "order__agency_code"))
    city = next(code for code, one in identity.agencies().items() if one.kind == "city")
    for one in listed:
        agency = counted.get(one.transaction) or asked.get(one.reference) or city
        found.setdefault(agency, []).append(one)
    return found


def _is_due(
    provider: str, agency: str, day: date, lines: Sequence[Listed], *, at: datetime
) -> bool:
    row = Reconciliation.objects.filter(provider=provider, agency_code=agency, day=day).first()
    if row is None:
        return True
    if (row.theirs, row.theirs_amount) != (len(lines), sum(one.amount for one in lines)):
        return True
    still_open = row.differences.filter(state=Difference.State.OPEN).exists()
    return still_open and at - row.compared_at >= AGAIN_AFTER

"""Each past day of each provider is compared with the provider's own list, agency by agency."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
    NoList,
    NotAuthentic,
    ProviderFault,
)

log = logging.getLogger("hoaphuong.payments")
BY = "worker"
VIETQR = "vietqr"
DAYS_BACK, LIST_READY_AT = 7, 1  # days; hour of the next day
AGAIN_AFTER, AFTER_A_FAULT = timedelta(hours=20), timedelta(hours=1)
FIRST_PAUSE = timedelta(minutes=1)
# A provider that begins at the same time as the worker is silent once or twice: that is no news.
NEWS_AFTER = 3
FAULTS = (ProviderFault, NotAuthentic, Malformed)
# Codes of why a day is not compared, the more special ones first.
SILENT, NO_STATEMENT = "silent", "no_statement"
CODES: tuple[tuple[type[Exception], str], ...] = (
    (connected.NotConnected, "not_connected"),
    (NoList, "no_list"),
    (ProviderFault, SILENT),
    (NotAuthentic, "not_authentic"),
    (Malformed, "malformed"),
)


@dataclass(frozen=True)
class Silence:
    """A provider did not answer so many times in turn; nothing of it is asked until a moment."""

    times: int
    until: datetime


_next: dict[tuple[str, date], datetime] = {}
_silent: dict[str, Silence] = {}


def code_of(fault: Exception) -> str:
    """Why a day could not be compared, as a code."""
    return next(code for kind, code in CODES if isinstance(fault, kind))


def compare_day(provider: str, day: date, *, at: datetime) -> int:
    """Compare one day; how many agencies were. ProviderFault, NotAuthentic, Malformed.

    A comparison that came out well is not made again, one with open differences is after a while:
    what was missing may have come.
    """
    if provider == VIETQR and not _booked(day).exists():
        return 0  # no statement was read: there is nothing to compare with
    compared = 0
    for agency, lines in sorted(_by_agency(provider, day, _listed(provider, day)).items()):
        if not _is_due(provider, agency, day, lines, at=at):
            continue
        actions.compare(provider=provider, agency=agency, day=day, listed=lines, by=BY, at=at)
        compared += 1
    return compared


def compare_now(row: Reconciliation, *, by: str, at: datetime) -> str:
    """Compare an agency's day because a person asks; the code of why it could not be, else ""."""
    provider, agency, day = row.provider, row.agency_code, row.day
    fault = ""
    if provider == VIETQR and not _booked(day).exists():
        fault = NO_STATEMENT
    else:
        try:
            lines = _by_agency(provider, day, _listed(provider, day)).get(agency, [])
            actions.compare(provider=provider, agency=agency, day=day, listed=lines, by=by, at=at)
        except FAULTS as raised:
            fault = code_of(raised)
    if fault:
        actions.not_compared(
            provider=provider, agency=agency, day=day, fault=fault, again_at=row.again_at, at=at
        )
    return fault


def compare_days(*, at: datetime | None = None) -> int:
    """The worker's turn: the days of the last week that are not yet known to agree."""
    moment = localtime(at or now())
    if moment.hour < LIST_READY_AT:
        return 0
    return sum(_compare_due(one, moment) for one in [*connected.online(), VIETQR])


def _compare_due(provider: str, moment: datetime) -> int:
    """The days of a provider that are due. One that does not answer is asked about no other day,
    and soon again: after 1, 2, 4 … minutes, at most an hour."""
    known = _silent.get(provider)
    if known and known.until > moment:
        return 0
    days = [moment.date() - timedelta(days=back) for back in range(1, DAYS_BACK + 1)]
    due = [day for day in days if _next.get((provider, day), moment) <= moment]
    compared = 0
    for place, day in enumerate(due):
        again = moment + AFTER_A_FAULT
        _next[provider, day] = again
        try:
            compared += compare_day(provider, day, at=moment)
            _next[provider, day] = moment + AGAIN_AFTER
        except FAULTS as fault:
            code = code_of(fault)
            if code == SILENT:
                _keep_silent(provider, due[place:], moment)
                return compared
            if code != "no_list":
                extra = {"provider": provider, "day": str(day), "fault": type(fault).__name__}
                log.warning("a day could not be compared", extra=extra)
            _not_compared(provider, [day], code, again_at=again, at=moment)
        _silent.pop(provider, None)
    return compared


def _keep_silent(provider: str, days: Sequence[date], moment: datetime) -> None:
    """Leave a provider alone for a while; these days are asked for then."""
    times = _silent[provider].times + 1 if provider in _silent else 1
    until = moment + min(AFTER_A_FAULT, FIRST_PAUSE * 2 ** min(times - 1, 10))
    _silent[provider] = Silence(times, until)
    for day in days:
        _next[provider, day] = until
    if times >= NEWS_AFTER:
        extra = {"provider": provider, "days": len(days), "times": times}
        log.warning("a provider does not answer: days could not be compared", extra=extra)
    _not_compared(provider, days, SILENT, again_at=until, at=moment)


def _not_compared(
    provider: str, days: Iterable[date], code: str, *, again_at: datetime, at: datetime
) -> None:
    """Each agency with money of a day that was never compared finds it among its days."""
    for day in days:
        rows = Reconciliation.objects.filter(provider=provider, day=day)
        known = rows.exclude(compared_at=None).values("agency_code")
        ours = Collection.objects.filter(provider=provider, day=day)
        waiting = set(ours.exclude(agency_code__in=known).values_list("agency_code", flat=True))
        waiting |= set(rows.filter(compared_at=None).values_list("agency_code", flat=True))
        for agency in sorted(waiting):
            actions.not_compared(
                provider=provider, agency=agency, day=day, fault=code, again_at=again_at, at=at
            )


def _listed(provider: str, day: date) -> list[Listed]:
    """The other side's list of a day; ProviderFault, NotAuthentic, Malformed."""
    return _transfers(day) if provider == VIETQR else connected.provider(provider).listed(day)


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
    if row is None or row.compared_at is None:
        return True
    if (row.theirs, row.theirs_amount) != (len(lines), sum(one.amount for one in lines)):
        return True
    still_open = row.differences.filter(state=Difference.State.OPEN).exists()
    return still_open and at - row.compared_at >= AGAIN_AFTER

"""Payments' part of the worker: attempts of which nobody tells are asked for,
past days are compared with the providers' lists."""

import logging
from datetime import datetime
from functools import partial

from django.utils import timezone

from hoaphuong.kernel.jobs import Job, aside
from hoaphuong.payments import actions, asking, comparing
from hoaphuong.payments.models import Attempt
from hoaphuong.payments.providers import connected
from hoaphuong.payments.providers.base import Malformed, NotAuthentic, ProviderFault

log = logging.getLogger("hoaphuong.payments")
MOST = 200  # attempts in one turn


def ask_waiting(provider: str, *, now: datetime | None = None) -> int:
    """Ask one provider about its attempts that are due; how many were answered.

    A provider that does not answer is not asked about the others now.
    """
    if provider not in connected.online():
        return 0
    at = now or timezone.now()
    rows = Attempt.objects.filter(state=Attempt.State.STARTED, provider=provider)
    due = [one for one in rows.order_by("started_at", "id") if asking.is_due(one, at=at)]
    answered = 0
    for one in due[:MOST]:
        try:
            asking.ask(one.key)
            answered += 1
        except (ProviderFault, NotAuthentic, Malformed, actions.Untrue) as fault:
            actions.asked(attempt=one.key, at=at)
            extra = {"provider": provider, "fault": type(fault).__name__}
            log.warning("an attempt could not be asked for", extra=extra)
            if isinstance(fault, ProviderFault):
                break
    return answered


def _job(provider: str) -> Job:
    name = f"payments.ask_waiting.{provider}"
    return Job(name, every=5.0, run=aside(name, partial(ask_waiting, provider)))


# One each: a provider that hangs holds up no other.
JOBS = [
    *(_job(provider) for provider in connected.ONLINE),
    Job("payments.compare_days", 60.0, aside("payments.compare_days", comparing.compare_days)),
]

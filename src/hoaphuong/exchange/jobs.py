"""The exchange's part of the worker: the mailboxes are emptied, the address book is kept."""

import logging
import time

from django.utils import timezone

from hoaphuong.exchange import actions
from hoaphuong.exchange.providers.base import AxisFault, AxisRefused, Waiting
from hoaphuong.exchange.providers.connected import axis, connected
from hoaphuong.identity import queries as identity
from hoaphuong.kernel.faults import point
from hoaphuong.kernel.jobs import Job, aside

log = logging.getLogger("hoaphuong.exchange")
BOOK_EVERY = 3_600.0  # seconds
_book_read_at: list[float] = []


def empty_mailboxes() -> int:
    """Store what waits for our agencies and tell the axis; how many messages were handled."""
    if not connected():
        return 0
    _keep_book()
    handled = 0
    for waiting in axis().received():
        try:
            _take(waiting)
            handled += 1
        except AxisFault as fault:
            # The next one may be well; this one is asked for again at the next turn.
            log.warning("a message was not taken", extra={"fault": type(fault).__name__})
    return handled


def _take(waiting: Waiting) -> None:
    """Store one message, then tell the axis; a message that was stored already is told again."""
    try:
        content = axis().get(waiting.id)
    except AxisRefused:
        log.warning("the axis does not give a message it lists", extra={"id": waiting.id[:64]})
        return
    if waiting.to not in identity.agencies():
        axis().update_status(waiting.id, "fail")
        return
    message = actions.receive(
        content=content,
        agency=waiting.to,
        sender=waiting.sender,
        axis_id=waiting.id,
        at=timezone.now(),
    )
    point("exchange.received")
    refused = message.state == message.State.REFUSED
    axis().update_status(waiting.id, "fail" if refused else "done")


def _keep_book() -> None:
    """Register our agencies and read who else there is, once an hour."""
    if _book_read_at and time.monotonic() - _book_read_at[0] < BOOK_EVERY:
        return
    today = timezone.localdate()
    book = axis().agencies()
    ours = {one.code for one in book if one.ours}
    for code, facts in identity.agencies().items():
        if code not in ours and (facts.valid_to is None or facts.valid_to >= today):
            axis().register(code, facts.name)
            ours.add(code)
    partners = {one.code: one.name for one in book if one.code not in ours}
    actions.know_partners(partners=partners, at=timezone.now())
    _book_read_at[:] = [time.monotonic()]


JOBS = [Job("exchange.mailboxes", every=5.0, run=aside("exchange.mailboxes", empty_mailboxes))]

"""How the queue's calls of the exchange are made."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hoaphuong.exchange import actions, wording
from hoaphuong.exchange.actions.sending import CALL
from hoaphuong.exchange.providers.base import AxisRefused
from hoaphuong.exchange.providers.connected import NotConnected, axis, connected
from hoaphuong.files import queries as files
from hoaphuong.identity import queries as identity
from hoaphuong.kernel.outgoing import Hopeless


def send(key: str) -> None:
    """Send one message to the axis, which counts it once by its key."""
    if not connected():
        raise NotConnected
    message = actions.prepare(key=key, at=timezone.now())
    if message.state != message.State.QUEUED:
        return
    with files.open_file(message.file_key) as stream:
        content = stream.read()
    kind = "status" if message.kind == message.Kind.STATUS else "edoc"
    agency, known = message.agency_code, axis()
    try:
        try:
            known.send(sender=agency, kind=kind, id=key, content=content)
        except AxisRefused:
            # An agency that has no mailbox yet may not send: this call may be the city's first.
            known.register(agency, identity.agency(agency).name)
            known.send(sender=agency, kind=kind, id=key, content=content)
    except AxisRefused as fault:
        raise Hopeless(str(fault)) from fault
    actions.left(key=key, at=timezone.now())


HANDLERS = {CALL: send}
LABELS = {CALL: _("Message to the document axis")}
FAULTS = {CALL: wording.FAULTS}

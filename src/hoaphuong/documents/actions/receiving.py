"""What an agency does with a document that reached it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from hoaphuong.documents.actions import changes
from hoaphuong.documents.actions.sending import arrived, open_task, recipient_of, searched
from hoaphuong.documents.contracts import IncomingMoved, IncomingRegistered
from hoaphuong.documents.models import Assignment, Change, Incoming
from hoaphuong.documents.refusals import NothingToAnswer, WrongStatus
from hoaphuong.documents.rules import arrival_series
from hoaphuong.documents.work_kinds import ASSIGNMENT, INCOMING
from hoaphuong.exchange import actions as exchange
from hoaphuong.kernel import journal
from hoaphuong.kernel.numbering import next_number
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.work import actions as work
from hoaphuong.work import queries as work_queries

# Status codes that the sender is told (QCVN 102:2016).
REFUSED, REGISTERED, GIVEN, IN_WORK, FINISHED = "02", "03", "04", "05", "06"
CHANGE_AGREED, CHANGE_REFUSED = "15", "16"  # of a return as of an update
S = Incoming.Status


@dataclass(frozen=True)
class Arrival:
    """What is known of a document that came on paper or by the axis.

    ``change`` is update, replace or recall of ``formers``: each a document's identifier and the
    message it came with, empty when none is known.
    """

    agency: str
    source: str
    from_code: str
    from_name: str
    number: str
    notation: str
    issued_on: date | None
    kind: str
    subject_line: str
    urgency: str
    file_key: str
    attachments: Sequence[str] = ()
    message: str = ""
    due_on: date | None = None
    to_read: bool = False
    document_id: str = ""
    change: str = ""
    formers: Sequence[tuple[str, str]] = ()


def locked(key: str) -> Incoming:
    return Incoming.objects.select_for_update().get(key=key)


@transaction.atomic
def receive(*, arrival: Arrival, by: str, at: datetime) -> Incoming:
    """A document arrived; a message that was taken already is answered with what it became."""
    if arrival.message:
        own = {"agency_code": arrival.agency, "message": arrival.message}
        if found := Incoming.objects.filter(**own).first():
            return found
    incoming = Incoming(
        agency_code=arrival.agency,
        source=arrival.source,
        arrived_at=at,
        from_code=arrival.from_code[:35],
        from_name=arrival.from_name[:200],
        document_number=arrival.number[:11],
        document_notation=arrival.notation[:30],
        issued_on=arrival.issued_on,
        kind=arrival.kind,
        subject_line=arrival.subject_line[:500],
        urgency=arrival.urgency,
        file_key=arrival.file_key,
        attachments=list(arrival.attachments),
        message=arrival.message,
        due_on=arrival.due_on,
        text_state="waiting" if arrival.to_read else "",
    )
    arrived(incoming, by=by, at=at)
    for named, message in arrival.formers:
        own = {"agency_code": arrival.agency, "message": message}
        former = Incoming.objects.filter(**own).first() if message else None
        changes.follow(incoming, kind=arrival.change, named=named, former=former, by=by, at=at)
    if arrival.document_id:
        changes.catch_up(incoming, document_id=arrival.document_id, by=by, at=at)
    return incoming


@transaction.atomic
def register(*, key: str, by: str, at: datetime) -> Incoming:
    """Enter it in the register of incoming documents: it gets the agency's next arrival number."""
    incoming = locked(key)
    if incoming.status != S.ARRIVED:
        raise WrongStatus(key)
    day = localdate(at)
    incoming.series = arrival_series(agency=incoming.agency_code, year=day.year)
    incoming.number, incoming.registered_on = next_number(incoming.series), day
    incoming.status = S.REGISTERED
    incoming.save()
    event = IncomingRegistered(
        incoming=Ref(incoming.key),
        agency=Code(incoming.agency_code),
        source=Code(incoming.source),
        registered_on=day,
    )
    journal.record(event, by=by, occurred_at=at)
    _tell_inbox(incoming)
    tell_sender(incoming, REGISTERED, note=_replaced(incoming), by=by, at=at)
    if updated := _formers(incoming, Change.Kind.UPDATE):
        note = f"Đồng ý cập nhật văn bản số {updated}."
        tell_sender(incoming, CHANGE_AGREED, note=note, by=by, at=at)
    return incoming


@transaction.atomic
def refuse(*, key: str, reason: str, by: str, at: datetime) -> Incoming:
    """Do not accept it: sent here by mistake, or not what the law asks of a paper."""
    incoming = locked(key)
    if incoming.status != S.ARRIVED:
        raise WrongStatus(key)
    _move(incoming, S.REFUSED, by=by, at=at)
    tell_sender(incoming, REFUSED, note=reason, by=by, at=at)
    if _formers(incoming, Change.Kind.UPDATE):
        tell_sender(incoming, CHANGE_REFUSED, note=reason, by=by, at=at)
    return incoming


@transaction.atomic
def assign(
    *, key: str, what: str, due_on: date, assignee: str = "", by: str, at: datetime
) -> Assignment:
    """Give an officer of the agency something to do about it, by a day."""
    incoming = locked(key)
    if incoming.status not in (S.REGISTERED, S.ASSIGNED):
        raise WrongStatus(key)
    task = Assignment(
        incoming=incoming,
        agency_code=incoming.agency_code,
        given_by_agency=incoming.agency_code,
        given_by_key=by,
        what=what,
        due_on=due_on,
    )
    label = f"{incoming.document_number}/{incoming.document_notation}"
    open_task(task, paper=incoming.key, label=label, directive=False, by=by, at=at)
    if assignee:
        item = work_queries.item_of(ASSIGNMENT, task.key)
        assert item is not None
        work.assign(key=item.key, assignee=assignee, by=by, at=at)
    incoming.status = S.ASSIGNED
    incoming.due_on = max(incoming.due_on or due_on, due_on)
    incoming.save()
    _tell_inbox(incoming)
    tell_sender(incoming, GIVEN, by=by, at=at)
    return task


@transaction.atomic
def file_away(*, key: str, by: str, at: datetime) -> Incoming:
    """Nothing is (any more) to be done about it."""
    incoming = locked(key)
    if incoming.status not in (S.REGISTERED, S.ASSIGNED):
        raise WrongStatus(key)
    if incoming.assignments.filter(status__in=["open", "reported"]).exists():
        raise WrongStatus(key)
    _move(incoming, S.DONE, by=by, at=at)
    tell_sender(incoming, FINISHED, by=by, at=at)
    return incoming


@transaction.atomic
def ask_back(*, key: str, by: str, at: datetime) -> Incoming:
    """The sender wants the document back; the agency has to answer."""
    incoming = locked(key)
    changes.ask_back(incoming)
    return incoming


@transaction.atomic
def ask_back_message(*, message: str, by: str, at: datetime) -> None:
    """A sender elsewhere wants back what came with a message; unknown ones change nothing."""
    for key in Incoming.objects.filter(message=message).values_list("key", flat=True):
        ask_back(key=key, by=by, at=at)


@transaction.atomic
def answer_recall(*, key: str, agree: bool, reason: str = "", by: str, at: datetime) -> Incoming:
    """Give the document back to its sender, or say why it stays."""
    incoming = locked(key)
    if incoming.recall != "asked":
        raise NothingToAnswer(key)
    incoming.recall = "agreed" if agree else "refused"
    if agree and incoming.status not in (S.DONE, S.REFUSED, S.RETURNED):
        for task in incoming.assignments.filter(status__in=["open", "reported"]):
            if task.status == Assignment.Status.OPEN:
                work.close_item(kind=ASSIGNMENT, subject=task.key, at=at)
            task.status = Assignment.Status.CANCELLED
            task.save(update_fields=["status"])
        _move(incoming, S.RETURNED, by=by, at=at)
    else:
        incoming.save(update_fields=["recall"])
    code = CHANGE_AGREED if agree else CHANGE_REFUSED
    tell_sender(incoming, code, note=reason, by=by, at=at)
    return incoming


@transaction.atomic
def keep_text(*, key: str, text: str, pages: int, state: str) -> None:
    """What a machine read from the scan, for searching; the original stays what counts."""
    incoming = locked(key)
    incoming.text, incoming.text_pages, incoming.text_state = text, pages, state
    incoming.search_text = searched(incoming)
    incoming.save(update_fields=["text", "text_pages", "text_state", "search_text"])


@transaction.atomic
def read_again(*, key: str) -> None:
    """Have a scan read once more whose words could not be read; nothing else changes."""
    incoming = locked(key)
    if incoming.text_state != "failed":
        raise WrongStatus(key)
    incoming.text_state = "waiting"
    incoming.save(update_fields=["text_state"])


def tell_sender(incoming: Incoming, code: str, *, by: str, at: datetime, note: str = "") -> None:
    """The sender's line follows, inside this program or through the axis."""
    if to := recipient_of(incoming):
        to.state, to.state_at = code, at
        to.save(update_fields=["state", "state_at"])
    elif incoming.source == "axis" and incoming.message:
        exchange.send_status(message=incoming.message, code=code, note=note, by=by, at=at)


def _formers(incoming: Incoming, kind: str) -> str:
    """The numbers of the former documents that are here and that it changes in this way."""
    rows = incoming.changes.filter(kind=kind, former__isnull=False).order_by("id")
    numbers = rows.values_list("former__document_number", "former__document_notation")
    return ", ".join(f"{number}/{notation}" for number, notation in numbers)


def _replaced(incoming: Incoming) -> str:
    """What the sender of a replacement is told when it is registered."""
    numbers = _formers(incoming, Change.Kind.REPLACE)
    return f"Đã thay thế văn bản số {numbers}." if numbers else ""


def _move(incoming: Incoming, status: str, *, by: str, at: datetime) -> None:
    incoming.status = status
    incoming.save()
    event = IncomingMoved(
        incoming=Ref(incoming.key),
        agency=Code(incoming.agency_code),
        to_status=Code(status),
        moved_on=localdate(at),
    )
    journal.record(event, by=by, occurred_at=at)
    work.close_item(kind=INCOMING, subject=incoming.key, at=at)


def _tell_inbox(incoming: Incoming) -> None:
    work.move_item(
        kind=INCOMING, subject=incoming.key, stage=incoming.status, due_on=incoming.due_on
    )

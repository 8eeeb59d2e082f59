"""Copies go to their recipients and tasks to their agencies when a document is issued."""

from datetime import datetime

from django.db.models import Q
from django.utils.timezone import localdate

from hoaphuong.documents.actions import changes
from hoaphuong.documents.contracts import AssignmentGiven, DocumentDispatched, IncomingArrived
from hoaphuong.documents.formers import about_former, former_of
from hoaphuong.documents.kinds import KINDS
from hoaphuong.documents.models import Assignment, Document, Incoming, Recipient
from hoaphuong.documents.papers import to_exchange
from hoaphuong.documents.rules import full_number, written_number
from hoaphuong.documents.work_kinds import ASSIGNMENT, INCOMING
from hoaphuong.exchange import actions as exchange
from hoaphuong.identity import queries as identity
from hoaphuong.kernel import journal
from hoaphuong.kernel.folding import fold
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.work import actions as work

ARRIVED = "01"  # the status code of QCVN 102:2016 for "in the mailbox"


def send_copies(document: Document, *, by: str, at: datetime) -> None:
    """Send every recipient's copy, each by its own way."""
    for to in document.recipients.filter(sent_at=None):
        to.sent_at = to.state_at = at
        if to.place == Recipient.Place.CITY:
            copy = arrive_inside(document, to, by=by, at=at)
            _follow_inside(document, copy, by=by, at=at)
            to.state = ARRIVED
        elif to.place == Recipient.Place.AXIS:
            message = about_former(to_exchange(document, to), document)
            to.message = exchange.send_document(
                document=message, agency=document.agency_code, by=by, at=at
            )
        to.save()
        event = DocumentDispatched(
            document=Ref(document.key),
            agency=Code(document.agency_code),
            kind=Code(document.kind),
            place=Code(to.place),
            recipient=Code(to.code),
            dispatched_on=localdate(at),
        )
        journal.record(event, by=by, occurred_at=at)


def arrive_inside(document: Document, to: Recipient, *, by: str, at: datetime) -> Incoming:
    """The copy for an agency of the city: it refers to the document, which is recorded once."""
    sender = identity.agency(document.agency_code)
    incoming = Incoming(
        agency_code=to.code,
        source="city",
        arrived_at=at,
        from_code=document.agency_code,
        from_name=sender.name,
        document_number=written_number(document.number or 0),
        document_notation=document.notation,
        issued_on=document.issued_on,
        kind=document.kind,
        subject_line=document.subject_line,
        urgency=document.urgency,
        file_key=document.file_key,
        attachments=[one.file_key for one in document.attachments.all()],
        document_key=document.key,
    )
    return arrived(incoming, by=by, at=at)


def _follow_inside(document: Document, copy: Incoming, *, by: str, at: datetime) -> None:
    """The agency's copy of what the document replaces or corrects is attached to this one."""
    old, kind = former_of(document)
    if old is None:
        return
    former = Incoming.objects.filter(agency_code=copy.agency_code, document_key=old.key).first()
    named = full_number(old.number, old.notation)
    changes.follow(copy, kind=kind, named=named, former=former, by=by, at=at)


def arrived(incoming: Incoming, *, by: str, at: datetime) -> Incoming:
    """Store what reached an agency and put it into its inbox."""
    incoming.search_text = searched(incoming)
    incoming.save()
    event = IncomingArrived(
        incoming=Ref(incoming.key),
        agency=Code(incoming.agency_code),
        source=Code(incoming.source),
        arrived_on=localdate(at),
    )
    journal.record(event, by=by, occurred_at=at)
    work.open_item(
        kind=INCOMING,
        subject=incoming.key,
        agency=incoming.agency_code,
        label=f"{incoming.document_number}/{incoming.document_notation}"[:60],
        detail=incoming.subject_line,
        party=incoming.from_name,
        stage=incoming.status,
        due_on=incoming.due_on,
        at=at,
    )
    return incoming


def searched(incoming: Incoming) -> str:
    """What a search looks through: number, sender, subject and the text read from the scan."""
    number = f"{incoming.document_number}/{incoming.document_notation}"
    kind = KINDS[incoming.kind].name if incoming.kind in KINDS else ""
    told = f"{number} {kind} {incoming.from_name} {incoming.subject_line}"
    return fold(f"{told} {incoming.text}")


def give_tasks(document: Document, *, by: str, at: datetime) -> None:
    """What the draft planned for agencies is theirs to do from now on."""
    for task in document.assignments.filter(status=Assignment.Status.PLANNED):
        number = full_number(document.number, document.notation)
        open_task(task, paper=document.key, label=number, directive=True, by=by, at=at)


def open_task(
    task: Assignment, *, paper: str, label: str, directive: bool, by: str, at: datetime
) -> None:
    """Put an assignment into the inbox of the agency that has to do it."""
    task.status, task.given_at = Assignment.Status.OPEN, at
    task.save()
    event = AssignmentGiven(
        assignment=Ref(task.key),
        document=Ref(paper),
        agency=Code(task.agency_code),
        given_by=Code(task.given_by_agency),
        directive=directive,
        given_on=localdate(at),
        due_on=task.due_on,
    )
    journal.record(event, by=by, occurred_at=at)
    into_inbox(task, label=label, at=at)


def into_inbox(task: Assignment, *, label: str, at: datetime) -> None:
    """Put an open task where the agency that has to do it finds it."""
    work.open_item(
        kind=ASSIGNMENT,
        subject=task.key,
        agency=task.agency_code,
        label=label[:60],
        detail=task.what,
        party=identity.agency(task.given_by_agency).name,
        stage=task.status,
        due_on=task.due_on,
        at=at,
    )


def recipient_of(incoming: Incoming) -> Recipient | None:
    """The sender's line about this copy, when the sender is in this program."""
    if not incoming.document_key:
        return None
    own = Q(document__key=incoming.document_key, code=incoming.agency_code)
    return Recipient.objects.filter(own, place=Recipient.Place.CITY).first()

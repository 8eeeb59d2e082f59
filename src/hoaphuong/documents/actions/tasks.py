"""Assignments: reported by who has to do them, settled by who gave them."""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from hoaphuong.documents.actions.sending import into_inbox
from hoaphuong.documents.contracts import AssignmentReported, AssignmentSettled
from hoaphuong.documents.models import Assignment
from hoaphuong.documents.refusals import WrongStatus
from hoaphuong.documents.rules import days_late
from hoaphuong.documents.work_kinds import ASSIGNMENT
from hoaphuong.kernel import journal
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.work import actions as work

S = Assignment.Status


def _locked(key: str) -> Assignment:
    return Assignment.objects.select_for_update(of=("self",)).get(key=key)


@transaction.atomic
def report(*, key: str, text: str, by: str, at: datetime) -> Assignment:
    """Say that it is done, and how; the day of this report decides whether it was in time."""
    task = _locked(key)
    if task.status != S.OPEN:
        raise WrongStatus(key)
    on = localdate(at)
    task.status, task.report, task.reported_at, task.reported_by = S.REPORTED, text, at, by
    task.days_late = days_late(due=task.due_on, on=on)
    task.save()
    event = AssignmentReported(
        assignment=Ref(task.key),
        agency=Code(task.agency_code),
        reported_on=on,
        due_on=task.due_on,
        days_late=task.days_late,
    )
    journal.record(event, by=by, occurred_at=at)
    work.close_item(kind=ASSIGNMENT, subject=task.key, at=at)
    return task


@transaction.atomic
def accept(*, key: str, by: str, at: datetime) -> Assignment:
    """Who gave it agrees that it is done."""
    task = _locked(key)
    if task.status != S.REPORTED:
        raise WrongStatus(key)
    task.status, task.accepted_at = S.DONE, at
    return _settled(task, by=by, at=at)


@transaction.atomic
def give_again(*, key: str, reason: str, due_on: date, by: str, at: datetime) -> Assignment:
    """It is not done yet: back to the agency with the reason and a day."""
    task = _locked(key)
    if task.status != S.REPORTED:
        raise WrongStatus(key)
    label = _label(task)
    task.status, task.due_on, task.days_late = S.OPEN, due_on, None
    task.what = f"{task.what} ({reason})"[:500]
    into_inbox(task, label=label, at=at)
    return _settled(task, by=by, at=at)


@transaction.atomic
def cancel(*, key: str, by: str, at: datetime) -> Assignment:
    """It need not be done any more."""
    task = _locked(key)
    if task.status != S.OPEN:
        raise WrongStatus(key)
    task.status = S.CANCELLED
    work.close_item(kind=ASSIGNMENT, subject=task.key, at=at)
    return _settled(task, by=by, at=at)


def _label(task: Assignment) -> str:
    paper = task.document or task.incoming
    assert paper is not None
    if task.document:
        return f"{task.document.number}/{task.document.notation}"[:60]
    assert task.incoming is not None
    return f"{task.incoming.document_number}/{task.incoming.document_notation}"[:60]


def _settled(task: Assignment, *, by: str, at: datetime) -> Assignment:
    task.save()
    event = AssignmentSettled(
        assignment=Ref(task.key),
        agency=Code(task.agency_code),
        status=Code(task.status),
        settled_on=localdate(at),
    )
    journal.record(event, by=by, occurred_at=at)
    return task

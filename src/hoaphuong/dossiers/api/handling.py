"""Dossiers for who may see them: the applicant's own, and those of an officer's agency."""

from collections.abc import Callable
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Query, Router
from ninja.errors import HttpError
from ninja.security import SessionAuth

from hoaphuong.dossiers import actions, queries
from hoaphuong.dossiers.api.schemas import (
    KEY_CHARS,
    Decision,
    DossierFull,
    DossierLine,
    DossierPage,
    Leaf,
    Problem,
    Question,
    Remark,
)
from hoaphuong.dossiers.models import Dossier
from hoaphuong.dossiers.statuses import STATUSES
from hoaphuong.identity import queries as identity
from hoaphuong.kernel.access import Holding, holds, require
from hoaphuong.kernel.access_lines import shown
from hoaphuong.reference.queries import OutsideCalendar
from hoaphuong.work.actions import NotOpen

router = Router()
PAGE = 50
Key = Annotated[str, Path(max_length=KEY_CHARS)]
REFUSED = {code: Problem for code in (401, 403, 404, 409, 422)}
ANSWERS: dict[Any, Any] = {200: DossierLine, **REFUSED}


def line(dossier: Dossier, language: str) -> dict[str, Any]:
    """A dossier without anyone's name."""
    procedure = dossier.procedure
    english = language == "en" and procedure.name_en
    return {
        "key": dossier.key,
        "number": dossier.number,
        "procedure": procedure.code,
        "procedure_name": procedure.name_en if english else procedure.name,
        "agency": identity.agency(dossier.agency_code).called(language),
        "channel": dossier.channel,
        "status": int(dossier.status),
        "status_name": str(STATUSES[int(dossier.status)][0]),
        "submitted_at": dossier.submitted_at,
        "received_on": dossier.received_on,
        "due_on": dossier.due_on,
        "decided_on": dossier.decided_on,
        "outcome": dossier.outcome,
        "returned_on": dossier.returned_on,
    }


@router.get(
    "/mine",
    auth=Holding("dossiers.apply"),
    response={200: DossierPage, 401: Problem, 403: Problem, 422: Problem},
)
def mine(request: HttpRequest, asked: Query[Leaf]) -> Any:
    """What the signed-in account sent, newest first, fifty a page."""
    rows: QuerySet[Dossier] = queries.dossiers_of(request.actor.key)
    start = (asked.page - 1) * PAGE
    few = list(rows[start : start + PAGE + 1])
    language = request.LANGUAGE_CODE
    items = [line(one, language) for one in few[:PAGE]]
    return {"items": items, "page": asked.page, "more": len(few) > PAGE}


@router.get(
    "/{key}",
    auth=SessionAuth(),
    response={200: DossierFull, 401: Problem, 403: Problem, 404: Problem, 422: Problem},
)
def read(request: HttpRequest, key: Key) -> Any:
    """One dossier, for its applicant or an officer of its agency; who looked is written down."""
    actor = request.actor
    applies, views = holds(actor, "dossiers.apply"), holds(actor, "dossiers.view")
    if not (applies or views):
        raise HttpError(403, "Needs dossiers.apply or dossiers.view.")
    dossier = _own(key, actor.key) if applies else None
    if dossier is None:
        dossier = _of_agency(request, key) if views else None
        if dossier is None:
            raise _nothing()
        shown(account=actor.key, purpose="dossiers.api", record=dossier.key)
    return {
        **line(dossier, request.LANGUAGE_CODE),
        "applicant_name": dossier.applicant_name,
        "applicant_kind": dossier.applicant_kind,
        "form": dossier.form,
    }


def _own(key: str, account: str) -> Dossier | None:
    try:
        return queries.own_dossier(key, account)
    except Dossier.DoesNotExist:
        return None


def _of_agency(request: HttpRequest, key: str) -> Dossier:
    """A dossier of an agency the officer sees; another agency's is not there."""
    try:
        return queries.agency_dossier(key, request.actor.agencies("dossiers.view"))
    except Dossier.DoesNotExist:
        raise _nothing() from None


def _nothing() -> HttpError:
    return HttpError(404, _("There is no such dossier."))


def _step(
    request: HttpRequest, key: str, permission: str, verb: Callable[..., Dossier], **said: Any
) -> dict[str, Any]:
    """Take one step under the right it needs for this agency; 409 when its time is not now."""
    dossier = _of_agency(request, key)
    if permission == "ask":
        permission = "dossiers.process" if dossier.received_on else "dossiers.receive"
    require(request.actor, permission, dossier.agency_code)
    try:
        verb(key=key, by=request.actor.key, at=timezone.now(), **said)
    except (actions.WrongStatus, NotOpen):
        text = _("The dossier's status does not allow this step.")
        raise HttpError(409, text) from None
    except actions.ResultNotIssued:
        raise HttpError(409, _("The result is not signed and sealed yet.")) from None
    except OutsideCalendar:
        text = _("Its due date lies beyond the announced calendar of days off.")
        raise HttpError(409, text) from None
    return line(_of_agency(request, key), request.LANGUAGE_CODE)


def _note(body: Remark | None) -> str:
    return body.note if body else ""


@router.post("/{key}/reception", auth=Holding("dossiers.receive"), response=ANSWERS)
def receive(request: HttpRequest, key: Key, body: Remark | None = None) -> Any:
    """Accept the dossier as complete; its clock starts."""
    return _step(request, key, "dossiers.receive", actions.receive, note=_note(body))


@router.post("/{key}/processing", auth=Holding("dossiers.process"), response=ANSWERS)
def process(request: HttpRequest, key: Key, body: Remark | None = None) -> Any:
    """Take the received dossier up."""
    return _step(request, key, "dossiers.process", actions.process, note=_note(body))


@router.post("/{key}/supplement-request", auth=Holding("dossiers.view"), response=ANSWERS)
def ask_supplement(request: HttpRequest, key: Key, body: Question) -> Any:
    """Ask for more papers: the clerk's before reception, the case officer's after it."""
    return _step(request, key, "ask", actions.ask_supplement, note=body.note)


@router.post("/{key}/decision", auth=Holding("dossiers.process"), response=ANSWERS)
def decide(request: HttpRequest, key: Key, body: Decision) -> Any:
    """Grant or refuse."""
    return _step(
        request,
        key,
        "dossiers.process",
        actions.decide,
        outcome=body.outcome,
        note=body.note,
        with_document=True,
    )


@router.post("/{key}/handover", auth=Holding("dossiers.receive"), response=ANSWERS)
def hand_over(request: HttpRequest, key: Key, body: Remark | None = None) -> Any:
    """The applicant has the result."""
    return _step(request, key, "dossiers.receive", actions.hand_over, note=_note(body))

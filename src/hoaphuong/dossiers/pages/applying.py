"""Apply for a service in four steps: for whom and where, the form, the papers, the review."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from hoaphuong.dossiers import actions, queries
from hoaphuong.dossiers.catalogue.shipped import ShippedProcedure, form_schema, shipped
from hoaphuong.dossiers.models import Procedure
from hoaphuong.dossiers.pages.papers import stored_uploads
from hoaphuong.dossiers.rules import office_level
from hoaphuong.files import queries as shelf
from hoaphuong.forms import actions as drafts
from hoaphuong.forms import queries as forms
from hoaphuong.forms.contracts import DraftFacts
from hoaphuong.identity import queries as identity
from hoaphuong.identity.configuration import department_for
from hoaphuong.kernel.access import page
from hoaphuong.reference import queries as reference

KINDS = {
    "self": gettext_lazy("For myself"),
    "child": gettext_lazy("For my child"),
    "organisation": gettext_lazy("For an organisation I represent"),
}


@dataclass(frozen=True)
class Stage:
    """One of the four steps as the page shows it."""

    view: str
    label: Any


STAGES = (
    Stage("dossiers:draft", gettext_lazy("For whom, where")),
    Stage("dossiers:draft_form", gettext_lazy("Form")),
    Stage("dossiers:draft_papers", gettext_lazy("Papers")),
    Stage("dossiers:draft_review", gettext_lazy("Check and send")),
)


def _offered(code: str) -> tuple[Procedure, ShippedProcedure]:
    ours = next((one for one in shipped() if one.code == code and one.online_form), None)
    try:
        row = queries.procedure(code)
    except Procedure.DoesNotExist:
        raise Http404 from None
    if ours is None or not row.offered_online:
        raise Http404
    return row, ours


@require_http_methods(["GET", "POST"])
@page(permission="dossiers.apply")
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """Start a draft, or go on with one that is there."""
    row, _ours = _offered(code)
    account = request.actor.key
    if request.method == "POST":
        try:
            made = drafts.save_draft(account=account, form=code, data={}, at=timezone.now())
        except drafts.TooManyDrafts:
            messages.error(request, _("You keep too many drafts: send or discard some first."))
            return redirect("dossiers:mine")
        return redirect("dossiers:draft", made.key)
    begun = [one for one in forms.drafts_of(account) if one.form == code]
    return render(request, "dossiers/begin.html", {"procedure": row, "drafts": begun})


def _draft(request: HttpRequest, key: str) -> tuple[DraftFacts, Procedure, ShippedProcedure]:
    try:
        draft = forms.draft(key, request.actor.key)
    except forms.NoSuchDraft:
        raise Http404 from None
    row, ours = _offered(draft.form)
    return draft, row, ours


def _save(draft: DraftFacts, **changed: Any) -> None:
    drafts.save_draft(
        key=draft.key,
        account=draft.account,
        form=draft.form,
        data={**draft.data, **changed},
        at=timezone.now(),
    )


def _context(draft: DraftFacts, row: Procedure, stage: int, **more: Any) -> dict[str, Any]:
    return {"draft": draft, "procedure": row, "stages": STAGES, "stage": stage, **more}


def office_for(row: Procedure, commune: str) -> str | None:
    """Code of the agency that answers this procedure for a commune today."""
    today = timezone.localdate()
    level = office_level(tuple(row.record["levels"]), on=today)
    if level == "city":
        return department_for(settings.CITY, row.sector, on=today)
    facts = identity.agency_of_division(commune, on=today)
    return facts.code if facts else None


@require_http_methods(["GET", "POST"])
@page(permission="dossiers.apply")
def filing(request: HttpRequest, key: str) -> HttpResponse:
    """For whom, and at which commune."""
    draft, row, _ours = _draft(request, key)
    actor = request.actor
    mine = identity.organisations_of(actor.person_id) if actor.person_id else []
    today = timezone.localdate()
    communes = reference.divisions(today, level="commune", within=settings.CITY["province"])
    kept = draft.data.get("filing") or {}
    faults: dict[str, str] = {}
    if request.method == "POST":
        kept = {
            "kind": request.POST.get("kind", "")[:12],
            "organisation": request.POST.get("organisation", "")[:32],
            "commune": request.POST.get("commune", "")[:8],
        }
        if kept["kind"] not in KINDS:
            faults["kind"] = _("Say for whom you apply.")
        elif kept["kind"] == "organisation" and kept["organisation"] not in {o.key for o in mine}:
            faults["organisation"] = _("Choose an organisation that you represent.")
        if kept["commune"] not in {one.code for one in communes}:
            faults["commune"] = _("Choose the ward, commune or special zone.")
        elif office_for(row, kept["commune"]) is None:
            faults["commune"] = _("No agency answers this service there.")
        if not faults:
            if kept["kind"] != "organisation":
                kept["organisation"] = ""
            _save(draft, filing=kept)
            return redirect("dossiers:draft_form", key)
    context = _context(
        draft,
        row,
        0,
        kinds=KINDS if mine else {k: v for k, v in KINDS.items() if k != "organisation"},
        organisations=mine,
        communes=sorted(communes, key=lambda one: (one.kind, one.name_vi)),
        kept=kept,
        faults=faults,
    )
    return render(request, "dossiers/filing.html", context, status=422 if faults else 200)


@require_http_methods(["GET", "POST"])
@page(permission="dossiers.apply")
def form(request: HttpRequest, key: str) -> HttpResponse:
    """The procedure's own form; whatever was typed is kept, right or wrong."""
    draft, row, _ours = _draft(request, key)
    schema = form_schema(draft.form)
    language = request.LANGUAGE_CODE
    data = draft.data.get("answers") or forms.initial(schema)
    faults: dict[str, list[str]] = {}
    if request.method == "POST":
        grown = forms.changed_rows(schema, request.POST, language=language)
        data = forms.parse(schema, request.POST, language=language) if grown is None else grown
        _save(draft, answers=data)
        if "later" in request.POST:
            messages.success(request, _("Kept as a draft."))
            return redirect("dossiers:mine")
        if grown is None:
            faults = forms.errors(schema, data, language)
            if not faults:
                return redirect("dossiers:draft_papers", key)
    shown = forms.render(schema, data, faults, language)
    context = _context(draft, row, 1, form=shown)
    return render(request, "dossiers/draft_form.html", context, status=422 if faults else 200)


@require_http_methods(["GET", "POST"])
@page(permission="dossiers.apply")
def papers(request: HttpRequest, key: str) -> HttpResponse:
    """Files by the paper they are; several photos of one paper become one PDF."""
    draft, row, ours = _draft(request, key)
    faults: dict[str, str] = {}
    if request.method == "POST":
        account = request.actor.key
        remove = request.POST.get("remove", "")
        if remove:
            drafts.detach_file(key=key, account=account, file=remove, at=timezone.now())
            return redirect("dossiers:draft_papers", key)
        stored, faults = stored_uploads(request, [one.key for one in ours.documents], by=account)
        for part, keys in stored.items():
            for file in keys:
                draft = drafts.attach_file(
                    key=key, account=account, part=part, file=file, at=timezone.now()
                )
        if not faults and "more" in request.POST:
            return redirect("dossiers:draft_papers", key)
        faults = missing(draft, ours) | faults
        if not faults:
            return redirect("dossiers:draft_review", key)
    context = _context(draft, row, 2, parts=_parts(request, draft, ours), faults=faults)
    return render(request, "dossiers/draft_papers.html", context, status=422 if faults else 200)


def missing(draft: DraftFacts, ours: ShippedProcedure) -> dict[str, str]:
    """Papers that must be there and are not."""
    return {
        one.key: _("This paper is required.")
        for one in ours.documents
        if one.required and not draft.files.get(one.key)
    }


def _parts(request: HttpRequest, draft: DraftFacts, ours: ShippedProcedure) -> list[dict[str, Any]]:
    facts = shelf.facts([file for keys in draft.files.values() for file in keys])
    english = request.LANGUAGE_CODE == "en"
    return [
        {
            "key": one.key,
            "name": one.name_en if english else one.name,
            "required": one.required,
            "files": [facts[file] for file in draft.files.get(one.key, []) if file in facts],
        }
        for one in ours.documents
    ]


@require_http_methods(["GET", "POST"])
@page(permission="dossiers.apply")
def review(request: HttpRequest, key: str) -> HttpResponse:
    """Everything once more, then send; sent twice, it is one dossier."""
    draft, row, ours = _draft(request, key)
    schema = form_schema(draft.form)
    language = request.LANGUAGE_CODE
    filed = draft.data.get("filing") or {}
    if not filed:
        return redirect("dossiers:draft", key)
    answered = draft.data.get("answers") or {}
    if forms.errors(schema, answered, language):
        return redirect("dossiers:draft_form", key)
    if missing(draft, ours):
        return redirect("dossiers:draft_papers", key)
    office = office_for(row, filed["commune"])
    if office is None:
        return redirect("dossiers:draft", key)
    actor = request.actor
    organisation = next(
        (o for o in identity.organisations_of(actor.person_id) if o.key == filed["organisation"]),
        None,
    )
    if (filed["kind"] == "organisation") != (organisation is not None):
        messages.error(request, _("Choose an organisation that you represent."))
        return redirect("dossiers:draft", key)
    if request.method == "POST":
        names = {one.key: one.name for one in ours.documents}
        try:
            dossier = actions.submit(
                procedure=row.code,
                agency=office,
                division=filed["commune"],
                channel="online",
                applicant_kind=filed["kind"],
                applicant=actor.person_id,
                applicant_name=organisation.name if organisation else actor.name,
                organisation=organisation.id if organisation else None,
                form=answered,
                files={names[part]: keys for part, keys in draft.files.items() if part in names},
                by=actor.key,
                at=timezone.now(),
                draft=draft.key,
            )
        except forms.NoSuchDraft:
            messages.info(request, _("It was sent already."))
            return redirect("dossiers:mine")
        messages.success(
            request, _("Sent. Your dossier's number is %(number)s.") % {"number": dossier.number}
        )
        return redirect("dossiers:own", dossier.key)
    context = _context(
        draft,
        row,
        3,
        answers=queries.answers(schema, answered, language),
        parts=_parts(request, draft, ours),
        kind=KINDS[filed["kind"]],
        organisation=organisation,
        agency=identity.agency(office).called(language),
    )
    return render(request, "dossiers/draft_review.html", context)


@require_POST
@page(permission="dossiers.apply")
def discard(request: HttpRequest, key: str) -> HttpResponse:
    """Throw a draft away, after the page asked for confirmation."""
    _draft(request, key)
    drafts.discard_draft(key=key, account=request.actor.key)
    messages.success(request, _("The draft is discarded."))
    return redirect("dossiers:mine")

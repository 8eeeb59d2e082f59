"""Paper that came in: its scan is kept bit by bit and read for searching."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hoaphuong.documents import actions
from hoaphuong.documents.kinds import KINDS, URGENCIES
from hoaphuong.documents.pages.days import day_of
from hoaphuong.files import actions as shelf
from hoaphuong.files import queries as stored
from hoaphuong.identity import queries as identity
from hoaphuong.kernel.access import page, require


@require_http_methods(["GET", "POST"])
@page(permission="documents.issue")
def scan(request: HttpRequest) -> HttpResponse:
    """Take in a document that came on paper: its scan is kept bit by bit and read for searching."""
    actor = request.actor
    held = sorted(actor.agencies("documents.issue"))
    offices = [identity.agency(code) for code in held if code in identity.agencies()]
    typed = {
        name: " ".join(request.POST.get(name, "").split())[:500]
        for name in (
            "agency", "from_name", "number", "notation", "issued_on", "kind", "subject_line",
            "urgency", "due_on",
        )
    }  # fmt: skip
    faults: dict[str, str] = {}
    if request.method == "POST":
        require(actor, "documents.issue", typed["agency"])
        faults = _faults(typed)
        upload = request.FILES.get("file")
        if upload is None:
            faults["file"] = _("Choose the scan: PDF, JPEG, PNG or TIFF.")
        elif not faults:
            now = timezone.now()
            try:
                facts = shelf.store(
                    upload=upload,
                    name=upload.name or "",
                    by=actor.key,
                    at=now,
                    retention="document",
                    allowed=stored.SCANS,
                    as_is=True,
                )
            except shelf.FileRefused as refused:
                faults["file"] = str(refused)
            else:
                return _taken_in(request, typed, facts.key)
    context = {
        "offices": offices,
        "kinds": KINDS.values(),
        "urgencies": URGENCIES,
        "typed": typed,
        "faults": faults,
        "own": actor.account.agency_id,
        "most": settings.UPLOAD_MAX_BYTES,
    }
    return render(request, "documents/scan.html", context, status=422 if faults else 200)


def _taken_in(request: HttpRequest, typed: dict[str, str], file_key: str) -> HttpResponse:
    now = timezone.now()
    arrival = actions.Arrival(
        agency=typed["agency"],
        source="paper",
        from_code="",
        from_name=typed["from_name"],
        number=typed["number"],
        notation=typed["notation"],
        issued_on=day_of(typed["issued_on"]),
        kind=typed["kind"] if typed["kind"] in KINDS else "",
        subject_line=typed["subject_line"],
        urgency=typed["urgency"] if typed["urgency"] in URGENCIES else "",
        file_key=file_key,
        due_on=day_of(typed["due_on"]),
        to_read=True,
    )
    incoming = actions.receive(arrival=arrival, by=request.actor.key, at=now)
    actions.register(key=incoming.key, by=request.actor.key, at=now)
    messages.success(request, _("Taken in and entered in the register."))
    return redirect("documents:incoming", incoming.key)


def _faults(typed: dict[str, str]) -> dict[str, str]:
    faults = {}
    if not typed["from_name"]:
        faults["from_name"] = _("Say which agency sent it.")
    if not typed["subject_line"]:
        faults["subject_line"] = _("Say in a few words what it is about.")
    if typed["number"] and not typed["number"].isalnum():
        faults["number"] = _("A number is written in digits, with letters behind them at most.")
    for name in ("issued_on", "due_on"):
        if typed[name] and day_of(typed[name]) is None:
            faults[name] = _("This is not a day.")
    return faults

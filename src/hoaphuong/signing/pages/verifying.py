"""A page for anyone: drop a file and read who signed it, and whether it is still that file."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hoaphuong.kernel.access import page
from hoaphuong.signing import checking
from hoaphuong.signing.contracts import Provenance, Report, SignatureFinding, Verdict
from hoaphuong.signing.verification.reasons import sentence

NOTICES = {"good": "success", "bad": "error", "wait": "warning", "still": "info"}


@dataclass(frozen=True)
class Line:
    """One signature in plain words, with what is technical below."""

    finding: SignatureFinding
    kind: str
    verdict: str
    tone: str
    icon: str
    sentence: str
    changes: tuple[str, ...]
    revocation: str


@dataclass(frozen=True)
class Shown:
    """One file in plain words."""

    report: Report
    verdict: str
    tone: str  # of the notice
    sentence: str
    lines: tuple[Line, ...]
    known: Provenance | None
    known_status: str


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@page(public=True)
def check(request: HttpRequest) -> HttpResponse:
    """Ask for files, and say of each what it is worth; nothing is kept."""
    context: dict[str, Any] = {"most": checking.MOST_FILES}
    status = 200
    if request.method == "POST":
        uploads = request.FILES.getlist("tep")
        wait = checking.wait_for(request.META.get("REMOTE_ADDR", ""), len(uploads))
        if wait:
            return _too_many(request, wait)
        if not uploads:
            context["fault"], status = _("Choose at least one file."), 400
        elif len(uploads) > checking.MOST_FILES:
            context["fault"] = _("At most %(most)s files at a time.") % {
                "most": checking.MOST_FILES
            }
            status = 400
        else:
            context["shown"] = [
                _shown(one, request.LANGUAGE_CODE) for one in checking.check(uploads)
            ]
    return render(request, "signing/check.html", context, status=status)


def _too_many(request: HttpRequest, wait: int) -> HttpResponse:
    reason = _("Too many files. Try again in %(wait)s seconds.") % {"wait": wait}
    answer = render(request, "429.html", {"reason": reason}, status=429)
    answer["Retry-After"] = str(wait)
    return answer


def _shown(one: checking.Checked, language: str) -> Shown:
    report = one.report
    words, tone, _icon = _verdict(report.verdict)
    status = one.known.status if one.known else ""
    return Shown(
        report, words, NOTICES[tone], sentence(report.reason, language),
        tuple(_line(finding, language) for finding in report.signatures), one.known,
        {
            "recalled": _("This document has been recalled: it no longer counts."),
            "replaced": _("This document has been replaced by a newer one."),
        }.get(status, ""),
    )  # fmt: skip


def _line(finding: SignatureFinding, language: str) -> Line:
    words, tone, icon = _verdict(finding.verdict)
    if finding.verdict is Verdict.VALID:
        words = _("Valid")  # "the document is authentic" is said once, of the file
    kinds = {"seal": _("Seal of an organisation"), "time stamp": _("Time stamp")}
    states = {"good": _("not revoked"), "revoked": _("revoked")}
    return Line(
        finding,
        kinds.get(finding.kind)
        or (_("Signature of a person") if finding.is_person else _("Digital signature")),
        words,
        tone,
        icon,
        sentence(finding.reason, language) if finding.reason != "valid" else "",
        _changes(finding),
        states.get(finding.revocation, _("revocation unknown")),
    )


def _verdict(verdict: Verdict) -> tuple[str, str, str]:
    """Words, colour and icon: never the colour alone."""
    return {
        Verdict.VALID: (_("The document is authentic"), "good", "check-circle"),
        Verdict.INVALID: (_("Not to be trusted"), "bad", "x-circle"),
        Verdict.INDETERMINATE: (_("It cannot be told for certain"), "wait", "alert"),
        Verdict.UNSIGNED: (_("No digital signature"), "still", "info"),
        Verdict.UNREADABLE: (_("The file cannot be read"), "still", "alert"),
    }[verdict]


def _changes(finding: SignatureFinding) -> tuple[str, ...]:
    """What came after the signature, in the words of someone who did not make the file."""
    filled = {c.what.removeprefix("filled:") for c in finding.changes if "filled:" in c.what}
    allowed = all(c.permitted for c in finding.changes)
    said = []
    if filled:
        dates = {"so", "ngay", "thang", "nam"}
        what = (
            _("The number and the day of issue were filled in after signing")
            if filled <= dates
            else _("These fields were filled in after signing: %(names)s")
            % {"names": ", ".join(sorted(filled))}
        )
        said.append(f"{what} — {_('the signer permits this') if allowed else _('not permitted')}.")
    whats = {change.what for change in finding.changes}
    if "signed" in whats:
        said.append(_("Someone else signed after this signature."))
    if "time stamped" in whats:
        said.append(_("A time stamp was added."))
    if "evidence added" in whats:
        said.append(_("Evidence about the certificates was added."))
    if "other" in whats:
        said.append(_("The file was changed in another way after this signature."))
    return tuple(said)

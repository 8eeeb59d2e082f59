"""Rows of published lists that gave no procedure: list them, correct them, import a file."""

import json
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hoaphuong.dossiers import actions
from hoaphuong.dossiers.catalogue import Bounds, UnreadableSource
from hoaphuong.dossiers.models import ProcedureReject
from hoaphuong.dossiers.pages.services import page_number
from hoaphuong.kernel.access import page
from hoaphuong.kernel.intake import ImportReport

PAGE = 50
REASONS: dict[str, Any] = {
    "code_missing": gettext_lazy("The row has no procedure code."),
    "code_malformed": gettext_lazy("The procedure code is not of the form d.dddddd."),
    "name_missing": gettext_lazy("The row has no procedure name."),
    "line_unreadable": gettext_lazy("The line is not a readable JSON object."),
    "line_too_long": gettext_lazy("The line is longer than allowed."),
}
UNREADABLE: dict[str, Any] = {
    "missing": gettext_lazy("The file could not be opened."),
    "not_a_file": gettext_lazy("This is not an ordinary file."),
    "empty": gettext_lazy("The file is empty."),
    "too_large": gettext_lazy("The file is larger than allowed."),
    "expands_too_far": gettext_lazy("The compressed file expands beyond what is allowed."),
    "too_many_rows": gettext_lazy("The file has more rows than allowed."),
    "damaged": gettext_lazy("The file is damaged or is not what it claims to be."),
    "not_utf8": gettext_lazy("The text is not in UTF-8. Save the file as UTF-8 and try again."),
    "not_json": gettext_lazy("The file is not valid JSON."),
    "no_header": gettext_lazy("No row names both a procedure code and a procedure name."),
    "row_too_long": gettext_lazy("A row is longer than allowed."),
    "old_excel": gettext_lazy("This is an old .xls workbook. Save it as .xlsx and try again."),
    "unsafe_workbook": gettext_lazy(
        "The workbook holds a document type declaration, which is refused."
    ),
}


class CorrectionForm(forms.Form):
    """The two cells that can reject a row."""

    code = forms.CharField(
        label=gettext_lazy("Procedure code"),
        help_text=gettext_lazy("Such as 1.001193; a local copy adds the province's own code."),
        max_length=24,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Name of the procedure"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )


@require_GET
@page(permission="dossiers.manage_procedures")
def listed(request: HttpRequest) -> HttpResponse:
    return _list(request)


def _list(request: HttpRequest, *, fault: str = "") -> HttpResponse:
    """One page of rejected rows, those to correct unless the corrected ones are asked for."""
    asked = request.GET
    done = asked.get("done") == "1"
    reason, source = asked.get("reason", "")[:40], asked.get("source", "")[:200]
    rows = ProcedureReject.objects.filter(corrected_at__isnull=not done)
    counts = ProcedureReject.objects.aggregate(
        waiting=Count("pk", filter=Q(corrected_at__isnull=True)),
        corrected=Count("pk", filter=Q(corrected_at__isnull=False)),
    )
    sources = rows.values_list("source", flat=True).distinct().order_by("source")[:200]
    if reason:
        rows = rows.filter(reason_code=reason)
    if source:
        rows = rows.filter(source=source)
    number = page_number(request)
    start = (number - 1) * PAGE
    few = list(rows.defer("raw").order_by("source", "line")[start : start + PAGE + 1])
    context = {
        "rows": [(one, file_of(one.source), _reason(one)) for one in few[:PAGE]],
        "number": number,
        "more": len(few) > PAGE,
        "done": done,
        "reason": reason,
        "reasons": REASONS,
        "source": source,
        "sources": [(one, file_of(one)) for one in sources],
        "fault": fault,
        "most": filesizeformat(settings.UPLOAD_MAX_BYTES),
        **counts,
    }
    return render(request, "dossiers/rejects.html", context, status=422 if fault else 200)


def file_of(source: str) -> str:
    """The file's name without the kind it was read as."""
    return source.partition(":")[2] or source


def _reason(row: ProcedureReject) -> Any:
    return REASONS.get(row.reason_code, row.reason)


@require_POST
@page(permission="dossiers.manage_procedures")
def bring(request: HttpRequest) -> HttpResponse:
    """Import an uploaded file, or only say what importing it would do."""
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile) or upload.file is None:
        return _list(request, fault=_("Choose a file."))
    try:
        report = actions.import_procedures(
            path=upload.file,
            name=upload.name or "",
            at=timezone.now(),
            by=request.actor.key,
            dry_run=request.POST.get("dry_run") == "1",
            bounds=Bounds(file_bytes=settings.UPLOAD_MAX_BYTES, expanded_bytes=128 * 2**20),
        )
    except UnreadableSource as unreadable:
        text = str(UNREADABLE.get(unreadable.code, unreadable.reason))
        if unreadable.line:
            text += " " + _("(line %(line)s)") % {"line": unreadable.line}
        return _list(request, fault=text)
    if request.POST.get("dry_run") == "1":
        messages.info(request, _("Nothing was stored; this was a trial.") + " " + _said(report))
    else:
        messages.success(request, _said(report))
    return redirect("dossiers:rejects")


def _said(report: ImportReport) -> str:
    return _(
        "Rows read: %(read)s. Accepted: %(accepted)s, of which unchanged: %(unchanged)s."
        " Rejected: %(rejected)s."
    ) % {
        "read": report.read,
        "accepted": report.accepted,
        "unchanged": report.unchanged,
        "rejected": report.rejected,
    }


@require_http_methods(["GET", "POST"])
@page(permission="dossiers.manage_procedures")
def correct(request: HttpRequest, key: str) -> HttpResponse:
    """Give a rejected row the code and name it lacked; what was typed is kept beside its error."""
    row = ProcedureReject.objects.filter(key=key).first()
    if row is None:
        raise Http404
    if row.corrected_at:
        messages.info(request, _("This row is corrected already."))
        return redirect("dossiers:rejects")
    form = CorrectionForm(request.POST or None, initial={"code": row.code, "name": row.name})
    if request.method == "POST" and form.is_valid():
        try:
            record = actions.correct_reject(
                key=key,
                code=form.cleaned_data["code"],
                name=form.cleaned_data["name"],
                by=request.actor.key,
                at=timezone.now(),
            )
        except actions.StillRejected as still:
            beside = "name" if still.reason_code == "name_missing" else "code"
            form.add_error(beside, REASONS[still.reason_code])
        except actions.CodeOfAnother as other:
            text = _("This code belongs to another procedure: %(name)s")
            form.add_error("code", text % {"name": other.args[0]})
        except actions.AlreadyCorrected:
            messages.info(request, _("A colleague has corrected this row in the meantime."))
            return redirect("dossiers:rejects")
        else:
            messages.success(request, _("Stored: %(code)s.") % {"code": record.code})
            return redirect("dossiers:rejects")
    context = {
        "row": row,
        "file": file_of(row.source),
        "reason": _reason(row),
        "form": form,
        "cells": _cells(row.raw),
        "crumbs": [(_("Rejected procedures"), reverse("dossiers:rejects"))],
    }
    return render(request, "dossiers/reject.html", context, status=422 if form.errors else 200)


def _cells(raw: str) -> list[tuple[str, str]]:
    """The rejected row by column; nothing when it was no row of cells."""
    try:
        row = json.loads(raw)
    except (ValueError, RecursionError):
        return []
    return [(str(k), str(v)) for k, v in row.items()] if isinstance(row, dict) else []

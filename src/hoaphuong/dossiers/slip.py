"""The reception slip: form 01 of Circular 01/2018/TT-VPCP, typeset, with a QR code."""

import json
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localtime

from hoaphuong.dossiers import queries
from hoaphuong.dossiers.models import Dossier
from hoaphuong.dossiers.statuses import CHANNELS
from hoaphuong.identity import queries as identity

if TYPE_CHECKING:
    from typst import Compiler

TEMPLATE = Path(__file__).parent / "slip.typ"
_one_at_a_time = Lock()


@cache
def _compiler() -> "Compiler":
    """Made once a process: starting it costs more than a page does."""
    import typst

    return typst.Compiler(
        input=str(TEMPLATE),
        font_paths=[str(settings.PACKAGE / "web" / "fonts")],
        ignore_system_fonts=True,
        sys_inputs={"data": "{}"},
    )


def slip_facts(dossier: Dossier, *, base: str) -> dict[str, Any]:
    """What the slip says; the due date only once the office has received the dossier."""
    import segno  # with the first slip, not with the server

    agency = identity.agency(dossier.agency_code)
    record = queries.published(dossier.procedure)
    applicant = identity.person(dossier.applicant_id)
    sent = localtime(dossier.submitted_at)
    track = base.rstrip("/") + reverse("dossiers:track_token", args=[dossier.token])
    parts: dict[str, int] = {}
    for part in dossier.files.values_list("part", flat=True):
        parts[part] = parts.get(part, 0) + 1
    qr = segno.make(track, error="m").svg_inline(border=0, dark="#000000")
    return {
        "city": settings.CITY["name"].upper(),
        "place": settings.CITY["name"],
        "agency": agency.name,
        "number": dossier.number,
        "procedure": dossier.procedure.name,
        "code": dossier.procedure_id,
        "decision": record.decision,
        "applicant": dossier.applicant_name,
        "address": applicant.address,
        "phone": applicant.phone,
        "channel": str(CHANNELS[dossier.channel]),
        "papers": [[name, count] for name, count in parts.items()],
        "sent": f"{sent:%H:%M %d/%m/%Y}",
        "received": f"{dossier.received_on:%d/%m/%Y}" if dossier.received_on else "",
        "due": f"{dossier.due_on:%d/%m/%Y}" if dossier.due_on else "",
        "day": sent.day,
        "month": sent.month,
        "year": sent.year,
        "track": track,
        "qr": qr,
    }


def slip_pdf(dossier: Dossier, *, base: str) -> bytes:
    """The slip as PDF/A-2b; always in Vietnamese, the language of the form."""
    from django.utils import translation

    with translation.override("vi"):
        facts = slip_facts(dossier, base=base)
    data = json.dumps(facts, ensure_ascii=False)
    with _one_at_a_time:
        made = _compiler().compile(format="pdf", sys_inputs={"data": data}, pdf_standards="a-2b")
    assert isinstance(made, bytes)
    return made

"""Verification of any signed file, of this city or a stranger's: docs/verification.md.

Readers take a file apart (``pdf.verify_pdf``, ``xml.verify_xml``, ``asic.verify_asic``), each with
the arguments of ``verify`` less the name of the file:
``verify_xml(content, *, anchors, answers, at) -> list[SignatureFinding]``. They raise
``base.Unreadable``; an empty list is a file without a signature. Each hands what it took out of
the file to ``judging.judge(Signed, Case)``: chains, time stamps and revocation are judged there,
by the same rules for all.
"""

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING

from hoaphuong.signing.contracts import Report, SignatureFinding, Verdict
from hoaphuong.signing.providers.base import RevocationAnswers
from hoaphuong.signing.verification.base import Case, Unreadable

if TYPE_CHECKING:
    from hoaphuong.signing.verification.trust import Anchors

MOST_BYTES = 64 * 1024 * 1024
HEADER = 1024


def verify(
    content: bytes,
    *,
    name: str,
    anchors: "Anchors",
    answers: RevocationAnswers | None,
    at: datetime,
) -> Report:
    """What is to be said of a file; never raises for what is in it."""
    about = {"file": name, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    kind = kind_of(content)
    if len(content) > MOST_BYTES:
        return Report(
            verdict=Verdict.UNREADABLE,
            reason="too_large",
            kind=kind,
            **about,  # type: ignore[arg-type]
        )
    try:
        findings, warnings = _safely(kind, content, Case(anchors, answers, at))
    except Unreadable as fault:
        return Report(
            verdict=Verdict.UNREADABLE,
            reason=fault.reason,
            detail=fault.detail,
            kind=kind,
            **about,  # type: ignore[arg-type]
        )
    from hoaphuong.signing.verification.judging import worst

    verdict, reason = worst(findings)
    return Report(
        verdict=verdict,
        reason=reason,
        kind=kind,
        signatures=tuple(findings),
        warnings=warnings,
        **about,  # type: ignore[arg-type]
    )


def kind_of(content: bytes) -> str:
    """By the first bytes, never by the name: "pdf", "xml", "asic", or "" for none of them."""
    if content.startswith(b"%PDF-"):
        return "pdf"
    if content.startswith(b"PK\x03\x04"):
        return "asic"
    start = content[:HEADER].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    if start.startswith(b"<"):
        return "xml"
    return "pdf" if b"%PDF-" in content[:HEADER] else ""


def _safely(
    kind: str, content: bytes, case: Case
) -> tuple[list[SignatureFinding], tuple[str, ...]]:
    try:
        return _read(kind, content, case)
    except Unreadable:
        raise
    except (MemoryError, RecursionError) as fault:
        raise Unreadable("too_hard", type(fault).__name__) from fault
    except Exception as fault:
        # A parser of strangers' files breaks in more ways than it declares; here each means this.
        raise Unreadable("broken", f"{type(fault).__name__}: {str(fault)[:200]}") from fault


def _read(kind: str, content: bytes, case: Case) -> tuple[list[SignatureFinding], tuple[str, ...]]:
    if kind == "pdf":
        from hoaphuong.signing.verification.pdf import read_pdf

        return read_pdf(content, case)
    if kind == "xml":
        from hoaphuong.signing.verification.xml import verify_xml

        return verify_xml(content, anchors=case.anchors, answers=case.answers, at=case.at), ()
    if kind == "asic":
        from hoaphuong.signing.verification.asic import verify_asic

        return verify_asic(content, anchors=case.anchors, answers=case.answers, at=case.at), ()
    raise Unreadable("unknown_kind" if content else "broken")

"""Takes the signatures out of a PDF: byte ranges, messages, evidence (ISO 32000-1, 12.8)."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from hoaphuong.signing.contracts import SignatureFinding
from hoaphuong.signing.providers.base import RevocationAnswers
from hoaphuong.signing.verification import chains, cms, judging, pdf_changes
from hoaphuong.signing.verification.base import Case, Evidence, Signed, Token, Unreadable
from hoaphuong.signing.verification.certificates import Certificate
from hoaphuong.signing.verification.pdf_reading import (
    Reader,
    at,
    carries_scripts,
    outside_revisions,
    signed_ranges,
)
from hoaphuong.signing.verification.reasons import verdict_of
from hoaphuong.signing.verification.trust import Anchors

MOST_REVISIONS = 64
MOST_OBJECTS = 150_000
MOST_SIGNATURES = 64
MOST_EVIDENCE = 400
LEGACY_SHA1 = {"/adbe.x509.rsa_sha1", "/adbe.pkcs7.sha1"}
BASELINE = "/ETSI.CAdES.detached"
STAMP = "/ETSI.RFC3161"


@dataclass(frozen=True)
class _Found:
    """One signature field with its value, read as far as it can be."""

    name: str
    fault: str
    embedded: EmbeddedPdfSignature | None = None
    message: cms.Message | None = None
    subfilter: str = ""
    digest: Callable[[str], bytes] = hashlib.new  # type: ignore[assignment]
    covers_whole: bool = False

    @property
    def is_stamp(self) -> bool:
        return self.subfilter == STAMP


def verify_pdf(
    content: bytes, *, anchors: Anchors, answers: RevocationAnswers | None, at: datetime
) -> list[SignatureFinding]:
    """Every signature and document time stamp, in the order they were made.

    Unreadable, or whatever else the parser of a broken file raises.
    """
    return read_pdf(content, Case(anchors, answers, at))[0]


def read_pdf(content: bytes, case: Case) -> tuple[list[SignatureFinding], tuple[str, ...]]:
    """The findings, and what else a reader should be warned of."""
    reader = Reader(io.BytesIO(content))
    if reader.encrypted:
        raise Unreadable("encrypted")
    return _read(content, reader, case)


def _read(
    content: bytes, reader: PdfFileReader, case: Case
) -> tuple[list[SignatureFinding], tuple[str, ...]]:
    if reader.xrefs.total_revisions > MOST_REVISIONS:
        raise Unreadable("too_hard", "too many revisions")
    objects = sum(
        len(reader.xrefs.explicit_refs_in_revision(number))
        for number in range(reader.xrefs.total_revisions)
    )
    if objects > MOST_OBJECTS:
        raise Unreadable("too_hard", "too many objects")
    fields = list(enumerate_sig_fields(reader, filled_status=True))
    if len(fields) > MOST_SIGNATURES:
        raise Unreadable("too_hard", "too many signatures")
    warnings = ("scripts",) if carries_scripts(content, reader) else ()
    found = [_field(content, reader, name, ref) for name, _value, ref in fields]
    evidence = _evidence(reader, found)
    pool = chains.pool_of(evidence.certificates)
    found = [_unspoiled(one, pool, case.anchors) for one in found]
    found.sort(key=lambda one: one.embedded.signed_revision if one.embedded else -1)
    if not found:
        return [], warnings
    forms = pdf_changes.Forms(reader)
    tail = outside_revisions(content, reader)
    known = [_known(one) for one in found if one.embedded is not None]
    stamps = [one for one in found if one.is_stamp and not one.fault]
    judged = judging.judge_archive([_token(one) for one in stamps], evidence, case)
    findings = []
    for one in found:
        signed = _signed(one, reader, evidence, known, forms, tail=tail)
        if one.is_stamp and one in stamps:
            findings.append(judging.judge_stamp(signed, judged[stamps.index(one)]))
        elif one.embedded is None or one.message is None:
            findings.append(_unread(signed))
        else:
            # A wrong one is a finding of its own, and no fault of those before it.
            later = [
                _token(stamp)
                for stamp, its in zip(stamps, judged, strict=True)
                if _revision(stamp) > _revision(one) and not its.fault
            ]
            findings.append(judging.judge(replace(signed, archive=tuple(later)), case))
    return findings, warnings


def _field(content: bytes, reader: PdfFileReader, name: str, ref: Any) -> _Found:
    """One field; a signature that cannot even be read is a broken one."""
    value = at(ref.get_object(), "/V")
    subfilter = str(at(value, "/SubFilter") or "")
    if subfilter in LEGACY_SHA1:
        return _Found(name, "weak_algorithm", subfilter=subfilter)
    try:
        embedded = EmbeddedPdfSignature(reader, ref, name)
        message = cms.read(bytes(embedded.pkcs7_content))
    except (PdfError, ValueError, KeyError, TypeError, AttributeError, AssertionError) as broken:
        return _Found(name, "broken_signature", subfilter=subfilter or type(broken).__name__)
    # Both read the same bytes, but pyHanko by its own eyes: one signer, one revision.
    ranges = signed_ranges(content, embedded)
    if ranges is None:
        return _Found(name, "byte_range", embedded, message, subfilter)
    first, second = ranges

    def digest(hash_name: str) -> bytes:
        hashed = hashlib.new(hash_name, memoryview(content)[: first[1]])
        hashed.update(memoryview(content)[second[0] : second[1]])
        return hashed.digest()

    fault = "" if subfilter == STAMP else message.fault(digest)
    if subfilter == STAMP and message.content_type != "tst_info":
        fault = "broken_signature"
    whole = second[1] == len(content)
    return _Found(name, fault, embedded, message, subfilter, digest, whole)


def _unspoiled(one: _Found, pool: dict[bytes, list[Certificate]], anchors: Anchors) -> _Found:
    if one.message is None or one.fault or one.is_stamp:
        return one
    signer = one.message.signer.der if one.message.signer else b""
    spare = [der for der in one.message.certificates if der != signer]
    bad = chains.spoiled(spare, pool, anchors)
    return replace(one, fault="broken_signature") if bad else one


def _signed(
    one: _Found,
    reader: PdfFileReader,
    evidence: Evidence,
    known: list[pdf_changes.Signature],
    forms: pdf_changes.Forms,
    *,
    tail: bool,
) -> Signed:
    message, embedded = one.message, one.embedded
    if message is None or embedded is None:
        return Signed(None, fault=one.fault, baseline=False, field_name=one.name)
    later = (
        pdf_changes.Later()
        if one.fault == "byte_range" or (one.covers_whole and not tail)
        else pdf_changes.after(_known(one), known, reader, forms, tail=tail)
    )
    return Signed(
        message.signer.der if message.signer else None,
        fault=one.fault,
        weak=message.weakness(),
        baseline=one.subfilter == BASELINE and message.bound,
        claimed_at=message.claimed_at or _written_at(embedded),
        tokens=tuple(_own_token(message, der) for der in message.tokens),
        evidence=evidence,
        changes=later.changes,
        forbidden=later.forbidden,
        changed_after=later.content,
        certifies="/Reference" in embedded.sig_object and embedded.docmdp_level is not None,
        covers_whole=one.covers_whole,
        algorithm=message.algorithm,
        field_name=one.name,
    )


def _unread(signed: Signed) -> SignatureFinding:
    return SignatureFinding(
        signer="",
        intact=False,
        trusted=False,
        level="",
        changed_after=False,
        verdict=verdict_of(signed.fault),
        reason=signed.fault,
        field=signed.field_name,
    )


def _known(one: _Found) -> pdf_changes.Signature:
    assert one.embedded is not None
    embedded = one.embedded
    return pdf_changes.Signature(
        one.name, embedded.signed_revision, one.is_stamp, embedded.docmdp_level, embedded.fieldmdp
    )


def _revision(one: _Found) -> int:
    return int(one.embedded.signed_revision) if one.embedded else -1


def _token(one: _Found) -> Token:
    assert one.embedded is not None
    return Token(bytes(one.embedded.pkcs7_content), one.digest)


def _own_token(message: cms.Message, der: bytes) -> Token:
    value = message.value
    return Token(der, lambda name: hashlib.new(name, value).digest())


def _written_at(embedded: EmbeddedPdfSignature) -> datetime | None:
    try:
        told = generic.parse_pdf_date(embedded.sig_object["/M"], strict=False)
    except (KeyError, ValueError, PdfError, TypeError):
        return None
    return told if told.tzinfo else None


def _evidence(reader: PdfFileReader, found: list[_Found]) -> Evidence:
    """The document's store, with the certificates of every signature."""
    own: list[bytes] = []
    for one in found:
        own += one.message.certificates if one.message else ()
    store = at(reader.root, "/DSS")
    ocsps, crls = list(_pieces(store, "/OCSPs")), list(_pieces(store, "/CRLs"))
    for one in found:
        archived = (
            one.message.attributes.get("adbe_revocation_info_archival") if one.message else None
        )
        if archived is not None:
            ocsps += [piece.dump() for piece in archived["ocsp"] or ()]
            crls += [piece.dump() for piece in archived["crl"] or ()]
    return Evidence(tuple([*own, *_pieces(store, "/Certs")]), tuple(ocsps), tuple(crls))


def _pieces(store: Any, name: str) -> list[bytes]:
    try:
        listed = at(store, name) or ()
        return [bytes(one.get_object().data) for one in list(listed)[:MOST_EVIDENCE]]
    except (PdfError, ValueError, KeyError, TypeError, AttributeError):
        return []

"""Evidence that a signature was good: certificates and answers in the file (PAdES B-LT, B-LTA)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms, core, crl, ocsp, tsp, x509

from hoaphuong.signing.contracts import Level
from hoaphuong.signing.pdf import fields
from hoaphuong.signing.pdf.fields import SIGNATURE
from hoaphuong.signing.pdf.paper import Paper, open_paper
from hoaphuong.signing.pdf.placing import stamp_document
from hoaphuong.signing.pdf.syntax import Broken, Name, Ref, Token, string_bytes
from hoaphuong.signing.pdf.update import Update
from hoaphuong.signing.providers.base import (
    EvidenceMissing,
    RevocationAnswers,
    SigningFault,
    TimeStampFailed,
    TimeStamps,
)  # fmt: skip

DSS = Name(b"/DSS")
CERTS, OCSPS, CRLS = Name(b"/Certs"), Name(b"/OCSPs"), Name(b"/CRLs")
_UNREADABLE = (ValueError, TypeError, KeyError, IndexError, AttributeError)


class Revoked(SigningFault):
    """A certificate was revoked before a time stamp proves that it was used."""

    reason = "certificate_revoked"


@dataclass(frozen=True)
class Signed:
    """One message of a file: who signed it, and when that was by somebody else's clock."""

    end: int
    is_stamp: bool
    signer: x509.Certificate
    certificates: tuple[x509.Certificate, ...]
    at: datetime | None
    stamp: "Signed | None" = None


def _parsed(message: bytes, *, end: int, is_stamp: bool) -> Signed:
    try:
        content = cms.ContentInfo.load(message)["content"]
        found = tuple(
            one.chosen
            for one in content["certificates"]
            if isinstance(one.chosen, x509.Certificate)
        )
        info = content["signer_infos"][0]
        sid = info["sid"]
        if sid.name == "issuer_and_serial_number":
            wanted = (sid.chosen["issuer"], sid.chosen["serial_number"].native)
            signer = next(c for c in found if (c.issuer, c.serial_number) == wanted)
        else:
            signer = next(c for c in found if c.key_identifier == sid.native)
        at = stamp = None
        if is_stamp:
            at = tsp.TSTInfo.load(content["encap_content_info"]["content"].parsed.dump())[
                "gen_time"
            ].native
        elif not isinstance(info["unsigned_attrs"], core.Void):
            for attribute in info["unsigned_attrs"]:
                if attribute["type"].native == "signature_time_stamp_token":
                    token = attribute["values"][0].dump()
                    stamp = _parsed(token, end=end, is_stamp=True)
                    at = stamp.at
        return Signed(end, is_stamp, signer, found, at, stamp)
    except (*_UNREADABLE, StopIteration) as fault:
        raise Broken(f"A signature of the file cannot be read: {fault}") from fault


def _signatures(paper: Paper) -> list[Signed]:
    """All messages of a file, in the order they were made."""
    found = []
    for field in fields.fields(paper):
        if field.kind != SIGNATURE or field.value is None:
            continue
        entries = paper.dictionary(field.value)
        contents = paper.resolved(entries.get(Name(b"/Contents")))
        covered = paper.array(entries.get(Name(b"/ByteRange")))
        if not isinstance(contents, Token) or len(covered) != 4:
            raise Broken(f"The signature in field {field.name} is not whole.")
        is_stamp = paper.resolved(entries.get(Name(b"/SubFilter"))) == b"/ETSI.RFC3161"
        end = sum(part for part in covered[2:] if isinstance(part, int))
        found.append(_parsed(string_bytes(contents), end=end, is_stamp=is_stamp))
    return sorted(found, key=lambda one: one.end)


def stamp_ends(pdf: bytes) -> datetime:
    """When the first certificate below the root of the newest time stamp ends; TimeStampFailed.

    The file must carry a time stamp.
    """
    for one in reversed(_signatures(open_paper(pdf))):
        stamp = one if one.is_stamp else one.stamp
        if stamp:
            path = [certificate for certificate, _issuer in _path(stamp.signer, stamp.certificates)]
            return min(c.not_valid_after for c in path if c is path[0] or c.self_signed == "no")
    raise TimeStampFailed("The file has no time stamp.")


def extend(
    pdf: bytes, *, to: Level, stamps: TimeStamps | None, answers: RevocationAnswers | None
) -> bytes:
    """The file raised to a level; at B-LTA again, fresh evidence and a further time stamp.

    A signature without a time stamp gets a document time stamp. SigningFault.
    """
    made = _signatures(open_paper(pdf))
    if not any(not one.is_stamp for one in made):
        raise SigningFault("The file has no signature.")
    if to == Level.B_B:
        return pdf
    if made[-1].at is None:
        pdf = stamp_document(pdf, _needed(stamps))
    if to == Level.B_T:
        return pdf
    if answers is None:
        raise EvidenceMissing(f"Level {to} needs answers about revocation.")
    pdf = with_evidence(pdf, answers)
    return stamp_document(pdf, _needed(stamps)) if to == Level.B_LTA else pdf


def _needed(stamps: TimeStamps | None) -> TimeStamps:
    if stamps is None:
        raise TimeStampFailed("This level needs a time-stamp authority.")
    return stamps


class _Store:
    """What the file holds already and what is added (ETSI EN 319 142-1, 5.4.2)."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.entries = dict(paper.dictionary(paper.dictionary(paper.root).get(DSS) or {}))
        self.held: dict[Name, dict[bytes, Ref | None]] = {CERTS: {}, OCSPS: {}, CRLS: {}}
        for kind, held in self.held.items():
            for ref in paper.array(self.entries.get(kind)):
                if not isinstance(ref, Ref):
                    raise Broken("The evidence in the file cannot be read.")
                held[paper.stream(ref)] = ref

    def add(self, kind: Name, value: bytes) -> None:
        self.held[kind].setdefault(value, None)

    def written(self) -> bytes:
        """The file with what was added; as it was when nothing was."""
        if all(ref for held in self.held.values() for ref in held.values()):
            return self.paper.content
        update = Update(self.paper)
        for kind, held in self.held.items():
            refs = [ref or update.stream(b"", value) for value, ref in held.items()]
            if refs:
                self.entries[kind] = refs
        there = self.paper.dictionary(self.paper.root).get(DSS)
        place = there if isinstance(there, Ref) else update.new()
        update.change(place, {Name(b"/Type"): DSS} | self.entries)
        if place != there:
            update.editable(self.paper.root)[DSS] = place
        return update.written()


def with_evidence(pdf: bytes, answers: RevocationAnswers) -> bytes:
    """The file with all certificates and an answer for each that could be revoked.

    Revoked when one was before its time stamp; EvidenceMissing when nobody answers.
    """
    paper = open_paper(pdf)
    made = _signatures(paper)
    store = _Store(paper)
    later = [one.at for one in made if one.is_stamp]
    everyone = [*made, *(one.stamp for one in made if one.stamp)]
    pool = {c.dump(): c for one in everyone for c in one.certificates}
    pool |= {held: _certificate(held) for held in store.held[CERTS]}
    asked = set[tuple[bytes, datetime | None]]()
    for one in everyone:
        proven = one.at if not one.is_stamp and one.at else next(iter(later), None)
        if one.is_stamp:
            proven = next((at for at in later if at and one.at and at > one.at), None)
        for certificate, issuer in _path(one.signer, list(pool.values())):
            store.add(CERTS, certificate.dump())
            if certificate.self_signed == "no" and (certificate.dump(), proven) not in asked:
                asked.add((certificate.dump(), proven))
                _answer(store, answers, certificate, issuer, proven)
    return store.written()


def _certificate(der: bytes) -> x509.Certificate:
    return x509.Certificate.load(der)


def _path(
    signer: x509.Certificate, pool: Sequence[x509.Certificate]
) -> Iterator[tuple[x509.Certificate, x509.Certificate | None]]:
    """From the signer upwards, each with its issuer as far as it is known."""
    seen = set[bytes]()
    at: x509.Certificate | None = signer
    while at is not None and at.dump() not in seen:
        seen.add(at.dump())
        issuer = None
        if at.self_signed == "no":
            known = at.authority_key_identifier
            issuer = next(
                (
                    one for one in pool
                    if one.subject == at.issuer and one.ca
                    and (known is None or one.key_identifier in (None, known))
                ),
                None,
            )  # fmt: skip
        yield at, issuer
        at = issuer


def _answer(
    store: _Store,
    answers: RevocationAnswers,
    certificate: x509.Certificate,
    issuer: x509.Certificate | None,
    proven: datetime | None,
) -> None:
    """Put an answer about a certificate into the store; Revoked or EvidenceMissing."""
    der = certificate.dump()
    said = answers.ocsp(der, issuer.dump()) if issuer else None
    if said is not None and _judge(_by_ocsp(said, certificate), certificate, proven):
        store.add(OCSPS, said)
        return
    said = answers.crl(der)
    if said is not None and _judge(_by_crl(said, certificate), certificate, proven):
        store.add(CRLS, said)
        return
    held = [_by_ocsp(one, certificate) for one in store.held[OCSPS]]
    held += [_by_crl(one, certificate) for one in store.held[CRLS]]
    if not any(_judge(one, certificate, proven) for one in held):
        raise EvidenceMissing(
            f"Nobody says whether certificate {certificate.serial_number:x} is revoked."
        )


def _judge(said: Any, certificate: x509.Certificate, proven: datetime | None) -> bool:
    """Whether an answer says something: "good", or since when the certificate is revoked."""
    if isinstance(said, datetime) and (proven is None or said <= proven):
        raise Revoked(f"Certificate {certificate.serial_number:x} was revoked at {said}.")
    return said is not None


def _by_ocsp(der: bytes, certificate: x509.Certificate) -> datetime | str | None:
    try:
        response = ocsp.OCSPResponse.load(der)
        if response["response_status"].native != "successful":
            return None
        for one in response.response_data["responses"]:
            named = one["cert_id"]
            issued = getattr(certificate.issuer, named["hash_algorithm"]["algorithm"].native)
            if named["serial_number"].native != certificate.serial_number:
                continue
            if named["issuer_name_hash"].native != issued:
                continue
            status = one["cert_status"]
            if status.name == "revoked":
                return status.chosen["revocation_time"].native
            return "good" if status.name == "good" else None
    except _UNREADABLE as fault:
        raise EvidenceMissing(f"An answer about revocation cannot be read: {fault}") from fault
    return None


def _by_crl(der: bytes, certificate: x509.Certificate) -> datetime | str | None:
    try:
        listed = crl.CertificateList.load(der)
        if listed.issuer != certificate.issuer:
            return None
        for one in listed["tbs_cert_list"]["revoked_certificates"]:
            if one["user_certificate"].native == certificate.serial_number:
                return one["revocation_date"].native
    except _UNREADABLE as fault:
        raise EvidenceMissing(f"A list of revoked cannot be read: {fault}") from fault
    return "good"

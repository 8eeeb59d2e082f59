"""From what a reader found to what is said of one signature: docs/verification.md."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from cryptography.x509.oid import NameOID

from hoaphuong.signing.contracts import Level, SignatureFinding, Verdict
from hoaphuong.signing.verification import chains, revocation, stamps
from hoaphuong.signing.verification.base import Case, Evidence, Signed, Token
from hoaphuong.signing.verification.certificates import BadCertificate, Certificate, read
from hoaphuong.signing.verification.reasons import verdict_of


def judge(signed: Signed, case: Case) -> SignatureFinding:
    """What is said of one signature: XML and ASiC readers call this too."""
    archive = judge_archive(signed.archive, signed.evidence, case)
    proofs = [moment for stamp in archive if (moment := stamp.proven)]
    own = [stamps.judge(token, signed.evidence, case, proofs) for token in signed.tokens]
    certificate = _certificate(signed.certificate)
    if certificate is None:
        # A certificate that cannot be read is one that was altered, unless there is none at all.
        code = signed.fault or ("wrong_certificate" if signed.certificate else "no_certificate")
        return _nameless(signed, code)
    pool = chains.pool_of(signed.evidence.certificates)
    path = chains.find(certificate, pool, case.anchors)
    proven = min((m for s in (*own, *archive) if (m := s.proven)), default=None)
    best = proven or case.at
    known = _standing(path, signed.evidence, case, best)
    code = (
        signed.fault
        or ("forbidden_change" if signed.forbidden else "")
        or ("stamp_wrong" if any(s.fault for s in (*own, *archive)) else "")
        or _untrusted(path, best, proven, known, signed, (*own, *archive))
        or ("weak_algorithm" if signed.weak or path.weakness() else "")
        or _unknown(known, proven, (*own, *archive))
        or "valid"
    )
    stamp = _shown((*own, *archive))
    whole = not path.fault and not path.dates_fault(best) and known.state != "revoked"
    return SignatureFinding(
        signer=_called(certificate),
        intact=not signed.fault,
        trusted=whole and certificate.may_sign,
        level=_level(signed, own, archive, path),
        changed_after=signed.changed_after or signed.forbidden,
        verdict=verdict_of(code),
        reason=code,
        kind="seal" if certificate.is_seal else "signature",
        stamped_at=stamp.at if stamp else None,
        stamped_by=stamp.by if stamp else "",
        revocation=known.state,
        revoked_at=known.revoked_at,
        **_about(certificate),  # type: ignore[arg-type]
        **_told(signed),  # type: ignore[arg-type]
    )


def judge_stamp(signed: Signed, own: stamps.Stamp) -> SignatureFinding:
    """A document time stamp as a finding of its own, once it was judged with those after it."""
    code = (
        signed.fault
        or ("forbidden_change" if signed.forbidden else "")
        or own.fault
        or own.doubt
        or "valid"
    )
    whole = own.path is not None and not own.path.fault and not own.doubt
    about = _about(own.certificate) if own.certificate else {}
    return SignatureFinding(
        signer=own.by,
        intact=not signed.fault and not own.fault,
        trusted=whole,
        level="",
        changed_after=signed.changed_after or signed.forbidden,
        verdict=verdict_of(code),
        reason=code,
        kind="time stamp",
        stamped_at=own.at,
        stamped_by=own.by,
        revocation=own.state,
        **about,  # type: ignore[arg-type]
        **_told(signed),  # type: ignore[arg-type]
    )


def judge_archive(tokens: Iterable[Token], evidence: Evidence, case: Case) -> list[stamps.Stamp]:
    """Time stamps in the order they were made; each is seen by the trustworthy ones after it."""
    found: list[stamps.Stamp] = []
    for token in reversed(tuple(tokens)):
        proofs = [moment for stamp in found if (moment := stamp.proven)]
        found.append(stamps.judge(token, evidence, case, proofs))
    return found[::-1]


def worst(findings: Iterable[SignatureFinding]) -> tuple[Verdict, str]:
    """The verdict and reason of a whole file."""
    order = (Verdict.INVALID, Verdict.INDETERMINATE, Verdict.VALID)
    found = sorted(findings, key=lambda one: order.index(one.verdict))  # the first of equals
    return (found[0].verdict, found[0].reason) if found else (Verdict.UNSIGNED, "unsigned")


def _certificate(der: bytes | None) -> Certificate | None:
    try:
        return read(der) if der else None
    except BadCertificate:
        return None


def _standing(
    path: chains.Path, evidence: Evidence, case: Case, best: datetime
) -> revocation.Standing:
    """The signer's standing; that of an issuer that was revoked stands in for it."""
    if path.fault:
        return revocation.Standing()
    chain = path.certificates
    for place in range(1, len(chain) - 1):
        issuer = revocation.standing(chain[place:], evidence, case, best)
        if issuer.state == "revoked":
            return replace(issuer, of_issuer=True)
    return revocation.standing(chain, evidence, case, best)


def _untrusted(
    path: chains.Path,
    best: datetime,
    proven: datetime | None,
    known: revocation.Standing,
    signed: Signed,
    seen: Iterable[stamps.Stamp],
) -> str:
    if path.fault:
        return path.fault
    if known.state == "revoked" and known.revoked_at is not None:
        if proven is None and not (signed.claimed_at and signed.claimed_at >= known.revoked_at):
            return _for_lack(seen) or "revoked_no_proof"
        return "chain_revoked" if known.of_issuer else "revoked"
    if not path.certificates[0].may_sign:
        return "wrong_purpose"
    dates = path.dates_fault(best)
    if dates and proven is None and dates != "not_yet_valid":
        return _for_lack(seen) or dates
    return dates


def _unknown(
    known: revocation.Standing, proven: datetime | None, seen: Iterable[stamps.Stamp]
) -> str:
    if known.state == "good":
        return ""
    lack = _for_lack(seen) if proven is None else ""
    return lack or ("revocation_too_old" if known.old else "revocation_unknown")


def _for_lack(seen: Iterable[stamps.Stamp]) -> str:
    """Why the time stamps that are there prove nothing; "" when there is none."""
    return next((stamp.doubt for stamp in seen if stamp.doubt), "")


def _shown(seen: Iterable[stamps.Stamp]) -> stamps.Stamp | None:
    """The time stamp that counts, else the first that is at least right."""
    right = [stamp for stamp in seen if not stamp.fault]
    proven = [stamp for stamp in right if stamp.proven]
    return min(proven, key=lambda stamp: stamp.proven) if proven else next(iter(right), None)  # type: ignore[arg-type,return-value]


def _level(
    signed: Signed,
    own: list[stamps.Stamp],
    archive: list[stamps.Stamp],
    path: chains.Path,
) -> str:
    if not signed.baseline:
        return ""
    if not any(not stamp.fault for stamp in (*own, *archive)):
        return Level.B_B
    if not revocation.names(path.certificates, signed.evidence):
        return Level.B_T
    return Level.B_LTA if any(not stamp.fault for stamp in archive) else Level.B_LT


def _called(certificate: Certificate) -> str:
    return certificate.name() or certificate.name(NameOID.ORGANIZATION_NAME)


def _about(certificate: Certificate) -> dict[str, object]:
    return {
        "organisation": certificate.name(NameOID.ORGANIZATION_NAME),
        "issuer": certificate.name(of="issuer")
        or certificate.name(NameOID.ORGANIZATION_NAME, of="issuer"),
        "serial": f"{certificate.serial:x}",
        "is_person": certificate.is_person,
        "subject": certificate.x509.subject.rfc4514_string()[:300],
        "certificate_from": certificate.begins,
        "certificate_to": certificate.ends,
    }


def _told(signed: Signed) -> dict[str, object]:
    return {
        "claimed_at": signed.claimed_at,
        "certifies": signed.certifies,
        "changes": signed.changes,
        "algorithm": signed.algorithm,
        "field": signed.field_name,
        "covers_whole": signed.covers_whole,
    }


def _nameless(signed: Signed, code: str) -> SignatureFinding:
    return SignatureFinding(
        signer="",
        intact=False,
        trusted=False,
        level="",
        changed_after=signed.changed_after or signed.forbidden,
        verdict=verdict_of(code),
        reason=code,
        **_told(signed),  # type: ignore[arg-type]
    )

"""Reads of signing; answers are contracts, never rows."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from hoaphuong.files import queries as files
from hoaphuong.signing.archive_queries import has_stamps_in_hand, stamps_wait
from hoaphuong.signing.contracts import (
    BatchFacts,
    CertificateFacts,
    PaperSignatureFacts,
    Report,
)
from hoaphuong.signing.models import (
    Batch,
    BatchItem,
    Certificate,
    HolderKind,
    PaperSignature,
    Prepared,
    SignatureImage,
    StandingOrder,
)

STATES = tuple(BatchItem.State.values)


def certificate_facts(row: Certificate) -> CertificateFacts:
    return CertificateFacts(
        key=row.key,
        kind=row.kind,
        account=row.account_key,
        agency=row.agency_code,
        provider=row.provider,
        subject_name=row.subject_name,
        issuer=row.issuer,
        serial=row.serial,
        algorithm=row.algorithm,
        not_before=row.not_before,
        not_after=row.not_after,
        withdrawn_at=row.withdrawn_at,
        certificate=bytes(row.der),
    )


def certificate(key: str) -> CertificateFacts | None:
    """One certificate by its key."""
    row = Certificate.objects.filter(key=key).first()
    return certificate_facts(row) if row else None


def reference_of(certificate: str) -> str:
    """By which name a certificate's key is known where it is kept; empty for none."""
    rows = Certificate.objects.filter(key=certificate)
    return rows.values_list("reference", flat=True).first() or ""


def certificate_of_serial(serial: str) -> str | None:
    """Key of the certificate with a serial number (hexadecimal); None unless it is one."""
    wanted = serial.replace(":", "").lower().lstrip("0")
    found = Certificate.objects.filter(serial=wanted).values_list("key", flat=True)[:2]
    return found[0] if len(found) == 1 else None


def _of_account(account: str) -> QuerySet[Certificate]:
    return Certificate.objects.filter(kind=HolderKind.PERSONAL, account_key=account)


def _of_agency(agency: str) -> QuerySet[Certificate]:
    return Certificate.objects.filter(kind=HolderKind.SEAL, agency_code=agency)


def _in_force(rows: QuerySet[Certificate], at: datetime) -> CertificateFacts | None:
    """The one that ends last of those in force at a moment."""
    good = rows.filter(
        Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=at),
        not_before__lte=at,
        not_after__gte=at,
    )
    row = good.order_by("-not_after", "-pk").first()
    return certificate_facts(row) if row else None


def certificate_of_account(account: str, *, at: datetime) -> CertificateFacts | None:
    """The certificate with which an account signs at a moment."""
    return _in_force(_of_account(account), at)


def certificate_of_agency(agency: str, *, at: datetime) -> CertificateFacts | None:
    """The certificate with which an agency seals at a moment."""
    return _in_force(_of_agency(agency), at)


def certificates_of_account(account: str) -> list[CertificateFacts]:
    """Every certificate an account has or had, the newest first."""
    return [certificate_facts(row) for row in _of_account(account).order_by("-not_after", "-pk")]


def certificates_of_agencies(agencies: Iterable[str]) -> list[CertificateFacts]:
    """Every certificate of seals of these agencies, by agency, the newest first."""
    rows = Certificate.objects.filter(kind=HolderKind.SEAL, agency_code__in=list(agencies))
    return [certificate_facts(row) for row in rows.order_by("agency_code", "-not_after", "-pk")]


def image_of(certificate: str) -> bytes:
    """The image in force (PNG) of the holder of a certificate: hand signature or seal; or empty."""
    held = Certificate.objects.filter(key=certificate).values("account_key", "agency_code").first()
    row = image_row(account=held["account_key"], agency=held["agency_code"]) if held else None
    if row is None:
        return b""
    with files.open_file(row.file_key) as stored:
        return stored.read()


def image_row(*, account: str = "", agency: str = "") -> SignatureImage | None:
    """The newest image of a holder that was not taken back."""
    if not account and not agency:
        return None
    rows = SignatureImage.objects.filter(
        account_key=account, agency_code=agency, taken_back_at__isnull=True
    )
    return rows.order_by("-pk").first()


def may_undo_image(account: str) -> bool:
    """Whether an account has an image before the newest to go back to."""
    rows = SignatureImage.objects.filter(account_key=account, agency_code="")
    return rows.filter(taken_back_at__isnull=True).count() > 1


def images_of_agencies(agencies: Iterable[str]) -> dict[str, tuple[SignatureImage, bool]]:
    """By agency the seal image in force, and whether there is one before it; in one query."""
    rows = SignatureImage.objects.filter(
        kind=HolderKind.SEAL, agency_code__in=list(agencies), taken_back_at__isnull=True
    )
    found: dict[str, tuple[SignatureImage, bool]] = {}
    for row in rows.order_by("pk"):
        found[row.agency_code] = (row, row.agency_code in found)
    return found


def batch(key: str) -> BatchFacts | None:
    """One batch with its counts."""
    return next(iter(_counted(Batch.objects.filter(key=key))), None)


def batches_of(account: str, *, most: int = 10) -> list[BatchFacts]:
    """The newest batches of one account with their counts."""
    newest = Batch.objects.filter(account_key=account, standing__isnull=True).order_by(
        "-authorised_at", "-pk"
    )[:most]
    return _counted(newest)


def standing_orders(agencies: Iterable[str]) -> dict[tuple[str, str], StandingOrder]:
    """The orders that stand, by agency and kind, also those whose last day is over."""
    rows = StandingOrder.objects.filter(agency_code__in=list(agencies), withdrawn_at__isnull=True)
    return {(row.agency_code, row.kind): row for row in rows}


def _counted(rows: QuerySet[Batch]) -> list[BatchFacts]:
    batches = list(rows.select_related("certificate"))
    counted: dict[int, dict[str, int]] = {}
    items = BatchItem.objects.filter(batch__in=[row.pk for row in batches])
    for of, state, count in items.values_list("batch", "state").annotate(n=Count("pk")):
        counted.setdefault(of, {})[state] = count
    return [_batch_facts(row, counted.get(row.pk, {})) for row in batches]


def _batch_facts(row: Batch, counts: dict[str, int]) -> BatchFacts:
    return BatchFacts(
        key=row.key,
        kind=row.kind,
        account=row.account_key,
        agency=row.agency_code,
        certificate=row.certificate.key,
        authorised_at=row.authorised_at,
        finished_at=row.finished_at,
        papers=row.papers,
        fault=row.fault,
        waits_until=row.waits_until,
        **{state: counts.get(state, 0) for state in STATES},
    )


def items_of(batch: str, *states: str, page: int = 1, size: int = 50) -> list[dict[str, Any]]:
    """One page of a batch's papers in these states, and one more when others follow."""
    rows = BatchItem.objects.filter(batch__key=batch, state__in=states or STATES)
    start = (max(page, 1) - 1) * size
    told = ("position", "subject", "state", "reason", "ended_at")
    return list(rows.order_by("position").values(*told)[start : start + size + 1])


def batch_of(kind: str, subject: str) -> str:
    """The batch in which a paper waits or is signed now, or was last; empty when in none."""
    items = BatchItem.objects.filter(kind=kind, subject=subject).order_by("-pk")
    return items.values_list("batch__key", flat=True).first() or ""


def signatures_of(paper: str) -> list[PaperSignatureFacts]:
    """The signatures made here on one paper, oldest first."""
    rows = PaperSignature.objects.filter(paper=paper).select_related("certificate")
    return [_signature_facts(row) for row in rows.order_by("pk")]


def signed_by(account: str, *, most: int = 20) -> list[PaperSignatureFacts]:
    """What an account signed or sealed lately, the newest first."""
    rows = PaperSignature.objects.filter(by_account=account).select_related("certificate")
    return [_signature_facts(row) for row in rows.order_by("-signed_at", "-pk")[:most]]


def _signature_facts(row: PaperSignature) -> PaperSignatureFacts:
    return PaperSignatureFacts(
        key=row.key,
        paper=row.paper,
        kind=row.kind,
        certificate=row.certificate.key,
        level=row.level,
        before_sha256=row.before_sha256,
        after_sha256=row.after_sha256,
        file=row.file_key,
        signed_at=row.signed_at,
        stamped_at=row.stamped_at,
        by=row.by_account,
    )


def is_prepared(key: str, *, account: str, at: datetime) -> bool:
    """Whether a paper waits for the token of this account under a key."""
    rows = Prepared.objects.filter(key=key, account_key=account, finished_at__isnull=True)
    return rows.filter(expires_at__gte=at).exists()


def _to_sign(at: datetime) -> QuerySet[BatchItem]:
    """The papers a signer may take now."""
    free = Q(state=BatchItem.State.WAITING) | Q(state=BatchItem.State.SIGNING, claimed_until__lt=at)
    ready = Q(batch__waits_until__isnull=True) | Q(batch__waits_until__lte=at)
    return BatchItem.objects.filter(free, ready, batch__finished_at__isnull=True)


def papers_wait(at: datetime) -> bool:
    """Whether a signer would find a paper to sign now."""
    return _to_sign(at).exists()


def signers_wanted(at: datetime, *, most: int) -> int:
    """How many signers have something to do: one for a few papers, more for many."""
    waiting = len(_to_sign(at).values_list("pk", flat=True)[: 2 * most])
    if not waiting and stamps_wait(at):
        return 1
    return min(most, -(-waiting // 2))


def has_in_hand(signer: str) -> bool:
    """Whether papers are claimed under a signer's name."""
    items = BatchItem.objects.filter(state=BatchItem.State.SIGNING, claimed_by=signer)
    return items.exists() or has_stamps_in_hand(signer)


def verdict_of(content: bytes, *, name: str) -> Report:
    """What is to be said of the signatures of a file, read in a process of its own."""
    from hoaphuong.signing.checking import aside, trust

    return aside().verify(content, name=name, trust=trust())


def time_stamp(content: bytes) -> bytes | None:
    """A time-stamp token (RFC 3161) over the SHA-256 of some bytes; None when none can be had."""
    from hoaphuong.signing import keyring
    from hoaphuong.signing.providers.base import TimeStampFailed

    stamps = keyring.stamps()
    if stamps is None:
        return None
    try:
        return stamps.stamp(hashlib.sha256(content).digest())
    except TimeStampFailed:
        return None

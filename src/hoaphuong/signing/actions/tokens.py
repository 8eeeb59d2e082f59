"""Signing with a token on its holder's own machine: the digest goes out, a CMS comes in."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from hoaphuong.files import actions as files
from hoaphuong.files import queries as shelf
from hoaphuong.signing import keyring, making
from hoaphuong.signing.actions.batches import NotAuthorised, require_second_factor, usable
from hoaphuong.signing.actions.items import record_signature
from hoaphuong.signing.actions.keeping import keep_made
from hoaphuong.signing.models import BatchItem, Certificate, Prepared
from hoaphuong.signing.parameters import PREPARED_LASTS
from hoaphuong.signing.queries import certificate_facts
from hoaphuong.signing.signables import NotSignable, signables


@dataclass(frozen=True)
class ForToken:
    """What goes out: the SHA-256 ``digest``, in hexadecimal, is to be signed until then."""

    key: str
    digest: str
    expires_at: datetime


class NotPrepared(Exception):
    """Nothing waits under this key for this person: never prepared, too old, or signed already."""


def prepare_for_token(
    *,
    kind: str,
    subject: str,
    certificate: str,
    by: str,
    second_factor_at: datetime | None,
    at: datetime,
) -> ForToken:
    """Make one paper ready for a token.

    The caller has checked the signable's permission. Raises NotAuthorised, NotSignable and
    making.PaperUnreadable.
    """
    signable = signables()[kind]
    shown = require_second_factor(second_factor_at, at=at)
    on_token = Certificate.objects.filter(key=certificate, provider="client").first()
    held = usable(on_token, seal=signable.seal, by=by, at=at)
    to_sign = signable.to_sign(subject, account=by, certificate=certificate_facts(held))
    if to_sign.beside:  # a token is asked for one digest
        raise NotSignable("several_at_once")
    ready = making.prepare(
        to_sign, certificate=bytes(held.der), chain=making.split(bytes(held.chain)), at=at
    )
    with transaction.atomic():
        _not_waiting(kind, subject)
        file = files.keep(
            content=ready.content,
            name=f"{subject}.pdf",
            media_type="application/pdf",
            by=by,
            at=at,
            retention="prepared",
        )
        row = Prepared.objects.create(
            kind=kind,
            subject=subject,
            certificate=held,
            account_key=by,
            level=to_sign.level,
            before_sha256=hashlib.sha256(to_sign.content).hexdigest(),
            file_key=file.key,
            state=ready.state,
            digest=ready.digest,
            prepared_at=at,
            expires_at=at + PREPARED_LASTS,
            second_factor_at=shown,
        )
    return ForToken(row.key, row.digest, row.expires_at)


def finish_with_cms(*, key: str, cms: bytes, by: str, at: datetime) -> str:
    """Put a token's CMS into what was prepared, and let the paper's app take it; the file's key.

    Raises NotPrepared, making.PaperUnreadable for a CMS that is not of this paper and this
    certificate, a SigningFault of the outside, and what the app's action raises; then nothing
    has happened, and the same CMS may be sent again.
    """
    row = Prepared.objects.select_related("certificate").filter(key=key, account_key=by).first()
    if row is None or row.finished_at is not None or row.expires_at < at:
        raise NotPrepared(key)
    held = row.certificate
    if held.withdrawn_at is not None or not held.not_before <= at <= held.not_after:
        raise NotAuthorised("certificate_not_in_force")
    with shelf.open_file(row.file_key) as stored:
        content = stored.read()
    made = making.finish(
        content,
        state=row.state,
        cms=cms,
        stamps=keyring.stamps(),
        answers=keyring.answers(),
    )
    return _finish(row, made, by=by, at=at)


@transaction.atomic
def _finish(prepared: Prepared, made: making.Made, *, by: str, at: datetime) -> str:
    row = Prepared.objects.select_for_update().get(pk=prepared.pk)
    if row.finished_at is not None:
        raise NotPrepared(row.key)
    _not_waiting(row.kind, row.subject)
    file = keep_made(made, kind=row.kind, paper=row.subject, by=by, at=at)
    record_signature(
        kind=row.kind,
        paper=row.subject,
        certificate=prepared.certificate.key,
        before_sha256=row.before_sha256,
        after_sha256=file.sha256,
        made=made,
        file=file.key,
        by=by,
        at=at,
    )
    signables()[row.kind].signed(row.subject, content=made.content, file=file, by=by, at=at)
    row.finished_at = at
    row.save(update_fields=["finished_at"])
    return file.key


@transaction.atomic
def forget_prepared(*, at: datetime) -> int:
    """Drop what was prepared and not signed in time; how many."""
    old = Prepared.objects.filter(finished_at__isnull=True, expires_at__lt=at)
    return old.delete()[0]


def _not_waiting(kind: str, subject: str) -> None:
    """A paper that waits in a batch is signed there, not twice."""
    open_items = BatchItem.objects.filter(
        kind=kind, subject=subject, state__in=[BatchItem.State.WAITING, BatchItem.State.SIGNING]
    )
    if open_items.exists():
        raise NotSignable("waits_in_a_batch")

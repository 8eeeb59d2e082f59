"""Signatures that were made, those a token is asked for, and papers to be stamped again."""

from django.db import models
from django.db.models import F, Q

from hoaphuong.kernel.field_classes import FieldClasses
from hoaphuong.kernel.keys import new_key
from hoaphuong.signing.models.batches import BatchItem
from hoaphuong.signing.models.holders import Certificate


class PaperSignature(models.Model):
    """One signature that was made: on which bytes, what came of it, with what, when, for whom."""

    field_classes = FieldClasses(
        internal=(
            "key paper kind level before_sha256 after_sha256 file_key signed_at stamped_at "
            "by_account"
        )
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    paper = models.CharField(max_length=32)
    kind = models.CharField(max_length=60)
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="signatures")
    item = models.OneToOneField(
        BatchItem, models.PROTECT, null=True, related_name="signature"
    )  # none for what a token signed outside a batch
    level = models.CharField(max_length=5)
    before_sha256 = models.CharField(max_length=64)
    after_sha256 = models.CharField(max_length=64, unique=True)
    file_key = models.CharField(max_length=32)
    signed_at = models.DateTimeField()
    stamped_at = models.DateTimeField(null=True)
    by_account = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_signature_changes_the_file",
                condition=~Q(before_sha256=F("after_sha256")),
            ),
            models.CheckConstraint(
                name="a_stamp_is_of_a_level_that_has_one",
                condition=(Q(level="B-B") & Q(stamped_at__isnull=True))
                | (~Q(level="B-B") & Q(stamped_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["paper", "id"], name="signatures_of_paper"),
            models.Index(fields=["by_account", "-signed_at"], name="signatures_by_account"),
        ]


class Prepared(models.Model):
    """A paper made ready for a signature on its holder's own machine: digest out, CMS in.

    ``file_key`` has the bytes with the signature's place left open. It lasts a day.
    """

    field_classes = FieldClasses(
        internal=(
            "key kind subject account_key level before_sha256 file_key state digest prepared_at "
            "expires_at second_factor_at finished_at"
        )
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=32)
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="+")
    account_key = models.CharField(max_length=32)
    level = models.CharField(max_length=5)
    before_sha256 = models.CharField(max_length=64)
    file_key = models.CharField(max_length=32)
    state = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    prepared_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    second_factor_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="what_is_prepared_expires_later",
                condition=Q(expires_at__gt=F("prepared_at")),
            )
        ]


class ArchiveItem(models.Model):
    """A signed paper whose last time stamp will not be checkable for ever: stamp it again by then.

    One row a paper; ``due_at`` lies a margin before the certificate of its last time stamp ends.
    """

    field_classes = FieldClasses(
        internal=(
            "paper kind file_key stamp_ends_at due_at stamps attempts reason waits_until claim "
            "claimed_by claimed_until"
        )
    )

    paper = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=60)
    file_key = models.CharField(max_length=32)
    stamp_ends_at = models.DateTimeField()
    due_at = models.DateTimeField()
    stamps = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=60, blank=True)
    waits_until = models.DateTimeField(null=True)
    claim = models.CharField(max_length=32, blank=True)
    claimed_by = models.CharField(max_length=80, blank=True)
    claimed_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_paper_is_due_before_its_stamp_ends",
                condition=Q(due_at__lte=F("stamp_ends_at")),
            )
        ]
        indexes = [models.Index(fields=["due_at"], name="archive_by_due_time")]

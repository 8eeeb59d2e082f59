"""Papers that were ordered to be signed, and how far each is."""

from django.db import models
from django.db.models import F, Q

from hoaphuong.kernel.field_classes import FieldClasses
from hoaphuong.kernel.keys import new_key
from hoaphuong.signing.models.holders import Certificate
from hoaphuong.signing.models.standing import StandingOrder


class Batch(models.Model):
    """Papers that one person ordered to be signed with one certificate, in one go.

    While the outside is at fault nothing of it is tried before ``waits_until``.
    """

    field_classes = FieldClasses(
        internal=(
            "key kind account_key agency_code authorised_at second_factor_at papers finished_at "
            "failures fault waits_until"
        )
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    kind = models.CharField(max_length=60)
    account_key = models.CharField(max_length=32)
    agency_code = models.CharField(max_length=13, blank=True)
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="batches")
    authorised_at = models.DateTimeField()
    second_factor_at = models.DateTimeField()
    papers = models.PositiveIntegerField()
    finished_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    fault = models.CharField(max_length=40, blank=True)
    waits_until = models.DateTimeField(null=True)
    # Set when no person ordered this batch itself.
    standing = models.ForeignKey(
        StandingOrder, models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_batch_has_papers", condition=Q(papers__gte=1)),
            models.CheckConstraint(
                name="a_batch_is_ordered_after_a_second_factor",
                condition=Q(second_factor_at__lte=F("authorised_at")),
            ),
        ]
        indexes = [
            models.Index(fields=["account_key", "-authorised_at"], name="batches_of_account"),
            models.Index(
                fields=["papers", "id"],
                condition=Q(finished_at__isnull=True),
                name="unfinished_batches",
            ),
        ]


class BatchItem(models.Model):
    """One paper of a batch. ``claim`` is the secret of the signer that has it in hand now.

    A signer's claim ends with ``claimed_until`` or with the signer, whichever is first.
    """

    field_classes = FieldClasses(
        internal=(
            "position kind subject state reason detail attempts claim claimed_by claimed_until "
            "ended_at"
        )
    )

    class State(models.TextChoices):
        WAITING = "waiting"
        SIGNING = "signing"
        SIGNED = "signed"
        FAILED = "failed"
        WITHDRAWN = "withdrawn"

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=32)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=60, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    claim = models.CharField(max_length=32, blank=True)
    claimed_by = models.CharField(max_length=80, blank=True)
    claimed_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "position"], name="one_item_per_position"),
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(state__in=["waiting", "signing"]),
                name="a_paper_waits_for_one_signature_of_a_kind",
            ),
            models.CheckConstraint(
                name="who_signs_has_claimed",
                condition=(
                    Q(state="signing")
                    & ~Q(claim="")
                    & ~Q(claimed_by="")
                    & Q(claimed_until__isnull=False)
                )
                | (
                    ~Q(state="signing")
                    & Q(claim="")
                    & Q(claimed_by="")
                    & Q(claimed_until__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="what_failed_says_why",
                condition=(Q(state="failed") & ~Q(reason="")) | ~Q(state="failed"),
            ),
            models.CheckConstraint(
                name="what_ended_says_when",
                condition=(Q(state__in=["waiting", "signing"]) & Q(ended_at__isnull=True))
                | (Q(state__in=["signed", "failed", "withdrawn"]) & Q(ended_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["batch", "position"],
                condition=Q(state__in=["waiting", "signing"]),
                name="items_to_sign",
            ),
            models.Index(fields=["claimed_by"], condition=Q(state="signing"), name="items_in_hand"),
            models.Index(fields=["kind", "subject", "id"], name="items_of_paper"),
        ]

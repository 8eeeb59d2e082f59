"""Banks' statements, and each day's comparison of our books with a provider's own list."""

from django.db import models
from django.db.models import Q

from hoaphuong.kernel.field_classes import FieldClasses
from hoaphuong.kernel.keys import new_key
from hoaphuong.payments.models.orders import Collection


class Statement(models.Model):
    """One file of a bank, read once: the same bytes are the same statement."""

    field_classes = FieldClasses(
        internal="key sha256 file_key provider account lines new_lines read_at by_key"
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    sha256 = models.CharField(max_length=64, unique=True)
    file_key = models.CharField(max_length=32)
    provider = models.CharField(max_length=12)
    account = models.CharField(max_length=40)
    lines = models.PositiveIntegerField()
    new_lines = models.PositiveIntegerField()
    read_at = models.DateTimeField()
    by_key = models.CharField(max_length=32)


class StatementLine(models.Model):
    """Money on an account, as the bank says; the bank's number of it counts once."""

    field_classes = FieldClasses(
        internal="key account transaction amount booked_at state settled_by settled_at",
        personal="note reason",
    )

    class State(models.TextChoices):
        MATCHED = "matched"
        UNMATCHED = "unmatched"
        SET_ASIDE = "set_aside"

    key = models.CharField(max_length=32, unique=True, default=new_key)
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="rows")
    account = models.CharField(max_length=40)
    transaction = models.CharField(max_length=80)
    # Out of the account when below zero.
    amount = models.BigIntegerField()
    booked_at = models.DateTimeField()
    note = models.CharField(max_length=500)
    state = models.CharField(max_length=9, choices=State)
    collection = models.ForeignKey(Collection, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    settled_by = models.CharField(max_length=32, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "transaction"], name="a_statement_line_counts_once"
            ),
            models.CheckConstraint(
                name="what_is_set_aside_says_why",
                condition=~Q(state="set_aside") | (~Q(reason="") & ~Q(settled_by="")),
            ),
        ]


class Reconciliation(models.Model):
    """One day of one provider for one agency, compared; it is closed when nothing is open.

    Without ``compared_at`` it could not be compared yet. ``tried_at`` is the last try that failed
    since it was compared, ``fault`` a code of why, ``again_at`` when it is tried again.
    """

    field_classes = FieldClasses(
        internal=(
            "key provider agency_code day matched ours theirs ours_amount theirs_amount "
            "compared_at tried_at fault again_at closed_at closed_by"
        )
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    provider = models.CharField(max_length=12)
    agency_code = models.CharField(max_length=13)
    day = models.DateField()
    matched = models.PositiveIntegerField()
    ours = models.PositiveIntegerField()
    theirs = models.PositiveIntegerField()
    ours_amount = models.BigIntegerField()
    theirs_amount = models.BigIntegerField()
    compared_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=13, blank=True)
    again_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "agency_code", "day"], name="a_day_is_compared_once"
            ),
            models.CheckConstraint(
                name="a_closed_day_was_compared",
                condition=Q(closed_at__isnull=True) | Q(compared_at__isnull=False),
            ),
        ]


class Difference(models.Model):
    """A transaction that one side has and the other has not, or has otherwise."""

    class Kind(models.TextChoices):
        MISSING_HERE = "missing_here"
        MISSING_THERE = "missing_there"
        DIFFERENT = "different"

    class State(models.TextChoices):
        OPEN = "open"
        GONE = "gone"
        SETTLED = "settled"

    field_classes = FieldClasses(
        internal=(
            "key kind state transaction reference ours theirs found_at settled_by settled_at how"
        ),
        personal="reason",
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    reconciliation = models.ForeignKey(Reconciliation, models.PROTECT, related_name="differences")
    kind = models.CharField(max_length=13, choices=Kind)
    state = models.CharField(max_length=7, choices=State, default=State.OPEN)
    transaction = models.CharField(max_length=80)
    reference = models.CharField(max_length=40, blank=True)
    ours = models.BigIntegerField(null=True)
    theirs = models.BigIntegerField(null=True)
    found_at = models.DateTimeField()
    how = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    settled_by = models.CharField(max_length=32, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reconciliation", "transaction"], name="a_difference_is_found_once"
            ),
            models.CheckConstraint(
                name="a_settled_difference_says_why",
                condition=~Q(state="settled") | (~Q(reason="") & ~Q(settled_by="")),
            ),
        ]

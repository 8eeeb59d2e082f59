"""What is asked for, how it is being paid, what came in, and what goes back."""

import secrets

from django.db import models
from django.db.models import F, Q

from hoaphuong.kernel.field_classes import FieldClasses
from hoaphuong.kernel.keys import new_key
from hoaphuong.payments.models.ledger import LedgerEntry


def new_token() -> str:
    """What opens an order's page without an account: 160 random bits, not to be guessed."""
    return secrets.token_urlsafe(20)


class FeeOrder(models.Model):
    """What one payer owes one agency for one thing; ``lines`` are ``payments.fees.Line`` as kept.

    ``about_kind`` and ``about`` name the thing, such as a dossier; its app hears that it is paid.
    """

    class State(models.TextChoices):
        OPEN = "open"
        PAID = "paid"
        CANCELLED = "cancelled"

    field_classes = FieldClasses(
        internal=(
            "key number token about_kind about about_number agency_code account_key code lines "
            "amount state ordered_at ended_at by_key search_text"
        ),
        personal="payer_name",
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    number = models.CharField(max_length=24, unique=True)
    # What a bank transfer is found by: short, without letters that are mistaken for others.
    code = models.CharField(max_length=12, unique=True)
    token = models.CharField(max_length=32, unique=True, default=new_token)
    about_kind = models.CharField(max_length=20)
    about = models.CharField(max_length=32)
    about_number = models.CharField(max_length=40)
    agency_code = models.CharField(max_length=13)
    account_key = models.CharField(max_length=32, blank=True)
    payer_name = models.CharField(max_length=250)
    lines = models.JSONField()
    amount = models.BigIntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    ordered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    by_key = models.CharField(max_length=32)
    search_text = models.CharField(max_length=400)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["about_kind", "about"],
                condition=Q(state="open"),
                name="one_open_order_per_subject",
            ),
            models.CheckConstraint(name="order_is_not_negative", condition=Q(amount__gte=0)),
            models.CheckConstraint(
                name="order_ends_exactly_when_closed",
                condition=Q(state="open", ended_at__isnull=True)
                | Q(state__in=["paid", "cancelled"], ended_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["agency_code", "-ordered_at"], name="orders_of_agency"),
            models.Index(fields=["account_key", "-ordered_at"], name="orders_of_account"),
        ]


class Attempt(models.Model):
    """One way that was opened to pay an order; ``reference`` is what the provider knows it by."""

    class State(models.TextChoices):
        STARTED = "started"
        PAID = "paid"
        FAILED = "failed"

    field_classes = FieldClasses(
        internal="key provider reference amount state said address started_at asked_at ended_at"
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    order = models.ForeignKey(FeeOrder, models.PROTECT, related_name="attempts")
    provider = models.CharField(max_length=12)
    reference = models.CharField(max_length=40)
    amount = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.STARTED)
    # The provider's own code of how it ended.
    said = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=2_000, blank=True)
    started_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "reference"], name="one_attempt_each"),
            models.CheckConstraint(name="attempt_is_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="attempt_ends_exactly_when_closed",
                condition=Q(state="started", ended_at__isnull=True)
                | Q(state__in=["paid", "failed"], ended_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["started_at"], condition=Q(state="started"), name="attempts_that_wait"
            )
        ]


class Collection(models.Model):
    """Money that came in: one row for the provider's own number of the transaction, for ever."""

    field_classes = FieldClasses(
        internal="key provider transaction agency_code amount paid_at counted_at day"
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    provider = models.CharField(max_length=12)
    transaction = models.CharField(max_length=80)
    order = models.ForeignKey(FeeOrder, models.PROTECT, null=True, related_name="collections")
    attempt = models.ForeignKey(Attempt, models.PROTECT, null=True, related_name="collections")
    agency_code = models.CharField(max_length=13)
    amount = models.BigIntegerField()
    paid_at = models.DateTimeField()
    # The provider's business day, by which its own list is made.
    day = models.DateField()
    counted_at = models.DateTimeField()
    entry = models.ForeignKey(LedgerEntry, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "transaction"], name="money_is_counted_once"
            ),
            models.CheckConstraint(name="collection_is_positive", condition=Q(amount__gt=0)),
        ]
        indexes = [models.Index(fields=["provider", "day"], name="collections_of_a_day")]


class Receipt(models.Model):
    """The receipt (biên lai) of a paid order, numbered without gaps; sealed once it has a file."""

    field_classes = FieldClasses(
        internal="key agency_code year number symbol issued_at file_key sealed_at"
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    order = models.OneToOneField(FeeOrder, models.PROTECT, related_name="receipt")
    agency_code = models.CharField(max_length=13)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    symbol = models.CharField(max_length=20)
    issued_at = models.DateTimeField()
    file_key = models.CharField(max_length=32, blank=True)
    sealed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency_code", "year", "number"], name="one_receipt_a_number"
            ),
            models.CheckConstraint(
                name="a_sealed_receipt_has_its_file",
                condition=Q(sealed_at__isnull=True) | ~Q(file_key=""),
            ),
        ]


class Refund(models.Model):
    """Money that goes back: one person asks, another one approves, the provider sends it."""

    class State(models.TextChoices):
        ASKED = "asked"
        APPROVED = "approved"
        SENT = "sent"
        REFUSED = "refused"

    class Source(models.TextChoices):
        FEES = "fees"
        OVER = "over"
        PART = "part"

    field_classes = FieldClasses(
        internal=(
            "key agency_code amount source state asked_by asked_at approved_by approved_at "
            "provider_ref ended_at"
        ),
        personal="reason",
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    collection = models.ForeignKey(Collection, models.PROTECT, related_name="refunds")
    agency_code = models.CharField(max_length=13)
    amount = models.BigIntegerField()
    source = models.CharField(max_length=5, choices=Source)
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    reason = models.CharField(max_length=500)
    asked_by = models.CharField(max_length=32)
    asked_at = models.DateTimeField()
    approved_by = models.CharField(max_length=32, blank=True)
    approved_at = models.DateTimeField(null=True)
    provider_ref = models.CharField(max_length=80, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="refund_is_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="refund_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="refund_takes_two_people", condition=~Q(asked_by=F("approved_by"))
            ),
            models.CheckConstraint(
                name="refund_is_approved_before_it_is_sent",
                condition=~Q(state__in=["approved", "sent"])
                | (~Q(approved_by="") & Q(approved_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["agency_code", "state"], name="refunds_of_agency")]


class Chargeback(models.Model):
    """The payer's bank took money back that was counted; ``reference`` is the provider's own."""

    field_classes = FieldClasses(internal="key reference amount taken_at")

    key = models.CharField(max_length=32, unique=True, default=new_key)
    collection = models.ForeignKey(Collection, models.PROTECT, related_name="chargebacks")
    reference = models.CharField(max_length=80)
    amount = models.BigIntegerField()
    taken_at = models.DateTimeField()
    entry = models.ForeignKey(LedgerEntry, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "reference"], name="a_chargeback_counts_once"
            ),
            models.CheckConstraint(name="chargeback_is_positive", condition=Q(amount__gt=0)),
        ]

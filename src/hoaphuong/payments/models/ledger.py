"""The double-entry ledger: append-only, in đồng; its shape keeps it balanced."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from hoaphuong.kernel.field_classes import FieldClasses
from hoaphuong.kernel.keys import new_key


class LedgerAccount(models.Model):
    """One account; there is no balance in it, for a balance is a sum of transfers."""

    class Kind(models.TextChoices):
        ASSET = "asset"
        LIABILITY = "liability"
        INCOME = "income"
        EXPENSE = "expense"

    field_classes = FieldClasses(internal="code kind agency_code provider")

    code = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=9, choices=Kind)
    agency_code = models.CharField(max_length=13, blank=True)
    provider = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ledger_account_has_a_kind",
                condition=Q(kind__in=["asset", "liability", "income", "expense"]),
            )
        ]


class LedgerEntry(models.Model):
    """Why money moved, once: ``once`` names what was entered, such as ``collected:vnpay:1``."""

    field_classes = FieldClasses(
        internal="key kind once agency_code provider about by_key occurred_at recorded_at"
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    kind = models.CharField(max_length=12)
    once = models.CharField(max_length=120, unique=True)
    agency_code = models.CharField(max_length=13, blank=True)
    provider = models.CharField(max_length=12, blank=True)
    about = models.CharField(max_length=32, blank=True)
    by_key = models.CharField(max_length=32)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["about"], name="ledger_by_subject")]


class Transfer(models.Model):
    """A positive amount from one account to another: wrong sums have no way to be written."""

    field_classes = FieldClasses(internal="place amount")

    entry = models.ForeignKey(LedgerEntry, models.PROTECT, related_name="transfers")
    place = models.PositiveSmallIntegerField()
    debit = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="debits", db_index=False)
    credit = models.ForeignKey(
        LedgerAccount, models.PROTECT, related_name="credits", db_index=False
    )
    amount = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "place"], name="one_transfer_a_place"),
            models.CheckConstraint(name="transfer_is_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="transfer_goes_to_another_account", condition=~Q(debit=F("credit"))
            ),
        ]
        indexes = [
            models.Index(fields=["debit", "amount"], name="transfers_debited"),
            models.Index(fields=["credit", "amount"], name="transfers_credited"),
        ]

"""The chain of issued documents and its published heads."""

from django.db import models
from django.db.models import F, Q

from hoaphuong.documents.models.outgoing import Document
from hoaphuong.kernel.field_classes import FieldClasses


class RegisterEntry(models.Model):
    """One issued document in the city's chain: ``hash = SHA-256(previous hash ‖ digest)``."""

    field_classes = FieldClasses(public="position day digest hash", internal="recorded_at")

    position = models.BigIntegerField(primary_key=True)
    document = models.OneToOneField(Document, models.PROTECT, related_name="entry")
    day = models.DateField(db_index=True)
    digest = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="the_chain_begins_at_one", condition=Q(position__gte=1)),
        ]


class RegisterHead(models.Model):
    """The chain's last hash of one day, as it was published; ``stamp`` is an RFC 3161 token."""

    field_classes = FieldClasses(public="day entries position hash published_at stamp")

    day = models.DateField(primary_key=True)
    entries = models.PositiveIntegerField()
    position = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    stamp = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_head_has_entries",
                condition=Q(entries__gte=1) & Q(position__gte=F("entries")),
            ),
        ]

"""What arrivals do to former arrivals."""

from django.db import models
from django.db.models import F, Q

from hoaphuong.documents.models.incoming import Incoming
from hoaphuong.kernel.field_classes import FieldClasses


class Change(models.Model):
    """What an arrival does to a former document: updates it, replaces it, or asks it back.

    ``named`` is the former document as the sender names it. ``former`` is that document's own
    arrival at the same agency, from the same sender; none while it has not arrived.
    """

    field_classes = FieldClasses(internal="kind named")

    class Kind(models.TextChoices):
        UPDATE = "update"
        REPLACE = "replace"
        RECALL = "recall"

    later = models.ForeignKey(Incoming, models.PROTECT, related_name="changes")
    former = models.ForeignKey(Incoming, models.PROTECT, null=True, related_name="changed_by")
    kind = models.CharField(max_length=7, choices=Kind)
    named = models.CharField(max_length=150)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["later", "named"], name="one_change_per_document"),
            models.CheckConstraint(
                name="no_arrival_changes_itself",
                condition=Q(former__isnull=True) | ~Q(former=F("later")),
            ),
            models.CheckConstraint(
                name="a_change_is_of_a_known_kind",
                condition=Q(kind__in=["update", "replace", "recall"]),
            ),
        ]
        indexes = [models.Index(fields=["named"], name="changes_by_former_name")]

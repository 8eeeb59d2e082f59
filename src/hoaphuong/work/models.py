"""Work to do: one inbox for every sector."""

from django.db import models
from django.db.models import F, Q

from hoaphuong.kernel.field_classes import FieldClasses
from hoaphuong.kernel.keys import new_key


class WorkItem(models.Model):
    """One thing that waits for an agency, with a due time and a clock that can be paused.

    ``kind`` names the sector's page that opens it; ``label`` and ``party`` are what the inbox
    shows, kept here so that a list of any size is one query.
    """

    field_classes = FieldClasses(
        internal=(
            "key kind subject agency_code label detail stage opened_at due_on "
            "paused_at paused_days days_late closed_at assignee_key"
        ),
        personal="party search_text",
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=32)
    agency_code = models.CharField(max_length=13)
    assignee_key = models.CharField(max_length=32, blank=True)
    label = models.CharField(max_length=60)
    detail = models.CharField(max_length=500)
    party = models.CharField(max_length=250)
    search_text = models.CharField(max_length=900)
    stage = models.CharField(max_length=20)
    opened_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    paused_at = models.DateField(null=True)
    paused_days = models.PositiveIntegerField(default=0)
    days_late = models.PositiveIntegerField(null=True)  # told once the clock has ended
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(closed_at__isnull=True),
                name="one_open_item_per_subject",
            ),
            models.CheckConstraint(
                name="work_closes_after_it_opens",
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["agency_code", "due_on", "id"],
                condition=Q(closed_at__isnull=True),
                name="open_work_by_agency",
            ),
            models.Index(
                fields=["assignee_key", "due_on"],
                condition=Q(closed_at__isnull=True),
                name="open_work_by_assignee",
            ),
            models.Index(fields=["kind", "subject"], name="work_by_subject"),
        ]

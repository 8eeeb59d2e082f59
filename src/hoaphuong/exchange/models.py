"""Messages to and from other agencies, and the address book of the axis."""

from django.db import models
from django.db.models import Q

from hoaphuong.kernel.field_classes import FieldClasses
from hoaphuong.kernel.keys import new_key


class Message(models.Model):
    """One message as it went or came; ``file_key`` holds its bytes, bit by bit.

    ``facts`` are what the header says. An outgoing one gets its bytes once, before the first
    attempt to send it, so that every attempt sends the same.
    """

    class Direction(models.TextChoices):
        IN = "in"
        OUT = "out"

    class Kind(models.TextChoices):
        DOCUMENT = "document"
        STATUS = "status"
        UNREADABLE = "unreadable"

    class State(models.TextChoices):
        QUEUED = "queued"
        SENT = "sent"
        RECEIVED = "received"
        REFUSED = "refused"
        UNMATCHED = "unmatched"

    field_classes = FieldClasses(
        internal=(
            "key direction kind agency_code partner_code partner_name state reason document_id "
            "axis_id status_code status_at file_key sha256 signature by_key created_at said_at "
            "done_at search_text"
        ),
        personal="facts note",
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    direction = models.CharField(max_length=3, choices=Direction)
    kind = models.CharField(max_length=10, choices=Kind)
    agency_code = models.CharField(max_length=13)
    partner_code = models.CharField(max_length=35)
    partner_name = models.CharField(max_length=200)
    state = models.CharField(max_length=9, choices=State)
    reason = models.CharField(max_length=20, blank=True)
    document_id = models.CharField(max_length=150, blank=True)
    about = models.ForeignKey("self", models.PROTECT, null=True, related_name="statuses")
    axis_id = models.CharField(max_length=64, blank=True)
    facts = models.JSONField(default=dict)
    note = models.CharField(max_length=2_000, blank=True)
    status_code = models.CharField(max_length=2, blank=True)
    status_at = models.DateTimeField(null=True)
    file_key = models.CharField(max_length=32, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    signature = models.CharField(max_length=9, default="none")
    by_key = models.CharField(max_length=32)
    created_at = models.DateTimeField()
    said_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    search_text = models.CharField(max_length=1_200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency_code", "sha256"],
                condition=Q(direction="in"),
                name="a_message_comes_once",
            ),
            models.CheckConstraint(
                name="what_left_or_came_has_its_bytes",
                condition=Q(state="queued") | (~Q(file_key="") & ~Q(sha256="")),
            ),
            models.CheckConstraint(
                name="a_refused_message_says_why",
                condition=(Q(state="refused") & ~Q(reason=""))
                | (~Q(state="refused") & Q(reason="")),
            ),
            models.CheckConstraint(
                name="a_status_has_its_code",
                condition=~Q(kind="status") | ~Q(status_code=""),
            ),
        ]
        indexes = [
            models.Index(fields=["agency_code", "created_at", "id"], name="messages_of_agency"),
            models.Index(fields=["document_id", "agency_code"], name="messages_by_document"),
            models.Index(fields=["sha256"], name="messages_by_hash"),
        ]


class Partner(models.Model):
    """An organisation that can be reached through the axis, as its address book has it."""

    field_classes = FieldClasses(public="name seen_at gone")

    code = models.CharField(max_length=35, primary_key=True)
    name = models.CharField(max_length=200)
    seen_at = models.DateTimeField()
    gone = models.BooleanField(default=False)

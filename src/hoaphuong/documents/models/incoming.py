"""Incoming documents (văn bản đến), and what agencies have to do about papers."""

from django.db import models
from django.db.models import Q

from hoaphuong.documents.models.outgoing import Document
from hoaphuong.kernel.field_classes import FieldClasses
from hoaphuong.kernel.keys import new_key


class Incoming(models.Model):
    """One document that reached an agency (văn bản đến), by whatever way.

    The original is kept bit by bit; ``text`` is what a machine read from a scan and is only for
    searching.
    """

    field_classes = FieldClasses(
        internal=(
            "key agency_code source arrived_at number series registered_on from_code from_name "
            "document_number document_notation issued_on kind urgency file_key attachments message "
            "document_key due_on status recall text_state text_pages"
        ),
        personal="subject_line search_text text",
    )

    class Status(models.TextChoices):
        ARRIVED = "arrived"
        REFUSED = "refused"
        REGISTERED = "registered"
        ASSIGNED = "assigned"
        DONE = "done"
        RETURNED = "returned"  # given back after a recall

    key = models.CharField(max_length=32, unique=True, default=new_key)
    agency_code = models.CharField(max_length=13)
    source = models.CharField(max_length=5)  # city, axis, paper
    arrived_at = models.DateTimeField()
    series = models.CharField(max_length=60, blank=True)
    number = models.PositiveIntegerField(null=True)
    registered_on = models.DateField(null=True)
    from_code = models.CharField(max_length=35, blank=True)
    from_name = models.CharField(max_length=200)
    document_number = models.CharField(max_length=11, blank=True)
    document_notation = models.CharField(max_length=30, blank=True)
    issued_on = models.DateField(null=True)
    kind = models.CharField(max_length=4, blank=True)
    subject_line = models.CharField(max_length=500)
    urgency = models.CharField(max_length=12, blank=True)
    file_key = models.CharField(max_length=32)
    attachments = models.JSONField(default=list)
    message = models.CharField(max_length=32, blank=True)
    document_key = models.CharField(max_length=32, blank=True)
    due_on = models.DateField(null=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.ARRIVED)
    recall = models.CharField(max_length=10, blank=True)  # asked, agreed, refused
    text = models.TextField(blank=True)
    text_state = models.CharField(max_length=10, blank=True)  # waiting, read, failed
    text_pages = models.PositiveIntegerField(default=0)
    search_text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["series", "number"],
                condition=Q(number__isnull=False),
                name="an_arrival_number_is_given_once",
            ),
            models.UniqueConstraint(
                fields=["agency_code", "message"],
                condition=~Q(message=""),
                name="a_message_arrives_once",
            ),
            models.UniqueConstraint(
                fields=["agency_code", "document_key"],
                condition=~Q(document_key=""),
                name="a_document_arrives_once",
            ),
            models.CheckConstraint(
                name="a_registered_arrival_has_its_number",
                condition=Q(status__in=["arrived", "refused", "returned"])
                | (Q(number__isnull=False) & Q(registered_on__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["agency_code", "status", "id"], name="incoming_of_agency"),
            models.Index(fields=["text_state", "id"], name="incoming_to_read"),
        ]


class Assignment(models.Model):
    """Something an agency has to do by a day: planned in a draft, given when it is issued."""

    field_classes = FieldClasses(
        internal=(
            "key agency_code given_by_agency given_by_key what due_on status given_at report "
            "reported_at reported_by accepted_at days_late"
        ),
    )

    class Status(models.TextChoices):
        PLANNED = "planned"
        OPEN = "open"
        REPORTED = "reported"
        DONE = "done"
        CANCELLED = "cancelled"

    key = models.CharField(max_length=32, unique=True, default=new_key)
    document = models.ForeignKey(Document, models.CASCADE, null=True, related_name="assignments")
    incoming = models.ForeignKey(Incoming, models.PROTECT, null=True, related_name="assignments")
    agency_code = models.CharField(max_length=13)
    given_by_agency = models.CharField(max_length=13)
    given_by_key = models.CharField(max_length=32)
    what = models.CharField(max_length=500)
    due_on = models.DateField()
    status = models.CharField(max_length=10, choices=Status, default=Status.PLANNED)
    given_at = models.DateTimeField(null=True)
    report = models.CharField(max_length=2_000, blank=True)
    reported_at = models.DateTimeField(null=True)
    reported_by = models.CharField(max_length=32, blank=True)
    accepted_at = models.DateTimeField(null=True)
    days_late = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="an_assignment_comes_from_one_paper",
                condition=(Q(document__isnull=False) & Q(incoming__isnull=True))
                | (Q(document__isnull=True) & Q(incoming__isnull=False)),
            ),
            models.CheckConstraint(
                name="what_is_reported_says_so",
                condition=Q(status__in=["planned", "open", "cancelled"])
                | (Q(reported_at__isnull=False) & ~Q(report="")),
            ),
        ]
        indexes = [
            models.Index(fields=["status", "due_on"], name="assignments_by_due_day"),
            models.Index(fields=["agency_code", "status"], name="assignments_of_agency"),
        ]

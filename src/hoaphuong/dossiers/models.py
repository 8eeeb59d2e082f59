"""Public services: what can be applied for, and each application."""

import secrets

from django.db import models
from django.db.models import F, Q

from hoaphuong.kernel.field_classes import FieldClasses
from hoaphuong.kernel.keys import new_key


def new_token() -> str:
    """What the QR code of a slip carries: 160 random bits, not to be guessed."""
    return secrets.token_urlsafe(20)


class Status(models.IntegerChoices):
    """The ten statuses of the National Public Service Portal; names are in ``statuses``."""

    SUBMITTED = 1
    RECEIVED = 2
    DECLINED = 3
    PROCESSING = 4
    SUPPLEMENT = 5
    PAYMENT = 6
    WITHDRAWN = 7
    STOPPED = 8
    DECIDED = 9
    RETURNED = 10


class Channel(models.TextChoices):
    DIRECT = "direct"
    ONLINE = "online"
    POST = "post"


class ApplicantKind(models.TextChoices):
    SELF = "self"
    CHILD = "child"
    ORGANISATION = "organisation"


class Outcome(models.TextChoices):
    GRANTED = "granted"
    REFUSED = "refused"


class Procedure(models.Model):
    """An administrative procedure as published; ``record`` keeps every field and raw text."""

    field_classes = FieldClasses(
        public="name name_en sector record content_hash offered_online",
        internal="search_text updated_at",
    )

    code = models.CharField(max_length=24, primary_key=True)
    name = models.TextField()
    name_en = models.TextField(blank=True)
    sector = models.CharField(max_length=200)
    record = models.JSONField()
    content_hash = models.CharField(max_length=64)
    offered_online = models.BooleanField(default=False)
    search_text = models.TextField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["sector", "code"], name="procedure_by_sector")]
        constraints = [
            models.CheckConstraint(name="procedure_has_a_name", condition=~Q(name="")),
        ]


class ProcedureReject(models.Model):
    """A row of a published list that gave no procedure, until a person corrects it."""

    field_classes = FieldClasses(
        internal="key source line code name reason_code reason raw corrected_at"
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    source = models.CharField(max_length=200)
    line = models.PositiveIntegerField()
    code = models.CharField(max_length=60, blank=True)
    name = models.TextField(blank=True)
    reason_code = models.CharField(max_length=40)
    reason = models.CharField(max_length=300)
    raw = models.TextField()
    corrected_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "line"], name="one_reject_per_line")
        ]


class Dossier(models.Model):
    """One application for one procedure at one agency."""

    field_classes = FieldClasses(
        public="number status submitted_at received_on due_on decided_on outcome returned_on",
        internal=(
            "key token agency_code division channel applicant_kind account_key "
            "paused_days working_days days_late"
        ),
        personal="applicant_name form",
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    number = models.CharField(max_length=40, unique=True)
    token = models.CharField(max_length=32, unique=True, default=new_token)
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="+")
    agency_code = models.CharField(max_length=13)
    division = models.CharField(max_length=8, blank=True)
    channel = models.CharField(max_length=10, choices=Channel)
    applicant_kind = models.CharField(max_length=12, choices=ApplicantKind)
    applicant = models.ForeignKey("identity.Person", models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        "identity.Organisation", models.PROTECT, null=True, related_name="+"
    )
    account_key = models.CharField(max_length=32)
    applicant_name = models.CharField(max_length=250)
    form = models.JSONField()
    status = models.PositiveSmallIntegerField(choices=Status)
    submitted_at = models.DateTimeField()
    received_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    decided_on = models.DateField(null=True)
    outcome = models.CharField(max_length=10, blank=True)
    returned_on = models.DateField(null=True)
    paused_days = models.PositiveIntegerField(default=0)
    working_days = models.PositiveIntegerField(null=True)
    days_late = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="dossier_has_one_of_ten_statuses", condition=Q(status__in=Status.values)
            ),
            models.CheckConstraint(
                name="dossier_has_outcome_exactly_when_decided",
                # isnull is spelled out because a CHECK that evaluates to NULL passes
                condition=Q(decided_on__isnull=True, outcome="", working_days__isnull=True)
                | Q(
                    decided_on__isnull=False,
                    outcome__in=Outcome.values,
                    working_days__isnull=False,
                    received_on__isnull=False,
                    decided_on__gte=F("received_on"),
                ),
            ),
            models.CheckConstraint(
                name="dossier_status_and_dates_agree",
                condition=Q(status__in=[9, 10], decided_on__isnull=False)
                | (~Q(status__in=[9, 10]) & Q(decided_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="dossier_is_processed_only_once_received",
                condition=~Q(status__in=[2, 4, 6]) | Q(received_on__isnull=False),
            ),
            models.CheckConstraint(
                name="dossier_of_an_organisation_names_it",
                condition=Q(applicant_kind="organisation", organisation__isnull=False)
                | (~Q(applicant_kind="organisation") & Q(organisation__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["account_key", "-submitted_at"], name="dossiers_of_account"),
            models.Index(fields=["agency_code", "status"], name="dossiers_of_agency"),
        ]


class DossierFile(models.Model):
    """A paper of a dossier: handed in, handed in later, or the result."""

    field_classes = FieldClasses(internal="part purpose file_key added_at")

    class Purpose(models.TextChoices):
        SUBMITTED = "submitted"
        SUPPLEMENT = "supplement"
        RESULT = "result"

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="files")
    part = models.CharField(max_length=250)
    purpose = models.CharField(max_length=12, choices=Purpose)
    file_key = models.CharField(max_length=32, unique=True)
    added_at = models.DateTimeField()


class DossierNote(models.Model):
    """What an officer or applicant wrote with a step; kept here, never in the event."""

    field_classes = FieldClasses(internal="entry author_key", personal="text")

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="notes")
    entry = models.UUIDField(unique=True)
    author_key = models.CharField(max_length=32)
    text = models.TextField()

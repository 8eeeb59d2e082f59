"""Outgoing documents (văn bản đi): drafts, versions, files, recipients."""

from django.db import models
from django.db.models import Q

from hoaphuong.kernel.field_classes import FieldClasses
from hoaphuong.kernel.keys import new_key


class Status(models.TextChoices):
    """Where an outgoing document is on its way."""

    DRAFT = "draft"
    REVIEW = "review"
    TO_SIGN = "to_sign"
    SIGNED = "signed"
    NUMBERED = "numbered"
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"


AFTER_SIGNING = [Status.SIGNED, Status.NUMBERED, Status.ISSUED]
WITH_NUMBER = [Status.NUMBERED, Status.ISSUED]


class Document(models.Model):
    """One outgoing document (văn bản đi) from its first draft to what became of it.

    ``content`` is what the page is set from, as ``content.py`` reads it; ``file_key`` is the newest
    signed file. A document of a dossier carries the dossier's reference.
    """

    field_classes = FieldClasses(
        public="agency_code kind notation number issued_on issued_at",
        internal=(
            "key token version drafter_key reviewer_key signer_key status series urgency file_key "
            "file_sha256 signed_at replaced_at recalled_at recall_reason dossier created_at "
            "changed_at shown_publicly"
        ),
        personal="subject_line content search_text",
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    token = models.CharField(max_length=32, unique=True, default=new_key)
    agency_code = models.CharField(max_length=13)
    kind = models.CharField(max_length=4)
    subject_line = models.CharField(max_length=500)
    content = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    drafter_key = models.CharField(max_length=32)
    reviewer_key = models.CharField(max_length=32, blank=True)
    signer_key = models.CharField(max_length=32)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    urgency = models.CharField(max_length=12, blank=True)
    notation = models.CharField(max_length=30)
    series = models.CharField(max_length=60)
    number = models.PositiveIntegerField(null=True)
    issued_on = models.DateField(null=True)
    issued_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    file_key = models.CharField(max_length=32, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    replaced_at = models.DateTimeField(null=True)
    recalled_at = models.DateTimeField(null=True)
    recall_reason = models.CharField(max_length=500, blank=True)
    dossier = models.CharField(max_length=32, blank=True)
    shown_publicly = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    search_text = models.CharField(max_length=900)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["series", "number"],
                condition=Q(number__isnull=False),
                name="a_number_is_given_once",
            ),
            models.UniqueConstraint(
                fields=["dossier"],
                condition=~Q(dossier="") & ~Q(status="withdrawn"),
                name="one_result_document_per_dossier",
            ),
            models.CheckConstraint(
                name="a_numbered_document_has_its_day",
                condition=(Q(number__isnull=True) & Q(issued_on__isnull=True))
                | (Q(number__isnull=False) & Q(issued_on__isnull=False) & Q(number__gte=1)),
            ),
            # An unsigned document cannot leave: without the person's signature it gets no number,
            # and without both signatures it is not issued.
            models.CheckConstraint(
                name="what_is_numbered_is_signed",
                condition=Q(number__isnull=True)
                | (Q(signed_at__isnull=False) & ~Q(file_key="") & Q(status__in=WITH_NUMBER)),
            ),
            models.CheckConstraint(
                name="what_is_issued_is_signed_numbered_and_sealed",
                condition=(~Q(status="issued") & Q(issued_at__isnull=True))
                | (
                    Q(status="issued")
                    & Q(issued_at__isnull=False)
                    & Q(number__isnull=False)
                    & Q(signed_at__isnull=False)
                    & ~Q(file_sha256="")
                ),
            ),
            models.CheckConstraint(
                name="only_what_was_issued_is_recalled_or_replaced",
                condition=(Q(recalled_at__isnull=True) & Q(replaced_at__isnull=True))
                | Q(status="issued"),
            ),
        ]
        indexes = [
            models.Index(fields=["agency_code", "status", "id"], name="documents_of_agency"),
            models.Index(fields=["signer_key", "status"], name="documents_to_sign"),
            models.Index(fields=["agency_code", "issued_on", "id"], name="issued_documents"),
        ]


class Version(models.Model):
    """What a draft said at one moment: a version is kept when it is sent on or sent back."""

    field_classes = FieldClasses(internal="number by_key at note", personal="subject_line content")

    document = models.ForeignKey(Document, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    subject_line = models.CharField(max_length=500)
    content = models.JSONField()
    by_key = models.CharField(max_length=32)
    at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="one_version_per_number")
        ]


class Comment(models.Model):
    """What a colleague says about a draft."""

    field_classes = FieldClasses(internal="version by_key at resolved_at", personal="text")

    document = models.ForeignKey(Document, models.CASCADE, related_name="comments")
    version = models.PositiveIntegerField()
    by_key = models.CharField(max_length=32)
    at = models.DateTimeField()
    text = models.CharField(max_length=2_000)
    resolved_at = models.DateTimeField(null=True)


class Attachment(models.Model):
    """A PDF of its own that is issued with a document (phụ lục, tài liệu kèm theo).

    ``source_key`` is the file as it was added; ``file_key`` the newest one with the agency's seal,
    ``sealed_sha256`` of the one that was issued.
    """

    field_classes = FieldClasses(
        internal="key position source_key file_key sealed_sha256 sealed_at", personal="title"
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    document = models.ForeignKey(Document, models.PROTECT, related_name="attachments")
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    source_key = models.CharField(max_length=32)
    file_key = models.CharField(max_length=32, blank=True)
    sealed_sha256 = models.CharField(max_length=64, blank=True)
    sealed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                name="a_sealed_attachment_has_its_file",
                condition=(Q(sealed_at__isnull=True) & Q(file_key="") & Q(sealed_sha256=""))
                | (Q(sealed_at__isnull=False) & ~Q(file_key="") & ~Q(sealed_sha256="")),
            )
        ]


class DocumentFile(models.Model):
    """One state of a signed file, none is thrown away: signed, numbered, sealed, restamped.

    It is the document's own file, or one of its attachments.
    """

    field_classes = FieldClasses(internal="state file_key sha256 at")

    document = models.ForeignKey(Document, models.PROTECT, related_name="files")
    attachment = models.ForeignKey(Attachment, models.PROTECT, null=True, related_name="files")
    state = models.CharField(max_length=10)
    file_key = models.CharField(max_length=32)
    sha256 = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField()


class Recipient(models.Model):
    """To whom a document goes, and how far it is there (the status codes of QCVN 102:2016)."""

    field_classes = FieldClasses(internal="place code name purpose state message sent_at state_at")

    class Place(models.TextChoices):
        CITY = "city"  # an agency of this city, in this program
        AXIS = "axis"  # an agency elsewhere, through the document exchange
        PAPER = "paper"  # a copy on paper, or nobody: a line that is only printed

    class Purpose(models.TextChoices):
        ACT = "act"
        KNOW = "know"
        REPORT = "report"

    document = models.ForeignKey(Document, models.CASCADE, related_name="recipients")
    place = models.CharField(max_length=5, choices=Place)
    code = models.CharField(max_length=35, blank=True)
    name = models.CharField(max_length=200)
    purpose = models.CharField(max_length=6, choices=Purpose, default=Purpose.ACT)
    state = models.CharField(max_length=2, blank=True)
    message = models.CharField(max_length=32, blank=True)
    sent_at = models.DateTimeField(null=True)
    state_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document", "place", "code"],
                condition=~Q(code=""),
                name="one_copy_per_recipient",
            ),
            models.CheckConstraint(
                name="who_is_reached_electronically_has_a_code",
                condition=Q(place="paper") | ~Q(code=""),
            ),
        ]

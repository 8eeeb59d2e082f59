"""Electronic copies (bản sao điện tử) that an agency makes of papers it holds."""

from django.db import models
from django.db.models import Q

from hoaphuong.documents.models.incoming import Incoming
from hoaphuong.documents.models.outgoing import Document
from hoaphuong.kernel.field_classes import FieldClasses
from hoaphuong.kernel.keys import new_key


class Copy(models.Model):
    """One copy with its number in the agency's register of copies.

    ``source_key`` is the PDF that is to be sealed; ``file_key`` the newest sealed one, with its
    ``file_sha256``; ``sealed_sha256`` is of the one that was given out first.
    """

    field_classes = FieldClasses(
        internal=(
            "key agency_code form series number made_on pages made_by_key source_key file_key "
            "file_sha256 sealed_sha256 sealed_at"
        )
    )

    class Form(models.TextChoices):
        SAO_Y = "SY"  # of the whole of an original
        SAO_LUC = "SL"  # of a copy that is itself a sao y
        TRICH_SAO = "TrS"  # of a part

    key = models.CharField(max_length=32, unique=True, default=new_key)
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="copies")
    incoming = models.ForeignKey(Incoming, models.PROTECT, null=True, related_name="copies")
    agency_code = models.CharField(max_length=13)
    form = models.CharField(max_length=3, choices=Form)
    series = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    made_on = models.DateField()
    pages = models.CharField(max_length=60, blank=True)  # of an extract, as the officer wrote them
    made_by_key = models.CharField(max_length=32)
    source_key = models.CharField(max_length=32)
    file_key = models.CharField(max_length=32, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    sealed_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    sealed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["made_on", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "number"], name="a_copy_number_is_given_once"
            ),
            models.CheckConstraint(
                name="a_copy_is_of_one_paper",
                condition=(Q(document__isnull=False) & Q(incoming__isnull=True))
                | (Q(document__isnull=True) & Q(incoming__isnull=False)),
            ),
            models.CheckConstraint(
                name="an_issued_document_is_copied_in_part_only",
                condition=Q(document__isnull=True) | Q(form="TrS"),
            ),
            models.CheckConstraint(
                name="a_sealed_copy_has_its_file",
                condition=(Q(sealed_at__isnull=True) & Q(file_key="") & Q(sealed_sha256=""))
                | (Q(sealed_at__isnull=False) & ~Q(file_key="") & ~Q(sealed_sha256="")),
            ),
        ]

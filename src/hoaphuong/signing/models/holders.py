"""Whose certificates sign here, and the images of hand signatures and seals."""

from django.db import models
from django.db.models import F, Q

from hoaphuong.kernel.field_classes import FieldClasses
from hoaphuong.kernel.keys import new_key

# A personal thing belongs to an account and to no agency, a seal to an agency and to no account.
HELD_BY_ONE = (Q(kind="personal") & ~Q(account_key="") & Q(agency_code="")) | (
    Q(kind="seal") & Q(account_key="") & ~Q(agency_code="")
)


class HolderKind(models.TextChoices):
    """Whose signature it is: a person's, or an agency's."""

    PERSONAL = "personal"
    SEAL = "seal"


class Certificate(models.Model):
    """A certificate whose key signs here: where the key is kept, and what the certificate says.

    ``provider`` and ``reference`` name the key; with the provider ``client`` it is on a token of
    its holder and never comes here. ``fingerprint`` is SHA-256 over the DER.
    """

    field_classes = FieldClasses(
        internal=(
            "key kind account_key agency_code provider reference fingerprint serial issuer "
            "not_before not_after algorithm recorded_at withdrawn_at withdrawal"
        ),
        personal="subject_name der chain",
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    kind = models.CharField(max_length=8, choices=HolderKind)
    account_key = models.CharField(max_length=32, blank=True)
    agency_code = models.CharField(max_length=13, blank=True)
    provider = models.CharField(max_length=20)
    reference = models.CharField(max_length=200, blank=True)
    der = models.BinaryField()
    chain = models.BinaryField(blank=True, default=b"")  # issuers, DER after DER, nearest first
    fingerprint = models.CharField(max_length=64, unique=True)
    serial = models.CharField(max_length=50)
    subject_name = models.CharField(max_length=300)
    issuer = models.CharField(max_length=300)
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    algorithm = models.CharField(max_length=20)
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal = models.CharField(max_length=30, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_certificate_has_one_holder", condition=HELD_BY_ONE),
            models.CheckConstraint(
                name="a_certificate_ends_after_it_begins",
                condition=Q(not_after__gt=F("not_before")),
            ),
            models.CheckConstraint(
                name="a_certificate_is_withdrawn_with_a_reason",
                condition=(Q(withdrawn_at__isnull=True) & Q(withdrawal=""))
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawal="")),
            ),
            models.CheckConstraint(
                name="a_key_is_found_by_its_reference",
                condition=Q(provider="client") | ~Q(reference=""),
            ),
        ]
        indexes = [
            models.Index(fields=["account_key", "kind"], name="certificates_of_account"),
            models.Index(fields=["agency_code", "kind"], name="certificates_of_agency"),
        ]


class SignatureImage(models.Model):
    """The blue hand signature of a person or the red seal of an agency: a transparent PNG.

    The newest one that was not taken back is in force (Decree 30/2020/NĐ-CP, Annex I, II.8).
    """

    field_classes = FieldClasses(
        internal="key kind account_key agency_code file_key width height kept_at taken_back_at"
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    kind = models.CharField(max_length=8, choices=HolderKind)
    account_key = models.CharField(max_length=32, blank=True)
    agency_code = models.CharField(max_length=13, blank=True)
    file_key = models.CharField(max_length=32)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    kept_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="an_image_has_one_holder", condition=HELD_BY_ONE),
            models.CheckConstraint(
                name="an_image_has_a_size", condition=Q(width__gte=1) & Q(height__gte=1)
            ),
        ]
        indexes = [
            models.Index(fields=["account_key", "agency_code", "id"], name="images_of_holder")
        ]

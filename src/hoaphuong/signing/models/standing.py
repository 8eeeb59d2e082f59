"""Orders to seal papers of one kind as they come, without a person at each."""

from django.db import models
from django.db.models import F, Q

from hoaphuong.kernel.field_classes import FieldClasses
from hoaphuong.kernel.keys import new_key
from hoaphuong.signing.models.holders import Certificate


class StandingOrder(models.Model):
    """A clerk in charge of a seal has it put on every paper of one kind, until a day."""

    field_classes = FieldClasses(
        internal=(
            "key kind agency_code given_by given_at second_factor_at until withdrawn_at "
            "withdrawn_by"
        )
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    kind = models.CharField(max_length=60)
    agency_code = models.CharField(max_length=13)
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="+")
    given_by = models.CharField(max_length=32)
    given_at = models.DateTimeField()
    second_factor_at = models.DateTimeField()
    until = models.DateField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "agency_code"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_standing_order_a_kind",
            ),
            models.CheckConstraint(
                name="a_standing_order_follows_a_second_factor",
                condition=Q(second_factor_at__lte=F("given_at")),
            ),
        ]

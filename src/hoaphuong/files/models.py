"""Stored files: what each one is; the bytes lie on disk under their own hash."""

from django.db import models
from django.db.models import Q

from hoaphuong.kernel.field_classes import FieldClasses
from hoaphuong.kernel.keys import new_key


class StoredFile(models.Model):
    """One upload; two rows may share the bytes of one ``sha256``, never the owner."""

    field_classes = FieldClasses(
        internal="key sha256 size media_type retention owner_account created_at", personal="name"
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=80)
    name = models.CharField(max_length=120)
    retention = models.CharField(max_length=20)
    owner_account = models.CharField(max_length=32)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="stored_file_is_not_empty", condition=Q(size__gt=0)),
            models.CheckConstraint(
                name="stored_file_has_its_hash", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
            models.CheckConstraint(name="stored_file_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="stored_file_names_its_retention", condition=~Q(retention="")
            ),
        ]

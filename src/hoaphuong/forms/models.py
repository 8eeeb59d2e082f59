"""Drafts: what a person has filled in and not sent yet."""

from django.db import models
from django.db.models import Q

from hoaphuong.kernel.field_classes import FieldClasses
from hoaphuong.kernel.keys import new_key


class Draft(models.Model):
    """Answers as they were typed, wrong ones too; only their owner ever sees them."""

    field_classes = FieldClasses(internal="key account form files updated_at", sensitive="data")

    key = models.CharField(max_length=32, unique=True, default=new_key)
    account = models.CharField(max_length=32, db_index=True)
    form = models.CharField(max_length=60)
    data = models.JSONField(default=dict)
    files = models.JSONField(default=dict)
    updated_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="draft_has_an_owner", condition=~Q(account="")),
            models.CheckConstraint(name="draft_is_of_a_form", condition=~Q(form="")),
        ]

"""What people were told, by which ways, and how each wants to be told."""

from datetime import time

from django.db import models
from django.db.models import Q

from hoaphuong.kernel.field_classes import FieldClasses
from hoaphuong.kernel.keys import new_key


class Notice(models.Model):
    """One thing told to one account, once: ``once`` is the name of the fact it tells."""

    field_classes = FieldClasses(
        internal="key kind account_key about once at read_at", personal="facts"
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    kind = models.CharField(max_length=60)
    account_key = models.CharField(max_length=32)
    about = models.CharField(max_length=64)
    facts = models.JSONField(default=dict)
    once = models.CharField(max_length=120)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["once", "account_key"], name="an_account_is_told_once")
        ]
        indexes = [
            models.Index(fields=["account_key", "-at", "-id"], name="notices_of_account"),
            models.Index(
                fields=["account_key"], condition=Q(read_at__isnull=True), name="notices_unread"
            ),
        ]


class Delivery(models.Model):
    """One way a notice goes: its key is the name by which the provider counts it once."""

    class Channel(models.TextChoices):
        EMAIL = "email"
        SMS = "sms"
        ZALO = "zalo"

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        DEAD = "dead"

    field_classes = FieldClasses(internal="key channel state reference done_at")

    key = models.CharField(max_length=32, unique=True, default=new_key)
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=5, choices=Channel)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    reference = models.CharField(max_length=80, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "channel"], name="a_notice_goes_once_by_each_channel"
            ),
            models.CheckConstraint(
                name="a_delivery_is_done_at_a_moment",
                condition=Q(state="done", done_at__isnull=False)
                | Q(state__in=["waiting", "dead"], done_at__isnull=True),
            ),
        ]


class Preferences(models.Model):
    """How one account wants to be told; ``channels`` has what was chosen: group → channel → yes."""

    field_classes = FieldClasses(
        internal="account_key changed_at", personal="language quiet_from quiet_to channels"
    )

    account_key = models.CharField(max_length=32, unique=True)
    language = models.CharField(max_length=2, default="vi")
    quiet_from = models.TimeField(default=time(22))
    quiet_to = models.TimeField(default=time(7))
    channels = models.JSONField(default=dict)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="notices_are_written_in_a_language_of_the_site",
                condition=Q(language__in=["vi", "en"]),
            )
        ]

"""What was done (the journal), who looked at what (access lines), and the numbers given out."""

import uuid

from django.db import models
from django.db.models.functions import Now

from hoaphuong.kernel.field_classes import FieldClasses
from hoaphuong.kernel.keys import new_key


class Pending(models.Model):
    """An entry that is not sealed yet: sealing goes by this table, never by "id greater than"."""

    class Meta:
        abstract = True


class Seal(models.Model):
    """One entry's place in the hash chain: ``hash = SHA-256(previous hash ‖ digest)``."""

    field_classes = FieldClasses(internal="batch position digest hash")

    batch = models.BigIntegerField()
    position = models.IntegerField()
    digest = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        abstract = True


class Batch(models.Model):
    """One run of the sealer; ``head`` is the hash of its last entry."""

    field_classes = FieldClasses(internal="entries head sealed_at")

    number = models.BigIntegerField(primary_key=True)
    entries = models.IntegerField()
    head = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True


class JournalEntry(models.Model):
    """A fact: what happened to which record, when, by which account; never changed."""

    field_classes = FieldClasses(internal="uuid name subject by body occurred_at recorded_at")

    uuid = models.UUIDField(unique=True, default=uuid.uuid4)
    name = models.CharField(max_length=80)
    subject = models.CharField(max_length=64)
    by = models.CharField(max_length=64)
    body = models.TextField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "kernel_journal"
        indexes = [models.Index(fields=["subject", "id"], name="journal_by_subject")]


class JournalPending(Pending):
    entry = models.OneToOneField(
        JournalEntry, models.PROTECT, primary_key=True, related_name="pending"
    )

    class Meta:
        db_table = "kernel_journal_pending"


class JournalSeal(Seal):
    entry = models.OneToOneField(
        JournalEntry, models.PROTECT, primary_key=True, related_name="seal"
    )

    class Meta:
        db_table = "kernel_journal_seal"
        constraints = [
            models.UniqueConstraint(fields=["batch", "position"], name="one_entry_per_place")
        ]


class JournalBatch(Batch):
    class Meta:
        db_table = "kernel_journal_batch"


class AccessLine(models.Model):
    """Somebody was shown personal data: who, for what, which record or which list."""

    field_classes = FieldClasses(
        internal="uuid account purpose record count recorded_at", personal="filter"
    )

    uuid = models.UUIDField(unique=True, default=uuid.uuid4)
    account = models.CharField(max_length=64)
    purpose = models.CharField(max_length=80)
    record = models.CharField(max_length=64, blank=True)
    filter = models.CharField(max_length=200, blank=True)
    count = models.IntegerField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "kernel_access_line"
        indexes = [models.Index(fields=["record", "id"], name="access_by_record")]


class AccessPending(Pending):
    entry = models.OneToOneField(
        AccessLine, models.PROTECT, primary_key=True, related_name="pending"
    )

    class Meta:
        db_table = "kernel_access_pending"


class AccessSeal(Seal):
    entry = models.OneToOneField(AccessLine, models.PROTECT, primary_key=True, related_name="seal")

    class Meta:
        db_table = "kernel_access_seal"
        constraints = [
            models.UniqueConstraint(fields=["batch", "position"], name="one_line_per_place")
        ]


class AccessBatch(Batch):
    class Meta:
        db_table = "kernel_access_batch"


class NumberSeries(models.Model):
    """The last number given in a series, such as one agency's dossiers of one day."""

    field_classes = FieldClasses(internal="last")

    key = models.CharField(max_length=80, primary_key=True)
    last = models.BigIntegerField()

    class Meta:
        db_table = "kernel_number_series"
        constraints = [
            models.CheckConstraint(name="numbers_start_at_one", condition=models.Q(last__gte=1))
        ]


class Heard(models.Model):
    """One reaction has had one event: written in the transaction of its effect."""

    field_classes = FieldClasses(internal="event reaction heard_at")

    event = models.UUIDField()
    reaction = models.CharField(max_length=80)
    heard_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "kernel_heard"
        constraints = [
            models.UniqueConstraint(fields=["event", "reaction"], name="an_event_is_heard_once")
        ]


class Listening(models.Model):
    """How far one reaction has listened: every sealed batch up to ``batch`` is heard."""

    field_classes = FieldClasses(internal="batch failures waits_until fault")

    reaction = models.CharField(max_length=80, primary_key=True)
    batch = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    waits_until = models.DateTimeField(null=True)
    fault = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "kernel_listening"


class OutgoingCall(models.Model):
    """One call to another machine: ``once`` is the name by which it happens once."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        DEAD = "dead"
        DROPPED = "dropped"

    field_classes = FieldClasses(
        internal="key kind subject once state attempts next_at fault created_at done_at"
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=64)
    once = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    fault = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "kernel_outgoing_call"
        constraints = [
            models.CheckConstraint(
                name="a_call_is_done_at_a_moment",
                condition=(models.Q(state="done") & models.Q(done_at__isnull=False))
                | (~models.Q(state="done") & models.Q(done_at__isnull=True)),
            )
        ]
        indexes = [
            models.Index(
                fields=["kind", "next_at", "id"],
                condition=models.Q(state="waiting"),
                name="outgoing_calls_due_by_kind",
            ),
            models.Index(
                fields=["next_at"], condition=models.Q(state="dead"), name="outgoing_calls_dead"
            ),
            models.Index(fields=["subject"], name="outgoing_calls_by_subject"),
        ]

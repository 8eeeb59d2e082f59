"""Who there is: people, organisations, agencies, staff; and who may do what for whom."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from hoaphuong.kernel.field_classes import FieldClasses
from hoaphuong.kernel.keys import new_key


class Person(models.Model):
    """A natural person; exists with or without an account."""

    field_classes = FieldClasses(
        internal="key verified",
        personal="full_name folded_name birth_date sex phone email address division",
        sensitive="personal_number",
    )

    class Sex(models.TextChoices):
        MALE = "M"
        FEMALE = "F"

    key = models.CharField(max_length=32, unique=True, default=new_key)
    personal_number = models.CharField(max_length=12, blank=True)
    verified = models.BooleanField(default=False)
    full_name = models.CharField(max_length=120)
    folded_name = models.CharField(max_length=120)
    birth_date = models.DateField(null=True)
    sex = models.CharField(max_length=1, choices=Sex, blank=True)
    phone = models.CharField(max_length=16, blank=True)
    email = models.EmailField(blank=True)
    address = models.CharField(max_length=250, blank=True)
    division = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["personal_number"],
                condition=Q(verified=True) & ~Q(personal_number=""),
                name="one_verified_person_per_number",
            )
        ]


class Organisation(models.Model):
    """An enterprise, household business or other body, known by its tax code."""

    field_classes = FieldClasses(
        public="tax_code name kind address division", internal="key folded_name"
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    tax_code = models.CharField(max_length=14, unique=True)
    name = models.CharField(max_length=250)
    folded_name = models.CharField(max_length=250)
    kind = models.CharField(max_length=20)
    address = models.CharField(max_length=250, blank=True)
    division = models.CharField(max_length=8, blank=True)


class Representation(models.Model):
    """A person who may act for an organisation."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation"], name="one_representation_each"
            )
        ]


class Agency(models.Model):
    """An administrative body, for as long as it exists; its code is that of QCVN 102:2016."""

    field_classes = FieldClasses(
        public="dotted name name_en kind division valid_from valid_to", internal="folded_name"
    )

    code = models.CharField(max_length=13, primary_key=True)
    dotted = models.CharField(max_length=35)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    folded_name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    division = models.CharField(max_length=8)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="agency_ends_after_it_begins",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            )
        ]


class AccountManager(BaseUserManager):
    def get_by_natural_key(self, username: str) -> "Account":
        return self.get(username=username)


class Account(AbstractBaseUser):
    """A way to sign in; it may belong to a person, and a person need not have one."""

    field_classes = FieldClasses(
        internal="key is_active is_demo failed_attempts locked_until last_login created_at",
        personal="username email display_name position",
        sensitive="password",
    )

    key = models.CharField(max_length=32, unique=True, default=new_key)
    username = models.CharField(max_length=60, unique=True)
    email = models.EmailField(blank=True)
    display_name = models.CharField(max_length=120)
    position = models.CharField(max_length=120, blank=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    failed_attempts = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []
    objects = AccountManager()

    def get_full_name(self) -> str:
        return self.display_name

    def __str__(self) -> str:
        return self.display_name


class Role(models.TextChoices):
    """Roles of the house; what each may do is said by the apps' ``permissions.py``."""

    CITIZEN = "citizen"
    CLERK = "clerk"
    CASE_OFFICER = "case_officer"
    ACCOUNTANT = "accountant"
    HEAD = "head"
    LEADER = "leader"
    STEWARD = "steward"
    ADMINISTRATOR = "administrator"


class Grant(models.Model):
    """An account holds a role for one agency and those below it, or for the whole city."""

    field_classes = FieldClasses(internal="role valid_from valid_to")

    account = models.ForeignKey(Account, models.CASCADE, related_name="grants")
    role = models.CharField(max_length=20, choices=Role)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "role", "agency"], name="one_grant_per_role_and_agency"
            ),
            models.UniqueConstraint(
                fields=["account", "role"],
                condition=Q(agency__isnull=True),
                name="one_citywide_grant_per_role",
            ),
            models.CheckConstraint(name="grant_names_a_role", condition=Q(role__in=Role.values)),
            models.CheckConstraint(
                name="grant_ends_after_it_begins",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

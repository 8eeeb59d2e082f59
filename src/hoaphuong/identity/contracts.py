"""What the identity app tells others: facts about accounts, and answers about people."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from hoaphuong.kernel.values import Code, Ref


@dataclass(frozen=True)
class AccountCreated:
    """An account was made; whose it is stays in the app's rows."""

    name: ClassVar[str] = "identity.account_created"
    subject: ClassVar[str] = "account"
    account: Ref
    kind: Code


@dataclass(frozen=True)
class AccountLocked:
    """Too many wrong passwords in a row."""

    name: ClassVar[str] = "identity.account_locked"
    subject: ClassVar[str] = "account"
    account: Ref


@dataclass(frozen=True)
class SecondFactorSet:
    """An account received a second factor: ``totp``, ``webauthn`` or ``recovery_codes``."""

    name: ClassVar[str] = "identity.second_factor_set"
    subject: ClassVar[str] = "account"
    account: Ref
    kind: Code


@dataclass(frozen=True)
class SecondFactorRemoved:
    """A second factor was taken away, by its holder or by an administrator."""

    name: ClassVar[str] = "identity.second_factor_removed"
    subject: ClassVar[str] = "account"
    account: Ref
    kind: Code


@dataclass(frozen=True)
class RecoveryUsed:
    """A recovery code was used up in place of a second factor; ``left`` are still good."""

    name: ClassVar[str] = "identity.recovery_used"
    subject: ClassVar[str] = "account"
    account: Ref
    left: int


@dataclass(frozen=True)
class RoleGranted:
    """An account received a role for an agency, or for the whole city (empty agency)."""

    name: ClassVar[str] = "identity.role_granted"
    subject: ClassVar[str] = "account"
    account: Ref
    role: Code
    agency: Code
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True)
class RoleDated:
    """The days of a role were changed, which is also how one ends; both ends are included."""

    name: ClassVar[str] = "identity.role_dated"
    subject: ClassVar[str] = "account"
    account: Ref
    role: Code
    agency: Code
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class RoleWithdrawn:
    """A role was taken back before its first day."""

    name: ClassVar[str] = "identity.role_withdrawn"
    subject: ClassVar[str] = "account"
    account: Ref
    role: Code
    agency: Code


@dataclass(frozen=True)
class AccountChanged:
    """An officer's details were brought up to date: which ones, never what they are."""

    name: ClassVar[str] = "identity.account_changed"
    subject: ClassVar[str] = "account"
    account: Ref
    agency: Code
    full_name: bool
    email: bool
    position: bool


@dataclass(frozen=True)
class PersonRecorded:
    """A person was recorded."""

    name: ClassVar[str] = "identity.person_recorded"
    subject: ClassVar[str] = "person"
    person: Ref
    verified: bool


@dataclass(frozen=True)
class OrganisationRecorded:
    """An organisation was recorded."""

    name: ClassVar[str] = "identity.organisation_recorded"
    subject: ClassVar[str] = "organisation"
    organisation: Ref


@dataclass(frozen=True)
class PersonFacts:
    """A person as another app may show them under the reader's rights."""

    id: int
    key: str
    full_name: str
    personal_number: str
    birth_date: date | None
    sex: str
    phone: str
    email: str
    address: str
    division: str


@dataclass(frozen=True)
class ContactFacts:
    """Where an account in use can be written to; empty where that is not known."""

    email: str
    phone: str


@dataclass(frozen=True)
class OrganisationFacts:
    id: int
    key: str
    tax_code: str
    name: str
    kind: str
    address: str
    division: str


@dataclass(frozen=True)
class AgencyFacts:
    code: str
    dotted: str
    name: str
    name_en: str
    kind: str
    parent: str | None
    division: str
    valid_from: date
    valid_to: date | None

    def called(self, language: str) -> str:
        """The agency's name in one language."""
        return self.name_en if language == "en" and self.name_en else self.name

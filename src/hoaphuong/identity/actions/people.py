"""People, organisations, agencies, accounts and grants."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F

from hoaphuong.identity.contracts import (
    AccountCreated,
    AccountLocked,
    AgencyFacts,
    OrganisationFacts,
    OrganisationRecorded,
    PersonFacts,
    PersonRecorded,
    RoleGranted,
)
from hoaphuong.identity.models import (
    Account,
    Agency,
    Grant,
    Organisation,
    Person,
    Representation,
)
from hoaphuong.identity.queries import organisation_facts, person_facts
from hoaphuong.identity.rules import personal_number_fault, tax_code_valid, tax_code_written
from hoaphuong.kernel import journal
from hoaphuong.kernel.folding import fold
from hoaphuong.kernel.values import Code, Ref


class InvalidPersonalNumber(Exception):
    """The twelve digits cannot be this person's; ``args[0]`` is the fault's code."""


class InvalidTaxCode(Exception):
    """The tax code's check digit is wrong."""


@transaction.atomic
def record_person(
    *,
    full_name: str,
    by: str,
    at: datetime,
    personal_number: str = "",
    birth_date: date | None = None,
    sex: str = "",
    phone: str = "",
    email: str = "",
    address: str = "",
    division: str = "",
    verified: bool = False,
) -> PersonFacts:
    """Record a person; a verified one with a known number is found, not doubled."""
    if personal_number:
        fault = personal_number_fault(personal_number, birth_date=birth_date, sex=sex)
        if fault:
            raise InvalidPersonalNumber(fault)
    fields = {
        "full_name": full_name,
        "folded_name": fold(full_name),
        "birth_date": birth_date,
        "sex": sex,
        "phone": phone,
        "email": email,
        "address": address,
        "division": division,
    }
    if verified and personal_number:
        person, created = Person.objects.get_or_create(
            personal_number=personal_number, verified=True, defaults=fields
        )
        if not created:
            return person_facts(person)
    else:
        person = Person.objects.create(personal_number=personal_number, verified=verified, **fields)
    event = PersonRecorded(person=Ref(person.key), verified=verified)
    journal.record(event, by=by, occurred_at=at)
    return person_facts(person)


@transaction.atomic
def record_organisation(
    *,
    tax_code: str,
    name: str,
    kind: str,
    by: str,
    at: datetime,
    address: str = "",
    division: str = "",
) -> OrganisationFacts:
    """Record an organisation once; the tax code finds it again."""
    if not tax_code_valid(tax_code):
        raise InvalidTaxCode(tax_code)
    organisation, created = Organisation.objects.get_or_create(
        tax_code=tax_code_written(tax_code),
        defaults={
            "name": name,
            "folded_name": fold(name),
            "kind": kind,
            "address": address,
            "division": division,
        },
    )
    if created:
        event = OrganisationRecorded(organisation=Ref(organisation.key))
        journal.record(event, by=by, occurred_at=at)
    return organisation_facts(organisation)


@transaction.atomic
def appoint_representative(*, person: int, organisation: int) -> None:
    """Let a person act for an organisation."""
    Representation.objects.get_or_create(person_id=person, organisation_id=organisation)


@transaction.atomic
def load_agencies(agencies: Iterable[AgencyFacts]) -> int:
    """Bring the agency table to what the configuration says; nothing is removed."""
    rows = []
    for facts in agencies:
        values = asdict(facts)
        values["parent_id"] = values.pop("parent")
        rows.append(Agency(folded_name=fold(f"{facts.name} {facts.name_en}"), **values))
    changing = ["dotted", "name", "name_en", "folded_name", "kind", "parent", "division"]
    Agency.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[*changing, "valid_from", "valid_to"],
        batch_size=200,
    )
    return len(rows)


@transaction.atomic
def create_account(
    *,
    username: str,
    display_name: str,
    by: str,
    at: datetime,
    password: str | None = None,
    email: str = "",
    position: str = "",
    person: int | None = None,
    agency: str | None = None,
    is_demo: bool = False,
) -> Account:
    """Make an account; without a password nobody can sign in with one."""
    account = Account.objects.create(
        username=username,
        email=email,
        display_name=display_name,
        position=position,
        person_id=person,
        agency_id=agency,
        is_demo=is_demo,
        password=make_password(password),
    )
    kind = "staff" if agency else "citizen"
    event = AccountCreated(account=Ref(account.key), kind=Code(kind))
    journal.record(event, by=by, occurred_at=at)
    return account


@transaction.atomic
def grant_role(
    *, account: int, role: str, agency: str | None, valid_from: date, by: str, at: datetime
) -> None:
    """Give an account a role for an agency and those below it, or for the whole city."""
    grant, created = Grant.objects.get_or_create(
        account_id=account, role=role, agency_id=agency, defaults={"valid_from": valid_from}
    )
    if created:
        event = RoleGranted(
            account=Ref(grant.account.key),
            role=Code(role),
            agency=Code(agency or ""),
            valid_from=valid_from,
        )
        journal.record(event, by=by, occurred_at=at)


@transaction.atomic
def count_failed_sign_in(*, account: int, at: datetime, attempts: int, period: timedelta) -> bool:
    """Count a wrong password; whether the account is locked by it."""
    Account.objects.filter(pk=account).update(failed_attempts=F("failed_attempts") + 1)
    row = Account.objects.select_for_update().get(pk=account)
    if row.failed_attempts < attempts:
        return False
    row.failed_attempts, row.locked_until = 0, at + period
    row.save(update_fields=["failed_attempts", "locked_until"])
    journal.record(AccountLocked(account=Ref(row.key)), by=row.key, occurred_at=at)
    return True


@transaction.atomic
def unlock(*, account: int) -> None:
    """Forget failed attempts and lift a lock, after a good sign-in or a new password."""
    Account.objects.filter(pk=account).update(failed_attempts=0, locked_until=None)


@transaction.atomic
def set_password(*, account: int, password: str) -> None:
    """A new password, which also lifts a lock and ends every session of the account."""
    row = Account.objects.select_for_update().get(pk=account)
    row.password, row.failed_attempts, row.locked_until = make_password(password), 0, None
    row.save(update_fields=["password", "failed_attempts", "locked_until"])


@transaction.atomic
def record_citizen_of(
    *,
    account: int,
    full_name: str,
    personal_number: str,
    birth_date: date,
    phone: str,
    email: str,
    at: datetime,
) -> None:
    """Tie a new account to the person it says it is; unverified, and a citizen."""
    row = Account.objects.select_for_update().get(pk=account)
    facts = record_person(
        full_name=full_name,
        personal_number=personal_number,
        birth_date=birth_date,
        phone=phone,
        email=email,
        by=row.key,
        at=at,
    )
    row.person_id, row.display_name = facts.id, full_name
    row.save(update_fields=["person", "display_name"])
    journal.record(
        AccountCreated(account=Ref(row.key), kind=Code("citizen")), by=row.key, occurred_at=at
    )
    grant_role(
        account=account, role="citizen", agency=None, valid_from=at.date(), by=row.key, at=at
    )

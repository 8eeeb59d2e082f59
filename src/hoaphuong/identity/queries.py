"""Reads of the identity app; answers are contracts, never rows."""

from datetime import date, datetime
from functools import lru_cache

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from hoaphuong.identity.contracts import (
    AgencyFacts,
    ContactFacts,
    OrganisationFacts,
    PersonFacts,
)
from hoaphuong.identity.models import Account, Agency, Grant, Organisation, Person, Representation
from hoaphuong.identity.rules import with_descendants
from hoaphuong.identity.sealing import unsealed
from hoaphuong.identity.totp import TOLERANCE, step_of, totp_code
from hoaphuong.kernel.access import permissions


def person_facts(person: Person) -> PersonFacts:
    return PersonFacts(**{name: getattr(person, name) for name in PersonFacts.__dataclass_fields__})


def organisation_facts(organisation: Organisation) -> OrganisationFacts:
    return OrganisationFacts(
        **{name: getattr(organisation, name) for name in OrganisationFacts.__dataclass_fields__}
    )


def person(id: int) -> PersonFacts:
    return person_facts(Person.objects.get(pk=id))


def organisation(id: int) -> OrganisationFacts:
    return organisation_facts(Organisation.objects.get(pk=id))


def organisations_of(person: int) -> list[OrganisationFacts]:
    """The organisations for which a person may act."""
    rows = Representation.objects.filter(person_id=person).select_related("organisation")
    return [organisation_facts(row.organisation) for row in rows.order_by("organisation__name")]


def agency_facts(agency: Agency) -> AgencyFacts:
    return AgencyFacts(
        code=agency.code,
        dotted=agency.dotted,
        name=agency.name,
        name_en=agency.name_en,
        kind=agency.kind,
        parent=agency.parent_id,
        division=agency.division,
        valid_from=agency.valid_from,
        valid_to=agency.valid_to,
    )


@lru_cache(maxsize=1)
def _agencies_by_code() -> dict[str, AgencyFacts]:
    return {row.code: agency_facts(row) for row in Agency.objects.order_by("code")}


def agencies() -> dict[str, AgencyFacts]:
    """Every agency that is or was, by code; read once, since configuration makes them."""
    found = _agencies_by_code()
    if not found:  # asked before the first load
        _agencies_by_code.cache_clear()
    return found


def forget_agencies() -> None:
    """Read the agencies anew at the next question."""
    _agencies_by_code.cache_clear()
    _below.cache_clear()


def agency(code: str) -> AgencyFacts:
    return agencies()[code]


def agency_of_division(division: str, *, on: date) -> AgencyFacts | None:
    """The People's Committee of a district or commune on a day."""
    for facts in agencies().values():
        in_force = facts.valid_from <= on and (facts.valid_to is None or on <= facts.valid_to)
        if facts.division == division and facts.kind in ("district", "commune") and in_force:
            return facts
    return None


@lru_cache(maxsize=1_024)
def _below(roots: frozenset[str]) -> frozenset[str]:
    parents = {code: facts.parent for code, facts in agencies().items()}
    return with_descendants(set(roots), parents)


def below(roots: frozenset[str]) -> frozenset[str]:
    """The given agencies and all below them."""
    return _below(roots)


def _in_force(on: date) -> Q:
    return Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gte=on))


def grants_of(account: int, *, on: date) -> list[tuple[str, str | None]]:
    """(role, agency code or None) in force on a day."""
    rows = Grant.objects.filter(_in_force(on), account_id=account)
    return list(rows.values_list("role", "agency_id"))


def _signing_in(login: str) -> QuerySet[Account]:
    """The accounts a username or e-mail address may mean, found as allauth finds them."""
    if not login:
        return Account.objects.none()
    remembered = EmailAddress.objects.filter(email__iexact=login).values("user_id")
    own = Q(username__iexact=login) | Q(email__iexact=login)
    return Account.objects.filter(own | Q(pk__in=remembered))


def locked_until(login: str) -> datetime | None:
    """Until when nobody may sign in with a username or e-mail address."""
    found: datetime | None = _signing_in(login).aggregate(last=Max("locked_until"))["last"]
    return found


def accounts_of_login(login: str) -> list[int]:
    """Accounts for which a wrong password counts; two when one's name is another's address."""
    return list(_signing_in(login).order_by("pk").values_list("pk", flat=True))


def account_id(login: str) -> int | None:
    """The account of a username, else of an e-mail address; None unless it is one account."""
    found = accounts_of_login(login)
    return found[0] if len(found) == 1 else None


def second_factors(account: int) -> set[int]:
    """The factors an account has, recovery codes among them."""
    return set(Authenticator.objects.filter(user_id=account).values_list("pk", flat=True))


def kinds_of_second_factor(account: int) -> set[str]:
    """``totp``, ``webauthn`` and ``recovery_codes``, as far as the account has them."""
    return set(Authenticator.objects.filter(user_id=account).values_list("type", flat=True))


def locked_account_until(account: int) -> datetime | None:
    """Until when an account is locked; a moment that is over says nothing."""
    return Account.objects.values_list("locked_until", flat=True).get(pk=account)


def demo_code(account: Account, *, at: datetime) -> str:
    """The next code that an invented persona's telephone would show and that is not used yet.

    Empty for a real account, outside the demonstration, and until a new code comes.
    """
    if not (settings.DEMO and account.is_demo):
        return ""
    totp = Authenticator.objects.filter(user_id=account.pk, type=Authenticator.Type.TOTP).first()
    step = max(step_of(at), totp.data.get("last_step", 0) + 1) if totp else 0
    if totp is None or step > step_of(at) + TOLERANCE:
        return ""
    return totp_code(unsealed(totp.data["secret"]), step)


def account_key(login: str) -> str | None:
    """The key of the account that a username or e-mail address means; None unless it is one."""
    found = account_id(login)
    return Account.objects.values_list("key", flat=True).get(pk=found) if found else None


def contact(account: str) -> ContactFacts | None:
    """Where to write to an account; None when there is none, or nobody uses it any more.

    The account's own e-mail address comes before the one that its person was recorded with.
    """
    names = ("email", "person__email", "person__phone")
    row = Account.objects.filter(key=account, is_active=True).values_list(*names).first()
    return ContactFacts(row[0] or row[1] or "", row[2] or "") if row else None


def display_names(keys: set[str]) -> dict[str, str]:
    """Names of accounts by key, for timelines shown to staff."""
    rows = Account.objects.filter(key__in=keys)
    return dict(rows.values_list("key", "display_name"))


def positions(keys: set[str]) -> dict[str, str]:
    """Positions of accounts by key, as they stand below a signature."""
    return dict(Account.objects.filter(key__in=keys).values_list("key", "position"))


def staff_of(agency: str, *, on: date) -> list[tuple[str, str]]:
    """(key, name) of the accounts of an agency that hold a role on a day."""
    held = Grant.objects.filter(_in_force(on), account=OuterRef("pk"))
    rows = Account.objects.filter(Exists(held), agency_id=agency, is_active=True)
    return list(rows.order_by("display_name").values_list("key", "display_name"))


def holders(permission: str, agency: str, *, on: date) -> list[tuple[str, str]]:
    """(key, name) of the accounts that hold a permission for an agency on a day.

    Those of the agency itself come first, then those whose right comes from above.
    """
    above, code = [], agency
    known = agencies()
    while code and code not in above:
        above.append(code)
        code = known[code].parent or ""
    roles = permissions()[permission].roles
    held = Grant.objects.filter(
        _in_force(on),
        Q(agency_id__isnull=True) | Q(agency_id__in=above),
        account=OuterRef("pk"),
        role__in=roles,
    )
    rows = Account.objects.filter(Exists(held), is_active=True).order_by(
        Exists(held.filter(agency_id=agency)).desc(), "display_name"
    )
    return list(rows.values_list("key", "display_name"))


def demo_account(username: str) -> Account | None:
    """A persona of the demonstration; never a real account."""
    return Account.objects.filter(username=username, is_demo=True, is_active=True).first()


def count_people() -> int:
    return Person.objects.count()


def count_organisations() -> int:
    return Organisation.objects.count()


def people() -> list[PersonFacts]:
    """Everyone, for the demonstration's invented dossiers only."""
    return [person_facts(row) for row in Person.objects.order_by("pk")]


def organisations() -> list[OrganisationFacts]:
    return [organisation_facts(row) for row in Organisation.objects.order_by("pk")]

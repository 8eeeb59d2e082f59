"""What a list of staff changes among those who are there; pure, so that a dry run tells it all."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from hoaphuong.identity.staff_import import StaffRow

ADMINISTRATOR, CITIZEN = "administrator", "citizen"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Held:
    """A role for an agency (None: the whole city) and its days; both ends are included."""

    role: str
    agency: str | None
    valid_from: date
    valid_to: date | None

    def over(self, today: date) -> bool:
        return self.valid_to is not None and self.valid_to < today


@dataclass(frozen=True)
class Officer:
    """An account of staff with every role it ever held."""

    username: str
    full_name: str
    email: str
    position: str
    agency: str | None
    is_active: bool
    is_demo: bool
    held: tuple[Held, ...]


@dataclass(frozen=True)
class AccountChange:
    """A new account, or the fields in which the list says something else than the account."""

    row: StaffRow
    fields: tuple[str, ...]
    new: bool = False


@dataclass(frozen=True)
class RoleChange:
    """``granted``, ``dated`` (its days change) or ``withdrawn`` (it never began); days as after."""

    username: str
    held: Held
    verb: str
    missing: bool = False  # the list does not name it


@dataclass(frozen=True)
class Plan:
    """All that an import changes; ``kept`` are roles that the list does not name and leaves."""

    accounts: tuple[AccountChange, ...]
    roles: tuple[RoleChange, ...]
    kept: tuple[tuple[str, Held], ...]

    def touched(self) -> frozenset[str]:
        """Usernames, folded, for which anything changes."""
        names = [one.row.username for one in self.accounts] + [one.username for one in self.roles]
        return frozenset(name.casefold() for name in names)

    def losing(self) -> frozenset[str]:
        """Who loses a role only because the list does not name it."""
        return frozenset(one.username for one in self.roles if one.missing)


def planned(
    rows: Collection[StaffRow], officers: Collection[Officer], *, today: date, end_missing: bool
) -> Plan:
    """What the rows ask for; with ``end_missing`` the list is whole for the agencies it names.

    A role it does not name then ends with yesterday: any role of an officer it lists, and the
    roles of others at an agency it names. Roles for the whole city cannot stand in a list, so
    none ends by one; nor does a persona's of the demonstration.
    """
    there = {one.username.casefold(): one for one in officers}
    listed = {row.username.casefold(): row for row in rows}
    agencies = {row.agency for row in rows}
    accounts: list[AccountChange] = []
    roles: list[RoleChange] = []
    kept: list[tuple[str, Held]] = []
    for row in rows:
        officer = there.get(row.username.casefold())
        accounts += _account(row, officer)
        roles += _roles(row, officer, today=today)
    for name, officer in there.items():
        named = listed.get(name)
        for held in officer.held:
            if not _unnamed(held, named, agencies) or held.over(today) or officer.is_demo:
                continue
            if end_missing:
                roles.append(_ended(officer.username, held, today=today))
            else:
                kept.append((officer.username, held))
    return Plan(tuple(accounts), tuple(roles), tuple(kept))


def _unnamed(held: Held, row: StaffRow | None, agencies: set[str]) -> bool:
    """Whether the list speaks of the place where the role is held, and leaves the role out."""
    if held.agency is None or held.role == CITIZEN:
        return False
    if row is None:
        return held.agency in agencies
    return not (held.agency == row.agency and held.role in row.roles)


def _account(row: StaffRow, officer: Officer | None) -> Iterator[AccountChange]:
    if officer is None:
        yield AccountChange(row, (), new=True)
        return
    said = {name: getattr(row, name) for name in ("full_name", "email", "position", "agency")}
    fields = tuple(name for name, value in said.items() if getattr(officer, name) != value)
    if fields:
        yield AccountChange(row, fields)


def _roles(row: StaffRow, officer: Officer | None, *, today: date) -> Iterator[RoleChange]:
    held = {(one.role, one.agency): one for one in officer.held} if officer else {}
    name = officer.username if officer else row.username
    for role in row.roles:
        before = held.get((role, row.agency))
        said = Held(role, row.agency, row.valid_from, row.valid_to)
        if before is None:
            yield RoleChange(name, said, "granted")
        elif before.over(today):
            if not said.over(today):  # held again; what is over stays over
                anew = Held(role, row.agency, max(row.valid_from, today), row.valid_to)
                yield RoleChange(name, anew, "granted")
        else:
            # A role that is held keeps its beginning: a list for next year takes nobody's today.
            begins = before.valid_from if before.valid_from <= today else row.valid_from
            ends = row.valid_to if row.tells_ends else before.valid_to
            if ends and ends < begins:
                yield _ended(name, before, today=today, missing=False)
            elif (begins, ends) != (before.valid_from, before.valid_to):
                yield RoleChange(name, Held(role, row.agency, begins, ends), "dated")


def _ended(username: str, held: Held, *, today: date, missing: bool = True) -> RoleChange:
    if held.valid_from >= today:
        return RoleChange(username, held, "withdrawn", missing)
    after = Held(held.role, held.agency, held.valid_from, today - _DAY)
    return RoleChange(username, after, "dated", missing)


def takes_the_last_administrator(plan: Plan, officers: Iterable[Officer], *, today: date) -> bool:
    """Whether the city would be without an administrator on an earlier day than it is now."""
    before = {
        (one.username.casefold(), held.agency): held
        for one in officers
        if one.is_active
        for held in one.held
        if held.role == ADMINISTRATOR
    }
    after = dict(before)
    for change in plan.roles:
        if change.held.role == ADMINISTRATOR:
            key = (change.username.casefold(), change.held.agency)
            after.pop(key, None)
            if change.verb != "withdrawn":
                after[key] = change.held
    return first_day_without(after.values(), since=today) < first_day_without(
        before.values(), since=today
    )


def first_day_without(periods: Collection[Held], *, since: date) -> date:
    """The first day from ``since`` on that no period covers; the last day there is when none."""
    day = since
    while True:
        ends = [p.valid_to for p in periods if p.valid_from <= day and not p.over(day)]
        if not ends:
            return day
        if None in ends:
            return date.max
        day = max(end for end in ends if end) + _DAY


def told(plan: Plan) -> tuple[str, ...]:
    """The plan in words, a line for each change and for each role that is left as it is."""
    lines = [_account_line(one) for one in plan.accounts]
    lines += [_role_line(one) for one in plan.roles]
    lines += [
        _("%(user)s: %(role)s at %(agency)s is not in the list and stays") % _words(user, held)
        for user, held in plan.kept
    ]
    return tuple(lines)


def _account_line(change: AccountChange) -> str:
    if change.new:
        return _("%(user)s: new account") % {"user": change.row.username}
    names: dict[str, Any] = {
        "full_name": _("full name"),
        "email": _("e-mail"),
        "position": _("position"),
        "agency": _("agency"),
    }
    fields = ", ".join(names[field] for field in change.fields)
    return _("%(user)s: new %(fields)s") % {"user": change.row.username, "fields": fields}


def _role_line(change: RoleChange) -> str:
    words = _words(change.username, change.held)
    if change.verb == "withdrawn":
        return _("%(user)s: %(role)s at %(agency)s is withdrawn before it begins") % words
    if change.missing:
        return _("%(user)s: %(role)s at %(agency)s is not in the list and ends %(to)s") % words
    if change.held.valid_to:
        return _("%(user)s: %(role)s at %(agency)s from %(from)s to %(to)s") % words
    return _("%(user)s: %(role)s at %(agency)s from %(from)s") % words


def _words(user: str, held: Held) -> dict[str, str]:
    return {
        "user": user,
        "role": held.role,
        "agency": held.agency or "",
        "from": f"{held.valid_from:%d/%m/%Y}",
        "to": f"{held.valid_to:%d/%m/%Y}" if held.valid_to else "",
    }

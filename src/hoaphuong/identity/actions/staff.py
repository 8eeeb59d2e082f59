"""Brings a city's staff: accounts and roles from one list, all of it or nothing."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate

from hoaphuong.identity import staff_import
from hoaphuong.identity.actions.people import create_account
from hoaphuong.identity.contracts import AccountChanged, RoleDated, RoleGranted, RoleWithdrawn
from hoaphuong.identity.models import Account, Grant, Role
from hoaphuong.identity.queries import agencies
from hoaphuong.identity.staff_changes import (
    AccountChange,
    Held,
    Officer,
    Plan,
    RoleChange,
    planned,
    takes_the_last_administrator,
    told,
)
from hoaphuong.kernel import journal
from hoaphuong.kernel.intake import ImportReport, write_rejects
from hoaphuong.kernel.values import Code, Ref


class LastAdministrator(Exception):
    """After the import nobody would administer the city; nothing was stored."""


class TooManyEnd(Exception):
    """More officers would lose a role than was allowed; ``args[0]`` is how many."""


@transaction.atomic
def import_staff(
    *,
    path: Path,
    at: datetime,
    by: str,
    dry_run: bool = False,
    end_missing: bool = False,
    at_most: int = 10,
) -> ImportReport:
    """Accounts and roles from a CSV: all of its rows, or none when one of them is wrong.

    New accounts have no password. A role that the list does not name stays, unless
    ``end_missing``: then it ends with yesterday, for at most ``at_most`` officers. A dry run
    judges and tells, and stores nothing. Raises LastAdministrator, TooManyEnd,
    UnreadableStaffList, OSError.
    """
    rows = staff_import.read(path)
    today = localdate(at)
    known = {row.username.casefold(): row for row in Account.objects.select_for_update()}
    now = {code for code, a in agencies().items() if a.valid_to is None or a.valid_to >= today}
    good, faults = staff_import.judged(
        rows,
        agencies=now,
        roles=set(Role.values) - {Role.CITIZEN},
        taken=[
            staff_import.Taken(a.username, a.email, a.agency_id is not None) for a in known.values()
        ],
    )
    officers = _officers(known)
    plan = planned(good, officers, today=today, end_missing=end_missing)
    if not faults:
        if takes_the_last_administrator(plan, officers, today=today):
            raise LastAdministrator
        if not dry_run:
            if len(plan.losing()) > at_most:
                raise TooManyEnd(len(plan.losing()))
            _carry_out(plan, known, by=by, at=at)
    touched = plan.touched()
    reasons = tuple((line, str(staff_import.FAULTS[code])) for line, code in faults)
    file = None
    if faults:
        file = write_rejects(
            settings.HOME / "rejects",
            name=path.name,
            at=at,
            head=("source", "line", "reason_code", "reason"),
            rows=[
                (path.name, line, code, text)
                for (line, code), (_line, text) in zip(faults, reasons, strict=True)
            ],
            dry_run=dry_run,
        )
    return ImportReport(
        read=len(rows),
        accepted=len(good),
        rejected=len(rows) - len(good),
        unchanged=sum(row.username.casefold() not in touched for row in good),
        rejects_file=str(file) if file else None,
        faults=reasons,
        changes=() if faults else told(plan),
    )


def _officers(known: Mapping[str, Account]) -> list[Officer]:
    held: dict[int, list[Held]] = defaultdict(list)
    for grant in Grant.objects.order_by("pk"):
        held[grant.account_id].append(
            Held(grant.role, grant.agency_id, grant.valid_from, grant.valid_to)
        )
    return [
        Officer(
            username=account.username,
            full_name=account.display_name,
            email=account.email,
            position=account.position,
            agency=account.agency_id,
            is_active=account.is_active,
            is_demo=account.is_demo,
            held=tuple(held[account.pk]),
        )
        for account in known.values()
    ]


def _carry_out(plan: Plan, known: Mapping[str, Account], *, by: str, at: datetime) -> None:
    accounts = dict(known)
    for change in plan.accounts:
        name = change.row.username.casefold()
        if change.new:
            accounts[name] = _made(change, by=by, at=at)
        else:
            _changed(accounts[name], change, by=by, at=at)
    for role in plan.roles:
        _carry_role(accounts[role.username.casefold()], role, by=by, at=at)


def _made(change: AccountChange, *, by: str, at: datetime) -> Account:
    row = change.row
    return create_account(
        username=row.username,
        display_name=row.full_name,
        email=row.email,
        position=row.position,
        agency=row.agency,
        by=by,
        at=at,
    )


def _changed(account: Account, change: AccountChange, *, by: str, at: datetime) -> None:
    row = change.row
    account.display_name, account.email = row.full_name, row.email
    account.position, account.agency_id = row.position, row.agency
    account.save(update_fields=["display_name", "email", "position", "agency"])
    if "email" in change.fields:
        # allauth remembers addresses of its own; the old one must no longer reset the password.
        EmailAddress.objects.filter(user=account).delete()
    event = AccountChanged(
        account=Ref(account.key),
        agency=Code(row.agency),
        full_name="full_name" in change.fields,
        email="email" in change.fields,
        position="position" in change.fields,
    )
    journal.record(event, by=by, occurred_at=at)


def _carry_role(account: Account, change: RoleChange, *, by: str, at: datetime) -> None:
    held = change.held
    whose = {"account": account, "role": held.role, "agency_id": held.agency}
    about = (Ref(account.key), Code(held.role), Code(held.agency or ""))
    event: RoleGranted | RoleDated | RoleWithdrawn
    if change.verb == "withdrawn":
        Grant.objects.filter(**whose).delete()
        event = RoleWithdrawn(*about)
    else:
        # The one row of a role and agency is opened anew when the role is held again.
        Grant.objects.update_or_create(
            **whose, defaults={"valid_from": held.valid_from, "valid_to": held.valid_to}
        )
        what = RoleGranted if change.verb == "granted" else RoleDated
        event = what(*about, held.valid_from, held.valid_to)
    journal.record(event, by=by, occurred_at=at)

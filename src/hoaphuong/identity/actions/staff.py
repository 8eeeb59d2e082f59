"""Brings a city's staff: accounts and roles from one list, all of it or nothing."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from hoaphuong.identity import staff_import
from hoaphuong.identity.actions.people import create_account, grant_role
from hoaphuong.identity.models import Account, Role
from hoaphuong.identity.queries import agencies
from hoaphuong.identity.staff_import import StaffRow
from hoaphuong.kernel.intake import ImportReport, write_rejects


@transaction.atomic
def import_staff(*, path: Path, at: datetime, by: str, dry_run: bool = False) -> ImportReport:
    """Accounts and roles from a CSV: all of its rows, or none when one of them is wrong.

    New accounts have no password; roles are added, never taken away. Raises
    UnreadableStaffList, OSError.
    """
    rows = staff_import.read(path)
    known = {row.username.casefold(): row for row in Account.objects.select_for_update()}
    now = {code for code, a in agencies().items() if a.valid_to is None or a.valid_to >= at.date()}
    good, faults = staff_import.judged(
        rows,
        agencies=now,
        roles=set(Role.values) - {Role.CITIZEN},
        taken=[
            staff_import.Taken(a.username, a.email, a.agency_id is not None) for a in known.values()
        ],
    )
    told = tuple((line, str(staff_import.FAULTS[code])) for line, code in faults)
    unchanged = sum(_same_officer(row, known.get(row.username.casefold())) for row in good)
    if not faults and not dry_run:
        for row in good:
            _bring_officer(row, known.get(row.username.casefold()), by=by, at=at)
    file = None
    if told:
        file = write_rejects(
            settings.HOME / "rejects",
            name=path.name,
            at=at,
            head=("source", "line", "reason_code", "reason"),
            rows=[
                (path.name, line, code, text)
                for (line, code), (_line, text) in zip(faults, told, strict=True)
            ],
            dry_run=dry_run,
        )
    return ImportReport(
        read=len(rows),
        accepted=len(good),
        rejected=len(rows) - len(good),
        unchanged=unchanged,
        rejects_file=str(file) if file else None,
        faults=told,
    )


def _same_officer(row: StaffRow, account: Account | None) -> bool:
    if account is None:
        return False
    held = set(
        account.grants.filter(agency_id=row.agency, valid_to=None).values_list("role", flat=True)
    )
    said = (row.full_name, row.email, row.position, row.agency)
    there = (account.display_name, account.email, account.position, account.agency_id)
    return said == there and set(row.roles) <= held


def _bring_officer(row: StaffRow, account: Account | None, *, by: str, at: datetime) -> None:
    if account is None:
        account = create_account(
            username=row.username,
            display_name=row.full_name,
            email=row.email,
            position=row.position,
            agency=row.agency,
            by=by,
            at=at,
        )
    else:
        account.display_name, account.email = row.full_name, row.email
        account.position, account.agency_id = row.position, row.agency
        account.save(update_fields=["display_name", "email", "position", "agency"])
    # A role that ended may be held again; the one row of a role and agency is then opened anew.
    account.grants.filter(agency_id=row.agency, role__in=row.roles, valid_to__isnull=False).delete()
    for role in row.roles:
        grant_role(
            account=account.pk,
            role=role,
            agency=row.agency,
            valid_from=row.valid_from,
            by=by,
            at=at,
        )

"""Invented dossiers for tests, made by the action that makes every other."""

from datetime import UTC, datetime

from hoaphuong.dossiers import actions
from hoaphuong.dossiers.models import Dossier
from hoaphuong.identity import queries as identity

CODE = "1.001193"
MONDAY = datetime(2026, 3, 2, 2, tzinfo=UTC)  # nine in the morning in the city


def submit(ward: str, *, at: datetime = MONDAY, by: str = "phuong") -> Dossier:
    """A birth registration that a persona of the demonstration sent to a ward."""
    account = identity.demo_account(by)
    return actions.submit(
        procedure=CODE,
        agency=ward,
        division=identity.agency(ward).division,
        channel="online",
        applicant_kind="self",
        applicant=account.person_id,
        applicant_name=account.display_name,
        form={},
        files={},
        by=account.key,
        at=at,
    )

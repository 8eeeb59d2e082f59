"""Invented certificates, hand signatures and seals of the demonstration's staff and agencies."""

import shutil
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from hoaphuong.identity import queries as identity
from hoaphuong.kernel.demo import Report
from hoaphuong.signing import actions, invented_images, queries

ORDER = 12  # after the staff, before the papers they sign
SIGNERS = ("lan", "khanh", "hung")
# Papers of the demonstration's past are signed too; the invented authority is 400 days old.
BEGUN, LASTS = timedelta(days=390), timedelta(days=2 * 365)
EVERY_THIRD_IS_RSA = 3


def load(*, scale: str, report: Report) -> None:
    """Whom to trust, then certificates and images; what is there already stays."""
    _trust()
    people = [account for name in SIGNERS if (account := identity.demo_account(name))]
    agencies = _with_seals()
    whole = len(people) + len(agencies)
    for done, account in enumerate(people, 1):
        _person(account.key, account.display_name)
        report("Chứng thư số hư cấu", done, whole)
    for done, code in enumerate(agencies, len(people) + 1):
        _agency(code, rsa=done % EVERY_THIRD_IS_RSA == 0)
        report("Chứng thư số hư cấu", done, whole)


def _trust() -> None:
    """The invented root is trusted in the demonstration, and nowhere else."""
    root = Path(settings.AUTHORITY["folder"]) / "ca" / "root.cer"
    place = Path(settings.HOME) / "trust" / "demonstration-root.cer"
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root, place)


def _with_seals() -> list[str]:
    """The city, its departments, and the ward of the personas."""
    known = identity.agencies().values()
    lan = identity.demo_account("lan")
    home = lan.agency_id if lan else ""
    return [
        one.code
        for one in known
        if not one.valid_to and (one.kind in ("city", "department") or one.code == home)
    ]


def _person(account: str, name: str) -> None:
    now = timezone.now()
    if not queries.certificates_of_account(account):
        actions.enrol(
            provider="demo",
            name=name,
            account=account,
            begins=now - BEGUN,
            until=now + LASTS,
            by="demo",
            at=now,
        )
    if queries.image_row(account=account) is None:
        drawn = invented_images.hand_signature(name)
        actions.keep_image(content=drawn, account=account, by="demo", at=now)


def _agency(code: str, *, rsa: bool) -> None:
    now, facts = timezone.now(), identity.agency(code)
    if not queries.certificates_of_agencies([code]):
        actions.enrol(
            provider="demo",
            name=facts.name,
            agency=code,
            begins=now - BEGUN,
            until=now + LASTS,
            key_type="RSA-2048" if rsa else "P-256",
            by="demo",
            at=now,
        )
    if queries.image_row(agency=code) is None:
        drawn = invented_images.seal(facts.name)
        actions.keep_image(content=drawn, agency=code, by="demo", at=now)

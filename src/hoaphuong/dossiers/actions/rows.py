"""What every dossier action does around its step: lock, save, note."""

from datetime import datetime
from typing import Any

from hoaphuong.dossiers.models import Dossier, DossierFile, DossierNote
from hoaphuong.dossiers.work_kinds import DOSSIER
from hoaphuong.kernel import journal
from hoaphuong.work import actions as work


def locked(key: str) -> Dossier:
    """The dossier, locked until the transaction ends; raises ``Dossier.DoesNotExist``."""
    return Dossier.objects.select_for_update(of=("self",)).select_related("procedure").get(key=key)


def saved(dossier: Dossier, event: Any, *, by: str, at: datetime, note: str = "") -> None:
    """Write the row and its fact together, and what was said with it."""
    dossier.save()
    entry = journal.record(event, by=by, occurred_at=at)
    if note:
        DossierNote.objects.create(dossier=dossier, entry=entry, author_key=by, text=note)


def moved(dossier: Dossier) -> None:
    """Its item stands in the agency's inbox as the dossier stands."""
    work.move_item(
        kind=DOSSIER, subject=dossier.key, stage=str(dossier.status), due_on=dossier.due_on
    )


def attach(dossier: Dossier, files: dict[str, list[str]], *, purpose: str, at: datetime) -> None:
    """Add stored files by the part of the dossier they belong to."""
    DossierFile.objects.bulk_create(
        DossierFile(dossier=dossier, part=part, purpose=purpose, file_key=key, added_at=at)
        for part, keys in files.items()
        for key in keys
    )

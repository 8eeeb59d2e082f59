"""Reads published files into the catalogue, and keeps the rows that gave no procedure."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from hoaphuong.dossiers import catalogue
from hoaphuong.dossiers.actions.procedures import judge, store_procedures
from hoaphuong.dossiers.actions.rejects import keep_rejects, plain
from hoaphuong.dossiers.catalogue import Bounds, ProcedureRecord, Reject
from hoaphuong.dossiers.contracts import ProceduresImported
from hoaphuong.dossiers.models import Procedure, ProcedureReject
from hoaphuong.kernel import journal
from hoaphuong.kernel.intake import ImportReport, write_rejects
from hoaphuong.kernel.keys import new_key
from hoaphuong.kernel.values import Ref

REJECTS_HEAD = ("source", "line", "code", "name", "reason_code", "reason", "raw")
SOURCE_CHARS = 150


class AlreadyCorrected(Exception):
    """The rejected row gave its procedure already."""


class StillRejected(Exception):
    """The row gives no procedure with these either; ``reason_code`` says why."""

    def __init__(self, reason_code: str) -> None:
        super().__init__(reason_code)
        self.reason_code = reason_code


class CodeOfAnother(Exception):
    """The code belongs to a procedure of another name; ``args[0]`` is that name."""


def import_procedures(
    *,
    path: str | Path | BinaryIO,
    at: datetime,
    by: str,
    dry_run: bool = False,
    progress: Callable[[int], None] | None = None,
    name: str = "",
    bounds: Bounds | None = None,
) -> ImportReport:
    """Read a published file, store what it adds and keep its rejected rows; all of it or nothing.

    ``path`` may be an open file, called ``name``. ``progress`` hears how many rows were read.
    The file is read to its end before the transaction begins, so that nobody waits for it.
    A dry run stores nothing, and writes the rejects file only. Raises UnreadableSource, OSError.
    """
    called = (name or Path(str(path)).name)[-SOURCE_CHARS:]
    records: list[ProcedureRecord] = []
    rejects: list[Reject] = []
    for count, item in enumerate(catalogue.read(path, bounds=bounds or Bounds()), start=1):
        (rejects if isinstance(item, Reject) else records).append(item)  # type: ignore[arg-type]
        if progress and count % 100 == 0:
            progress(count)
    if progress:
        progress(len(records) + len(rejects))
    file = _rejects_file(called, rejects, at=at, dry_run=dry_run) if rejects else None
    try:
        unchanged = _stored(called, records, rejects, at=at, by=by, dry_run=dry_run)
    except BaseException:
        if file:
            file.unlink(missing_ok=True)
        raise
    return ImportReport(
        read=len(records) + len(rejects),
        accepted=len(records),
        rejected=len(rejects),
        unchanged=unchanged,
        rejects_file=str(file) if file else None,
    )


def _rejects_file(called: str, rejects: list[Reject], *, at: datetime, dry_run: bool) -> Path:
    return write_rejects(
        settings.HOME / "rejects",
        name=called,
        at=at,
        head=REJECTS_HEAD,
        rows=[
            (called, r.line, r.code, r.name, r.reason_code, gettext(r.reason), r.raw)
            for r in rejects
        ],
        dry_run=dry_run,
    )


@transaction.atomic
def _stored(
    called: str,
    records: list[ProcedureRecord],
    rejects: list[Reject],
    *,
    at: datetime,
    by: str,
    dry_run: bool,
) -> int:
    """Store one file's rows and the fact of it; the number of rows that said nothing new."""
    if dry_run:
        return judge(records, at=at, names_en={}, offered=frozenset()).unchanged
    unchanged = store_procedures(records=records, at=at).unchanged
    keep_rejects(called, rejects=rejects, records=records, at=at)
    _record(len(records), len(rejects), unchanged, at=at, by=by)
    return unchanged


def _record(accepted: int, rejected: int, unchanged: int, *, at: datetime, by: str) -> None:
    event = ProceduresImported(
        batch=Ref(new_key()),
        read=accepted + rejected,
        accepted=accepted,
        rejected=rejected,
        unchanged=unchanged,
    )
    journal.record(event, by=by, occurred_at=at)


@transaction.atomic
def correct_reject(*, key: str, code: str, name: str, by: str, at: datetime) -> ProcedureRecord:
    """Give a rejected row the code and name it lacked, and store the procedure it describes.

    Raises ProcedureReject.DoesNotExist, AlreadyCorrected, StillRejected, CodeOfAnother.
    """
    row = ProcedureReject.objects.select_for_update().get(key=key)
    if row.corrected_at:
        raise AlreadyCorrected(key)
    kind: Any = row.source.partition(":")[0]
    cells = catalogue.corrected_row(row.raw, code=code, name=name)
    record = catalogue.record_or_reject(cells, source=kind, line=row.line)
    if isinstance(record, Reject):
        raise StillRejected(record.reason_code)
    there = Procedure.objects.filter(code=record.code).values_list("name", flat=True).first()
    if there and plain(there) != plain(record.name):
        raise CodeOfAnother(there)
    unchanged = store_procedures(records=[record], at=at).unchanged
    _record(1, 0, unchanged, at=at, by=by)
    row.corrected_at = at
    row.save(update_fields=["corrected_at"])
    return record

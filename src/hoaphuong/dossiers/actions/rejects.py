"""Keeps the rows of an imported file that gave no procedure, until they give one."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import count

from django.db.models import Q

from hoaphuong.dossiers.catalogue import ProcedureRecord, Reject
from hoaphuong.dossiers.catalogue.records import RANK
from hoaphuong.dossiers.models import ProcedureReject
from hoaphuong.kernel.folding import fold
from hoaphuong.kernel.keys import new_key

CODE_CHARS = 60
_CODE = re.compile(r"[1-9]\.\d{6}(?:\.\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2})?")


def keep_rejects(
    called: str, *, rejects: Iterable[Reject], records: Sequence[ProcedureRecord], at: datetime
) -> None:
    """Keep one file's rejected rows by what they hold, beside those of other files of its name.

    A row that was kept before stays the same one, with its correction. One that the file no
    longer has is closed when the file now gives the procedure it speaks of; otherwise it is
    another file's of the same name, and waits on.
    """
    known = list(ProcedureReject.objects.filter(_of_file(called)).order_by("source", "line"))
    waiting: dict[tuple[str, str], list[ProcedureReject]] = defaultdict(list)
    for row in known:
        waiting[_kind(row), row.raw].append(row)
    write: list[ProcedureReject] = []
    outdated: list[ProcedureReject] = []
    for one in rejects:
        rows = waiting[one.source, one.raw]
        before = next((row for row in rows if row.line == one.line), rows[0] if rows else None)
        if before:
            rows.remove(before)
        if before is None or before.line != one.line:
            write.append(_row(one, before))
            outdated += [before] if before else []
    # A row that moved in the file is written anew at its line, under the same key.
    ProcedureReject.objects.filter(pk__in=[row.pk for row in outdated]).delete()
    gone = {row.pk for row in outdated}
    taken = {(row.source, row.line) for row in known if row.pk not in gone}
    for row in write:
        row.source = next(
            source
            for source in (source_of(called, row.source, number) for number in count(1))
            if (source, row.line) not in taken
        )
        taken.add((row.source, row.line))
    ProcedureReject.objects.bulk_create(write, batch_size=200)
    _close([row for rows in waiting.values() for row in rows], records, at=at)


def _close(
    rows: Iterable[ProcedureReject], records: Sequence[ProcedureRecord], *, at: datetime
) -> None:
    is_open = [row for row in rows if row.corrected_at is None]
    if not is_open:
        return
    codes = {record.code for record in records}
    names = {plain(record.name) for record in records}
    given = [row for row in is_open if _gives(row, codes=codes, names=names)]
    for row in given:
        row.corrected_at = at
    ProcedureReject.objects.bulk_update(given, ["corrected_at"], batch_size=200)


def _gives(row: ProcedureReject, *, codes: set[str], names: set[str]) -> bool:
    """Whether the procedure that a rejected row speaks of is among these."""
    if row.code or row.name:
        return row.code in codes or bool(row.name and plain(row.name) in names)
    return not codes.isdisjoint(_CODE.findall(row.raw))


def _row(one: Reject, before: ProcedureReject | None) -> ProcedureReject:
    """The row to write; its source is only the kind until a free place is found for it."""
    return ProcedureReject(
        key=before.key if before else new_key(),
        source=one.source,
        line=one.line,
        code=(one.code or "")[:CODE_CHARS],
        name=one.name or "",
        reason_code=one.reason_code,
        reason=one.reason,
        raw=one.raw,
        corrected_at=before.corrected_at if before else None,
    )


def plain(name: str) -> str:
    """A name without what two spellings of it differ in."""
    return "".join(letter for letter in fold(name) if letter.isalnum())


def _kind(row: ProcedureReject) -> str:
    return row.source.partition(":")[0]


def _of_file(called: str) -> Q:
    found = Q()
    for kind in RANK:
        base = source_of(called, kind)
        found |= Q(source=base) | Q(source__startswith=f"{base} (")
    return found


def source_of(called: str, kind: str, number: int = 1) -> str:
    """The file's kind and name; the kind is needed to read the row again.

    The number parts rows on one line: of several sheets, or of several files of one name.
    """
    return f"{kind}:{called}" + (f" ({number})" if number > 1 else "")

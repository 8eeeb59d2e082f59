"""The lake: Iceberg tables in a folder, and what keeps a commit as quick on day 1,000 as on day 1.

The lake is derived. Delete its folder and the worker fills it again from the journal.
"""

import fcntl
import json
import logging
import os
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import IO

import pyarrow as pa
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.table import DataFile, Table, Transaction
from pyiceberg.table.update.snapshot import ExpireSnapshots

from hoaphuong.kernel.faults import point

log = logging.getLogger("hoaphuong.warehouse")

NAMESPACE = "city"
BATCH = "hoaphuong.batch"
TIDY_FILES = "hoaphuong.tidy-files"
# A data file below this many rows is small; so many small ones are rewritten as one.
SMALL_ROWS = 100_000
MOST_SMALL = 16
# Files no snapshot names any more stay this long, for readers who planned with an old snapshot.
GRACE_S = 600.0
SWEEP_EVERY_S = 60.0
PROPERTIES = {
    "format-version": "2",
    "commit.manifest-merge.enabled": "true",
    "commit.manifest.min-count-to-merge": "8",
    # A conflicting commit must fail, not be laid on top of the other: its rows may be the same.
    "commit.retry.num-retries": "0",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "8",
    "write.parquet.compression-codec": "zstd",
}


class Lake:
    """Every raw table of the city, and how far the journal has been carried."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "lake"
        self._begin_anew_when_moved()
        self.folder.joinpath("data").mkdir(parents=True, exist_ok=True)
        self.catalog = SqlCatalog(
            "lake",
            uri=f"sqlite:///{self.folder / 'catalog.sqlite3'}",
            warehouse=f"file://{self.folder / 'data'}",
        )
        self.catalog.create_namespace_if_not_exists(NAMESPACE)
        self._tables: dict[str, Table] = {}
        self._swept_at: dict[str, float] = {}
        self._lock: IO[str] | None = None

    def _begin_anew_when_moved(self) -> None:
        """Iceberg metadata names absolute paths: a copy would read, and tidy, the original."""
        note = self.folder / "location"
        here = str(self.folder)
        if self.folder.exists() and (not note.exists() or note.read_text() != here):
            log.warning("the lake was moved; it is filled again from the journal")
            shutil.rmtree(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        if not note.exists():
            write_whole(note, here)

    def hold(self) -> bool:
        """Become the one process that writes the lake; False while another one is."""
        if self._lock is None:
            file = self.folder.joinpath("writer.lock").open("w")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
                return False
            self._lock = file
        return True

    def release(self) -> None:
        """Let another process write, and close the catalogue."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        self.catalog.close()

    # How far the journal was carried. Only a shortcut: each table knows its own last batch.

    @property
    def cursor(self) -> int:
        """The last batch that is in the lake whole."""
        try:
            return int(json.loads((self.folder / "drained.json").read_text())["batch"])
        except (FileNotFoundError, ValueError, KeyError):
            return 0

    def advance(self, batch: int) -> None:
        """Note that everything up to this batch is in the lake."""
        write_whole(self.folder / "drained.json", json.dumps({"batch": batch}))

    # Tables

    def names(self) -> list[str]:
        """Every table there is, in order."""
        return sorted(name for _namespace, name in self.catalog.list_tables(NAMESPACE))

    def table(self, name: str) -> Table:
        """One table; NoSuchTableError when nothing was ever put into it."""
        if name not in self._tables:
            self._tables[name] = self.catalog.load_table((NAMESPACE, name))
        return self._tables[name]

    def forget(self, name: str) -> None:
        """Load the table anew at the next use: another process may have written it."""
        self._tables.pop(name, None)

    def ready(self, name: str, schema: pa.Schema) -> Table:
        """The table with at least these columns; a new column holds nothing in older rows."""
        try:
            table = self.table(name)
        except NoSuchTableError:
            self._tables[name] = self.catalog.create_table(
                (NAMESPACE, name), schema=schema, properties=PROPERTIES
            )
            point("lake.table_created")
            return self._tables[name]
        new = [field for field in schema if field.name not in table.schema().column_names]
        if new:
            with table.update_schema() as update:
                update.union_by_name(pa.schema([field.with_nullable(True) for field in new]))
            point("lake.column_added")
        return table

    def last_batch(self, name: str) -> int:
        """The highest batch a table carries, kept beside its rows."""
        try:
            return int(self.table(name).properties.get(BATCH, 0))
        except NoSuchTableError:
            return 0

    def append(self, name: str, rows: pa.Table, *, batch: int) -> pa.Table:
        """Rows and batch number in one commit; what the table carries already is left out."""
        table = self.ready(name, rows.schema)
        carried = self.last_batch(name)
        if carried:
            rows = rows.filter(pa.compute.field("journal_batch") > carried)
        if not rows.num_rows:
            return rows
        try:
            with table.transaction() as change:
                change.append(_as_stored(table, rows))
                change.set_properties({BATCH: str(batch)})
                point("lake.before_commit")
        except Exception:
            self.forget(name)
            raise
        return rows

    def files(self, name: str) -> list[Path]:
        """The Parquet files that are the table now."""
        return [_path(task.file.file_path) for task in self.table(name).scan().plan_files()]

    # Upkeep, from the first day

    def tidy(self, name: str) -> bool:
        """Rewrite small files as one and drop old snapshots, in one commit; then sweep."""
        table = self.table(name)
        current = table.current_snapshot()
        if current is None or current.summary is None:
            return False
        files = int(current.summary["total-data-files"] or 0)
        if files - int(table.properties.get(TIDY_FILES, 0)) < MOST_SMALL:
            return False
        small = [
            task.file for task in table.scan().plan_files() if task.file.record_count < SMALL_ROWS
        ]
        try:
            with table.transaction() as change:
                if len(small) > 1:
                    self._rewrite(change, table, small)
                kept = files - max(0, len(small) - 1)
                change.set_properties({TIDY_FILES: str(kept)})
                head = change.table_metadata.current_snapshot_id
                old = [s.snapshot_id for s in table.snapshots() if s.snapshot_id != head]
                if old:
                    ExpireSnapshots(transaction=change).by_ids(old).commit()
                point("lake.before_tidy")
        except Exception:
            self.forget(name)
            raise
        point("lake.tidied")
        if time.monotonic() - self._swept_at.get(name, -SWEEP_EVERY_S) >= SWEEP_EVERY_S:
            self._swept_at[name] = time.monotonic()
            self.sweep(name)
        return True

    def _rewrite(self, change: Transaction, table: Table, small: Iterable[DataFile]) -> None:
        from pyiceberg.io.pyarrow import _dataframe_to_data_files

        small = list(small)
        rows = _read(table, [_path(file.file_path) for file in small])
        with change.update_snapshot().overwrite() as snapshot:
            for file in small:
                snapshot.delete_data_file(file)
            for file in _dataframe_to_data_files(table.metadata, rows, table.io):
                snapshot.append_data_file(file)

    def sweep(self, name: str, *, grace_s: float = GRACE_S) -> int:
        """Delete the files that no snapshot names and that are older than the grace."""
        table = self.table(name)
        named = {_path(table.metadata_location)}
        named |= {_path(entry.metadata_file) for entry in table.metadata.metadata_log}
        for snapshot in table.snapshots():
            named.add(_path(snapshot.manifest_list))
            for manifest in snapshot.manifests(table.io):
                named.add(_path(manifest.manifest_path))
                for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True):
                    named.add(_path(entry.data_file.file_path))
        before = time.time() - grace_s
        gone = 0
        for found in _path(table.location()).rglob("*"):
            try:
                if found.is_file() and found not in named and found.stat().st_mtime <= before:
                    found.unlink()
                    gone += 1
            except FileNotFoundError:
                continue
        return gone


def _path(location: str) -> Path:
    return Path(location.removeprefix("file://"))


def _as_stored(table: Table, rows: pa.Table) -> pa.Table:
    """The rows in the table's own columns, in its order; a column they lack is empty."""
    wanted = table.schema().as_arrow()
    columns = []
    for field in wanted:
        if field.name in rows.column_names:
            columns.append(rows.column(field.name).cast(field.type))
        else:
            columns.append(pa.nulls(rows.num_rows, field.type))
    return pa.Table.from_arrays(columns, schema=wanted)


def _read(table: Table, files: list[Path]) -> pa.Table:
    """The rows of some files in the order they were sealed."""
    import pyarrow.parquet as pq

    parts = [_as_stored(table, pq.read_table(file, partitioning=None)) for file in files]
    order = [("journal_batch", "ascending"), ("journal_position", "ascending")]
    return pa.concat_tables(parts).sort_by(order)


def write_whole(path: Path, text: str) -> None:
    """Replace a small file in one step, synced: a reader sees the old text or the new one."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with fresh.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(path)

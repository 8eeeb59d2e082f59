"""Computes core and out tables with Ibis, on DuckDB over the lake's Parquet files."""

from datetime import date
from typing import Any

import ibis
import pyarrow as pa
from pyiceberg.exceptions import NoSuchTableError

from hoaphuong.warehouse import raw, registry
from hoaphuong.warehouse.lake import Lake
from hoaphuong.warehouse.reference_tables import reference_tables
from hoaphuong.warehouse.registry import TableFunction

TODAY = "reference__today"
KEYS = "changed_keys"
# A keyed table is computed whole once more than this share of its rows was replaced one by one:
# replaced rows are only marked as gone.
MOST_REPLACED = 0.25


class Engine:
    """A DuckDB in the worker's memory that follows the lake.

    A raw table is loaded from its files once; afterwards the rows of each drain are added to it.
    The batch it stands at is remembered: when the lake is elsewhere, it is loaded again. After an
    exception an engine is thrown away, since it may stand between two states.
    """

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self.session: Any = ibis.duckdb.connect()
        self.tables = registry.tables()
        self._at: dict[str, int] = {}
        self._sql: dict[tuple[str, bool], str] = {}
        self._replaced: dict[str, int] = {}
        self._today: date | None = None

    def follow(self, rows: dict[str, pa.Table], *, today: date) -> set[str]:
        """Bring every table up to the lake and the day; the names of all that were computed."""
        changed: set[str] = set()
        added: dict[str, pa.Table] = {}
        for name in sorted(registry.raw_inputs(self.tables)):
            batch = self.lake.last_batch(name)
            if self._at.get(name) == batch:
                continue
            new = rows.get(name)
            if name in self._at and new is not None and self._adjoins(name, batch, new):
                self._insert(name, new)
                added[name] = new
            else:
                self._load(name)
            self._at[name] = batch
            changed.add(name)
        if self._today != today:
            for name, table in reference_tables(today=today).items():
                put_rows(self.session, name, table)
            self._today = today
            changed.add(TODAY)
        return self._compute(changed, added)

    def _adjoins(self, name: str, batch: int, new: pa.Table) -> bool:
        """Whether the new rows lie between what is loaded and where the lake is."""
        batches = pa.compute.min_max(new.column("journal_batch")).as_py()
        return self._at[name] < batches["min"] and batches["max"] <= batch

    def _insert(self, name: str, new: pa.Table) -> None:
        self.session.con.register("given_rows", new)
        self.session.con.execute(f"INSERT INTO {name} BY NAME SELECT * FROM given_rows")
        self.session.con.unregister("given_rows")

    def _load(self, name: str) -> None:
        schema = next(
            raw.schema(contract)
            for event, contract in raw.contracts().items()
            if raw.table_name(event) == name
        )
        put_rows(self.session, name, schema.empty_table())
        try:
            files = [str(file) for file in self.lake.files(name)]
        except NoSuchTableError:
            return
        if files:
            self.session.con.execute(
                f"INSERT INTO {name} BY NAME SELECT * FROM "
                "read_parquet($files, union_by_name=true, hive_partitioning=false)",
                {"files": files},
            )

    def _compute(self, changed: set[str], added: dict[str, pa.Table]) -> set[str]:
        computed = set()
        todo = registry.changed_by(changed, self.tables)
        for table in self.tables:
            if table.name not in todo and (table.name, False) in self._sql:
                continue
            if not self._replace(table, changed, added):
                self._compute_whole(table)
            computed.add(table.name)
        return computed

    def _compute_whole(self, table: TableFunction) -> None:
        query = self._query(table, keyed=False)
        self.session.con.execute(f"TRUNCATE {table.name}")
        self.session.con.execute(f"INSERT INTO {table.name} BY NAME {query}")
        self._replaced[table.name] = 0

    def _replace(self, table: TableFunction, changed: set[str], added: dict[str, pa.Table]) -> bool:
        """Compute only the rows whose key is among the new rows; False when all must be."""
        touched = changed & set(table.inputs)
        if not table.key or (table.name, False) not in self._sql or not touched <= set(added):
            return False
        keys = pa.concat_arrays(
            [chunk for name in touched for chunk in added[name].column(table.key).chunks]
        ).unique()
        [[count]] = self.session.con.execute(f"SELECT count(*) FROM {table.name}").fetchall()
        replaced = self._replaced[table.name] + len(keys)
        if replaced > MOST_REPLACED * count:
            return False
        put_rows(self.session, KEYS, pa.table({table.key: keys}))
        run = self.session.con.execute
        key = f'"{table.key}"'  # may be a word of SQL, such as order
        run(f"DELETE FROM {table.name} WHERE {key} IN (SELECT {key} FROM {KEYS})")
        run(f"INSERT INTO {table.name} BY NAME {self._query(table, keyed=True)}")
        self._replaced[table.name] = replaced
        return True

    def _query(self, table: TableFunction, *, keyed: bool) -> str:
        """The SQL of a table, compiled once: its inputs keep their columns while we run."""
        if (table.name, keyed) not in self._sql:
            inputs = {name: self.session.table(name) for name in table.inputs}
            if keyed:
                keys = self.session.table(KEYS)
                inputs = {
                    name: one.semi_join(keys, table.key) if name.startswith("raw_") else one
                    for name, one in inputs.items()
                }
            expression = registry.compute(table, inputs)
            self._sql[table.name, keyed] = self.session.compile(expression)
            if not keyed:
                put_empty(self.session, table.name, expression.schema())
        return self._sql[table.name, keyed]

    def marks(self, name: str, by: str) -> dict[Any, tuple[int, int]]:
        """For each value of one column the number of its rows and a mark of what they say."""
        found = self.session.con.execute(
            f"SELECT {by}, count(*), sum(hash({name})::HUGEINT) FROM {name} GROUP BY {by}"
        ).fetchall()
        return {value: (count, mark) for value, count, mark in found}

    def rows(self, name: str, by: str, values: list[Any] | None = None) -> pa.Table:
        """The rows of a table in the order of its columns, or those with the given values."""
        table = self.session.table(name)
        if values is not None:
            table = table.filter(table[by].isin(values))
        return table.order_by(table.columns).to_pyarrow()


def put_rows(session: Any, name: str, rows: pa.Table) -> Any:
    """Keep rows in memory under a name, in place of what was there."""
    session.con.register("given_rows", rows)
    session.con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM given_rows")
    session.con.unregister("given_rows")
    return session.table(name)


def put_empty(session: Any, name: str, schema: ibis.Schema) -> None:
    """An empty table with Ibis's own types, which a sum or a month of DuckDB would widen."""
    nullable = {column: kind.copy(nullable=True) for column, kind in schema.items()}
    session.con.execute(f"DROP TABLE IF EXISTS {name}")
    session.create_table(name, schema=ibis.schema(nullable))


def compute_from(
    tables: dict[str, pa.Table], wanted: list[str], *, today: date
) -> dict[str, list[dict[str, Any]]]:
    """Compute tables from raw rows in memory: what a test of a definition needs."""
    session: Any = ibis.duckdb.connect()
    empty = {
        raw.table_name(event): raw.schema(contract).empty_table()
        for event, contract in raw.contracts().items()
    }
    given = {**reference_tables(today=today), **empty, **tables}
    available = {name: put_rows(session, name, rows) for name, rows in given.items()}
    for table in registry.tables():
        expression = registry.compute(table, available)
        available[table.name] = put_rows(session, table.name, expression.to_pyarrow())
    return {name: available[name].to_pyarrow().to_pylist() for name in wanted}

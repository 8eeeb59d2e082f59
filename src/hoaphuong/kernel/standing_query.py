"""A query asked so often that working out its SQL each time would cost more than running it."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Model

UNKNOWN = "\N{REPLACEMENT CHARACTER}"


class StandingQuery:
    """One row of a model by the value of one text field, as a tuple of ``columns``.

    Django writes the SQL, once a process, and turns what the database gives into Python values.
    """

    def __init__(self, model: type[Model], *, by: str, columns: Sequence[str]) -> None:
        self.model, self.by, self.columns = model, by, tuple(columns)
        self._sql = ""
        self._converters: dict[int, Any] = {}

    def one(self, value: str) -> tuple[Any, ...] | None:
        """The row whose field has this value; None when there is none."""
        if not self._sql:
            self._write()
        with connection.cursor() as cursor:
            cursor.execute(self._sql, [value])
            row = cursor.fetchone()
        if row is None:
            return None
        found = list(row)
        for position, (converters, expression) in self._converters.items():
            for convert in converters:
                found[position] = convert(found[position], expression, connection)
        return tuple(found)

    def _write(self) -> None:
        rows = self.model._default_manager.filter(**{self.by: UNKNOWN}).values_list(*self.columns)
        compiler = rows.query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        if tuple(parameters) != (UNKNOWN,):
            raise ValueError(f"{self.by} is not compared with the value alone")
        self._converters = compiler.get_converters(
            [expression for expression, *_ in compiler.select]
        )
        self._sql = sql

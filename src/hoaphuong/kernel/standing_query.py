"""A query asked so often that working out its SQL each time would cost more than running it."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Count, Model, QuerySet

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

    def _rows(self) -> QuerySet[Any, Any]:
        found = self.model._default_manager.filter(**{self.by: UNKNOWN})
        return found.values_list(*self.columns)

    def _write(self) -> None:
        compiler = self._rows().query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        if tuple(parameters) != (UNKNOWN,):
            raise ValueError(f"{self.by} is not compared with the value alone")
        self._converters = compiler.get_converters(
            [expression for expression, *_ in compiler.select]
        )
        self._sql = sql


class StandingCount(StandingQuery):
    """How many rows of a model have this value in one text field, and are as ``among`` says."""

    def __init__(self, model: type[Model], *, by: str, **among: Any) -> None:
        super().__init__(model, by=by, columns=())
        self.among = among

    def count(self, value: str) -> int:
        """The number of rows."""
        found = self.one(value)
        return int(found[0]) if found else 0

    def _rows(self) -> QuerySet[Any, Any]:
        found = self.model._default_manager.filter(**{self.by: UNKNOWN}, **self.among)
        grouped = found.order_by().values(self.by).annotate(found=Count("pk"))
        return grouped.values_list("found")

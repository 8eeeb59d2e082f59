"""Numbers without gaps or doubles, however many processes ask at once."""

from django.db import connection, transaction

from hoaphuong.kernel.journal import OutsideAnAction
from hoaphuong.kernel.models import NumberSeries


def next_number(series: str, *, count: int = 1) -> int:
    """The next number of ``series``, from 1; ``count`` reserves that many, the first is returned.

    It belongs to the caller's transaction: rolled back, the number is given again.
    """
    if not transaction.get_connection().in_atomic_block:
        raise OutsideAnAction("A number is given inside the action that uses it.")
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO kernel_number_series ("key", "last") VALUES (%s, %s)'
            ' ON CONFLICT ("key") DO UPDATE SET "last" = kernel_number_series."last" + %s'
            ' RETURNING "last"',
            [series, count, count],
        )
        [last] = cursor.fetchone()
    return last - count + 1


def numbers_given(series: str) -> int:
    """How many numbers of a series were given so far."""
    rows = NumberSeries.objects.filter(key=series)
    return rows.values_list("last", flat=True).first() or 0

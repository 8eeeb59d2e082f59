"""The warehouse's part of the worker."""

from functools import cache
from typing import Any

from django.conf import settings
from django.utils.timezone import localdate

from hoaphuong.kernel.jobs import Job


@cache
def warehouse() -> Any:
    """The worker's warehouse, made at its first turn: only a worker pays for the import."""
    from hoaphuong.warehouse.worker import Warehouse

    return Warehouse(settings.HOME)


def run() -> bool:
    """Drain, compute and publish what was sealed since the last turn."""
    return warehouse().turn(today=localdate())


JOBS = [Job("warehouse.drain", every=0.2, run=run)]

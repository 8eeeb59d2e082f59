"""The sweep of files nobody claimed, once an hour."""

from django.utils import timezone

from hoaphuong.files import actions
from hoaphuong.kernel.jobs import Job


def sweep() -> bool:
    return actions.sweep(timezone.now()) > 0


JOBS = [Job(name="files.sweep", every=3_600, run=sweep)]

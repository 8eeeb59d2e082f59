"""Notices older than two years are deleted: personal data is not kept without a purpose."""

from datetime import timedelta

from django.utils import timezone

from hoaphuong.kernel.jobs import Job
from hoaphuong.notices import actions

KEPT = timedelta(days=730)


def discard_old() -> bool:
    return actions.discard_old(before=timezone.now() - KEPT) > 0


JOBS = [Job("notices.discard_old", every=6 * 3_600, run=discard_old)]

"""Drafts nobody touches for 90 days are deleted: personal data is not kept without a purpose."""

from datetime import timedelta

from django.utils import timezone

from hoaphuong.forms import actions
from hoaphuong.kernel.jobs import Job

DRAFT_KEPT = timedelta(days=90)


def discard_untouched() -> bool:
    return actions.discard_untouched(before=timezone.now() - DRAFT_KEPT) > 0


JOBS = [Job(name="forms.discard_untouched", every=6 * 3_600, run=discard_untouched)]

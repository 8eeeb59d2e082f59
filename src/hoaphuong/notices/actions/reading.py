"""A person reads what they were told; what is old is deleted."""

from datetime import datetime

from django.db import transaction

from hoaphuong.notices.models import Delivery, Notice
from hoaphuong.notices.queries import NoSuchNotice

MOST = 1_000


@transaction.atomic
def read(*, key: str, account: str, at: datetime) -> None:
    """Mark one's own notice as read, once; NoSuchNotice."""
    own = Notice.objects.filter(key=key, account_key=account)
    if not own.filter(read_at__isnull=True).update(read_at=at) and not own.exists():
        raise NoSuchNotice(key)


@transaction.atomic
def read_all(*, account: str, at: datetime) -> int:
    """Mark everything as read that came up to now; how many were not."""
    unread = Notice.objects.filter(account_key=account, read_at__isnull=True, at__lte=at)
    return unread.update(read_at=at)


@transaction.atomic
def discard_old(*, before: datetime) -> int:
    """Delete notices of before a day, of which nothing waits; at most 1,000 at a time."""
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING).values("notice")
    rows = Notice.objects.filter(at__lt=before).exclude(pk__in=waiting)
    old = list(rows.order_by("at").values_list("pk", flat=True)[:MOST])
    Delivery.objects.filter(notice__in=old).delete()
    Notice.objects.filter(pk__in=old).delete()
    return len(old)

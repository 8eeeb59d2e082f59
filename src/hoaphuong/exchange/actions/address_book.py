"""Who can be reached through the axis."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from hoaphuong.exchange.models import Partner


@transaction.atomic
def know_partners(*, partners: Mapping[str, str], at: datetime) -> None:
    """Take over the address book: names by code; who is no longer in it is kept, as gone."""
    Partner.objects.exclude(code__in=partners).filter(gone=False).update(gone=True)
    for code, name in partners.items():
        Partner.objects.update_or_create(
            code=code, defaults={"name": name[:200], "seen_at": at, "gone": False}
        )

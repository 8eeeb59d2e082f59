"""A person chooses how they are told."""

from collections.abc import Mapping
from datetime import datetime, time

from django.db import transaction

from hoaphuong.notices.models import Preferences


@transaction.atomic
def choose(
    *,
    account: str,
    language: str,
    quiet_from: time,
    quiet_to: time,
    channels: Mapping[str, Mapping[str, bool]],
    at: datetime,
) -> None:
    """Store one's own choice; ``channels`` is group → channel → whether it is wanted."""
    Preferences.objects.update_or_create(
        account_key=account,
        defaults={
            "language": language,
            "quiet_from": quiet_from,
            "quiet_to": quiet_to,
            "channels": {group: dict(chosen) for group, chosen in channels.items()},
            "changed_at": at,
        },
    )

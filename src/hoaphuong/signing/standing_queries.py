"""What came before the signers under an agency's standing orders, for whoever is in charge."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from hoaphuong.signing.models import BatchItem, StandingOrder

SEALED, WAITING, FAILED = "sealed", "waiting", "failed"
STATES = {
    SEALED: ("signed",),
    WAITING: ("waiting", "signing"),
    FAILED: ("failed", "withdrawn"),
}


def _put(kind: str, agency: str, state: str) -> QuerySet[BatchItem]:
    """Papers of one kind that are in a state; what failed and was put there again is only there."""
    orders = StandingOrder.objects.filter(kind=kind, agency_code=agency)
    given = list(orders.values_list("pk", "given_by", "given_at"))
    rows = BatchItem.objects.filter(
        kind=kind,
        state__in=STATES[state],
        # A batch keeps who gave its order and when, and is found by that.
        batch__account_key__in={by for _key, by, _at in given},
        batch__authorised_at__in={at for _key, _by, at in given},
        batch__standing__in=[key for key, _by, _at in given],
    )
    if state == SEALED:
        return rows
    later = BatchItem.objects.filter(kind=kind, subject=OuterRef("subject"), pk__gt=OuterRef("pk"))
    return rows.filter(~Exists(later))


def counts(kind: str, agency: str) -> dict[str, int]:
    """How many papers are sealed, wait and failed under the agency's orders, also ended ones."""
    return {state: _put(kind, agency, state).count() for state in STATES}


def papers(kind: str, agency: str, state: str, *, page: int, size: int) -> list[dict[str, Any]]:
    """One page of them in one of these states, the newest first, and one more when others follow.

    Each has ``subject``, ``state``, ``reason`` and ``ended_at`` of the paper, ``batch__fault`` of
    the outside and ``batch__waits_until``.
    """
    start = (max(page, 1) - 1) * size
    told = ("subject", "state", "reason", "ended_at", "batch__fault", "batch__waits_until")
    return list(_put(kind, agency, state).order_by("-pk").values(*told)[start : start + size + 1])


def failed(kind: str, agency: str) -> list[str]:
    """Every paper that was not sealed and does not wait for it."""
    return list(_put(kind, agency, FAILED).order_by("pk").values_list("subject", flat=True))

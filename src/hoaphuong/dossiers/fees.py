"""Which fees a dossier can be asked for: those of dated law, else the sum its channel publishes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hoaphuong.payments.fees import Band, Fee, Line, NotAsked, Reduction, line, of_procedure

AS_PUBLISHED = "THEO-CONG-BO"
ONLINE = "online"  # the reduction of a channel, which nobody claims and nobody is refused


@dataclass(frozen=True)
class Wish:
    """One fee as an officer chose it."""

    units: int = 1
    copies: int = 1
    reduction: str = ""


@dataclass(frozen=True)
class Offer:
    """The fees there are, or why there are none: ``free`` or ``unknown``."""

    fees: tuple[Fee, ...]
    why_none: str = ""


def offer(procedure: str, record: Mapping[str, Any], channel: str, *, on: date) -> Offer:
    """What can be asked for on a day, for a dossier that came through this channel."""
    if ruled := of_procedure(procedure, on=on):
        return Offer(tuple(ruled))
    stated = _stated(record, channel)
    asked = [one for one in stated if one["amount"]]
    if asked:
        return Offer(tuple(_as_published(one, n, record, on) for n, one in enumerate(asked, 1)))
    return Offer((), "free" if stated else "unknown")


def _stated(record: Mapping[str, Any], channel: str) -> list[dict[str, Any]]:
    """The sums that the channel's terms name; of another channel when they name none."""
    terms = record.get("channels") or []
    own = [fee for one in terms if one["channel"] == channel for fee in one["fees"]]
    found = own or [fee for one in terms for fee in one["fees"]]
    sums = {(one["amount"], one["kind"]): one for one in found if one["amount"] is not None}
    return list(sums.values())


def _as_published(one: Mapping[str, Any], number: int, record: Mapping[str, Any], on: date) -> Fee:
    return Fee(
        code=f"{AS_PUBLISHED}-{number}",
        kind="charge" if one["kind"] == "charge" else "fee",
        name="Mức thu theo công bố của thủ tục",
        name_en="Sum as published for the service",
        per="case",
        bands=(Band(None, one["amount"]),),
        article=f"Quyết định công bố {record.get('decision') or 'thủ tục hành chính'}",
        valid_from=on,
        valid_to=None,
        most_a_copy=None,
        free_copies=0,
        each_further_copy=0,
        reductions=(),
    )


def claims(fee: Fee, channel: str) -> list[Reduction]:
    """The reductions that may be chosen: that of the channel only for who came that way."""
    return [one for one in fee.reductions if one.code != ONLINE or channel == ONLINE]


def usual(fee: Fee, channel: str) -> Wish:
    """What is proposed: one of each, with the channel's own reduction."""
    own = [one.code for one in claims(fee, channel) if one.code == ONLINE]
    return Wish(reduction=own[0] if own else "")


def worked_out(fees: Sequence[Fee], wishes: Mapping[str, Wish], channel: str) -> list[Line]:
    """The lines of an order for what was chosen; NotAsked."""
    lines = []
    for fee in fees:
        if fee.code not in wishes:
            continue
        wish = wishes[fee.code]
        if wish.reduction and wish.reduction not in {one.code for one in claims(fee, channel)}:
            raise NotAsked(wish.reduction)
        lines.append(line(fee, units=wish.units, copies=wish.copies, reduction=wish.reduction))
    return lines

"""Tell an account something, once."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction

from hoaphuong.identity import queries as identity
from hoaphuong.kernel import journal, outgoing
from hoaphuong.kernel.journal import OutsideAnAction
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.notices import queries, rules
from hoaphuong.notices.contracts import NoticeMade, Value
from hoaphuong.notices.kinds import NoticeKind, kinds
from hoaphuong.notices.models import Delivery, Notice

BY = "notices"


class WrongFacts(Exception):
    """A kind's texts have other places than there are facts."""


def tell(
    *, kind: str, account: str, about: Ref, facts: Mapping[str, Value], once: str, at: datetime
) -> None:
    """Tell an account of a fact, in the transaction of the caller's reaction to it.

    ``once`` names the fact: told again, nothing happens. An account that nobody uses, or that
    there is none of, is told nothing. Where and when it goes is the person's own choice.
    """
    if not transaction.get_connection().in_atomic_block:
        raise OutsideAnAction("tell() belongs inside an action's transaction.")
    known = kinds()[kind]
    if set(facts) != set(known.places):
        raise WrongFacts(f"{kind}: {sorted(set(facts) ^ set(known.places))}")
    contact = identity.contact(account)
    if contact is None:
        return
    notice, made = Notice.objects.get_or_create(
        once=once,
        account_key=account,
        defaults={
            "kind": kind,
            "about": about,
            "facts": {name: rules.kept(value) for name, value in facts.items()},
            "at": at,
        },
    )
    if not made:
        return
    event = NoticeMade(
        notice=Ref(notice.key), kind=Code(kind), account=Ref(account), about=Ref(about)
    )
    journal.record(event, by=BY, occurred_at=at)
    for channel in _ways(known, account, email=contact.email, phone=contact.phone):
        delivery = Delivery.objects.create(notice=notice, channel=channel)
        outgoing.enqueue(
            kind=f"notices.{channel}",
            subject=delivery.key,
            once=f"notices:{delivery.key}",
            at=queries.may_go_at(account, kind, at=at),
        )


def _ways(kind: NoticeKind, account: str, *, email: str, phone: str) -> list[str]:
    """The channels that the city has for this kind, the person wants, and that reach them."""
    chosen = queries.chosen(account)
    return [
        channel
        for channel in kind.channels
        if settings.NOTICES.offers(channel, kind.code)
        and (channel != "zalo" or kind.zalo)
        and chosen.wants(kind.group.code, channel)
        and rules.address_for(channel, email=email, phone=phone)
    ]

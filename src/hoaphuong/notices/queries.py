"""Reads of notices: an account's own, what waits to be sent, and how a person wants to be told."""

from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.utils.translation import override

from hoaphuong.kernel.standing_query import StandingCount
from hoaphuong.notices import rules
from hoaphuong.notices.contracts import NoticeFacts, Told
from hoaphuong.notices.kinds import kinds
from hoaphuong.notices.models import Delivery, Notice, Preferences

PAGE = 20
# An SMS costs the city money: it goes to who asked for it.
WANTED = {"email": True, "sms": False, "zalo": True}


class NoSuchNotice(LookupError):
    """No notice of this account has this key."""


_UNREAD = StandingCount(Notice, by="account_key", read_at__isnull=True)


def unread(account: str) -> int:
    """How many notices an account has not read."""
    return _UNREAD.count(account)


@dataclass(frozen=True)
class Chosen:
    """How an account wants to be told."""

    language: str = "vi"
    quiet_from: time = time(22)
    quiet_to: time = time(7)
    channels: dict[str, dict[str, bool]] = field(default_factory=dict)

    def wants(self, group: str, channel: str) -> bool:
        """Whether notices of a group may come by a channel."""
        return self.channels.get(group, {}).get(channel, WANTED[channel])


def chosen(account: str) -> Chosen:
    """An account's choice; the usual one when it has made none."""
    names = tuple(Chosen.__dataclass_fields__)
    row = Preferences.objects.filter(account_key=account).values_list(*names).first()
    return Chosen(*row) if row else Chosen()


def may_go_at(account: str, kind: str, *, at: datetime) -> datetime:
    """``at``, or the end of the account's quiet hours; what is urgent does not wait."""
    known = kinds().get(kind)
    if known and known.urgent:
        return at
    own = chosen(account)
    return rules.after_quiet(at, begins=own.quiet_from, ends=own.quiet_to)


@dataclass(frozen=True)
class Words:
    """What a notice says in one language."""

    label: str
    subject: str
    text: str
    short: str


def words(kind: str, facts: dict[str, Any], language: str) -> Words:
    """A kind's texts filled; a kind that the program no longer knows has its code for words."""
    known = kinds().get(kind)
    if known is None:
        return Words(kind, kind, "", "")
    with override(language):
        texts = [str(text) for text in (known.subject, known.text, known.short)]
        label = str(known.label)
    subject, text, short = (rules.filled(one, facts, language) for one in texts)
    return Words(label, subject, text, rules.short(short))


def _facts(notice: Notice, language: str) -> NoticeFacts:
    said = words(notice.kind, notice.facts, language)
    known = kinds().get(notice.kind)
    told = [Told(one.channel, one.state, one.done_at) for one in notice.deliveries.all()]
    return NoticeFacts(
        key=notice.key,
        label=said.label,
        subject=said.subject,
        text=said.text,
        view=known.view if known else "",
        about=notice.about,
        at=notice.at,
        read_at=notice.read_at,
        told=tuple(sorted(told, key=lambda one: one.channel)),
    )


def notices(account: str, *, language: str, page: int = 1) -> tuple[Page[Any], list[NoticeFacts]]:
    """One page of an account's notices, the newest first."""
    rows = Notice.objects.filter(account_key=account).prefetch_related("deliveries")
    found = Paginator(rows.order_by("-at", "-id"), PAGE).get_page(page)
    return found, [_facts(row, language) for row in found.object_list]


def notice(key: str, account: str, *, language: str) -> NoticeFacts:
    """An account's own notice; NoSuchNotice."""
    row = Notice.objects.filter(key=key, account_key=account).first()
    if row is None:
        raise NoSuchNotice(key)
    return _facts(row, language)


@dataclass(frozen=True)
class Leaving:
    """A delivery that waits, as it is to go."""

    key: str
    channel: str
    state: str
    kind: str
    account: str
    about: str
    facts: dict[str, Any]


def leaving(key: str) -> Leaving:
    """A delivery; Delivery.DoesNotExist."""
    row = Delivery.objects.select_related("notice").get(key=key)
    about = row.notice
    return Leaving(
        row.key, row.channel, row.state, about.kind, about.account_key, about.about, about.facts
    )


def kinds_of(deliveries: list[str]) -> dict[str, str]:
    """The kind of notice of each of these deliveries."""
    return dict(Delivery.objects.filter(key__in=deliveries).values_list("key", "notice__kind"))


def offered() -> list[str]:
    """The channels that the city has."""
    return [name for name in WANTED if name in settings.NOTICES.facts]

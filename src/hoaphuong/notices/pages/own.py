"""A person's own notices, and how they are told."""

from dataclasses import dataclass
from datetime import time
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hoaphuong.identity import queries as identity
from hoaphuong.kernel.access import page
from hoaphuong.notices import actions, queries, rules, wording
from hoaphuong.notices.contracts import NoticeFacts
from hoaphuong.notices.kinds import groups

LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}
HOURS = tuple(f"{hour:02}:00" for hour in range(24))


@dataclass(frozen=True)
class Row:
    """A notice with the ways it went; ``leads`` when a page shows more."""

    notice: NoticeFacts
    ways: list[tuple[str, str, str]]
    leads: bool


def _leads_to(notice: NoticeFacts) -> str:
    try:
        return reverse(notice.view, args=[notice.about]) if notice.view else ""
    except NoReverseMatch:
        return ""


def _row(notice: NoticeFacts) -> Row:
    ways = []
    for told in notice.told:
        words, tone, shape = wording.STATES[told.state]
        said = str(words).format(channel=wording.CHANNELS[told.channel])
        ways.append((said, tone, shape))
    return Row(notice, ways, bool(_leads_to(notice)))


@require_GET
@page()
def listed(request: HttpRequest) -> HttpResponse:
    """One's own notices, the newest first."""
    number = request.GET.get("page", "1")
    found, notices = queries.notices(
        request.actor.key,
        language=request.LANGUAGE_CODE,
        page=int(number) if number.isdecimal() and len(number) < 6 else 1,
    )
    context = {"page": found, "rows": [_row(one) for one in notices]}
    return render(request, "notices/own.html", context)


def _own(request: HttpRequest, key: str) -> NoticeFacts:
    try:
        return queries.notice(key, request.actor.key, language=request.LANGUAGE_CODE)
    except queries.NoSuchNotice as fault:
        raise Http404 from fault


@require_POST
@page()
def follow(request: HttpRequest, key: str) -> HttpResponse:
    """Read a notice by going to what it is about."""
    notice = _own(request, key)
    actions.read(key=key, account=request.actor.key, at=timezone.now())
    return redirect(_leads_to(notice) or "notices:own")


@require_POST
@page()
def read(request: HttpRequest, key: str) -> HttpResponse:
    """Mark a notice as read."""
    _own(request, key)
    actions.read(key=key, account=request.actor.key, at=timezone.now())
    return redirect("notices:own")


@require_POST
@page()
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    actions.read_all(account=request.actor.key, at=timezone.now())
    messages.success(request, _("Everything is marked as read."))
    return redirect("notices:own")


@dataclass(frozen=True)
class Choice:
    """One box of the form: a group's notices by a channel."""

    name: str
    label: Any
    chosen: bool


def _choices(own: queries.Chosen) -> list[tuple[Any, list[Choice]]]:
    offered = queries.offered()
    return [
        (
            group.label,
            [
                Choice(f"{group.code}.{channel}", label, own.wants(group.code, channel))
                for channel, label in wording.CHANNELS.items()
                if channel in used and channel in offered
            ],
        )
        for group, used in groups()
    ]


@require_http_methods(["GET", "POST"])
@page()
def preferences(request: HttpRequest) -> HttpResponse:
    """How one is told: by which channels, in which language, and when not."""
    account = request.actor.key
    if request.method == "POST":
        _choose(request, account)
        messages.success(request, _("Your choice is kept."))
        return redirect("notices:preferences")
    own = queries.chosen(account)
    contact = identity.contact(account)
    reached = {
        channel: bool(
            contact and rules.address_for(channel, email=contact.email, phone=contact.phone)
        )
        for channel in wording.CHANNELS
    }
    quiet = own.quiet_from != own.quiet_to
    hours = own if quiet else queries.Chosen()  # to be taken by who turns them on
    context = {
        "choices": _choices(own),
        "languages": LANGUAGES,
        "hours": HOURS,
        "own": own,
        "quiet": quiet,
        "quiet_from": f"{hours.quiet_from:%H:%M}",
        "quiet_to": f"{hours.quiet_to:%H:%M}",
        "unreached": [wording.CHANNELS[name] for name in queries.offered() if not reached[name]],
    }
    return render(request, "notices/preferences.html", context)


def _choose(request: HttpRequest, account: str) -> None:
    """Only what the form offers is taken from it; all else stays as it was."""
    asked, own = request.POST, queries.chosen(account)
    channels = {group: dict(chosen) for group, chosen in own.channels.items()}
    for _label, boxes in _choices(own):
        for box in boxes:
            group, _dot, channel = box.name.rpartition(".")
            channels.setdefault(group, {})[channel] = asked.get(box.name) == "1"
    begins, ends = asked.get("quiet_from", ""), asked.get("quiet_to", "")
    quiet = asked.get("quiet") == "1" and begins in HOURS and ends in HOURS
    language = asked.get("language", "")
    actions.choose(
        account=account,
        language=language if language in LANGUAGES else own.language,
        quiet_from=time.fromisoformat(begins) if quiet else time(0),
        quiet_to=time.fromisoformat(ends) if quiet else time(0),
        channels=channels,
        at=timezone.now(),
    )

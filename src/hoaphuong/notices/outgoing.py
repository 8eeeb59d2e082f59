"""How the queue's deliveries are made: each channel in a line of its own."""

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from hoaphuong.identity import queries as identity
from hoaphuong.kernel import outgoing
from hoaphuong.kernel.faults import point
from hoaphuong.notices import actions, queries, rules, wording
from hoaphuong.notices.kinds import kinds
from hoaphuong.notices.models import Delivery
from hoaphuong.notices.providers import base


class NoAddress(outgoing.Hopeless):
    """The person has no address of this kind any more."""


class MessageRefused(outgoing.Hopeless):
    """The provider does not accept the message."""


class RecipientUnknown(outgoing.Hopeless):
    """The provider knows nobody at the address."""


class TemplateRefused(outgoing.Hopeless):
    """The provider does not accept the template."""


class NotConnected(Exception):
    """The city does not have this channel now."""


def send(key: str) -> None:
    """Send one delivery; its key is the name by which the provider counts it once."""
    found = queries.leaving(key)
    if found.state != Delivery.State.WAITING:
        return
    now = timezone.now()
    if (morning := queries.may_go_at(found.account, found.kind, at=now)) > now:
        raise outgoing.NotNow(morning)
    provider = settings.NOTICES.provider(found.channel)
    if provider is None:
        raise NotConnected
    message = _message(found)
    point("notices.composed")
    try:
        reference = provider.send(message)
    except base.UnknownRecipient as fault:
        raise RecipientUnknown from fault
    except base.TemplateRefused as fault:
        raise TemplateRefused from fault
    except base.Refused as fault:
        raise MessageRefused from fault
    point("notices.sent")
    actions.done(key=key, reference=reference, at=timezone.now())


def _message(found: queries.Leaving) -> base.Message:
    """The words are those of the moment: a person's language and address may have changed."""
    contact = identity.contact(found.account)
    to = contact and rules.address_for(found.channel, email=contact.email, phone=contact.phone)
    if not to:
        raise NoAddress
    language = queries.chosen(found.account).language
    said = queries.words(found.kind, found.facts, language)
    known = kinds().get(found.kind)
    places = known.zalo if known else ()
    return base.Message(
        key=found.key,
        to=to,
        subject=said.subject,
        text=_letter(said.text, _link(known.view if known else "", found.about), language),
        short=said.short,
        template=settings.NOTICES.template(found.kind),
        places={name: rules.written(found.facts[name], language) for name in places},
    )


def _link(view: str, about: str) -> str:
    try:
        return settings.PUBLIC_ADDRESS + reverse(view, args=[about]) if view else ""
    except NoReverseMatch:
        return ""


def _letter(text: str, link: str, language: str) -> str:
    """The body of an e-mail: what there is to say, where to read more, who writes and why."""
    with override(language):
        name = settings.CITY["name" if language == "vi" else "name_en"]
        choices = settings.PUBLIC_ADDRESS + reverse("notices:preferences")
        lines = [
            text,
            f"{_('Read more:')} {link}" if link else "",
            str(_("City of {city}. Nobody reads answers to this letter.")).format(city=name),
            f"{_('Choose how you are told:')} {choices}",
        ]
    return "\n\n".join(line for line in lines if line) + "\n"


def bury(key: str) -> None:
    """A delivery's call is dead."""
    actions.died(key=key, at=timezone.now())


_KINDS = [f"notices.{channel}" for channel in Delivery.Channel.values]
HANDLERS = dict.fromkeys(_KINDS, send)
BURIALS = dict.fromkeys(_KINDS, bury)
LABELS = {f"notices.{channel}": words for channel, words in wording.BY.items()}
FAULTS = dict.fromkeys(_KINDS, wording.FAULTS)

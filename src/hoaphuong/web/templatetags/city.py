"""How the site writes money, days, shares and statuses in Vietnamese and in English."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from hoaphuong.dossiers.statuses import STATUSES

register = template.Library()

NOTHING = "—"
ENGLISH_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


def in_vietnamese() -> bool:
    """Tell whether the page is being written in Vietnamese."""
    return (get_language() or "vi").startswith("vi")


def as_decimal(value: Any) -> Decimal | None:
    """Return a number or an amount of money as a decimal, None when it is neither."""
    bare = getattr(value, "amount", value)
    if bare is None or isinstance(bare, bool):
        return None
    try:
        found = bare if isinstance(bare, Decimal) else Decimal(str(bare))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def grouped(value: Decimal, decimals: int) -> str:
    """Write a number rounded half up, with the separators of the language in use."""
    rounded = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    text = f"{abs(rounded):,.{decimals}f}"
    if in_vietnamese():
        text = text.translate({ord(","): ".", ord("."): ","})
    return f"\N{MINUS SIGN}{text}" if rounded < 0 else text


@register.filter
def number(value: Any, decimals: int | None = None) -> str:
    """Write a number; without `decimals`, as many as it has, at most two."""
    found = as_decimal(value)
    if found is None:
        return NOTHING
    if decimals is None:
        to_two = found.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
        exponent = to_two.normalize().as_tuple().exponent
        decimals = max(0, -int(exponent))
    return grouped(found, int(decimals))


@register.filter
def vnd(value: Any) -> str:
    """Write an amount in đồng: `1.250.000 đ`, in English `1,250,000 VND`."""
    found = as_decimal(value)
    if found is None:
        return NOTHING
    unit = "đ" if in_vietnamese() else "VND"
    return f"{grouped(found, 0)}\N{NO-BREAK SPACE}{unit}"


@register.filter
def percent(share: Any, decimals: int = 1) -> str:
    """Write a share between 0 and 1 as a percentage: 0.931 is `93,1%`."""
    found = as_decimal(share)
    return NOTHING if found is None else f"{grouped(found * 100, int(decimals))}%"


def in_city_time(value: dt.datetime) -> dt.datetime:
    """Return an aware moment in the site's time zone, a naive one unchanged."""
    return timezone.localtime(value) if timezone.is_aware(value) else value


def written_date(day: dt.date) -> str:
    """Write a day: `03/02/2026`, in English `3 Feb 2026`."""
    if in_vietnamese():
        return f"{day.day:02}/{day.month:02}/{day.year:04}"
    return f"{day.day} {ENGLISH_MONTHS[day.month - 1]} {day.year}"


@register.filter
def vidate(value: dt.date | dt.datetime | None) -> str:
    """Write the day of a date or a moment."""
    if not isinstance(value, dt.date):
        return NOTHING
    return written_date(in_city_time(value) if isinstance(value, dt.datetime) else value)


@register.filter
def videtime(value: dt.datetime | None) -> str:
    """Write a moment to the minute: `14:05 03/02/2026`, in English `3 Feb 2026, 14:05`."""
    if not isinstance(value, dt.datetime):
        return vidate(value)
    local = in_city_time(value)
    day, time = written_date(local), f"{local:%H:%M}"
    return f"{time} {day}" if in_vietnamese() else f"{day}, {time}"


@register.simple_tag
def called(vietnamese: str, english: str = "") -> str:
    """Write a name in the reader's language; one that is only Vietnamese is marked as such."""
    if english and not in_vietnamese():
        return english
    return vietnamese if in_vietnamese() else format_html('<span lang="vi">{}</span>', vietnamese)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon of the sprite; without a label it is hidden from screen readers."""
    return _icon(name, str(label))


@lru_cache(1_000)
def _icon(name: str, label: str) -> SafeString:
    href = f"{static('city/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href
        )
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', href
    )


@register.simple_tag
def status_badge(code: int | str) -> SafeString:
    """Draw a dossier's national status, 1 to 10; an unknown code is shown as it is."""
    try:
        return badge(*STATUSES[int(code)])
    except (KeyError, TypeError, ValueError):
        return badge(str(code), "still", "help")


@register.simple_tag
def badge(label: Any, tone: str, shape: str) -> SafeString:
    """Draw a status: its words with a tone and a shape, since a tone never stands alone."""
    return format_html('<span class="status tone-{}">{}{}</span>', tone, icon(shape), label)


@register.simple_tag
def meter(value: Any, whole: Any = 1, label: str = "", tone: str = "active") -> SafeString:
    """Draw a bar filled to value/whole, without script and without a style attribute."""
    part, total = as_decimal(value), as_decimal(whole)
    if part is None or not total:
        return format_html('<span class="meter-absent">{}</span>', _("No figure yet"))
    share = min(max(part / total, Decimal(0)), Decimal(1))
    said = f"{label}: {percent(share)}" if label else percent(share)
    return format_html(
        '<svg class="meter tone-{}" role="img" aria-label="{}" preserveAspectRatio="none">'
        '<rect class="meter-track" width="100%" height="100%" rx="4"></rect>'
        '<rect class="meter-fill" width="{}%" height="100%" rx="4"></rect></svg>',
        tone,
        said,
        f"{share * 100:.2f}",
    )

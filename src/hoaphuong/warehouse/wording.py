"""How a figure is written on the scoreboard, in the language in use."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from hoaphuong.warehouse.contracts import Definition, Indicator, ScoreboardRow

BILLION = 1_000_000_000
NAMES: dict[str, Any] = {
    "received_today": lazy("Received today"),
    "received_this_month": lazy("Received this month"),
    "online_share": lazy("Submitted online"),
    "on_time_share": lazy("Decided on time"),
    "mean_working_days": lazy("Mean time to decide"),
    "overdue": lazy("Overdue now"),
    "signed_share": lazy("Directive documents signed and sealed digitally"),
    "exchanged_share": lazy("Copies sent electronically"),
    "tasks_on_time_share": lazy("Tasks reported in time"),
    "paid_online_share": lazy("Dossiers paid online"),
    "procedures_paid_online_share": lazy("Procedures paid online"),
    "collected_vnd": lazy("Fees collected"),
    "receipt_seconds": lazy("Mean time from payment to receipt"),
}
PARTS: dict[str, Any] = {
    "online_share": lazy("dossiers received"),
    "on_time_share": lazy("decisions that had a due day"),
    "overdue": lazy("open dossiers"),
    "signed_share": lazy("directive documents with a number"),
    "exchanged_share": lazy("copies sent"),
    "tasks_on_time_share": lazy("tasks reported"),
    "paid_online_share": lazy("dossiers with a fee to pay"),
    "procedures_paid_online_share": lazy("procedures with a fee to pay"),
}


@dataclass(frozen=True)
class Tile:
    """One indicator as the page draws it."""

    name: Any
    value: str | None
    period: str = ""
    unit: Any = ""
    numerator: int | None = None
    denominator: int | None = None
    parts: Any = ""
    share: float | None = None
    tone: str = "active"
    definition: str = ""


def language() -> str:
    """The language in use, ``vi`` unless another was chosen."""
    return get_language() or "vi"


def written(value: float, decimals: int) -> str:
    """A number rounded half up, with the separators of the language."""
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    text = f"{exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,.{decimals}f}"
    # Django's Vietnamese formats have no grouping, so the separators are set here.
    if language().startswith("vi"):
        text = text.translate({ord(","): ".", ord("."): ","})
    return text


def whole(value: float | None) -> str | None:
    """A count."""
    return None if value is None else written(value, 0)


def one_decimal(value: float | None) -> str | None:
    """A mean."""
    return None if value is None else written(value, 1)


def percent(share: float | None) -> str | None:
    """A share between 0 and 1 as a percentage with one decimal."""
    return None if share is None else f"{one_decimal(share * 100)}%"


def lasting(seconds: float | None) -> str | None:
    """A time in its largest fitting unit: seconds below two minutes, minutes below two hours."""
    if seconds is None:
        return None
    if seconds < 120:
        return _("{n} s").format(n=one_decimal(seconds))
    if seconds < 7_200:
        return _("{n} min").format(n=one_decimal(seconds / 60))
    return _("{n} h").format(n=one_decimal(seconds / 3_600))


def figure(value: float | None, unit: str) -> str | None:
    """A value of the scoreboard: a count, a share or an amount in billions of đồng."""
    if value is None:
        return None
    if unit == "share":
        return percent(value) if value * 100 % 1 else f"{whole(value * 100)}%"
    if unit == "vnd":
        return _("{amount} billion VND").format(amount=whole(value / BILLION))
    return whole(value)


def announced(row: ScoreboardRow) -> str | None:
    """An announced value with the word it was announced with."""
    said = figure(row["announced"], row["unit"])
    if said is None or not row["announced_as"]:
        return said
    words = {"over": _("over {figure}"), "nearly": _("nearly {figure}")}
    return words[row["announced_as"]].format(figure=said)


MEANS = {"mean_working_days", "receipt_seconds"}


def tile(indicator: Indicator, definition: Definition | None, *, year: int) -> Tile:
    """One indicator in words."""
    code, value = indicator.code, indicator.value
    is_share, is_mean = code.endswith("_share"), code in MEANS
    of_year = is_share or is_mean or code == "collected_vnd"
    return Tile(
        name=NAMES[code],
        value=_said(code, value),
        period=_("in {year}").format(year=year) if of_year else "",
        unit=_("working days") if code == "mean_working_days" else "",
        numerator=None if is_mean else indicator.numerator,
        denominator=None if is_mean else indicator.denominator,
        parts=_over(indicator) if is_mean else PARTS.get(code, ""),
        share=value if is_share else None,
        tone="bad" if code == "overdue" else "good",
        definition=definition.text(language()) if definition else "",
    )


def _said(code: str, value: float | None) -> str | None:
    if code.endswith("_share"):
        return percent(value)
    if code == "collected_vnd":
        return None if value is None else _("{amount} VND").format(amount=whole(value))
    ways = {"mean_working_days": one_decimal, "receipt_seconds": lasting}
    return ways.get(code, whole)(value)


def _over(mean: Indicator) -> str:
    """What a mean was made of."""
    if not mean.denominator:
        return ""
    count = whole(mean.denominator)
    if mean.code == "receipt_seconds":
        return _("over {count} receipts").format(count=count)
    return _("over {count} decisions").format(count=count)

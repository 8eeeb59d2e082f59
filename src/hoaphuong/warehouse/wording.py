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
}
PARTS: dict[str, Any] = {
    "online_share": lazy("dossiers received"),
    "on_time_share": lazy("decisions that had a due day"),
    "overdue": lazy("open dossiers"),
    "signed_share": lazy("directive documents with a number"),
    "exchanged_share": lazy("copies sent"),
    "tasks_on_time_share": lazy("tasks reported"),
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


def tile(indicator: Indicator, definition: Definition | None, *, year: int) -> Tile:
    """One indicator in words."""
    code, value = indicator.code, indicator.value
    is_share = code.endswith("_share")
    of_year = is_share or code == "mean_working_days"
    said = percent(value) if is_share else whole(value)
    days = code == "mean_working_days"
    return Tile(
        name=NAMES[code],
        value=one_decimal(value) if days else said,
        period=_("in {year}").format(year=year) if of_year else "",
        unit=_("working days") if days else "",
        numerator=None if days else indicator.numerator,
        denominator=None if days else indicator.denominator,
        parts=_("over {count} decisions").format(count=whole(indicator.denominator))
        if days and indicator.denominator
        else PARTS.get(code, ""),
        share=value if is_share else None,
        tone="bad" if code == "overdue" else "good",
        definition=definition.text(language()) if definition else "",
    )

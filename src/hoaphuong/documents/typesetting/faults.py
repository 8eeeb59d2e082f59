"""What is wrong in a draft, by field and line, in words that an officer can act on."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass


def _(sentence: str) -> str:
    """Mark for translation; the page that shows it translates."""
    return sentence


SENTENCES = {
    "missing": _("This is missing."),
    "too-long": _("This is longer than %(most)s characters."),
    "too-many": _("There are at most %(most)s of these."),
    "number": _("A number is written in digits, with letters behind them at most."),
    "notation": _("A notation has letters, hyphens and no spaces, such as QĐ-UBND."),
    "unprintable": _("Line %(line)s: “%(sign)s” (%(code)s) is not in the font of documents."),
    "bold": _("Line %(line)s: a ** has no second one that ends the bold text."),
    "cells": _("Line %(line)s: this row has %(found)s cells, the first one %(asked)s."),
    "empty-table": _("Line %(line)s: this table has no row below its head."),
    "no-title": _("Line %(line)s: “%(sign)s” needs its title in the line below."),
    "wide-table": _("Line %(line)s: a table has at most %(most)s columns."),
    "collective": _("The line with TM. comes first."),
    "twice": _("A line of this capacity stands there already."),
    "no-meeting": _("An invitation or minutes name the meeting."),
    "only-decision": _("Only a decision brings a regulation into force."),
}


@dataclass(frozen=True)
class Fault:
    """One thing to mend: ``field`` is a field of ``Paper`` ("annexes.1.body" inside it)."""

    field: str
    code: str
    values: Mapping[str, str | int] = dataclasses.field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The English sentence with holes: translate it, then fill it with ``values``."""
        return SENTENCES[self.code]

    def __str__(self) -> str:
        return f"{self.field}: {self.sentence % self.values}"


class PaperRefused(ValueError):
    """The draft cannot be set as it is; nothing was made."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = tuple(faults)

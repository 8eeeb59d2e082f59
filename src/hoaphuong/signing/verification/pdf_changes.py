"""What was done to a PDF after a signature, and whether that signature permits it.

pyHanko compares two revisions; what may be between them is said here: docs/verification.md.
"""

import io
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DocInfoRule,
    FormUpdatingRule,
    GenericFieldModificationRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    ReferenceUpdate,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    SuspiciousModification,
    WhitelistRule,
    XrefStreamRule,
)
from pyhanko.sign.diff_analysis.commons import compare_key_refs
from pyhanko.sign.fields import MDPPerm

from hoaphuong.signing.contracts import Change

logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # it tells of strangers' files in logs


DEEPEST = 16  # levels of fields below fields


class EvidenceRule(WhitelistRule):
    """The store of evidence may grow and shrink: it is never shown, and proves itself.

    Objects that the signed revision used elsewhere too are not cleared by standing in the store.
    """

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterator[ReferenceUpdate]:
        # ``get`` of pyHanko gives the reference, not what it leads to.
        if "/DSS" not in new.root or not isinstance(new.root["/DSS"], generic.DictionaryObject):
            return
        store = new.root["/DSS"]
        for ref in compare_key_refs("/DSS", old, old.root, new.root):
            yield ReferenceUpdate(ref)
        old._load_reverse_xref_cache()
        held = new.collect_dependencies(store)
        for ref in held:
            elsewhere = [
                path for path in old._get_usages_of_ref(ref) if path.path[:2] != ("/Root", "/DSS")
            ]
            if not elsewhere:
                yield ReferenceUpdate(ref)


POLICY = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(),
        DocInfoRule().as_qualified(ModificationLevel.LTA_UPDATES),
        XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        EvidenceRule().as_qualified(ModificationLevel.LTA_UPDATES),
        MetadataUpdateRule().as_qualified(ModificationLevel.LTA_UPDATES),
    ],
    form_rule=FormUpdatingRule(
        field_rules=[
            SigFieldCreationRule(),
            SigFieldModificationRule(),
            GenericFieldModificationRule(),
        ],
    ),
)


@dataclass(frozen=True)
class Later:
    """What came after a signature."""

    changes: tuple[Change, ...] = ()
    forbidden: bool = False
    content: bool = False  # the content shown is not what was signed, permitted or not


@dataclass(frozen=True)
class Signature:
    """Of a signature: its field, its revision, whether it is a time stamp, what it permits."""

    name: str
    revision: int
    is_stamp: bool
    permits: MDPPerm | None
    locks: Any

    def locked(self, name: str) -> bool:
        """Whether the signer locked the field of this name (FieldMDP)."""
        return self.locks is not None and bool(self.locks.is_locked(name))


def after(
    signature: Signature,
    all_: Iterable[Signature],
    reader: PdfFileReader,
    forms: "Forms",
    *,
    tail: bool,
) -> Later:
    """Every later revision against the signed one; ``tail`` tells of bytes in no revision."""
    others = tuple(all_)
    changes: dict[Change, None] = {}
    for number in range(signature.revision + 1, reader.xrefs.total_revisions):
        for change in _revision(signature, others, reader, forms, number):
            changes[change] = None
    if tail:
        changes[Change("other", permitted=False)] = None
    found = tuple(changes)
    return Later(
        found,
        forbidden=any(not one.permitted for one in found),
        content=any(one.what == "other" or one.what.startswith("filled:") for one in found),
    )


def _revision(
    signature: Signature,
    others: tuple[Signature, ...],
    reader: PdfFileReader,
    forms: "Forms",
    number: int,
) -> Iterator[Change]:
    try:
        found = POLICY.apply(
            reader.get_historical_resolver(signature.revision),
            reader.get_historical_resolver(number),
            doc_mdp=signature.permits,
        )
        filled = forms.filled_in(number)
    except (SuspiciousModification, PdfError, ValueError, KeyError, TypeError, AttributeError):
        # Also what cannot be compared: nobody can say that it is permitted.
        yield Change("other", permitted=False)
        return
    level, permits = found.modification_level, signature.permits
    allowed = level is not ModificationLevel.OTHER and (
        permits is None or level.value <= permits.value
    )
    here = [one for one in others if one.revision == number]
    for one in here:
        free = one.is_stamp or (allowed and not signature.locked(one.name))
        yield Change("time stamped" if one.is_stamp else "signed", free)
    for name in filled:
        yield Change(f"filled:{name}", allowed and not signature.locked(name))
    if here or filled:
        return
    # pyHanko counts a form that is only written again as one that is filled in.
    yield Change("evidence added" if allowed else "other", allowed)


class Forms:
    """What stands in the fields of a document, revision by revision."""

    def __init__(self, reader: PdfFileReader) -> None:
        self.reader = reader
        self._seen: dict[int, dict[str, bytes]] = {}

    def filled_in(self, number: int) -> list[str]:
        """The fields whose value or look is another than one revision before."""
        before, now = self._at(number - 1), self._at(number)
        return sorted(
            name for name in before.keys() | now.keys() if before.get(name) != now.get(name)
        )

    def _at(self, number: int) -> dict[str, bytes]:
        if number not in self._seen:
            found: dict[str, bytes] = {}
            root = self.reader.get_historical_resolver(number).root
            if "/AcroForm" in root and "/Fields" in root["/AcroForm"]:
                _walk(root["/AcroForm"]["/Fields"], "", found, DEEPEST)
            self._seen[number] = found
        return self._seen[number]


def _walk(listed: Any, above: str, found: dict[str, bytes], deeper: int) -> None:
    """Into ``found`` the value and look of every field that is no signature."""
    for reference in listed:
        one = reference.get_object()
        own = str(one["/T"]) if "/T" in one else ""
        name = ".".join(part for part in (above, own) if part)
        if "/FT" in one and one["/FT"] == "/Sig":
            continue
        out = io.BytesIO()
        for key in ("/V", "/AS"):
            if key in one:
                one[key].write_to_stream(out, None)
        look = one["/AP"]["/N"] if "/AP" in one and "/N" in one["/AP"] else None
        if isinstance(look, generic.StreamObject):
            out.write(look.encoded_data)
        found[name] = found.get(name, b"") + out.getvalue()
        if "/Kids" in one and deeper:
            _walk(one["/Kids"], name, found, deeper - 1)

"""Finds what was done to a sealed table behind the program's back, and names it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from hoaphuong.kernel.sealing import FIRST, Chain, digest, link, read_heads


@dataclass(frozen=True)
class Finding:
    """One place where the table is not what was sealed.

    ``kind`` is altered, removed, inserted, moved, cut or rewritten; ``entry`` is the row's id
    where one row can be named.
    """

    kind: str
    batch: int | None
    position: int | None
    entry: int | None
    uuid: str
    text: str


@dataclass
class Verdict:
    """What was read, what is not sealed yet, and everything that is wrong."""

    chain: str
    sealed: int = 0
    batches: int = 0
    unsealed: int = 0
    without_head: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        return not self.findings


def verify(chain: Chain) -> Verdict:
    """Walk the whole chain once, row by row, then compare each batch with the head outside."""
    verdict = Verdict(chain.name, unsealed=chain.pending.objects.count())
    batches = {
        number: (entries, head)
        for number, entries, head in chain.batch.objects.values_list("number", "entries", "head")
    }
    verdict.batches = len(batches)
    heads = read_heads(chain)
    computed: dict[int, tuple[int, str]] = {}
    verdict.findings += _walk(chain, verdict, computed)
    verdict.findings += _compare(batches, computed, heads)
    verdict.findings += _strangers(chain)
    verdict.without_head = sum(number not in heads for number in batches)
    return verdict


def _sealed_rows(chain: Chain) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...] | None]]:
    """Each seal in order with its row, or None where the row is gone."""
    columns = ("batch", "position", "digest", "hash", "entry_id")
    seals = chain.seal.objects.order_by("batch", "position").values_list(*columns)
    rows = seals.iterator(2_000)
    while some := list(islice(rows, 500)):
        there = chain.entry.objects.filter(id__in=[one[4] for one in some])
        entries = {row[0]: row for row in there.values_list(*chain.sealed)}
        for one in some:
            yield one, entries.get(one[4])


def _walk(
    chain: Chain, verdict: Verdict, computed: dict[int, tuple[int, str]]
) -> Iterator[Finding]:
    """Every seal in order against its row; the chain is resumed from the stored hash."""
    previous, expected, batch_now = FIRST, 0, 0
    for (batch, position, own, stored, entry), row in _sealed_rows(chain):
        verdict.sealed += 1
        if batch != batch_now:
            batch_now, expected = batch, 0
        while expected < position:
            yield Finding(
                "removed", batch, expected, None, "",
                f"The entry at batch {batch}, position {expected} was removed.",
            )  # fmt: skip
            expected += 1
        expected = position + 1
        if row is None:
            yield Finding(
                "removed", batch, position, entry, "", f"Entry {entry} was removed from the table."
            )
        elif digest(row) != own:
            yield _altered_or_moved(chain, batch, position, entry, str(row[1]), digest(row))
        elif link(previous, own) != stored:
            yield Finding(
                "rewritten", batch, position, entry, str(row[1]),
                f"The seal of entry {entry} ({row[1]}) does not follow the one before it.",
            )  # fmt: skip
        previous = stored
        count = computed.get(batch, (0, ""))[0]
        computed[batch] = (count + 1, stored)


def _altered_or_moved(
    chain: Chain, batch: int, position: int, entry: int, uuid: str, found: str
) -> Finding:
    if chain.seal.objects.filter(digest=found).exists():
        text = f"Entry {entry} ({uuid}) was moved: it was sealed at another place."
        return Finding("moved", batch, position, entry, uuid, text)
    text = f"Entry {entry} ({uuid}) was altered after it was sealed."
    return Finding("altered", batch, position, entry, uuid, text)


def _compare(
    batches: dict[int, tuple[int, str]],
    computed: dict[int, tuple[int, str]],
    heads: dict[int, dict[str, Any]],
) -> Iterator[Finding]:
    for number in sorted(set(batches) | set(computed) | set(heads)):
        outside = heads.get(number)
        entries, head = batches.get(number, (0, ""))
        count, last = computed.get(number, (0, ""))
        if outside and number not in batches:
            yield Finding(
                "cut", number, None, None, "",
                f"Batch {number} with {outside['entries']} entries was cut off.",
            )  # fmt: skip
            continue
        true_head = outside["head"] if outside else head
        true_count = outside["entries"] if outside else entries
        if count < true_count:
            text = (
                f"Batch {number} has {count} entries, {true_count} were sealed: some were removed."
            )
            yield Finding("removed", number, count, None, "", text)
        elif count > true_count:
            text = (
                f"Batch {number} has {count} entries, {true_count} were sealed: some were inserted."
            )
            yield Finding("inserted", number, true_count, None, "", text)
        elif last != true_head or head != true_head:
            text = f"Batch {number} was sealed anew: its head is not the one kept outside."
            yield Finding("rewritten", number, None, None, "", text)


def _strangers(chain: Chain) -> Iterator[Finding]:
    """Rows that are neither sealed nor waiting to be: no action wrote them."""
    strangers = chain.entry.objects.filter(seal__isnull=True, pending__isnull=True)
    for entry, uuid in strangers.values_list("id", "uuid")[:1_000]:
        yield Finding(
            "inserted", None, None, entry, str(uuid),
            f"Entry {entry} ({uuid}) was inserted without an action.",
        )  # fmt: skip

"""What is written behind a file: new and changed objects, so that the bytes before stay."""

import secrets
import zlib
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from hoaphuong.signing.pdf.paper import Paper, Unsignable
from hoaphuong.signing.pdf.syntax import Name, Ref, Token, write

LAST_OFFSET = 9_999_999_999


class Update:
    """Objects that are gathered and then written behind a paper in one go (7.5.6)."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self._next = paper.size
        self._bodies: dict[Ref, list[bytes]] = {}
        self._changed: dict[Ref, Any] = {}
        self._begins: dict[Ref, int] = {}

    def new(self, value: Any = None) -> Ref:
        """A new object; its value may follow."""
        ref = Ref(self._next, 0)
        self._next += 1
        if value is not None:
            self._changed[ref] = value
        return ref

    def stream(self, head: bytes, body: bytes, ref: Ref | None = None) -> Ref:
        """A new stream: ``head`` is what its dictionary holds besides the length."""
        ref = ref or self.new()
        self._bodies[ref] = [
            b"<<" + head + b"/Length %d>>stream\n" % len(body), body, b"\nendstream"
        ]  # fmt: skip
        return ref

    def raw(self, ref: Ref, *parts: bytes) -> None:
        """An object whose bytes are there already."""
        self._bodies[ref] = list(parts)

    def change(self, ref: Ref, value: Any) -> None:
        """A new value for an object of the paper or a new one."""
        self._changed[ref] = value

    def get(self, ref: Ref) -> Any:
        """An object as it is after this update, only to be read."""
        return self._changed[ref] if ref in self._changed else self.paper.get(ref)

    def editable(self, ref: Ref) -> Any:
        """An object that is written again with whatever is changed in it."""
        if ref not in self._changed:
            self._changed[ref] = self.paper.own(ref)
        return self._changed[ref]

    def parts(self) -> Iterator[bytes]:
        """The bytes of the update, in pieces, the signature's own object in one of them."""
        content = self.paper.content
        lead = b"" if content.endswith((b"\n", b"\r")) else b"\n"
        if lead:
            yield lead
        at = len(content) + len(lead)
        offsets: dict[int, tuple[int, int]] = {}
        for ref, value in self._changed.items():
            self._bodies[ref] = [write(value)]
        for ref, body in self._bodies.items():
            offsets[ref.number] = (at, ref.generation)
            head, tail = b"%d %d obj\n" % ref, b"\nendobj\n"
            self._begins[ref] = at + len(head)
            at += len(head) + len(tail) + sum(map(len, body))
            yield head
            yield from body
            yield tail
        if at > LAST_OFFSET:
            raise Unsignable("The file is too large.", reason="paper_too_large")
        yield from (self._as_stream(offsets, at) if self.paper.compressed else
                    self._as_table(offsets, at))  # fmt: skip

    def begins(self, ref: Ref) -> int:
        """Where the body of an object begins in the file that ``parts`` wrote."""
        return self._begins[ref]

    def written(self) -> bytes:
        """The paper with the update."""
        return b"".join((self.paper.content, *self.parts()))

    def _trailer(self) -> dict[Name, Any]:
        old = self.paper.trailer
        trailer = {Name(b"/Size"): self._next, Name(b"/Root"): self.paper.root}
        if (about := old.get(Name(b"/Info"))) is not None:
            trailer[Name(b"/Info")] = about
        renewed = Token(b"<" + secrets.token_hex(16).upper().encode() + b">")
        ids = self.paper.array(old.get(Name(b"/ID")))
        trailer[Name(b"/ID")] = [ids[0] if ids else renewed, renewed]
        trailer[Name(b"/Prev")] = self.paper.start
        return trailer

    def _as_table(self, offsets: dict[int, tuple[int, int]], at: int) -> Iterator[bytes]:
        yield b"xref\n"
        for first, run in _runs(offsets):
            yield b"%d %d\n" % (first, len(run))
            yield b"".join(b"%010d %05d n\r\n" % offsets[number] for number in run)
        yield b"trailer\n" + write(self._trailer()) + b"\nstartxref\n%d\n%%%%EOF\n" % at

    def _as_stream(self, offsets: dict[int, tuple[int, int]], at: int) -> Iterator[bytes]:
        own = self.new()
        offsets[own.number] = (at, 0)
        index: list[int] = []
        rows = []
        for first, run in _runs(offsets):
            index += [first, len(run)]
            rows += [
                b"\x01" + offsets[n][0].to_bytes(5, "big") + offsets[n][1].to_bytes(2, "big")
                for n in run
            ]
        packed = zlib.compress(b"".join(rows))
        head = {Name(b"/Type"): Name(b"/XRef"), **self._trailer(), Name(b"/W"): [1, 5, 2]}
        head |= {Name(b"/Index"): index, Name(b"/Filter"): Name(b"/FlateDecode")}
        head[Name(b"/Length")] = len(packed)
        yield b"%d 0 obj\n" % own.number + write(head) + b"stream\n" + packed
        yield b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % at


def _runs(offsets: dict[int, tuple[int, int]]) -> Iterator[tuple[int, list[int]]]:
    """Numbers that follow each other, as the cross-references list them."""
    numbers = sorted(offsets)
    for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        together = [number for _place, number in run]
        yield together[0], together

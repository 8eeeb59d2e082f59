"""The bank's books: one SQLite file. What is written stays, whatever ends the process."""

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TABLES = """
create table if not exists payment (id integer primary key, provider text, reference text,
    token text unique, amount integer, what text, back text, created text, expires real,
    state text default 'open', code text default '', paid_at real, unique (provider, reference));
create table if not exists notice (id integer primary key, payment integer, provider text,
    fields text, fault text default '', due real, tries integer default 0, told_at real,
    after integer, answer text default '');
create table if not exists transfer (id integer primary key, once text unique, account text,
    amount integer, note text, at real);
create table if not exists refund (id integer primary key, request text unique, payment integer,
    amount integer, at real);
create table if not exists request (id text primary key);
create table if not exists fault (id integer primary key, provider text, kind text, seconds real,
    place text, left integer);
create index if not exists notices_due on notice (provider, due) where told_at is null;
create index if not exists payments_by_day on payment (provider, paid_at);
"""


class OtherAmount(Exception):
    """The reference is another payment's."""


@dataclass(frozen=True)
class Payment:
    """What a merchant asked for; ``state`` is open, declined, paid; amounts in đồng."""

    id: int
    provider: str
    reference: str
    token: str
    amount: int
    what: str
    back: str
    created: str
    expires: float
    state: str
    code: str
    paid_at: float | None

    @property
    def expired(self) -> bool:
        return self.state != "paid" and time.time() > self.expires


@dataclass(frozen=True)
class Notice:
    """What a merchant is to be told; ``fault`` is done at the first try only."""

    id: int
    provider: str
    fields: dict[str, str]
    fault: str
    tries: int


@dataclass(frozen=True)
class ToTell:
    """A notice to be: at ``due``; ``after_next``: only once a later one of its payment was told."""

    fields: dict[str, str]
    due: float
    fault: str = ""
    after_next: bool = False


@dataclass(frozen=True)
class Transfer:
    """Money that came to an account."""

    id: int
    account: str
    amount: int
    note: str
    at: float


_PAYMENT = ", ".join(Payment.__dataclass_fields__)
_TRANSFER = ", ".join(Transfer.__dataclass_fields__)


class Books:
    """Every change is one transaction, on the disk before it is answered."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.RLock()
        self._rows = sqlite3.connect(
            folder / "bank.sqlite3", check_same_thread=False, isolation_level=None
        )
        self._rows.executescript("pragma journal_mode = wal; pragma synchronous = full;" + _TABLES)

    def ask(self, words: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._rows.execute(words, values).fetchall()

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._rows.execute("begin immediate")
            try:
                yield self._rows
            except BaseException:
                self._rows.execute("rollback")
                raise
            self._rows.execute("commit")

    def open(
        self, *, provider: str, reference: str, amount: int, what: str, back: str, created: str,
        expires: float,
    ) -> Payment:  # fmt: skip
        """The payment of a reference, made now when it is new; OtherAmount."""
        self.ask(
            "insert or ignore into payment (provider, reference, token, amount, what, back,"
            " created, expires) values (?, ?, ?, ?, ?, ?, ?, ?)",
            provider, reference, secrets.token_urlsafe(18), amount, what, back, created, expires,
        )  # fmt: skip
        found = self.payment(provider, reference)
        if found is None or (found.amount, found.created) != (amount, created):
            raise OtherAmount(reference)
        return found

    def payment(self, provider: str, reference: str) -> Payment | None:
        return self._payment("provider = ? and reference = ?", provider, reference)

    def by_token(self, token: str) -> Payment | None:
        return self._payment("token = ?", token)

    def _payment(self, where: str, *values: Any) -> Payment | None:
        rows = self.ask(f"select {_PAYMENT} from payment where {where}", *values)
        return Payment(*rows[0]) if rows else None

    def end(self, ended: Payment, notices: Sequence[ToTell]) -> bool:
        """Take the money, or decline, with what is to be told of it; False when it came too late.

        What is paid stays paid.
        """
        with self._changing() as rows:
            done = rows.execute(
                "update payment set state = ?, code = ?, paid_at = ?"
                " where id = ? and state <> 'paid' and expires > ?",
                (ended.state, ended.code, ended.paid_at, ended.id, ended.paid_at),
            )
            for one in notices if done.rowcount else ():
                rows.execute(
                    "insert into notice (payment, provider, fields, fault, due, after)"
                    " values (?, ?, ?, ?, ?, ?)",
                    (
                        ended.id, ended.provider, json.dumps(one.fields), one.fault, one.due,
                        ended.id if one.after_next else None,
                    ),
                )  # fmt: skip
            return bool(done.rowcount)

    def paid(self, provider: str, *, since: float, until: float) -> list[Payment]:
        rows = self.ask(
            f"select {_PAYMENT} from payment where provider = ? and state = 'paid'"
            " and paid_at >= ? and paid_at < ? order by id", provider, since, until,
        )  # fmt: skip
        return [Payment(*row) for row in rows]

    def newest(self, most: int) -> list[Payment]:
        rows = self.ask(f"select {_PAYMENT} from payment order by id desc limit ?", most)
        return [Payment(*row) for row in rows]

    def due(self, provider: str, *, now: float) -> Notice | None:
        rows = self.ask(
            "select id, provider, fields, fault, tries from notice as n"
            " where provider = ? and told_at is null and due <= ? and (after is null or exists"
            " (select 1 from notice as m where m.payment = n.after and m.id > n.id"
            " and m.told_at is not null)) order by due, id limit 1", provider, now,
        )  # fmt: skip
        if not rows:
            return None
        id, provider, fields, fault, tries = rows[0]
        return Notice(id, provider, json.loads(fields), fault, tries)

    def told(self, notice: Notice, *, at: float, answer: str) -> None:
        self.ask(
            "update notice set told_at = ?, tries = tries + 1, answer = ? where id = ?",
            at, answer, notice.id,
        )  # fmt: skip

    def not_told(self, notice: Notice, *, again: float, answer: str) -> None:
        self.ask(
            "update notice set due = ?, tries = tries + 1, answer = ? where id = ?",
            again, answer[:200], notice.id,
        )  # fmt: skip

    def waiting_notices(self) -> int:
        return int(self.ask("select count(*) from notice where told_at is null")[0][0])

    def first_request(self, id: str) -> bool:
        """Whether a request's number comes for the first time."""
        with self._changing() as rows:
            return bool(rows.execute("insert or ignore into request values (?)", (id,)).rowcount)

    def refund(self, payment: Payment, *, request: str, amount: int) -> tuple[int, bool]:
        """The number of a refund and whether it is new; 0 when it would be too much."""
        with self._changing() as rows:
            known = rows.execute("select id from refund where request = ?", (request,)).fetchone()
            if known:
                return int(known[0]), False
            gone = rows.execute(
                "select coalesce(sum(amount), 0) from refund where payment = ?", (payment.id,)
            ).fetchone()[0]
            if gone + amount > payment.amount:
                return 0, True
            made = rows.execute(
                "insert into refund (request, payment, amount, at) values (?, ?, ?, ?)",
                (request, payment.id, amount, time.time()),
            )
            return int(made.lastrowid or 0), True

    def transfer(self, *, once: str, account: str, amount: int, note: str, at: float) -> Transfer:
        """Money comes to an account, once by ``once``."""
        self.ask(
            "insert or ignore into transfer (once, account, amount, note, at)"
            " values (?, ?, ?, ?, ?)", once, account, amount, note, at,
        )  # fmt: skip
        return Transfer(*self.ask(f"select {_TRANSFER} from transfer where once = ?", once)[0])

    def transfers(self, account: str, *, since: float, until: float) -> list[Transfer]:
        rows = self.ask(
            f"select {_TRANSFER} from transfer where account = ? and at >= ? and at < ?"
            " order by id", account, since, until,
        )  # fmt: skip
        return [Transfer(*row) for row in rows]

    def tell_fault(
        self, *, provider: str, kind: str, seconds: float, place: str, next: int
    ) -> None:
        self.ask(
            "insert into fault (provider, kind, seconds, place, left) values (?, ?, ?, ?, ?)",
            provider, kind, seconds, place, next,
        )  # fmt: skip

    def end_faults(self) -> None:
        self.ask("delete from fault")

    def take_fault(self, provider: str, place: str) -> tuple[str, float] | None:
        """(kind, seconds) of the oldest fault that is to happen here, used up by one."""
        with self._changing() as rows:
            found = rows.execute(
                "select id, kind, seconds from fault where provider in (?, '*') and place = ?"
                " and left > 0 order by id limit 1", (provider, place),
            ).fetchone()  # fmt: skip
            if found is None:
                return None
            rows.execute("update fault set left = left - 1 where id = ?", (found[0],))
            return str(found[1]), float(found[2])

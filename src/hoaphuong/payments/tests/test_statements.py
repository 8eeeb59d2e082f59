"""Banks' exports are read whole or not at all; a line counts once, for the order its note names."""

import json
import time
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoaphuong.files import queries as files
from hoaphuong.kernel import outgoing
from hoaphuong.kernel.models import JournalEntry
from hoaphuong.payments import actions, queries
from hoaphuong.payments.actions.orders import LETTERS
from hoaphuong.payments.bank import codes
from hoaphuong.payments.bank.books import Transfer
from hoaphuong.payments.bank.moments import stamp
from hoaphuong.payments.models import Attempt, Collection, Statement, StatementLine
from hoaphuong.payments.providers import connected, vietqr
from hoaphuong.payments.providers.base import VIETNAM
from hoaphuong.payments.statement_files import LETTERS as READ_LETTERS
from hoaphuong.payments.statement_files import (
    MOST_LINES,
    Booked,
    UnreadableStatement,
    codes_in,
    read,
)
from hoaphuong.payments.tests.factories import AT, BY, JUSTICE, ordered

ACCOUNT = "0225123456"
NOON = datetime(2026, 11, 30, 12, 0, tzinfo=VIETNAM).timestamp()


def one(content: bytes) -> Booked:
    [found] = read(content)
    return found


OURS = codes.statement([Transfer(7, ACCOUNT, 1_050_000, "IBFT DEMO HPACDEFGHJ01", NOON)])
EXPORTS = {
    "the demonstration's": OURS,
    "semicolons, no mark": "Ngày GD;Số GD;Số tiền;Diễn giải\n"
    "30/11/2026 12:00;FT1;1.050.000;HPACDEFGHJ01\n".encode(),
    "english, decimals": b"Transaction Date,Reference,Debit,Credit,Description\n"
    b"2026-11-30 12:00:00,FT1,,\"1,050,000.00\",HPACDEFGHJ01\n",
    "words before, sums after": "Ngân hàng Hư Cấu\nSao kê tài khoản 0225\n\n"
    "Ngày giao dịch,Số chứng từ,Ghi nợ (VND),Ghi có (VND),Nội dung\n"
    "30-11-2026,FT1,0,1050000,HPACDEFGHJ01\n\nTổng cộng,,0,1050000,\n".encode(),
    "tabs, UTF-16": "Ngày\tRef\tAmount\tNội dung\n"
    "30/11/2026\tFT1\t+1.050.000 VND\tHPACDEFGHJ01\n".encode("utf-16"),
}  # fmt: skip


@pytest.mark.parametrize("content", EXPORTS.values(), ids=EXPORTS.keys())
def test_exports_of_banks_say_the_same_in_their_own_ways(content):
    found = one(content)
    assert found.amount == 1_050_000
    assert found.at.astimezone(VIETNAM).date().isoformat() == "2026-11-30"
    assert codes_in(found.note) == {"HPACDEFGHJ"}


HEAD = "Ngày,Ref,Ghi nợ,Ghi có,Nội dung\n"


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        (HEAD + "30/11/2026,1,,5,a\n31/11/2026,2,,5,a\n", 3, "date"),
        (HEAD + "yesterday,1,,5,a\n", 2, "date"),
        (HEAD + "30/11/2026,1,,five,a\n", 2, "amount"),
        (HEAD + "30/11/2026,1,,1.5,a\n", 2, "amount"),
        (HEAD + '30/11/2026,1,,"1.234,56",a\n', 2, "amount"),
        (HEAD + "30/11/2026,1,5,5,a\n", 2, "amount"),
        (HEAD + "30/11/2026,1,,,a\n", 2, "amount"),
        (HEAD + "30/11/2026,1,,-5,a\n", 2, "amount"),
        (HEAD + "30/11/2026,,,5,a\n", 2, "number"),
        (HEAD + "30/11/2026,1,,5,a\n30/11/2026,1,,5,a\n", 3, "twice"),
        ("a,b,c\n1,2,3\n", 1, "columns"),
        ("", 0, "columns"),
        (HEAD, 0, "empty"),
        ("\ufffd", 1, "columns"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(text, line, why):
    with pytest.raises(UnreadableStatement) as refused:
        read(text.encode())
    assert (refused.value.line, refused.value.why) == (line, why)


def test_bytes_that_are_no_text_are_refused():
    for content in (b"\xff\x00\x81", b"PK\x03\x04\x99", b"%PDF-1.7\xe2\xe3"):
        with pytest.raises(UnreadableStatement):
            read(content)


def test_a_file_has_at_most_so_many_lines():
    lines = "".join(f"30/11/2026,{n},,5,a\n" for n in range(MOST_LINES + 1))
    with pytest.raises(UnreadableStatement, match="too_long"):
        read((HEAD + lines).encode())


@pytest.mark.parametrize(
    "note",
    [
        "HPACDEFGHJ", "hpacdefghj", "IBFT DEMO HPACDEFGHJ01", "MBVCB.123.HP ACDE FGHJ 01.CT tu 01",
        "thanh toan HP-ACDEFGHJ-01 le phi", "QR HPACDEFGHJ01-301126-12:00:00 123456",
    ],
)  # fmt: skip
def test_an_orders_code_is_found_whatever_banks_do_to_a_note(note):
    assert "HPACDEFGHJ" in codes_in(note)


@given(
    st.text(max_size=20), st.text(alphabet=LETTERS, min_size=8, max_size=8), st.text(max_size=20)
)
def test_a_code_is_found_between_any_other_words(before, letters, after):
    assert READ_LETTERS == LETTERS
    assert f"HP{letters}" in codes_in(f"{before}HP{letters}{after}")


def statement(*lines, account=ACCOUNT):
    """A file of ``(number, amount, note)``."""
    rows = [Transfer(n, account, amount, note, NOON) for n, amount, note in lines]
    return codes.statement(rows)


def taken(content, **more):
    return actions.read_statement(content=content, account=ACCOUNT, by=BY, at=AT, **more)


def matched():
    while outgoing.make_calls(kind=actions.MATCH, now=AT):
        pass
    rows = StatementLine.objects.order_by("id")
    return list(rows.values_list("amount", "state"))


def facts(name):
    rows = JournalEntry.objects.filter(name=f"payments.{name}").order_by("id")
    return [json.loads(body) for body in rows.values_list("body", flat=True)]


@pytest.mark.django_db
@pytest.mark.usefixtures("city")
class TestMatching:
    def test_lines_pay_the_orders_that_their_notes_name(self):
        first, second = ordered("d1"), ordered("d2")
        way = actions.start(order=first.key, provider="vietqr", by=BY, at=AT)
        content = statement(
            (1, 50_000, f"IBFT {way.reference}"), (2, 50_000, second.code.lower()),
            (3, 50_000, "tien dien"), (4, -9_000, "phi"),
        )  # fmt: skip
        made = taken(content)
        assert matched() == [
            (50_000, "matched"), (50_000, "matched"), (50_000, "unmatched"), (-9_000, "unmatched"),
        ]  # fmt: skip
        assert queries.order(first.key).state == queries.order(second.key).state == "paid"
        assert queries.balance("clearing:vietqr") == 100_000
        way.refresh_from_db()
        assert way.state == Attempt.State.PAID
        [fact] = facts("statement_read")
        assert (fact["lines"], fact["new_lines"], fact["matched"]) == (4, 4, 2)
        assert len(facts("statement_line_matched")) == 2
        with files.open_file(made.file_key) as kept:
            assert kept.read() == content

    def test_the_same_file_and_files_that_overlap_count_each_line_once(self):
        order = ordered()
        content = statement((1, 20_000, order.code))
        assert taken(content).key == taken(content).key
        assert matched() == [(20_000, "matched")]
        more = taken(statement((1, 20_000, order.code), (2, 30_000, order.code)))
        assert (more.lines, more.new_lines) == (2, 1)
        assert matched() == [(20_000, "matched"), (30_000, "matched")]
        assert queries.order(order.key).paid == 50_000
        assert (Collection.objects.count(), Statement.objects.count()) == (2, 2)

    def test_a_file_that_says_otherwise_than_an_earlier_one_is_refused_whole(self):
        order = ordered()
        taken(statement((1, 20_000, order.code)))
        with pytest.raises(UnreadableStatement) as refused:
            taken(statement((2, 5, "a"), (1, 50_000, order.code)))
        assert (refused.value.line, refused.value.why) == (3, "contradiction")
        assert StatementLine.objects.count() == 1

    def test_an_amount_alone_pays_nothing_and_two_codes_are_left_to_a_person(self):
        first, second = ordered("d1"), ordered("d2")
        taken(statement((1, 50_000, "chuyen tien"), (2, 50_000, f"{first.code} {second.code}")))
        assert matched() == [(50_000, "unmatched")] * 2
        assert not Collection.objects.exists()

    def test_too_much_too_little_and_money_for_a_paid_order_are_kept(self):
        order = ordered()
        taken(statement((1, 20_000, order.code), (2, 40_000, order.code), (3, 7, order.code)))
        matched()
        assert queries.order(order.key).paid == 60_007
        assert queries.balance(f"over:{JUSTICE}") == -10_007

    def test_the_same_number_at_two_banks_is_two_transfers(self):
        order = ordered()
        for account in ("0225", "0226"):
            actions.read_statement(
                content=statement((1, 25_000, order.code)), account=account, by=BY, at=AT
            )
        matched()
        assert queries.order(order.key).state == "paid"

    def test_a_person_matches_a_line_by_hand_once(self):
        order = ordered()
        taken(statement((1, 50_000, "le phi cua toi")))
        matched()
        line = StatementLine.objects.get()
        counted = actions.match_line(key=line.key, order=order.key, by=BY, at=AT)
        assert (counted.order, counted.paid) == (order.key, True)
        line.refresh_from_db()
        assert (line.state, line.settled_by, line.collection.key) == (
            "matched", BY, counted.collection,
        )  # fmt: skip
        with pytest.raises(actions.NotWaiting):
            actions.match_line(key=line.key, order=order.key, by=BY, at=AT)
        with pytest.raises(actions.NotWaiting):
            actions.set_line_aside(key=line.key, reason="x", by=BY, at=AT)
        assert [fact["by_hand"] for fact in facts("statement_line_matched")] == [True]

    def test_a_line_is_set_aside_with_a_reason_and_money_that_went_out_pays_nothing(self):
        order = ordered()
        taken(statement((1, 50_000, "lai tien gui"), (2, -9_000, "phi")))
        came, went = StatementLine.objects.order_by("id")
        with pytest.raises(actions.NoReason):
            actions.set_line_aside(key=came.key, reason="  ", by=BY, at=AT)
        with pytest.raises(actions.NotWaiting):
            actions.match_line(key=went.key, order=order.key, by=BY, at=AT)
        for line in (came, went):
            actions.set_line_aside(key=line.key, reason="Lãi tiền gửi", by=BY, at=AT)
        assert matched() == [(50_000, "set_aside"), (-9_000, "set_aside")]
        with pytest.raises(actions.NotWaiting):
            actions.match_line(key=came.key, order=order.key, by=BY, at=AT)
        assert len(facts("statement_line_set_aside")) == 2
        assert "Lãi" not in str(facts("statement_line_set_aside"))

    def test_a_transfer_by_the_demonstrations_code_comes_back_in_its_statement(self, bank):
        order = ordered()
        way = actions.start(order=order.key, provider="vietqr", by=BY, at=AT)
        own = connected.own_account()
        text = vietqr.text(
            bin=own.bin, account=own.number, amount=way.amount, note=f"{way.reference}"
        )
        page = bank.ask(f"/vietqr?text={text}")
        form = {name: page.field(name) for name in ("once", "text", "amount", "note")}
        for _ in range(2):  # pressed twice
            assert "Đã chuyển tiền" in bank.ask("/vietqr", form).body
        assert bank.transfer(text, amount="1.000", note="khong ghi gi").status == 200
        assert bank.transfer(text, amount="0").status == 400
        got = bank.ask(f"/statements/{own.number}/{stamp(time.time())[:8]}.csv")
        made = actions.read_statement(content=got.body.encode(), account=own.number, by=BY, at=AT)
        assert (made.lines, matched()) == (2, [(50_000, "matched"), (1_000, "unmatched")])
        assert queries.order(order.key).state == "paid"

"""The agency's pages of fees: the counter, refunds by two people, compared days, the books."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from hoaphuong.identity import actions as identity
from hoaphuong.identity.models import Account
from hoaphuong.kernel import outgoing
from hoaphuong.kernel.models import AccessLine, JournalEntry
from hoaphuong.payments import accounts, actions, csv_files, queries
from hoaphuong.payments.models import (
    Collection,
    Difference,
    FeeOrder,
    LedgerEntry,
    Reconciliation,
    Refund,
    StatementLine,
)
from hoaphuong.payments.providers.base import Listed
from hoaphuong.payments.tests.bank_at_work import NOWHERE
from hoaphuong.payments.tests.factories import AT, JUSTICE, money, ordered
from tests.second_factor import pass_second_factor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
CITY, OTHER = "000.00.00.H24", "000.00.10.H24"
ONCE = "a" * 32


@pytest.fixture
def acts_as(client):
    """Sign in as an officer of an agency, past the second factor."""

    def acts_as(role, agency=JUSTICE, name="x"):
        at = timezone.now()
        account = identity.create_account(
            username=f"{name}{role}{agency[7:9]}", display_name=f"Cán bộ {role}", person=None,
            agency=agency, by="t", at=at,
        )  # fmt: skip
        identity.grant_role(
            account=account.pk, role=role, agency=agency, valid_from=date(2025, 1, 1), by="t",
            at=at,
        )  # fmt: skip
        client.force_login(account, backend=BACKEND)
        pass_second_factor(client, account)
        return client

    return acts_as


def url(name, *words):
    return reverse(f"payments:{name}", args=words)


def text(answer):
    assert answer.status_code == 200, answer
    return answer.content.decode()


def rows_of(answer):
    content = answer.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content, newline="")))


def test_orders_are_found_without_accents_and_only_those_of_the_own_agency(acts_as):
    ours = ordered("d1")
    theirs = ordered("d2")
    FeeOrder.objects.filter(pk=theirs.pk).update(agency_code=OTHER)
    client = acts_as("case_officer")
    for asked in ({"q": "nguoi nop hu cau"}, {"q": ours.number.lower()}, {"q": ours.code}, {}):
        found = text(client.get(url("orders"), asked))
        assert ours.number in found, asked
        assert theirs.number not in found
    assert ours.number not in text(client.get(url("orders"), {"state": "paid"}))
    assert ours.number in text(client.get(url("orders"), {"day": "2026-11-30"}))
    assert ours.number not in text(client.get(url("orders"), {"day": "2026-11-29"}))
    assert ours.number not in text(client.get(url("orders"), {"q": "khong co"}))
    assert client.get(url("desk", theirs.key)).status_code == 404
    assert AccessLine.objects.filter(purpose="payments.orders").count() == 8


def test_a_list_s_file_has_no_formula_and_no_payer(acts_as):
    ordered("d1")
    FeeOrder.objects.update(about_number="=1+1", payer_name="=cmd")
    got = acts_as("clerk").get(url("orders_csv"))
    [head, row] = rows_of(got)
    assert row[1] == "'=1+1"
    assert "cmd" not in got.content.decode()
    assert row[5] == "50000"
    assert len(head) == len(row)
    assert [csv_files.safe(one) for one in ("+1", "-1", "@a", "\tx", "a-b", -5, None)] == [
        "'+1", "'-1", "'@a", "'\tx", "a-b", -5, "",
    ]  # fmt: skip


def test_an_order_s_page_tells_all_that_happened(acts_as):
    order = ordered("d1")
    attempt = actions.start(order=order.key, provider="vnpay", by="payer", at=AT)
    actions.collect(money=money("VN-77", 60_000, reference=attempt.reference), by="vnpay", at=AT)
    page = text(acts_as("accountant").get(url("desk", order.key)))
    for shown in (attempt.reference, "VN-77", "60.000", "Đã nộp đủ", "Tiền vào", "Nộp thừa",
                  "chờ ký số của cơ quan"):  # fmt: skip
        assert shown in page, shown
    assert url("collect", order.key) not in page
    assert "Đề nghị hoàn tiền" in page
    for role in ("case_officer", "clerk", "head"):
        assert "Đề nghị hoàn tiền" not in text(acts_as(role).get(url("desk", order.key))), role


def test_cash_is_taken_once_for_the_sum_that_was_shown(acts_as):
    order = ordered("d1")
    client = acts_as("clerk")
    for typed in (order.number, order.code.lower(), f"https://x{url('order', order.token)}"):
        assert client.get(url("cash"), {"so": typed}).url == url("collect", order.key), typed
    assert "Quầy này không có" in text(client.get(url("cash"), {"so": "PT26.999999"}))
    assert "50.000" in text(client.get(url("collect", order.key)))
    taken = {"amount": "50000", "once": ONCE}
    client.post(url("collect", order.key), taken | {"amount": "40000"})
    assert not Collection.objects.exists()
    for _ in range(3):
        assert client.post(url("collect", order.key), taken).url == url("desk", order.key)
    assert Collection.objects.get().amount == 50_000
    assert (queries.balance(f"cash:{JUSTICE}"), FeeOrder.objects.get().state) == (50_000, "paid")
    client.post(url("collect", order.key), taken | {"once": "b" * 32})
    assert Collection.objects.count() == 1
    assert acts_as("clerk", OTHER).get(url("collect", order.key)).status_code == 404
    assert acts_as("head").get(url("collect", order.key)).status_code == 403


def test_the_till_is_brought_to_the_bank_and_never_more_than_lies_in_it(acts_as):
    order = ordered("d1")
    now = timezone.now()
    actions.take_cash(order=order.key, amount=50_000, once=ONCE, by="t", at=now)
    client = acts_as("clerk")
    page = text(client.get(url("till")))
    assert order.number in page
    assert "50.000" in page
    for amount in ("60000", "0", "-5", "5,5 triệu"):
        client.post(url("till"), {"amount": amount, "once": "c" * 32})
    assert not LedgerEntry.objects.filter(kind="banked").exists()
    for _ in range(2):
        client.post(url("till"), {"amount": "30.000", "once": "c" * 32})
    assert queries.balance(f"cash:{JUSTICE}") == 20_000
    assert queries.balance(f"bank:{JUSTICE}") == 30_000
    found = accounts.till_of(JUSTICE, timezone.localdate(now))
    assert (found.holds, found.came, found.brought) == (20_000, 50_000, 30_000)
    yesterday = accounts.till_of(JUSTICE, timezone.localdate(now) - timedelta(days=1))
    assert (yesterday.holds, yesterday.came, yesterday.brought) == (20_000, 0, 0)
    assert client.get(url("till"), {"agency": OTHER}).status_code == 404


def refund_of(order):
    return Refund.objects.get(collection__order=order)


def test_a_refund_takes_a_reason_and_two_people(acts_as):
    order = ordered("d1")
    actions.take_cash(order=order.key, amount=50_000, once=ONCE, by="t", at=AT)
    cash = Collection.objects.get()
    asked = {"money": cash.key, "source": "fees", "amount": "50000", "reason": ""}
    for role in ("clerk", "head"):
        client = acts_as(role, name="w")
        assert client.post(url("ask_refund", order.key), asked).status_code == 403, role
    accountant = acts_as("accountant")
    accountant.post(url("ask_refund", order.key), asked)
    accountant.post(url("ask_refund", order.key), asked | {"amount": "50001", "reason": "x"})
    assert not Refund.objects.exists()
    accountant.post(url("ask_refund", order.key), asked | {"reason": "Thu nhầm hồ sơ"})
    refund = refund_of(order)
    assert 'value="yes"' not in text(accountant.get(url("refunds")))
    for role in ("accountant", "clerk"):
        client = acts_as(role, name="y")
        assert client.post(url("settle_refund", refund.key)).status_code == 403, role
    head = acts_as("head")
    assert "Thu nhầm hồ sơ" in text(head.get(url("refunds")))
    head.post(url("settle_refund", refund.key), {"approve": "maybe"})
    assert refund_of(order).state == "asked"
    accountant = acts_as("accountant", name="z")
    accountant.post(url("refund_sent", refund.key), {"number": "PC-1"})
    assert refund_of(order).state == "asked"
    acts_as("head", name="z").post(url("settle_refund", refund.key), {"approve": "yes"})
    assert refund_of(order).state == "approved"
    accountant = acts_as("accountant", name="v")
    accountant.post(url("refund_sent", refund.key), {"number": ""})
    assert refund_of(order).state == "approved"
    for _ in range(2):
        accountant.post(url("refund_sent", refund.key), {"number": "PC-1"})
    assert (refund_of(order).state, queries.balance(f"cash:{JUSTICE}")) == ("sent", 0)
    assert "PC-1" in text(accountant.get(url("refunds"), {"state": "over"}))
    assert accounts.till_of(JUSTICE, timezone.localdate()).back == 50_000


def test_nobody_approves_a_refund_that_they_asked_for(acts_as):
    """Somebody with both roles is still one person."""
    order = ordered("d1")
    actions.take_cash(order=order.key, amount=50_000, once=ONCE, by="t", at=AT)
    client = acts_as("accountant")
    account = Account.objects.get(username__startswith="xaccountant")
    identity.grant_role(
        account=account.pk, role="head", agency=JUSTICE, valid_from=date(2025, 1, 1), by="t",
        at=timezone.now(),
    )  # fmt: skip
    client.post(
        url("ask_refund", order.key),
        {"money": Collection.objects.get().key, "source": "fees", "amount": "50000",
         "reason": "Thu nhầm"},
    )  # fmt: skip
    refund = refund_of(order)
    assert 'value="yes"' not in text(client.get(url("refunds")))
    assert client.post(url("settle_refund", refund.key), {"approve": "yes"}).status_code == 302
    assert refund_of(order).state == "asked"


def test_what_a_provider_sends_is_not_paid_by_hand_as_well(acts_as):
    order = ordered("d1")
    actions.collect(money=money("V1", 60_000, order=order.key), by="t", at=AT)
    refund = actions.ask_refund(
        collection=Collection.objects.get().key, amount=10_000, source="over", reason="Thừa",
        by="t", at=AT,
    )  # fmt: skip
    actions.settle_refund(key=refund.key, approve=True, by="head", at=AT)
    client = acts_as("accountant")
    assert url("refund_sent", refund.key) not in text(client.get(url("refunds")))
    client.post(url("refund_sent", refund.key), {"number": "PC-1"})
    assert refund_of(order).state == "approved"


def compared():
    """A day with a transaction here that they have otherwise, and one that they alone have."""
    order = ordered("d1")
    actions.collect(money=money("V1", 50_000, order=order.key), by="t", at=AT)
    actions.compare(
        provider="vnpay", agency=JUSTICE, day=timezone.localdate(AT),
        listed=[Listed("V1", "", 55_000, AT), Listed("V2", "HPXX01", 7_000, AT)], by="t", at=AT,
    )  # fmt: skip
    return Reconciliation.objects.get()


def difference(number):
    return Difference.objects.get(transaction=number)


def test_a_day_is_closed_when_every_difference_is_settled_with_a_reason(acts_as):
    day = compared()
    client = acts_as("accountant")
    assert "62.000" in text(client.get(url("days")))
    page = text(client.get(url("day", day.key)))
    assert "Không có trong sổ của cơ quan" in page
    assert url("close_day", day.key) not in page
    client.post(url("close_day", day.key))
    whole = {"how": "accept", "reason": "Đã xác minh", "sure": "1"}
    for left_out in whole:
        said = {name: value for name, value in whole.items() if name != left_out}
        client.post(url("settle", difference("V1").key), said)
    client.post(url("settle", difference("V1").key), whole | {"how": "count"})  # not for this kind
    assert difference("V1").state == "open"
    client.post(url("settle", difference("V1").key), whole)
    client.post(url("settle", difference("V1").key), whole | {"reason": "lần hai"})
    assert (difference("V1").state, difference("V1").reason) == ("settled", "Đã xác minh")
    client.post(url("settle", difference("V2").key), whole | {"how": "count"})
    assert queries.balance("unknown:vnpay") == -7_000
    client.post(url("close_day", day.key))
    assert Reconciliation.objects.get().closed_at is not None
    assert "Đã xác minh" in text(client.get(url("day", day.key)))
    assert acts_as("accountant", OTHER).get(url("day", day.key)).status_code == 404


def test_who_only_reads_settles_nothing(acts_as):
    day = compared()
    said = {"how": "keep", "reason": "x", "sure": "1"}
    for role in ("case_officer", "clerk", "head"):
        client = acts_as(role)
        assert 'name="how"' not in text(client.get(url("day", day.key))), role
        for name, key in (("settle", difference("V1").key), ("close_day", day.key)):
            assert client.post(url(name, key), said).status_code == 403, (role, name)


def test_the_books_add_up_to_nothing_and_their_file_to_their_balances(acts_as):
    compared()
    order = ordered("d2")
    actions.take_cash(order=order.key, amount=50_000, once=ONCE, by="t", at=AT)
    actions.bring_to_bank(
        agency=JUSTICE, amount=20_000, once="d" * 32, by="t", at=AT + timedelta(days=1)
    )
    found = accounts.balances(JUSTICE)
    assert sum(found.values()) == 0
    assert found[f"cash:{JUSTICE}"] == 30_000
    client = acts_as("case_officer")
    assert "cộng lại bằng không" in text(client.get(url("ledger")))
    asked = {"from": "2026-12-01", "to": "2026-12-31"}
    rows = rows_of(client.get(url("accounts_csv"), asked))[1:]
    of_cash = [row for row in rows if row[0] == f"cash:{JUSTICE}"]
    assert [(row[3], row[6], row[7], row[8]) for row in of_cash] == [
        ("opening", "", "", "50000"), ("banked", "0", "20000", "30000"),
        ("closing", "", "", "30000"),
    ]  # fmt: skip
    for code in found:
        mine = [row for row in rows if row[0] == code]
        moved = sum(int(row[6] or 0) - int(row[7] or 0) for row in mine)
        assert int(mine[0][8]) + moved == int(mine[-1][8]) == found[code]
    assert client.get(url("accounts_csv"), {"agency": OTHER}).status_code == 404


def test_the_treasury_s_file_has_every_paid_line_with_its_receipt(acts_as):
    order = ordered("d1")
    actions.collect(money=money("V1", 50_000, order=order.key), by="t", at=AT)
    ordered("d2")
    asked = {"from": "2026-11-30", "to": "2026-11-30"}
    got = acts_as("case_officer").get(url("treasury_csv"), asked)
    [_head, row] = rows_of(got)
    assert row[1:5] == [order.number, "HP-26E 0000001", "DANG-KY-DOANH-NGHIEP", "charge"]
    assert row[6:] == ["50000", "vnpay", "V1"]
    assert "Người Nộp" not in got.content.decode()
    assert len(rows_of(acts_as("head").get(url("treasury_csv"), {"to": "2026-11-29"}))) == 1


STATEMENT = """Ngày giao dịch,Số bút toán,Ghi nợ,Ghi có,Nội dung
30/11/2026,FT1,,50000,NOP PHI {code} cam on
30/11/2026,FT2,,12000,khong ro
30/11/2026,FT3,5000,,phi chuyen tien
"""


def test_the_city_s_accountant_reads_a_statement_and_settles_its_lines(acts_as, settings):
    settings.DEMO = False
    settings.PAYMENTS = {"vietqr": {"bin": "999999", "number": "0225", "holder": "KBNN"}}
    first, second = ordered("d1"), ordered("d2")
    client = acts_as("accountant", CITY)

    def bring(content):
        file = io.BytesIO(content.encode())
        file.name = "sao-ke.csv"
        return text(client.post(url("read_statement"), {"file": file}, follow=True))

    assert "Dòng 2" in bring(STATEMENT.format(code=first.code).replace("50000", "năm mươi"))
    assert not StatementLine.objects.exists()
    assert "3 dòng" in bring(STATEMENT.format(code=first.code))
    outgoing.make_calls(kind=actions.MATCH)
    assert FeeOrder.objects.get(pk=first.pk).state == "paid"
    page = text(client.get(url("statements")))
    assert "khong ro" in page
    assert "NOP PHI" not in page
    line = StatementLine.objects.get(transaction="FT2")
    client.post(url("statement_line", line.key, "doi-chieu"), {"order": "PT26.999999"})
    assert StatementLine.objects.get(pk=line.pk).state == "unmatched"
    client.post(url("statement_line", line.key, "doi-chieu"), {"order": second.number})
    assert Collection.objects.get(order=second).amount == 12_000
    client.post(url("statement_line", line.key, "doi-chieu"), {"order": first.number})
    assert Collection.objects.filter(order=first).count() == 1
    fee = StatementLine.objects.get(transaction="FT3")
    client.post(url("statement_line", fee.key, "de-rieng"), {"reason": ""})
    client.post(url("statement_line", fee.key, "de-rieng"), {"reason": "Phí ngân hàng"})
    assert StatementLine.objects.get(pk=fee.pk).reason == "Phí ngân hàng"
    assert "Phí ngân hàng" in text(client.get(url("statements"), {"state": "set_aside"}))
    tab = f'href="{url("statements")}"'
    assert tab in page
    other = acts_as("accountant")
    assert tab not in text(other.get(url("days")))
    assert "kế toán của thành phố" in text(other.get(url("statements"))).lower()
    assert (
        other.post(url("statement_line", fee.key, "de-rieng"), {"reason": "x"}).status_code == 404
    )


def test_empty_pages_say_what_will_stand_there(acts_as):
    client = acts_as("clerk")
    client.cookies["lang"] = "en"
    for name, words in (
        ("orders", "No orders here"), ("refunds", "No refunds here"),
        ("days", "No day was compared yet"), ("ledger", "Nothing is entered yet"),
        ("till", "No cash was taken"),
    ):  # fmt: skip
        assert words in text(client.get(url(name))), name


def asked_now(client, day):
    return text(client.post(url("compare_day", day.key), follow=True))


def waiting(provider="vnpay", **more):
    """A day that could not be compared when the worker tried."""
    return actions.not_compared(
        provider=provider, agency=JUSTICE, day=timezone.localdate(), at=timezone.now(),
        **{"fault": "silent", "again_at": timezone.now() + timedelta(minutes=5)} | more,
    )  # fmt: skip


def test_a_day_that_is_not_compared_yet_says_why_and_when_it_is_tried_again(acts_as):
    day = waiting()
    client = acts_as("accountant")
    assert "Chưa đối soát" in text(client.get(url("days")))
    page = text(client.get(url("day", day.key)))
    for words in ("Ngày này chưa được đối soát", "Bên cung cấp không trả lời.", "tự thử lại lúc"):
        assert words in page, words
    assert url("close_day", day.key) not in page
    assert "không có chênh lệch" not in page
    client.post(url("close_day", day.key))
    assert Reconciliation.objects.get().closed_at is None
    past = waiting(again_at=timezone.now() - timedelta(minutes=5))
    assert "tự thử lại lúc" not in text(client.get(url("day", past.key)))


def test_an_accountant_compares_a_day_now_and_hears_of_a_provider_that_does_not_answer(
    acts_as, bank, settings
):
    day = waiting()
    client = acts_as("accountant")
    assert url("compare_day", day.key) in text(client.get(url("day", day.key)))
    answers, settings.BANK = settings.BANK, NOWHERE
    settings.OUTSIDE_ORIGINS = [answers, NOWHERE]
    page = asked_now(client, day)
    assert "Chưa đối soát được: Bên cung cấp không trả lời." in page
    assert Reconciliation.objects.get().compared_at is None
    settings.BANK = answers
    assert "Vừa đối soát xong ngày này." in asked_now(client, day)
    row = Reconciliation.objects.get()
    assert (row.compared_at is None, row.fault, row.again_at) == (False, "", None)
    assert JournalEntry.objects.filter(name="payments.day_compared").count() == 1
    assert asked_now(client, waiting(provider="vietqr")).count("Chưa nạp sao kê") == 2
    settings.BANK = NOWHERE
    page = asked_now(client, day)
    assert "Chưa đối soát lại được" in page
    assert Reconciliation.objects.get(pk=day.pk).compared_at == row.compared_at


def test_who_does_not_reconcile_an_agency_does_not_have_its_days_compared(acts_as):
    day = waiting()
    client = acts_as("case_officer")
    assert url("compare_day", day.key) not in text(client.get(url("day", day.key)))
    assert client.post(url("compare_day", day.key)).status_code == 403
    assert acts_as("accountant", OTHER).post(url("compare_day", day.key)).status_code == 404
    assert Reconciliation.objects.get().tried_at == day.tried_at


def test_a_refund_that_no_provider_sends_says_why_and_is_entered_by_hand(acts_as):
    order = ordered("d1")
    actions.collect(money=money("V1", 60_000, order=order.key), by="t", at=AT)  # no way was opened
    refund = actions.ask_refund(
        collection=Collection.objects.get().key, amount=10_000, source="over", reason="Thừa",
        by="t", at=AT,
    )  # fmt: skip
    actions.settle_refund(key=refund.key, approve=True, by="head", at=AT)
    outgoing.make_calls(kind=f"{actions.REFUND}.vnpay", now=AT + timedelta(hours=1))
    client = acts_as("accountant")
    assert "Không bên cung cấp nào hoàn được khoản này" in text(client.get(url("refunds")))
    assert "cần hoàn bằng tay" in text(client.get(url("desk", order.key)))
    client.post(url("refund_sent", refund.key), {"number": "UNC-9"})
    assert refund_of(order).state == "sent"

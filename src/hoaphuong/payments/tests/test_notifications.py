"""Providers tell of payments over HTTP: believed once, with their signature, replied after."""

import base64
import json
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from hoaphuong.kernel import outgoing
from hoaphuong.kernel.models import JournalEntry, OutgoingCall
from hoaphuong.payments import actions, api, asking, queries
from hoaphuong.payments.bank import gateway, platform
from hoaphuong.payments.bank.books import Books
from hoaphuong.payments.models import Attempt, Collection
from hoaphuong.payments.tests.factories import BY, JUSTICE, ordered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
PROVIDERS = ["vnpay", "payplat"]
IPN, CONFIRM = "/api/payments/vnpay/ipn", "/api/payments/payplat/confirm"


class Provider:
    """Tells the city what the bank would, as the bank writes it."""

    def __init__(self, code, bank, client):
        self.code, self.bank, self.client = code, bank, client

    def attempt(self, about="d1", do="pay"):
        order = ordered(about)
        made = actions.start(order=order.key, provider=self.code, by=BY, at=timezone.now())
        self.bank.pay(asking.page_to_pay(made.key), do=do)
        return order, made

    def fields(self, attempt):
        payment = Books(self.bank.folder).payment(self.code, attempt.reference)
        known = self.bank.known
        if self.code == "vnpay":
            return gateway.result(payment, merchant=known.vnpay)
        return platform.result(payment, partner=known.payplat)

    def other_amount(self, fields, amount):
        if self.code == "vnpay":
            return fields | {"vnp_Amount": str(amount * 100)}
        return fields | {"SoTien": str(amount)}

    def other_reference(self, fields, reference):
        return fields | {{"vnpay": "vnp_TxnRef", "payplat": "MaThamChieu"}[self.code]: reference}

    def tell(self, fields, *, secret=""):
        known = self.bank.known
        if self.code == "vnpay":
            query = gateway.signed_query(fields, secret or known.vnpay_secret)
            return self.client.get(f"{IPN}?{query}")
        body = platform.signed(fields, secret or known.payplat_secret)
        return self.client.post(CONFIRM, json.dumps(body), content_type="application/json")

    def code_of(self, answer):
        assert answer.status_code == 200, answer.content
        said = answer.json()
        if self.code == "vnpay":
            return said["RspCode"]
        secret = self.bank.known.payplat_secret
        assert said["MaXacThuc"] == platform.digest(said, platform.REPLY, secret)
        return said["MaLoi"]


@pytest.fixture(params=PROVIDERS)
def provider(request, bank, client):
    return Provider(request.param, bank, client)


def doubts():
    rows = JournalEntry.objects.filter(name="payments.amount_doubted")
    return [json.loads(body) for body in rows.values_list("body", flat=True)]


def test_a_payment_is_counted_and_told_again_changes_nothing(provider):
    order, attempt = provider.attempt()
    fields = provider.fields(attempt)
    assert provider.code_of(provider.tell(fields)) == "00"
    facts = JournalEntry.objects.count()
    for _ in range(3):
        assert provider.code_of(provider.tell(fields)) == "02"
    assert queries.order(order.key).state == "paid"
    assert (Collection.objects.count(), JournalEntry.objects.count()) == (1, facts)


def test_what_is_not_signed_by_the_provider_changes_nothing(provider):
    order, attempt = provider.attempt()
    assert provider.code_of(provider.tell(provider.fields(attempt), secret="guessed")) == "97"
    assert queries.order(order.key).state == "open"
    assert not OutgoingCall.objects.filter(kind__startswith="payments.ask").exists()


def test_a_payment_of_an_unknown_reference_is_not_taken(provider):
    _order, attempt = provider.attempt()
    fields = provider.other_reference(provider.fields(attempt), "HPACDEFGHJ99")
    assert provider.code_of(provider.tell(fields)) == "01"
    assert not Collection.objects.exists()


def test_another_amount_is_asked_back_and_what_the_provider_has_is_counted(provider):
    order, attempt = provider.attempt()
    fields = provider.fields(attempt)
    told = provider.other_amount(fields, 5_000_000)
    assert provider.code_of(provider.tell(told)) == "04"
    assert provider.code_of(provider.tell(told)) == "04"
    assert not Collection.objects.exists()
    assert [fact["said"]["amount"] for fact in doubts()] == ["5000000", "5000000"]
    assert outgoing.make_calls(kind=f"payments.ask.{provider.code}")
    assert queries.order(order.key).paid == 50_000
    assert provider.code_of(provider.tell(fields)) == "02"
    assert provider.code_of(provider.tell(told)) == "04"
    assert queries.balance(f"clearing:{provider.code}") == 50_000


def test_another_amount_that_the_provider_repeats_when_asked_is_there_and_counted(provider):
    order, attempt = provider.attempt()
    told = provider.other_amount(provider.fields(attempt), 51_000)
    assert provider.code_of(provider.tell(told)) == "04"
    provider.bank.tell(provider=provider.code, fault="wrong_amount", at="answer")
    outgoing.make_calls(kind=f"payments.ask.{provider.code}")
    assert queries.order(order.key).paid == 51_000
    assert queries.balance(f"over:{JUSTICE}") == -1_000
    assert provider.code_of(provider.tell(told)) == "02"


def test_a_decline_that_is_told_after_the_payment_changes_nothing(provider):
    order, attempt = provider.attempt(do="decline")
    declined = provider.fields(attempt)
    provider.bank.pay(asking.page_to_pay(attempt.key))
    assert provider.code_of(provider.tell(provider.fields(attempt))) == "00"
    assert provider.code_of(provider.tell(declined)) == "02"
    attempt.refresh_from_db()
    assert (attempt.state, queries.order(order.key).state) == ("paid", "paid")


def test_a_payment_that_is_told_after_its_decline_is_counted(provider):
    order, attempt = provider.attempt(do="decline")
    declined = provider.fields(attempt)
    assert provider.code_of(provider.tell(declined)) == "00"
    assert provider.code_of(provider.tell(declined)) == "02"
    provider.bank.pay(asking.page_to_pay(attempt.key))
    assert provider.code_of(provider.tell(provider.fields(attempt))) == "00"
    assert queries.order(order.key).state == "paid"


def test_a_browser_that_comes_back_changes_nothing_and_has_the_provider_asked(provider):
    order, attempt = provider.attempt()
    payment = Books(provider.bank.folder).payment(provider.code, attempt.reference)
    if provider.code == "vnpay":
        known = provider.bank.known
        query = gateway.signed_query(provider.fields(attempt), known.vnpay_secret)
        back = lambda: provider.client.get(f"/api/payments/vnpay/return?{query}")  # noqa: E731
    else:
        page = provider.bank.ask(f"/pay/{payment.token}")
        data = {"data": page.field("data")}
        back = lambda: provider.client.post("/api/payments/payplat/return", data)  # noqa: E731
    for _ in range(3):
        answer = back()
        assert answer.status_code == 303
        assert order.token in answer["Location"]
    assert queries.order(order.key).state == "open"
    asks = OutgoingCall.objects.filter(kind=f"payments.ask.{provider.code}")
    assert asks.count() in (1, 2)  # one in ten seconds
    outgoing.make_calls(kind=f"payments.ask.{provider.code}")
    assert queries.order(order.key).state == "paid"


def test_a_browser_without_a_signed_reference_learns_no_orders_address(provider):
    _order, attempt = provider.attempt()
    fields = provider.fields(attempt)
    if provider.code == "vnpay":
        answer = provider.client.get("/api/payments/vnpay/return?" + urlencode(fields))
    else:
        data = base64.b64encode(json.dumps(fields).encode()).decode()
        answer = provider.client.post("/api/payments/payplat/return", {"data": data})
    assert (answer.status_code, answer["Location"]) == (303, "/")
    assert not OutgoingCall.objects.filter(kind__startswith="payments.ask").exists()


def test_a_field_that_comes_twice_is_not_read(provider):
    order, attempt = provider.attempt()
    fields = provider.fields(attempt)
    if provider.code == "vnpay":
        query = gateway.signed_query(fields, provider.bank.known.vnpay_secret)
        answer = provider.client.get(f"{IPN}?vnp_Amount=1&{query}")
    else:
        body = json.dumps(platform.signed(fields, provider.bank.known.payplat_secret))
        twice = body[:-1] + ', "SoTien": "50000"}'
        answer = provider.client.post(CONFIRM, twice, content_type="application/json")
    assert provider.code_of(answer) == "99"
    assert queries.order(order.key).state == "open"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"[[]]", b"7", b"{", b'{"MaLoi": 7}', b"\xff", b"[" * 9999]
)
def test_nonsense_is_answered_and_signed_without_what_it_says(bank, client, body):
    answer = client.post(CONFIRM, body, content_type="application/json")
    assert Provider("payplat", bank, client).code_of(answer) == "99"
    assert answer.json()["MaThamChieu"] == ""


def test_what_is_too_long_is_not_looked_at(bank, client):
    long = client.post(CONFIRM, b" " * (api.MOST_BODY + 1), content_type="application/json")
    assert long.status_code == 413
    answer = client.get(IPN + "?vnp_OrderInfo=" + "a" * api.MOST_QUERY)
    assert answer.json()["RspCode"] == "99"


def test_one_address_tells_only_so_often(bank, client, settings):
    settings.NOTIFICATIONS_PER_MINUTE = 2
    told = [client.get(IPN).status_code for _ in range(8)]
    assert told[:2] == [200, 200]
    assert 429 in told


def test_a_city_without_these_providers_has_no_such_place(client, settings):
    settings.DEMO, settings.PAYMENTS = False, {}
    assert client.get(IPN).status_code == 404
    assert client.post(CONFIRM, b"{}", content_type="application/json").status_code == 404


def test_a_reply_of_ours_cannot_be_used_as_a_confirmation(bank, client):
    """Anybody gets a signed reply with words of theirs in it: it must not pass for a message."""
    provider = Provider("payplat", bank, client)
    _order, attempt = provider.attempt()
    said = f"{attempt.reference}|50000|VND|GD1|DEMO|20261130140600"
    reply = client.post(
        CONFIRM, json.dumps({"MaThamChieu": said}), content_type="application/json"
    ).json()
    assert reply["MaThamChieu"] == ""
    forged = dict(zip(platform.CONFIRM.split("|"), ["97", reply["MoTaLoi"], reply["MaDoiTac"],
                  *said.split("|"), reply["ThoiGianGD"]], strict=True))  # fmt: skip
    answer = client.post(
        CONFIRM, json.dumps(forged | {"MaXacThuc": reply["MaXacThuc"]}),
        content_type="application/json",
    )  # fmt: skip
    assert provider.code_of(answer) == "97"


def test_a_border_that_was_shifted_is_found(bank, client):
    """``a|b`` has the check sum of ``a`` and ``b``: a reference with a bar is no reference."""
    provider = Provider("payplat", bank, client)
    order, attempt = provider.attempt()
    fields = provider.fields(attempt)
    signed = platform.signed(fields, bank.known.payplat_secret)
    shifted = signed | {
        "ThongTinGiaoDich": "", "ThoiGianGD": f"{fields['ThoiGianGD']}|{fields['ThongTinGiaoDich']}"
    }  # fmt: skip
    answer = client.post(CONFIRM, json.dumps(shifted), content_type="application/json")
    assert provider.code_of(answer) in ("97", "99")
    assert queries.order(order.key).state == "open"


def test_a_second_payment_under_the_same_reference_is_kept_for_the_payer(provider):
    order, attempt = provider.attempt()
    first = provider.fields(attempt)
    other = Books(provider.bank.folder).payment(provider.code, attempt.reference)
    other = replace(other, id=other.id + 500)
    known = provider.bank.known
    second = (
        gateway.result(other, merchant=known.vnpay)
        if provider.code == "vnpay"
        else platform.result(other, partner=known.payplat)
    )
    assert provider.code_of(provider.tell(first)) == "00"
    assert provider.code_of(provider.tell(second)) == "00"
    assert queries.balance(f"over:{JUSTICE}") == -50_000
    assert Attempt.objects.count() == 1
    assert queries.order(order.key).state == "paid"

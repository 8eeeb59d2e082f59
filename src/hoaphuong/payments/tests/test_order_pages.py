"""The payer's page: what it shows to whom, how a way to pay is opened, and the way back."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from hoaphuong.identity import queries as identity
from hoaphuong.kernel import outgoing
from hoaphuong.kernel.models import OutgoingCall
from hoaphuong.payments import actions
from hoaphuong.payments.models import Attempt, Collection, FeeOrder, Receipt
from hoaphuong.payments.providers import vietqr
from hoaphuong.payments.providers.connected import own_account
from hoaphuong.payments.tests.factories import fifty_thousand, money, ordered

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NAME = "Người Nộp Hư Cấu"


@pytest.fixture
def payer(demo_city):
    return identity.demo_account("phuong")


@pytest.fixture
def order(payer):
    return ordered("p1", account=payer.key)


def page(client, name, *words, **asked):
    return client.get(reverse(f"payments:{name}", args=words), asked)


def pay(client, order, way):
    return client.post(reverse("payments:pay", args=[order.token, way]))


def test_whoever_has_the_address_sees_what_is_asked_and_not_who_pays(client, order, payer):
    text = page(client, "order", order.token).content.decode()
    for shown in ("PT26.", "50.000", "Sở Tư pháp", "Thông tư 47/2019/TT-BTC", order.about_number):
        assert shown in text, shown
    assert NAME not in text
    client.force_login(payer, backend=BACKEND)
    assert NAME in page(client, "order", order.token).content.decode()
    client.force_login(identity.demo_account("cang"), backend=BACKEND)
    assert NAME not in page(client, "order", order.token).content.decode()
    assert page(client, "order", "A" * 27).status_code == 404


def test_look_ups_are_limited_as_those_of_dossiers_are(client, order, settings):
    settings.TRACKING_PER_MINUTE = 3
    found = [page(client, "order", order.token).status_code for _ in range(5)]
    assert found.count(429) >= 1
    assert found[0] == 200
    guesses = [page(client, "order", f"{n:027}").status_code for n in range(8)]
    assert guesses[0] == 404
    assert 429 in guesses


def test_pressing_pay_twice_opens_one_way(client, order, bank):
    first, second = pay(client, order, "vnpay"), pay(client, order, "vnpay")
    assert first.url == second.url == reverse("payments:leaving", args=[order.token, "vnpay"])
    [attempt] = Attempt.objects.filter(order=order)
    leaving = client.get(first.url).content.decode()
    assert attempt.address.replace("&", "&amp;") in leaving
    assert attempt.address.startswith(bank.address)
    assert "http-equiv" in leaving
    Attempt.objects.update(started_at=timezone.now() - timedelta(minutes=16))
    pay(client, order, "vnpay")
    assert Attempt.objects.filter(order=order).count() == 2


def test_a_platform_that_must_be_asked_first_is_waited_for(client, order, bank):
    waiting = pay(client, order, "payplat").url
    assert "hx-get" in client.get(waiting).content.decode()
    assert client.get(waiting, headers={"HX-Request": "true"}).get("HX-Redirect") is None
    outgoing.make_calls(kind="payments.open.payplat")
    attempt = Attempt.objects.get(order=order)
    assert attempt.address
    ready = client.get(waiting, headers={"HX-Request": "true"})
    assert ready["HX-Redirect"] == attempt.address


def test_a_platform_that_is_silent_says_so_and_leaves_the_other_ways(client, order, bank, settings):
    settings.BANK = "http://127.0.0.1:9"
    waiting = pay(client, order, "payplat").url
    outgoing.make_calls(kind="payments.open.payplat")
    Attempt.objects.update(started_at=timezone.now() - timedelta(seconds=30))
    text = client.get(waiting).content.decode()
    assert "không trả lời" in text
    assert reverse("payments:order", args=[order.token]) in text
    assert pay(client, order, "vietqr").status_code == 302
    assert FeeOrder.objects.get().state == "open"


def test_a_way_the_city_does_not_have_opens_nothing(client, order):
    assert pay(client, order, "vnpay").status_code == 302
    assert pay(client, order, "paypal").status_code == 302
    assert not Attempt.objects.exists()
    assert "không có cách nộp này" in page(client, "order", order.token).content.decode()


def test_the_way_back_asks_the_bank_and_changes_nothing_itself(client, order, bank):
    pay(client, order, "vnpay")
    attempt = Attempt.objects.get()
    back = bank.pay(attempt.address).location
    came = client.get(back.removeprefix("http://127.0.0.1:8000"))
    assert came.status_code == 303
    text = client.get(came["Location"], headers={"accept-language": "vi"}).content.decode()
    assert "Đang hỏi ngân hàng" in text
    assert 'hx-trigger="every 5s"' in text
    assert not Collection.objects.exists()
    assert OutgoingCall.objects.filter(kind="payments.ask.vnpay", subject=attempt.key).exists()
    outgoing.make_calls(kind="payments.ask.vnpay")
    assert FeeOrder.objects.get().state == "paid"
    paid = page(client, "order", order.token).content.decode()
    assert "Biên lai đang được ký số" in paid
    assert "hx-trigger" in paid  # until the receipt is there, for a while
    assert "Cách nộp" not in paid
    later = FeeOrder.objects.get().ended_at - timedelta(minutes=4)
    FeeOrder.objects.update(ended_at=later)
    assert "hx-trigger" not in page(client, "order", order.token).content.decode()
    assert pay(client, order, "vnpay").status_code == 302
    assert Attempt.objects.count() == 1


def test_a_transfer_s_code_says_what_stands_beside_it(client, order, bank):
    assert page(client, "transfer", order.token).status_code == 302
    assert page(client, "qr", order.token).status_code == 404
    pay(client, order, "vietqr")
    pay(client, order, "vietqr")
    [attempt] = Attempt.objects.all()
    text = page(client, "transfer", order.token).content.decode()
    own = own_account()
    for shown in (own.bin, own.number, own.holder, attempt.reference, "50000"):
        assert shown in text, shown
    picture = page(client, "qr", order.token)
    assert picture["Content-Type"] == "image/svg+xml"
    assert "attachment" in page(client, "qr", order.token, tai="1")["Content-Disposition"]
    said = vietqr.text(bin=own.bin, account=own.number, amount=50_000, note=attempt.reference)
    import segno

    drawn = segno.make(said, error="m").svg_inline(border=4, dark="#000000", light="#ffffff",
                                                   scale=6)  # fmt: skip
    assert drawn.split("<path", 1)[1] == picture.content.decode().split("<path", 1)[1]


def test_what_came_in_so_far_is_shown_and_only_the_rest_is_asked_for(client, order, bank):
    actions.collect(money=money("1", 20_000, order=order.key), by="t", at=timezone.now())
    text = page(client, "order", order.token).content.decode()
    assert "20.000" in text
    assert "30.000" in text
    pay(client, order, "vietqr")
    assert Attempt.objects.get().amount == 30_000


def test_a_cancelled_order_says_not_to_pay_it(client, order, bank):
    actions.cancel(key=order.key, by="t", at=timezone.now())
    text = page(client, "order", order.token).content.decode()
    assert "Xin đừng nộp" in text
    assert reverse("payments:pay", args=[order.token, "vnpay"]) not in text
    pay(client, order, "vnpay")
    assert not Attempt.objects.exists()


def test_a_citizen_finds_their_own_fees_and_receipts_only(client, order, payer):
    client.force_login(payer, backend=BACKEND)
    assert order.number in page(client, "mine").content.decode()
    assert page(client, "own_receipt", order.key).status_code == 404  # nothing paid
    actions.collect(money=money("1", 50_000, order=order.key), by="t", at=timezone.now())
    assert page(client, "own_receipt", order.key).status_code == 404  # not sealed
    from hoaphuong.exchange.tests.factories import stored_pdf

    Receipt.objects.update(file_key=stored_pdf(), sealed_at=timezone.now())
    got = page(client, "own_receipt", order.key)
    assert b"".join(got.streaming_content).startswith(b"%PDF")
    client.force_login(identity.demo_account("cang"), backend=BACKEND)
    assert page(client, "own_receipt", order.key).status_code == 404
    client.cookies["lang"] = "en"
    assert "You have no fee to pay" in page(client, "mine").content.decode()


def test_a_way_is_gone_on_with_as_long_as_it_is_for_the_same_sum(order):
    now = timezone.now()

    def begun():
        return actions.begin(order=order.key, provider="vnpay", by="t", at=now).key

    first = begun()
    assert begun() == first
    actions.collect(money=money("1", 10_000, order=order.key), by="t", at=now)
    second = begun()
    assert second != first
    actions.ended(attempt=second, said="24", by="t", at=now)
    assert begun() not in (first, second)
    actions.cancel(key=order.key, by="t", at=now)
    with pytest.raises(actions.NotOpen):
        begun()


def test_a_line_says_how_it_was_worked_out(client, payer):
    from hoaphuong.payments.fees import line
    from hoaphuong.payments.tests.factories import in_force

    made = ordered(
        "p2", lines=[line(in_force("LLTP"), copies=4, reduction="student"), fifty_thousand()]
    )
    client.cookies["lang"] = "en"
    text = page(client, "order", made.token).content.decode()
    for shown in ("4 copies", "Students", "210,000", "105,000", "155,000"):
        assert shown in text, shown

"""Payers are sent to providers, who are asked what came of it: the real stand-in answers."""

from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.utils import timezone

from hoaphuong.kernel import outgoing
from hoaphuong.kernel.models import OutgoingCall
from hoaphuong.payments import actions, asking, jobs, queries
from hoaphuong.payments.models import Attempt, Collection
from hoaphuong.payments.providers import connected
from hoaphuong.payments.providers.base import (
    VIETNAM,
    Declined,
    Malformed,
    NotAuthentic,
    ProviderFault,
)
from hoaphuong.payments.tests.factories import BY, JUSTICE, ordered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
PROVIDERS = ["vnpay", "payplat"]


def now() -> datetime:
    return timezone.now()


def begun(provider, about="d1"):
    order = ordered(about)
    return order, actions.start(order=order.key, provider=provider, by=BY, at=now())


def later(attempt, **ago):
    """As if the attempt had begun earlier; providers know it by the moment it began."""
    Attempt.objects.filter(pk=attempt.pk).update(started_at=attempt.started_at - timedelta(**ago))


def state(attempt):
    attempt.refresh_from_db()
    return attempt.state


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_payer_pays_and_the_provider_that_is_asked_says_so(bank, provider):
    order, attempt = begun(provider)
    bank.pay(asking.page_to_pay(attempt.key))
    assert queries.order(order.key).state == "open"
    asking.ask(attempt.key)
    asking.ask(attempt.key)
    assert (queries.order(order.key).state, state(attempt)) == ("paid", "paid")
    assert queries.balance(f"clearing:{provider}") == 50_000
    [listed] = connected.provider(provider).listed(now().astimezone(VIETNAM).date())
    assert (listed.amount, listed.reference) == (50_000, attempt.reference)
    assert listed.transaction == Collection.objects.get().transaction


@pytest.mark.parametrize("provider", PROVIDERS)
def test_going_back_to_the_page_opens_no_second_payment(bank, provider):
    _order, attempt = begun(provider)
    assert asking.page_to_pay(attempt.key) == asking.page_to_pay(attempt.key)
    Attempt.objects.update(address="")  # as if the process had died before it was kept
    bank.pay(asking.page_to_pay(attempt.key))
    bank.ask(asking.page_to_pay(attempt.key))
    assert bank.rows("select count(*), sum(state = 'paid') from payment") == [(1, 1)]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_decline_ends_the_attempt_and_another_one_may_pay(bank, provider):
    order, attempt = begun(provider)
    bank.pay(asking.page_to_pay(attempt.key), do="decline")
    asking.ask(attempt.key)
    assert state(attempt) == "failed"
    again = actions.start(order=order.key, provider=provider, by=BY, at=now())
    bank.pay(asking.page_to_pay(again.key))
    asking.ask(again.key)
    assert queries.order(order.key).state == "paid"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_payer_who_tries_again_on_the_same_page_after_a_decline_has_paid(bank, provider):
    order, attempt = begun(provider)
    page = asking.page_to_pay(attempt.key)
    bank.pay(page, do="decline")
    asking.ask(attempt.key)
    bank.pay(page)
    asking.ask(attempt.key)
    assert (state(attempt), queries.order(order.key).paid) == ("paid", 50_000)


def test_the_platform_is_asked_for_its_page_by_the_queue(bank):
    _order, attempt = begun("payplat")
    assert outgoing.make_calls(kind="payments.open.payplat")
    attempt.refresh_from_db()
    assert attempt.address.startswith(f"{bank.address}/pay/")
    _order, other = begun("vnpay", "d2")
    assert not OutgoingCall.objects.filter(subject=other.key).exists()


@pytest.mark.parametrize("fault", ["hang", "status", "lose_answer", "wrong_signature"])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_provider_that_fails_to_answer_is_asked_again(bank, provider, fault, monkeypatch):
    monkeypatch.setattr(connected, "SECONDS", 0.5)
    order, attempt = begun(provider)
    bank.pay(asking.page_to_pay(attempt.key))
    bank.tell(provider=provider, fault=fault, at="answer", seconds=2, next=1)
    with pytest.raises((ProviderFault, NotAuthentic, Malformed)):
        asking.ask(attempt.key)
    assert queries.order(order.key).state == "open"
    asking.ask(attempt.key)
    assert queries.order(order.key).state == "paid"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_the_provider_says_when_asked_is_counted_whatever_was_asked_for(bank, provider):
    order, attempt = begun(provider)
    bank.pay(asking.page_to_pay(attempt.key))
    bank.tell(provider=provider, fault="wrong_amount", at="answer")
    asking.ask(attempt.key)
    assert queries.order(order.key).paid == 51_000
    assert queries.balance(f"over:{JUSTICE}") == -1_000
    with pytest.raises(actions.Untrue):  # the provider contradicts itself
        asking.ask(attempt.key)
    assert queries.order(order.key).paid == 51_000


def test_a_walk_away_is_asked_with_growing_pauses_until_a_day_has_passed(bank):
    _order, attempt = begun("vnpay")
    bank.pay(asking.page_to_pay(attempt.key), do="walk")
    begin = attempt.started_at
    asks, at = [], begin
    while at < begin + timedelta(hours=24):
        if asking.is_due(attempt, at=at):
            attempt.asked_at = at
            asks.append(round((at - begin).total_seconds()))
        at += timedelta(seconds=5)
    assert asks[:5] == [30, 60, 90, 135, 205]
    assert len(asks) < 25
    assert jobs.ask_waiting("vnpay") == 0
    asking.ask(attempt.key)
    assert state(attempt) == "started"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_attempt_of_which_nobody_knows_ends_after_a_day(bank, provider):
    _order, attempt = begun(provider)
    later(attempt, hours=23)
    assert jobs.ask_waiting(provider) == 1
    assert state(attempt) == "started"
    Attempt.objects.update(started_at=now() - timedelta(hours=25), asked_at=None)
    assert jobs.ask_waiting(provider) == 1
    attempt.refresh_from_db()
    assert (attempt.state, attempt.said) == ("failed", "expired")


def test_a_provider_that_is_away_is_asked_once_in_a_turn_and_ends_nothing(bank):
    attempts = [begun("vnpay", f"d{n}")[1] for n in range(3)]
    Attempt.objects.update(started_at=now() - timedelta(hours=30))
    bank.tell(provider="vnpay", fault="status", next=2)
    assert jobs.ask_waiting("vnpay") == 0
    assert bank.rows("select left from fault") == [(1,)]
    assert {state(one) for one in attempts} == {"started"}


def test_a_city_without_a_provider_asks_nobody(settings):
    settings.DEMO, settings.PAYMENTS = False, {}
    assert connected.online() == {}
    assert connected.own_account() is None
    assert jobs.ask_waiting("vnpay") == 0
    with pytest.raises(connected.NotConnected):
        connected.provider("vnpay")


def test_a_real_citys_providers_are_in_its_file_and_their_secrets_in_the_environment(
    settings, monkeypatch
):
    settings.DEMO = False
    settings.PAYMENTS = {
        "vnpay": {"merchant": "HP", "pay": "https://p.example", "api": "https://a.example"},
        "payplat": {
            "partner": "HP", "api": "https://t.example",
            "account": {"bin": "970426", "number": "02123", "holder": "KBNN"},
        },
        "vietqr": {"bin": "970426", "number": "02123", "holder": "KBNN"},
    }  # fmt: skip
    assert connected.online() == {}
    monkeypatch.setenv("HOAPHUONG_VNPAY_SECRET", "x")
    monkeypatch.setenv("HOAPHUONG_PAYPLAT_SECRET", "y")
    assert list(connected.online()) == ["vnpay", "payplat"]
    assert connected.own_account().number == "02123"


def test_the_platform_that_refuses_ends_the_attempt(bank):
    _order, attempt = begun("payplat")
    Attempt.objects.update(started_at=now() + timedelta(hours=1))  # in the future: refused
    attempt.refresh_from_db()
    with pytest.raises(Declined):
        asking.page_to_pay(attempt.key)
    outgoing.make_calls(kind="payments.open.payplat", now=now())
    assert state(attempt) == "failed"
    assert OutgoingCall.objects.get(subject=attempt.key).state == "dead"


def test_a_page_of_vnpay_carries_what_vnpay_asks_for(bank):
    _order, attempt = begun("vnpay")
    fields = dict(parse_qsl(urlsplit(asking.page_to_pay(attempt.key, client="203.0.113.9")).query))
    assert fields["vnp_IpAddr"] == "203.0.113.9"
    assert fields["vnp_ReturnUrl"].endswith("/api/payments/vnpay/return")
    assert "203.0.113.9" not in str(Attempt.objects.values_list("reference", "said").get())


def refund(order, amount):
    money = Collection.objects.get(order=order)
    made = actions.ask_refund(
        collection=money.key, amount=amount, source="fees", reason="Nộp nhầm", by=BY, at=now()
    )
    return actions.settle_refund(key=made.key, approve=True, by="chief", at=now())


def paid(bank, provider):
    order, attempt = begun(provider)
    bank.pay(asking.page_to_pay(attempt.key))
    asking.ask(attempt.key)
    return order


def test_an_approved_refund_is_sent_once_by_vnpay_even_when_its_answer_is_lost(bank, monkeypatch):
    monkeypatch.setattr(connected, "SECONDS", 2.0)
    order = paid(bank, "vnpay")
    for amount in (20_000, 30_000):
        bank.tell(provider="vnpay", fault="lose_answer", at="answer")
        made = refund(order, amount)
        outgoing.make_calls(kind=f"{actions.REFUND}.vnpay", now=now())
        made.refresh_from_db()
        assert made.state == "approved"
        outgoing.make_calls(kind=f"{actions.REFUND}.vnpay", now=now() + timedelta(hours=1))
        made.refresh_from_db()
        assert (made.state, made.provider_ref[:2]) == ("sent", "15")
    assert bank.rows("select amount from refund order by id") == [(20_000,), (30_000,)]
    assert queries.balance("clearing:vnpay") == 0


def test_a_refund_that_the_platform_cannot_send_is_left_to_a_person(bank):
    order = paid(bank, "payplat")
    made = refund(order, 50_000)
    outgoing.make_calls(kind=f"{actions.REFUND}.payplat", now=now())
    made.refresh_from_db()
    assert made.state == "approved"
    assert OutgoingCall.objects.get(subject=made.key).state == "dead"

"""Each night the worker compares the last days with the providers' lists, agency by agency."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from hoaphuong.payments import actions, asking, comparing
from hoaphuong.payments.bank import codes
from hoaphuong.payments.bank.books import Transfer
from hoaphuong.payments.contracts import MoneyIn
from hoaphuong.payments.models import Attempt, Difference, Reconciliation
from hoaphuong.payments.providers.base import VIETNAM, NoList
from hoaphuong.payments.tests.bank_at_work import NOWHERE
from hoaphuong.payments.tests.factories import BY, JUSTICE, ordered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
PROVIDERS = ["vnpay", "payplat"]
CITY = "000.00.00.H24"


@pytest.fixture(autouse=True)
def nothing_compared_yet():
    comparing._next.clear()
    comparing._silent.clear()
    yield
    comparing._next.clear()
    comparing._silent.clear()


def tomorrow(hour=2, days=1):
    at = datetime.now(VIETNAM) + timedelta(days=days)
    return at.replace(hour=hour, minute=0, second=0, microsecond=0)


def paid(bank, provider, about, *, told=True):
    order = ordered(about)
    attempt = actions.start(order=order.key, provider=provider, by=BY, at=timezone.now())
    bank.pay(asking.page_to_pay(attempt.key))
    if told:
        asking.ask(attempt.key)
    return attempt


def rows(**where):
    found = Reconciliation.objects.filter(**where).order_by("provider", "agency_code")
    return [(one.provider, one.agency_code, one.matched, one.ours, one.theirs) for one in found]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_day_that_agrees_is_compared_once_and_can_be_closed(bank, provider):
    paid(bank, provider, "d1")
    paid(bank, provider, "d2")
    assert comparing.compare_days(at=tomorrow(hour=0)) == 0
    assert comparing.compare_days(at=tomorrow()) == 1
    assert rows() == [(provider, JUSTICE, 2, 2, 2)]
    comparing._next.clear()  # as after a restart of the worker
    assert comparing.compare_days(at=tomorrow(hour=5)) == 0
    row = Reconciliation.objects.get()
    assert actions.close_day(key=row.key, by=BY, at=tomorrow(hour=6)).closed_by == BY


@pytest.mark.parametrize("provider", PROVIDERS)
def test_money_of_which_nobody_told_is_found_and_gone_once_it_is_counted(bank, provider):
    attempt = paid(bank, provider, "d1", told=False)
    Attempt.objects.update(state="failed", ended_at=timezone.now())
    assert comparing.compare_days(at=tomorrow()) == 1
    one = Difference.objects.get()
    assert (one.kind, one.theirs, one.reference) == ("missing_here", 50_000, attempt.reference)
    asking.ask(attempt.key)
    assert comparing.compare_days(at=tomorrow(hour=5)) == 0
    assert comparing.compare_days(at=tomorrow(days=2)) == 1
    one.refresh_from_db()
    assert (one.state, rows()) == ("gone", [(provider, JUSTICE, 1, 1, 1)])


def test_money_that_the_provider_does_not_list_is_found(bank):
    attempt = paid(bank, "vnpay", "d1", told=False)
    money = MoneyIn("vnpay", "999", 50_000, timezone.now(), reference=attempt.reference)
    actions.collect(money=money, by=BY, at=timezone.now())
    comparing.compare_days(at=tomorrow())
    kinds = Difference.objects.order_by("kind").values_list("kind", "transaction")
    assert [kind for kind, _number in kinds] == ["missing_here", "missing_there"]


def test_a_provider_without_a_list_of_a_day_holds_up_no_other_and_is_asked_later(bank):
    paid(bank, "vnpay", "d1")
    paid(bank, "payplat", "d2")
    made = bank.folder / "merchants.json"
    said = json.loads(made.read_text())
    made.write_text(json.dumps(said | {"vnpay_secret": "changed"}))
    assert comparing.compare_days(at=tomorrow()) == 1
    # The agency sees that its day is not compared yet, and why.
    assert rows() == [("payplat", JUSTICE, 1, 1, 1), ("vnpay", JUSTICE, 0, 1, 0)]
    waits = Reconciliation.objects.get(provider="vnpay")
    assert (waits.compared_at, waits.fault) == (None, "not_authentic")
    assert waits.again_at == tomorrow(hour=3)
    with pytest.raises(actions.StillOpen):
        actions.close_day(key=waits.key, by=BY, at=tomorrow())
    with pytest.raises(IntegrityError), transaction.atomic():
        Reconciliation.objects.filter(pk=waits.pk).update(closed_at=tomorrow())
    made.write_text(json.dumps(said))
    assert comparing.compare_days(at=tomorrow(hour=4)) == 1
    assert rows(provider="vnpay") == [("vnpay", JUSTICE, 1, 1, 1)]
    waits.refresh_from_db()
    assert (waits.compared_at, waits.fault, waits.tried_at) == (tomorrow(hour=4), "", None)


def test_transfers_are_compared_with_the_statements_lines(bank):
    order = ordered()
    noon = timezone.now().timestamp()
    lines = [Transfer(1, "0225", 50_000, order.code, noon), Transfer(2, "0225", 7_000, "?", noon)]
    made = actions.read_statement(
        content=codes.statement(lines), account="0225", by=BY, at=timezone.now()
    )
    actions.match_lines(statement=made.key, at=timezone.now())
    assert comparing.compare_days(at=tomorrow()) == 2
    assert rows() == [("vietqr", CITY, 0, 0, 1), ("vietqr", JUSTICE, 1, 1, 1)]
    [one] = Difference.objects.all()
    assert (one.kind, one.theirs) == ("missing_here", 7_000)
    line = made.rows.get(amount=7_000)
    actions.set_line_aside(key=line.key, reason="Tiền lãi", by=BY, at=timezone.now())
    comparing.compare_days(at=tomorrow(days=2))
    one.refresh_from_db()
    assert one.state == "gone"


def test_transfers_of_a_day_without_a_statement_are_not_compared(bank):
    order = ordered()
    money = MoneyIn("vietqr", "demo-1", 50_000, timezone.now(), order=order.key)
    actions.collect(money=money, by=BY, at=timezone.now())
    assert comparing.compare_days(at=tomorrow()) == 0


def test_the_bank_has_no_list_of_days_before_it_was(bank):
    day = (datetime.now(VIETNAM) - timedelta(days=1)).date()
    with pytest.raises(NoList):
        comparing.compare_day("vnpay", day, at=timezone.now())


def said_of(caplog):
    return [one.getMessage() for one in caplog.records if one.name == "hoaphuong.payments"]


def test_a_first_start_says_nothing_of_days_before_the_bank_was(bank, caplog):
    with caplog.at_level("INFO"):
        assert comparing.compare_days(at=tomorrow()) == 0
    assert (said_of(caplog), rows()) == ([], [])


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_silent_provider_is_tried_again_after_a_minute_and_is_news_the_third_time(
    bank, settings, caplog, provider
):
    paid(bank, provider, "d1")
    answers = settings.BANK
    settings.BANK = NOWHERE
    settings.OUTSIDE_ORIGINS = [answers, NOWHERE]
    at = tomorrow()
    tried = []
    with caplog.at_level("INFO"):
        for minutes in (0, 0.5, 1, 2.9, 3, 6.9):
            before = Reconciliation.objects.values_list("tried_at", flat=True).first()
            comparing.compare_days(at=at + timedelta(minutes=minutes))
            if Reconciliation.objects.get().tried_at != before:
                tried.append((minutes, len(said_of(caplog))))
    # One line for each provider, however many days it has.
    assert tried == [(0, 0), (1, 0), (3, 2)]
    waits = Reconciliation.objects.get()
    assert (waits.fault, waits.compared_at) == ("silent", None)
    assert waits.again_at == at + timedelta(minutes=7)
    assert (waits.ours, waits.ours_amount) == (1, 50_000)
    settings.BANK = answers
    assert comparing.compare_days(at=at + timedelta(minutes=6.9)) == 0
    assert comparing.compare_days(at=at + timedelta(minutes=7)) == 1
    assert rows() == [(provider, JUSTICE, 1, 1, 1)]
    assert Reconciliation.objects.get().again_at is None


def test_a_silent_provider_is_asked_about_one_day_only(bank, settings, monkeypatch):
    settings.BANK = NOWHERE
    settings.OUTSIDE_ORIGINS = [NOWHERE]
    days = []
    listed = comparing._listed
    monkeypatch.setattr(comparing, "_listed", lambda *asked: days.append(asked) or listed(*asked))
    comparing.compare_days(at=tomorrow())
    assert sorted(provider for provider, _day in days) == ["payplat", "vnpay"]


def test_what_was_compared_stays_when_the_list_does_not_come_again(bank, settings):
    paid(bank, "vnpay", "d1")
    comparing.compare_days(at=tomorrow())
    settings.BANK = NOWHERE
    comparing._next.clear()
    comparing.compare_days(at=tomorrow(hour=5))
    row = Reconciliation.objects.get(provider="vnpay")
    assert (row.matched, row.compared_at, row.fault) == (1, tomorrow(), "")

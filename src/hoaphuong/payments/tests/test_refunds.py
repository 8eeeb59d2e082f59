"""Money goes back with two people's word, never more than came in, and is entered once."""

import pytest
from django.db import IntegrityError, transaction

from hoaphuong.kernel.models import OutgoingCall
from hoaphuong.payments import actions, queries
from hoaphuong.payments.models import Collection, Refund
from hoaphuong.payments.tests.factories import AT, BY, JUSTICE, money, ordered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
SECOND = "head"


def paid(*amounts, provider="vnpay"):
    order = ordered()
    for n, amount in enumerate(amounts):
        one = money(str(n), amount, order=order.key, provider=provider)
        actions.collect(money=one, by=BY, at=AT)
    return list(Collection.objects.order_by("id"))


def asked(one, amount, source):
    return actions.ask_refund(
        collection=one.key, amount=amount, source=source, reason="Nộp thừa", by=BY, at=AT
    )


def held(kind):
    return -queries.balance(f"{kind}:{JUSTICE}")


def test_what_was_paid_too_much_goes_back_once():
    [one] = paid(60_000)
    refund = asked(one, 10_000, "over")
    assert held("over") == 10_000
    actions.settle_refund(key=refund.key, approve=True, by=SECOND, at=AT)
    assert (held("over"), held("refunds")) == (0, 10_000)
    assert (
        OutgoingCall.objects.filter(kind=f"{actions.REFUND}.vnpay", subject=refund.key).count() == 1
    )
    for _again in range(2):
        actions.refund_sent(key=refund.key, provider_ref="R1", by="vnpay", at=AT)
    assert (held("refunds"), queries.balance("clearing:vnpay")) == (0, 50_000)
    assert held("fees") == 50_000


def test_a_paid_fee_goes_back_from_the_income():
    [one] = paid(50_000)
    refund = asked(one, 50_000, "fees")
    actions.settle_refund(key=refund.key, approve=True, by=SECOND, at=AT)
    actions.refund_sent(key=refund.key, provider_ref="R1", by="vnpay", at=AT)
    assert held("fees") == queries.balance("clearing:vnpay") == 0


@pytest.mark.parametrize("provider", ["cash", "vietqr"])
def test_what_no_provider_sends_goes_back_by_hand_without_a_call(provider):
    [one] = paid(50_000, provider=provider)
    refund = asked(one, 50_000, "fees")
    actions.settle_refund(key=refund.key, approve=True, by=SECOND, at=AT)
    assert not OutgoingCall.objects.filter(kind__startswith=actions.REFUND + ".").exists()
    actions.refund_sent(key=refund.key, provider_ref="PC-01", by=BY, at=AT)
    account = f"cash:{JUSTICE}" if provider == "cash" else "clearing:vietqr"
    assert queries.balance(account) == 0


@pytest.mark.parametrize(("amount", "source"), [(10_001, "over"), (50_001, "fees"), (1, "part")])
def test_more_than_there_is_cannot_go_back(amount, source):
    [one] = paid(60_000)
    with pytest.raises(actions.TooMuch):
        asked(one, amount, source)
    assert not Refund.objects.exists()


def test_what_is_asked_for_cannot_be_asked_for_again():
    first, second = paid(50_000, 50_000)
    asked(second, 30_000, "over")
    with pytest.raises(actions.TooMuch) as refused:
        asked(first, 30_000, "over")
    assert refused.value.most == 20_000


def test_who_asks_does_not_approve_and_the_database_says_so_too():
    [one] = paid(60_000)
    refund = asked(one, 10_000, "over")
    with pytest.raises(actions.NotYours):
        actions.settle_refund(key=refund.key, approve=True, by=BY, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.filter(key=refund.key).update(approved_by=BY)


def test_a_refused_refund_moves_nothing_and_frees_the_money():
    [one] = paid(60_000)
    refund = asked(one, 10_000, "over")
    actions.settle_refund(key=refund.key, approve=False, by=SECOND, at=AT)
    with pytest.raises(actions.Settled):
        actions.settle_refund(key=refund.key, approve=True, by=SECOND, at=AT)
    with pytest.raises(actions.Settled):
        actions.refund_sent(key=refund.key, provider_ref="R1", by=BY, at=AT)
    assert held("over") == 10_000
    assert queries.refundable(one, "over") == 10_000


def test_a_chargeback_is_entered_once_and_not_beyond_what_came_in():
    [one] = paid(50_000)
    told = {"collection": one.key, "reference": "CB1", "taken_at": AT, "by": "vnpay", "at": AT}
    assert actions.charge_back(amount=30_000, **told)
    assert actions.charge_back(amount=30_000, **told) is None
    assert queries.balance(f"disputed:{JUSTICE}") == 30_000
    assert queries.balance("clearing:vnpay") == 20_000
    with pytest.raises(actions.TooMuch):
        actions.charge_back(amount=20_001, **{**told, "reference": "CB2"})

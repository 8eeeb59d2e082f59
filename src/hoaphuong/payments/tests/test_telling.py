"""The payer hears once of a receipt, of money that did not fit and of what goes back."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from hoaphuong.files import actions as files
from hoaphuong.identity import actions as identity
from hoaphuong.kernel import reactions, sealing
from hoaphuong.kernel.models import Heard, JournalEntry, Listening, OutgoingCall
from hoaphuong.notices import queries as notices
from hoaphuong.notices.contracts import Named
from hoaphuong.notices.kinds import kinds
from hoaphuong.notices.models import Delivery, Notice
from hoaphuong.notices.rules import SHORT, kept, short
from hoaphuong.payments import actions
from hoaphuong.payments.models import Collection, FeeOrder, Receipt
from hoaphuong.payments.notices import NOTICES
from hoaphuong.payments.tests import factories
from hoaphuong.payments.tests.factories import BY
from hoaphuong.payments.tests.factories import money as money_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def payer():
    """A citizen with an account and an address."""
    at = timezone.now()
    person = identity.record_person(
        full_name="Trần Thị Bình", phone="0912 345 678", email="binh@example.vn", by="t", at=at
    )
    return citizen("binh", "Trần Thị Bình", person=person.id)


def citizen(name: str, called: str, *, person=None):
    at = timezone.now()
    account = identity.create_account(
        username=name, display_name=called, person=person, by="t", at=at
    )
    identity.grant_role(
        account=account.pk, role="citizen", agency=None, valid_from=date(2025, 1, 1), by="t", at=at
    )
    return account


def ordered(about: str, *, account: str) -> FeeOrder:
    """A fee for something that no app has rows of."""
    return factories.ordered(about, account=account, kind="thing")


def listen() -> None:
    sealing.seal(sealing.JOURNAL)
    while reactions.react():
        pass


def told(account, language="vi") -> list[str]:
    _page, found = notices.notices(account.key, language=language)
    return [one.subject for one in reversed(found)]


def comes(order: FeeOrder, number: str, amount: int, provider: str = "vnpay") -> Collection:
    """Money comes in for an order, now."""
    money = money_at(number, amount, order=order.key, provider=provider)
    counted = actions.collect(money=money, by="vnpay", at=timezone.now())
    return Collection.objects.get(key=counted.collection)


def sealed(order: FeeOrder) -> Receipt:
    """Its receipt as the signers leave it."""
    at, receipt = timezone.now(), Receipt.objects.get(order=order)
    file = files.keep(
        content=b"%PDF-1.7", name="a.pdf", media_type="application/pdf", by="t", at=at,
        retention="accounting",
    )  # fmt: skip
    actions.seal_receipt(key=receipt.key, file=file.key, by="t", at=at)
    return receipt


def refunded(money: Collection, amount: int, source: str, *, approve: bool = True) -> None:
    at = timezone.now()
    refund = actions.ask_refund(
        collection=money.key, amount=amount, source=source, reason="Thừa", by=BY, at=at
    )
    actions.settle_refund(key=refund.key, approve=approve, by="head", at=at)
    if approve:
        actions.refund_sent(key=refund.key, provider_ref="R1", by="vnpay", at=at)


def everything(account) -> FeeOrder:
    """Each thing of which a payer is told, once."""
    order = ordered("d1", account=account.key)
    comes(order, "1", 20_000)
    money = comes(order, "2", 40_000)
    sealed(order)
    refunded(money, 10_000, "over")
    refunded(money, 5_000, "fees", approve=False)
    gone = ordered("d2", account=account.key)
    comes(gone, "3", 20_000)
    actions.cancel(key=gone.key, by=BY, at=timezone.now())
    comes(gone, "4", 50_000)
    return order


def test_a_payer_is_told_each_thing_once_in_both_languages(payer):
    order = everything(payer)
    gone = FeeOrder.objects.get(about="d2")
    listen()
    one, two = order.number, gone.number
    assert sorted(told(payer)) == sorted([
        f"Phiếu thu {one} đã nhận 20.000 đ, còn phải nộp 30.000 đ",
        f"Phiếu thu {one} được nộp thừa 10.000 đ",
        "Đã có biên lai số tiền 50.000 đ",
        f"Bạn được hoàn 10.000 đ của phiếu thu {one}",
        f"Đã hoàn 10.000 đ của phiếu thu {one}",
        f"Không hoàn 5.000 đ của phiếu thu {one}",
        f"Phiếu thu {two} đã nhận 20.000 đ, còn phải nộp 30.000 đ",
        f"Phiếu thu {two} không còn phải nộp: bạn được hoàn 20.000 đ",
        f"Phiếu thu {two} không còn phải nộp: bạn được hoàn 50.000 đ",
    ])  # fmt: skip
    assert f"20,000 VND came in for fee {one}: 30,000 VND is still to be paid" in told(payer, "en")
    assert {row.code for row in NOTICES} == set(Notice.objects.values_list("kind", flat=True))


def test_a_worker_that_dies_or_hears_the_whole_journal_again_tells_nothing_twice(
    payer, monkeypatch
):
    everything(payer)
    sealing.seal(sealing.JOURNAL)
    died = []

    def dies(name: str) -> None:
        """The process ends at each of the two points around a reaction's commit, in turn."""
        if name in ("reaction.ran", "reaction.heard") and len(died) < 30:
            died.append(name)
            if len(died) % 3:
                raise SystemExit(name)

    monkeypatch.setattr(reactions, "point", dies)
    for _turn in range(200):
        try:
            if not reactions.react(now=timezone.now() + timedelta(days=1)):
                break
        except SystemExit:
            continue
    else:
        pytest.fail("it does not come to an end")
    assert {"reaction.ran", "reaction.heard"} <= set(died)
    first, sent = told(payer), set(Delivery.objects.values_list("key", flat=True))
    assert len(first) == 9
    Heard.objects.all().delete()
    Listening.objects.all().delete()
    listen()
    assert told(payer) == first
    assert set(Delivery.objects.values_list("key", flat=True)) == sent
    assert Notice.objects.count() == JournalEntry.objects.filter(name="notices.notice_made").count()


def test_only_the_payer_is_told_and_who_has_no_account_is_not(payer):
    other = citizen("khac", "Người Khác")
    comes(ordered("d1", account=""), "1", 20_000)
    comes(ordered("d2", account="nobody-there"), "2", 60_000)
    comes(ordered("d3", account=payer.key), "3", 60_000)
    actions.collect(money=money_at("4", 7_000), by="vnpay", at=timezone.now())  # for no order
    listen()
    assert (len(told(payer)), told(other), Notice.objects.count()) == (1, [], 1)


def test_what_fits_is_told_by_the_receipt_alone_and_what_is_long_past_is_no_news(payer):
    order = ordered("d1", account=payer.key)
    comes(order, "1", 50_000)
    listen()
    assert told(payer) == []
    before = timezone.now() - timedelta(days=8)
    money = money_at("2", 9_000, order=order.key)
    actions.collect(money=money, by="vnpay", at=before)
    listen()
    assert told(payer) == []


def test_a_notice_leads_its_payer_to_the_receipt_or_the_fee_and_nobody_else(payer, client):
    order = everything(payer)
    listen()
    client.force_login(payer, backend=BACKEND)
    ready = Notice.objects.get(kind="payments.receipt_ready")
    followed = client.post(reverse("notices:follow", args=[ready.key]))
    assert followed.url == reverse("payments:own_receipt", args=[order.key])
    less = Notice.objects.filter(kind="payments.paid_too_little").first()
    followed = client.post(reverse("notices:follow", args=[less.key]))
    assert followed.url == reverse("payments:own_order", args=[order.key])
    assert client.get(followed.url).url == reverse("payments:order", args=[order.token])
    # The order's key is in the journal; what opens its page without an account is not.
    about = str(list(Notice.objects.values())) + str(list(JournalEntry.objects.values("body")))
    assert order.token not in about
    other = citizen("khac", "Người Khác")
    client.force_login(other, backend=BACKEND)
    assert client.get(followed.url).status_code == 404


def test_a_letter_of_a_payer_leaves_by_e_mail_once(payer, settings):
    settings.NOTICES = SimpleNamespace(
        facts={"email": {}}, offers=lambda channel, kind: channel == "email"
    )
    order = ordered("d1", account=payer.key)
    with transaction.atomic():
        comes(order, "1", 20_000)
    for _ in range(2):
        listen()
    assert OutgoingCall.objects.filter(kind="notices.email").count() == 1


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", NOTICES, ids=lambda one: one.code)
def test_an_sms_of_a_fee_is_whole_and_names_nobody(kind, language):
    assert kind.code in kinds()
    longest = dict.fromkeys(("amount", "paid", "left", "over"), Named("123.456.789 đ")) | {
        "number": "PT26.000001",
        "dossier": "H24.112-20261129-000001",
        "agency": Named("Ủy ban nhân dân phường " * 3),
        "receipt": "HP-26E 0000001",
        "sent_on": Named("29/11/2026"),
    }
    facts = {name: kept(longest[name]) for name in kind.places}
    said = notices.words(kind.code, facts, language)
    assert said.short == short(said.short)
    assert not said.short.endswith("...")
    assert len(said.short) <= SHORT
    assert "{" not in said.subject + said.text + said.short

"""Standing orders: who gives them, what they seal, and what stops them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from hoaphuong.files import queries as files
from hoaphuong.identity import actions as identity_actions
from hoaphuong.identity import queries as identity
from hoaphuong.kernel import outgoing, reactions, sealing
from hoaphuong.kernel.models import AccessLine, JournalEntry
from hoaphuong.payments import actions as payments
from hoaphuong.payments import receipts
from hoaphuong.payments.models import Receipt
from hoaphuong.payments.tests.factories import money, ordered
from hoaphuong.signing import actions, keyring, making, signer, standing_queries
from hoaphuong.signing.models import BatchItem, StandingOrder
from hoaphuong.signing.tests.factories import NOON, YEAR, Core, Keys
from hoaphuong.signing.tests.test_pages import key_of, of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_city")]
KIND = payments.RECEIPT
SEALS = "/co-quan/con-dau"


@pytest.fixture
def ward():
    return identity.demo_account("mai").agency_id


@pytest.fixture
def seal(monkeypatch, ward):
    """The ward's seal, in a place of keys where it can seal by itself."""
    keys, core = Keys(), Core()
    monkeypatch.setattr(keyring, "provider", lambda name: keys)
    monkeypatch.setattr(keyring, "stamps", lambda: None)
    monkeypatch.setattr(keyring, "answers", lambda: None)
    monkeypatch.setattr(making, "make", core.make)
    now = timezone.now()
    return keys.enrolled(begins=now - YEAR, ends=now + YEAR, agency=ward)


def give(ward, seal, *, until=30, ago=0, **changed):
    at = timezone.now()
    said = {
        "kind": KIND, "agency": ward, "certificate": seal.key, "by": key_of("mai"), "at": at,
        "until": timezone.localdate(at) + timedelta(days=until),
        "second_factor_at": at - timedelta(minutes=ago), **changed,
    }  # fmt: skip
    return actions.give_standing_order(**said)


def paid_receipt(ward, about="d1"):
    """The receipt of an order of the ward that has just been paid."""
    order = ordered(about)
    type(order).objects.filter(pk=order.pk).update(agency_code=ward)
    payments.collect(money=money(f"V-{about}", 50_000, order=order.key), by="t", at=timezone.now())
    return Receipt.objects.get(order=order)


def work(hours=0):
    """What the worker and a signer do, some hours from now."""
    sealing.seal(sealing.JOURNAL)
    while reactions.react():
        pass
    while outgoing.make_calls(kind=KIND, now=timezone.now() + timedelta(hours=hours)):
        pass
    while signer.sign_next("me"):
        pass


def test_a_receipt_is_sealed_as_it_comes_and_says_who_ordered_that(ward, seal):
    give(ward, seal)
    receipt = paid_receipt(ward)
    work()
    receipt.refresh_from_db()
    assert receipt.sealed_at is not None
    assert b" signed " in files.open_file(receipt.file_key).read()
    item = BatchItem.objects.get(subject=receipt.key)
    assert (item.batch.account_key, item.batch.standing.kind) == (key_of("mai"), KIND)
    assert JournalEntry.objects.filter(name="payments.receipt_sealed").count() == 1
    work(1)
    assert BatchItem.objects.filter(subject=receipt.key).count() == 1


def test_what_waited_is_sealed_once_the_order_is_given(ward, seal):
    receipts = [paid_receipt(ward, "d1"), paid_receipt(ward, "d2")]
    work()
    assert not BatchItem.objects.exists()
    give(ward, seal)
    work()
    assert all(Receipt.objects.get(pk=one.pk).sealed_at for one in receipts)


@pytest.mark.parametrize("how", ["withdrawn", "over", "certificate"])
def test_an_order_that_no_longer_stands_seals_nothing(ward, seal, how):
    order = give(ward, seal)
    if how == "withdrawn":
        assert actions.withdraw_standing_order(
            kind=KIND, agency=ward, by=key_of("mai"), at=timezone.now()
        )
        assert not actions.withdraw_standing_order(
            kind=KIND, agency=ward, by=key_of("mai"), at=timezone.now()
        )
    elif how == "over":
        yesterday = timezone.localdate() - timedelta(days=1)
        StandingOrder.objects.filter(pk=order.pk).update(until=yesterday)
    else:
        actions.withdraw_certificate(key=seal.key, reason="superseded", by="t", at=timezone.now())
    receipt = paid_receipt(ward)
    work()
    receipt.refresh_from_db()
    assert receipt.sealed_at is None
    assert not BatchItem.objects.exists()


def test_an_order_seals_the_own_agency_s_receipts_only(ward, seal):
    give(ward, seal)
    receipt = paid_receipt("000.00.02.H24")
    work()
    receipt.refresh_from_db()
    assert receipt.sealed_at is None


def test_one_given_anew_takes_the_place_of_the_one_before(ward, seal):
    first, second = give(ward, seal, until=3), give(ward, seal, until=9)
    first.refresh_from_db()
    assert (first.withdrawn_by, second.withdrawn_at) == (key_of("mai"), None)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"until": -1}, "until"),
        ({"until": 367}, "until"),
        ({"agency": "000.00.02.H24"}, "certificate"),
        ({"second_factor_at": None}, "second_factor"),
        ({"ago": 13 * 60}, "second_factor"),
    ],
)
def test_who_may_not_order_it_orders_nothing(ward, seal, wrong, reason):
    with pytest.raises(actions.NotAuthorised) as refused:
        give(ward, seal, **wrong)
    assert refused.value.reason == reason
    assert not StandingOrder.objects.exists()


def test_the_database_knows_one_order_of_a_kind_after_a_second_factor(ward, seal):
    given = give(ward, seal)
    facts = {
        "kind": KIND, "agency_code": ward, "certificate": given.certificate, "given_by": "x",
        "given_at": given.given_at, "until": given.until,
    }  # fmt: skip
    late = given.given_at + timedelta(minutes=1)
    for second_factor_at, kind in ((given.given_at, KIND), (late, "other")):
        with pytest.raises(IntegrityError), transaction.atomic():
            StandingOrder.objects.create(
                **facts | {"kind": kind, "second_factor_at": second_factor_at}
            )


def until(days):
    return {"kind": KIND, "until": str(timezone.localdate() + timedelta(days=days))}


def test_the_clerk_gives_and_withdraws_it_on_the_page_of_seals(ward, seal):
    mai = of("mai")
    assert "Chưa ai ra lệnh" in mai.get(SEALS).content.decode()
    for wrong in ({"until": "morgen"}, {"until": "2020-01-01"}):
        mai.post(f"{SEALS}/{ward}/tu-dong", until(1) | wrong)
    assert not StandingOrder.objects.exists()
    mai.post(f"{SEALS}/{ward}/tu-dong", until(10))
    assert StandingOrder.objects.get().given_by == key_of("mai")
    assert "Rút lệnh" in mai.get(SEALS).content.decode()
    mai.post(f"{SEALS}/{ward}/tu-dong/dung", {"kind": KIND})
    assert StandingOrder.objects.get().withdrawn_at is not None
    assert (
        mai.post(f"{SEALS}/{ward}/tu-dong", until(1) | {"kind": "documents.seal"}).status_code
        == 404
    )


def papers_of(client, ward, **asked):
    return client.get(f"{SEALS}/{ward}/da-dong/{KIND}", asked)


def test_whoever_is_in_charge_sees_what_was_sealed_and_what_failed_and_tries_it_again(
    ward, seal, monkeypatch
):
    mai = of("mai")
    given = give(ward, seal)
    sealed = [paid_receipt(ward, f"d{n}") for n in range(3)]
    work()
    failing = paid_receipt(ward, "bad")
    with monkeypatch.context() as broken:
        broken.setattr(making, "make", unreadable)
        work()
    assert standing_queries.counts(KIND, ward) == {"sealed": 3, "waiting": 0, "failed": 1}
    link = f'href="{SEALS}/{ward}/da-dong/{KIND}"'
    assert link in mai.get(SEALS).content.decode()
    # What failed stands first; it says why.
    page = papers_of(mai, ward).content.decode()
    assert receipts.called(failing) in page
    assert "hỏng" in page
    assert receipts.called(sealed[0]) not in page
    page = papers_of(mai, ward, state="sealed").content.decode()
    assert all(receipts.called(one) in page for one in sealed)
    assert receipts.called(failing) not in page
    again = f"{SEALS}/{ward}/dong-lai"
    actions.withdraw_standing_order(kind=KIND, agency=ward, by=key_of("mai"), at=timezone.now())
    mai.post(again, {"kind": KIND})
    assert BatchItem.objects.count() == 4  # no order stands: nothing is sealed
    give(ward, seal)
    mai.post(again, {"kind": KIND})
    assert standing_queries.counts(KIND, ward) == {"sealed": 3, "waiting": 1, "failed": 0}
    mai.post(again, {"kind": KIND})
    assert BatchItem.objects.count() == 5
    work()
    assert standing_queries.counts(KIND, ward) == {"sealed": 4, "waiting": 0, "failed": 0}
    failing.refresh_from_db()
    assert failing.sealed_at is not None
    assert StandingOrder.objects.get(pk=given.pk).withdrawn_at is not None


def unreadable(*_words, **_named):
    raise making.PaperUnreadable("no table of its objects")


def test_papers_of_a_seal_are_for_those_in_charge_of_it(ward, seal):
    give(ward, seal)
    paid_receipt(ward)
    work()
    assert papers_of(of("mai"), "000.00.02.H24").status_code == 404
    assert papers_of(of("lan"), ward).status_code == 403
    assert of("lan").post(f"{SEALS}/{ward}/dong-lai", {"kind": KIND}).status_code == 403
    assert of("mai").get(f"{SEALS}/{ward}/da-dong/documents.seal").status_code == 404
    assert AccessLine.objects.filter(purpose="signing.standing_papers").count() == 0
    assert papers_of(of("mai"), ward, state="x", page="x").status_code == 200
    assert AccessLine.objects.get(purpose="signing.standing_papers").count == 1


def test_without_a_second_factor_one_is_led_to_it_and_nothing_is_ordered(ward, seal):
    client, account = Client(), identity.demo_account("mai")
    client.force_login(account, "allauth.account.auth_backends.AuthenticationBackend")
    answer = client.post(f"{SEALS}/{ward}/tu-dong", until(10))
    assert answer.status_code == 302
    assert "xac-nhan" in answer.url
    assert not StandingOrder.objects.exists()


def test_another_agency_s_clerk_finds_no_seal_to_order(ward, seal):
    now = timezone.now()
    other = identity_actions.create_account(
        username="other", display_name="Cán bộ khác", person=None, agency="000.00.02.H24", by="t",
        at=now,
    )  # fmt: skip
    identity_actions.grant_role(
        account=other.pk, role="clerk", agency="000.00.02.H24", valid_from=NOON.date(), by="t",
        at=now,
    )  # fmt: skip
    from tests.second_factor import pass_second_factor

    client = Client()
    client.force_login(other, "allauth.account.auth_backends.AuthenticationBackend")
    pass_second_factor(client, other)
    for verb in ("tu-dong", "tu-dong/dung"):
        assert client.post(f"{SEALS}/{ward}/{verb}", until(10)).status_code == 404
    assert of("son").post(f"{SEALS}/{ward}/tu-dong", until(10)).status_code == 403
    assert not StandingOrder.objects.exists()

"""A receipt whose money went back stays as it is; whoever looks it up is told."""

import pytest
from django.urls import reverse
from django.utils import timezone

from hoaphuong.identity import actions as identity
from hoaphuong.payments import actions, queries
from hoaphuong.payments.models import Receipt
from hoaphuong.payments.pages import checking
from hoaphuong.payments.tests.factories import BY, JUSTICE, money, ordered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
CHECK = reverse("payments:check_receipt")


@pytest.fixture(autouse=True)
def fresh_limits():
    checking.limiter.cache_clear()
    yield
    checking.limiter.cache_clear()


def text(answer, status=200):
    assert answer.status_code == status, answer
    return answer.content.decode()


@pytest.fixture
def order():
    """Paid by 60,000 in two payments, with its receipt sealed."""
    made = ordered()
    at = timezone.now()
    for number, amount in (("1", 20_000), ("2", 40_000)):
        actions.collect(money=money(number, amount, order=made.key), by=BY, at=at)
    Receipt.objects.update(file_key="f" * 32, sealed_at=at)
    made.refresh_from_db()
    return made


def back(order, number, amount, source="fees", *, sent=True):
    at = timezone.now()
    refund = actions.ask_refund(
        collection=order.collections.get(transaction=number).key, amount=amount, source=source,
        reason="Nhầm", by=BY, at=at,
    )  # fmt: skip
    actions.settle_refund(key=refund.key, approve=True, by="head", at=at)
    if sent:
        actions.refund_sent(key=refund.key, provider_ref="R", by="vnpay", at=at)


def asked(client, **changed):
    receipt = Receipt.objects.get()
    said = {
        "number": f"{receipt.symbol} {receipt.number:07d}",
        "day": str(timezone.localdate(receipt.issued_at)),
        "amount": "50.000",
    }
    return client.get(CHECK, said | changed)


def test_what_is_refunded_is_said_by_number_and_on_the_fee_s_page(order, client):
    page = reverse("payments:order", args=[order.token])
    today = timezone.localdate().strftime("%d/%m/%Y")
    assert "Đúng: biên lai này do thành phố cấp" in text(asked(client))
    back(order, "2", 10_000, "over")
    assert "Đúng: biên lai này do thành phố cấp" in text(asked(client))
    back(order, "2", 20_000, sent=False)
    assert queries.fee_back(order) is None
    actions.refund_sent(
        key=order.collections.get(transaction="2").refunds.get(source="fees").key,
        provider_ref="R", by="vnpay", at=timezone.now(),
    )  # fmt: skip
    for shown in (text(asked(client)), text(client.get(page))):
        assert "một phần" in shown
        assert "20.000" in shown
        assert today in shown
    back(order, "2", 10_000)
    back(order, "1", 20_000)
    by_number, of_fee = text(asked(client)), text(client.get(page))
    assert "tiền đã được hoàn" in by_number
    assert "không còn chứng minh phí đã nộp" in by_number
    assert "Phí đã nộp và đã được hoàn toàn bộ" in of_fee
    for shown in (by_number, of_fee):
        assert f"50.000{chr(160)}đ" in shown
        assert today in shown
    # What was paid beyond the fee has gone back as well: nothing is owed.
    assert "Nộp thừa, sẽ hoàn lại" not in of_fee
    assert queries.balance("clearing:vnpay") == queries.balance(f"fees:{JUSTICE}") == 0
    receipt = Receipt.objects.get()
    assert (receipt.file_key, receipt.number) == ("f" * 32, 1)


def test_an_officer_and_the_payer_see_it_beside_the_receipt(order, client):
    account = identity.create_account(
        username="binh", display_name="Trần Thị Bình", person=None, by="t", at=timezone.now()
    )
    identity.grant_role(
        account=account.pk, role="citizen", agency=None,
        valid_from=timezone.localdate(), by="t", at=timezone.now(),
    )  # fmt: skip
    type(order).objects.update(account_key=account.key)
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    mine = reverse("payments:mine")
    assert "Đã hoàn" not in text(client.get(mine))
    back(order, "2", 40_000)
    assert "Đã hoàn" in text(client.get(mine))


@pytest.mark.parametrize(
    "wrong",
    [{"amount": "50001"}, {"day": "2026-01-02"}, {"number": "0000002"}, {"number": "XX 0000001"}],
)
def test_a_receipt_is_found_only_by_all_that_stands_on_it(order, client, wrong):
    assert "Không có biên lai như vậy" in text(asked(client, **wrong))
    assert "Đúng" in text(asked(client, number="1"))


def test_who_looks_a_receipt_up_learns_nothing_of_the_payer_and_the_dossier(order, client):
    page = text(asked(client))
    for hidden in (order.payer_name, order.about_number, order.number, order.token, order.code):
        assert hidden not in page


def test_a_receipt_that_is_not_sealed_is_not_issued(order, client):
    Receipt.objects.update(sealed_at=None)
    assert "Không có biên lai như vậy" in text(asked(client))


def test_what_cannot_stand_on_a_receipt_is_asked_for_again_and_guesses_are_limited(
    order, client, settings
):
    page = text(asked(client, number="abc", day="hôm qua", amount="-5"), 422)
    assert page.count('aria-invalid="true"') == 3
    settings.TRACKING_PER_MINUTE = 2
    checking.limiter.cache_clear()
    # The look-up above was one.
    assert [asked(client, number="7").status_code for _ in range(3)] == [200, 429, 429]
    assert text(client.get(CHECK)).count("<form") >= 1

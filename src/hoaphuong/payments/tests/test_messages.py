"""What providers say is believed only with its signature; each field that is signed counts."""

import base64
import json
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

import pytest

from hoaphuong.kernel.outside import Outside
from hoaphuong.payments.providers import lists, payplat, vnpay
from hoaphuong.payments.providers.base import (
    VIETNAM,
    Declined,
    Listed,
    Malformed,
    NotAuthentic,
    ProviderFault,
    ToPay,
    stamp,
)

AT = datetime(2026, 11, 30, 14, 5, 9, tzinfo=VIETNAM)
SECRET = "only-for-tests"
VNPAY = vnpay.VnPay(
    merchant="HPCITY01", secret=SECRET, pay="https://pay.example/vpcpay.html",
    api="https://pay.example/api", lists="https://pay.example/lists", outside=Outside(),
)  # fmt: skip
PLATFORM = payplat.PayPlat(
    partner="HP31", secret=SECRET, api="https://plat.example", lists="https://plat.example/lists",
    account=("0212345678", "970426", "KBNN HAI PHONG"), outside=Outside(),
)  # fmt: skip
PAY = ToPay(
    reference="HPACDEFGHJ01", amount=50_000, what="Lệ phí hồ sơ H24.02-1", agency="000.00.02.H24",
    agency_name="Sở Tư pháp", number="H24.02-1", payer="Người Nộp Hư Cấu", address="203.0.113.9",
    back="https://city.example/nop", at=AT, expires_at=AT,
)  # fmt: skip
IPN = {
    "vnp_TmnCode": "HPCITY01",
    "vnp_Amount": "5000000",
    "vnp_BankCode": "NCB",
    "vnp_BankTranNo": "VNP14422574",
    "vnp_CardType": "ATM",
    "vnp_PayDate": "20261130140600",
    "vnp_OrderInfo": "Le phi ho so",
    "vnp_TransactionNo": "14422574",
    "vnp_ResponseCode": "00",
    "vnp_TransactionStatus": "00",
    "vnp_TxnRef": "HPACDEFGHJ01",
}
CONFIRM = {
    "LoaiBanTin": "CONFIRM",
    "MaLoi": "00",
    "MaDoiTac": "HP31",
    "MaThamChieu": "HPACDEFGHJ01",
    "SoTien": "50000",
    "MaTienTe": "VND",
    "MaGiaoDich": "GD2026113000001",
    "MaNganHang": "970426",
    "ThoiGianGD": "20261130140600",
    "ThongTinGiaoDich": "Le phi ho so",
}


def signed(fields, **changed):
    said = {**fields, **changed}
    if "vnp_TmnCode" in said:
        return said | {"vnp_SecureHash": vnpay.secure_hash(vnpay.signed_text(said), SECRET)}
    return said | {"MaXacThuc": payplat.checksum(said, payplat.CONFIRM, SECRET)}


def test_a_payer_is_sent_to_vnpay_with_signed_parameters():
    address = urlsplit(VNPAY.open(PAY))
    assert address.netloc == "pay.example"
    fields = dict(parse_qsl(address.query))
    assert fields["vnp_Amount"] == "5000000"
    assert fields["vnp_CreateDate"] == "20261130140509"
    assert fields["vnp_OrderInfo"] == "Le phi ho so H24.02-1"
    assert fields["vnp_SecureHash"] == vnpay.secure_hash(vnpay.signed_text(fields), SECRET)
    assert "vnp_OrderInfo=Le+phi+ho+so+H24.02-1" in address.query


def test_the_signed_text_leaves_out_the_hash_and_empty_values():
    fields = {"b": "2 3", "a": "ü/", "vnp_SecureHash": "x", "vnp_SecureHashType": "y", "c": ""}
    assert vnpay.signed_text(fields) == "a=%C3%BC%2F&b=2+3"


def test_a_vnpay_notification_is_read():
    said = VNPAY.read(signed(IPN))
    assert (said.reference, said.transaction, said.amount) == ("HPACDEFGHJ01", "14422574", 50_000)
    assert said.result == "paid"
    assert stamp(said.paid_at) == "20261130140600"


@pytest.mark.parametrize("field", sorted(IPN))
def test_a_change_of_any_field_of_a_vnpay_notification_is_found(field):
    with pytest.raises(NotAuthentic):
        VNPAY.read(signed(IPN) | {field: IPN[field] + "1"})
    with pytest.raises(NotAuthentic):
        VNPAY.read({name: value for name, value in signed(IPN).items() if name != field})


def test_a_vnpay_notification_without_a_hash_or_for_another_merchant_is_not_believed():
    with pytest.raises(NotAuthentic):
        VNPAY.read(IPN)
    with pytest.raises(NotAuthentic):
        VNPAY.read(signed(IPN, vnp_TmnCode="OTHER"))


@pytest.mark.parametrize(
    ("changed", "result"),
    [
        ({"vnp_ResponseCode": "24", "vnp_TransactionStatus": "02"}, "failed"),
        ({"vnp_ResponseCode": "00", "vnp_TransactionStatus": "02"}, "failed"),
        ({"vnp_ResponseCode": "24", "vnp_TransactionStatus": "00"}, "failed"),
        ({"vnp_ResponseCode": "00", "vnp_TransactionStatus": "01"}, "waiting"),
    ],
)
def test_money_is_paid_at_vnpay_only_when_both_codes_say_so(changed, result):
    assert VNPAY.read(signed(IPN, **changed)).result == result


@pytest.mark.parametrize(
    "changed",
    [
        {"vnp_Amount": "5000050"},
        {"vnp_Amount": "-5000000"},
        {"vnp_Amount": "5e6"},
        {"vnp_Amount": ""},
        {"vnp_PayDate": "20261330140600"},
        {"vnp_TransactionNo": "0"},
    ],
)
def test_signed_nonsense_of_vnpay_is_malformed(changed):
    with pytest.raises(Malformed):
        VNPAY.read(signed(IPN, **changed))


def test_a_confirmation_of_the_platform_is_read_and_answered():
    said = PLATFORM.read(signed(CONFIRM))
    assert (said.transaction, said.amount, said.result) == ("GD2026113000001", 50_000, "paid")
    reply = PLATFORM.reply(CONFIRM, code="00", said="Thanh cong", at=AT)
    assert reply["MaXacThuc"] == payplat.checksum(reply, payplat.ANSWER, SECRET)
    assert reply["MaThamChieu"] == "HPACDEFGHJ01"


@pytest.mark.parametrize("field", sorted(CONFIRM))
def test_a_change_of_any_field_of_a_confirmation_is_found(field):
    with pytest.raises(NotAuthentic):
        PLATFORM.read(signed(CONFIRM) | {field: CONFIRM[field] + "1"})
    with pytest.raises(NotAuthentic):
        PLATFORM.read({name: value for name, value in signed(CONFIRM).items() if name != field})


def test_a_failed_confirmation_and_one_in_another_currency():
    assert PLATFORM.read(signed(CONFIRM, MaLoi="05")).result == "failed"
    with pytest.raises(Malformed):
        PLATFORM.read(signed(CONFIRM, MaTienTe="USD"))
    with pytest.raises(NotAuthentic):
        PLATFORM.read(signed(CONFIRM, MaDoiTac="HP32"))


def test_a_shifted_border_between_two_piped_fields_is_known_as_the_platforms_own_weakness():
    """``a|b`` signs the same as the fields ``a`` and ``b``: so amounts must be plain digits."""
    shifted = signed(CONFIRM) | {
        "MaThamChieu": "HPACDEFGHJ01|50000",
        "SoTien": "VND",
        "MaTienTe": "",
    }
    with pytest.raises((NotAuthentic, Malformed)):
        PLATFORM.read(shifted)


def test_what_the_browser_brings_back_is_read_and_nonsense_is_refused():
    data = base64.b64encode(json.dumps(signed(CONFIRM)).encode()).decode()
    assert PLATFORM.read(payplat.returned(data)).amount == 50_000
    for nonsense in ("", "%%%", base64.b64encode(b"[1]").decode()):
        with pytest.raises(Malformed):
            payplat.returned(nonsense)


def test_the_platform_may_not_be_asked_when_its_address_is_not_allowed():
    with pytest.raises(ProviderFault):
        PLATFORM.open(PAY)
    with pytest.raises(Declined):
        PLATFORM.refund(PLATFORM.read(signed(CONFIRM)), amount=1, once="r", at=AT)


def test_a_list_is_read_as_it_was_written_and_only_with_its_signature():
    lines = [Listed("1", "HPAC01", 50_000, AT), Listed("2", "", 7, AT)]
    content = lists.written(lines)
    assert lists.checked(content, given=lists.signature(content, SECRET), secret=SECRET) == lines
    with pytest.raises(NotAuthentic):
        lists.checked(content + b"\n", given=lists.signature(content, SECRET), secret=SECRET)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"a,b\n", b"\xff\xfe", b"transaction,reference,amount,paid_at\n1,r,5\n",
        b"transaction,reference,amount,paid_at\n1,r,-5,20261130140600\n",
        b"transaction,reference,amount,paid_at\n1,r,5,yesterday\n",
        b"transaction,reference,amount,paid_at\n1,r,5,20261130140600\n1,r,5,20261130140600\n",
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_read_says_where(content):
    with pytest.raises(Malformed):
        lists.read(content)

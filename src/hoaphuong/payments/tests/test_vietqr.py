"""The code of a bank transfer, against NAPAS's published examples."""

import pytest

from hoaphuong.payments.providers import vietqr

STATIC = (
    "00020101021138570010A00000072701270006970403011200110123456780208QRIBFTTA53037045802VN6304"
)
DYNAMIC = (
    "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA"
    "530370454061800005802VN62340107NPS68690819thanh toan don hang6304"
)


@pytest.mark.parametrize(
    ("said", "crc"), [("123456789", "29B1"), (STATIC, "F4E5"), (DYNAMIC, "2E2E")]
)
def test_the_checksum_is_that_of_the_published_examples(said, crc):
    assert vietqr.crc(said) == crc


def test_a_code_names_bank_and_account_as_the_published_examples_do():
    """The example without an amount gives its account of 13 digits the length 12: ours has 13."""
    said = vietqr.text(bin="970403", account="0011012345678")
    assert said[:-4] == STATIC.replace("9704030112", "9704030113")
    ours = vietqr.text(bin="970403", account="0011012345678", amount=180_000, note="thanh toan")
    assert ours.startswith(DYNAMIC[: DYNAMIC.index("62340107")])


def fields(said):
    found = {}
    while said:
        tag, length = said[:2], int(said[2:4])
        found[tag], said = said[4 : 4 + length], said[4 + length :]
    return found


def test_a_code_with_an_amount_and_a_note_says_all_of_it():
    said = vietqr.text(bin="970426", account="0212345678", amount=50_000, note="HPAC34 Lệ phí")
    read = fields(said)
    assert list(read) == ["00", "01", "38", "53", "54", "58", "62", "63"]
    assert (read["01"], read["53"], read["54"], read["58"]) == ("12", "704", "50000", "VN")
    bank = fields(read["38"])
    assert (bank["00"], bank["02"]) == ("A000000727", "QRIBFTTA")
    assert fields(bank["01"]) == {"00": "970426", "01": "0212345678"}
    assert fields(read["62"]) == {"08": "HPAC34 Le phi"}
    assert read["63"] == vietqr.crc(said[:-4])


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"bin": "97042"}, "bin"),
        ({"bin": "97042x"}, "bin"),
        ({"bin": "٩٧٠٤٢٦"}, "bin"),
        ({"account": ""}, "account"),
        ({"account": "1" * 20}, "account"),
        ({"account": "12-3"}, "account"),
        ({"amount": 0}, "amount"),
        ({"amount": -5}, "amount"),
        ({"amount": 10**13}, "amount"),
        ({"note": "a" * 26}, "note"),
    ],
)
def test_what_no_transfer_can_have_is_refused_by_its_field(asked, field):
    with pytest.raises(vietqr.NotPayable) as refused:
        vietqr.text(**{"bin": "970426", "account": "123", "amount": 1, **asked})
    assert refused.value.field == field

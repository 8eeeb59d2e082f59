"""VietQR: the EMVCo merchant-presented code of a bank transfer, in NAPAS's profile.

Source: NAPAS's published examples; CRC-16/CCITT-FALSE over all that stands before it.
"""

import re

from hoaphuong.kernel.folding import unaccented

NAPAS, TO_ACCOUNT = "A000000727", "QRIBFTTA"
STATIC, DYNAMIC = "11", "12"
DONG, VIETNAM = "704", "VN"
MOST_NOTE = 25
# What an EMVCo reader must take, and banks do.
PLAIN = re.compile(r"[^A-Za-z0-9 .,:/-]")


class NotPayable(ValueError):
    """A bank, account, amount or note that no transfer can have; ``field`` says which."""

    def __init__(self, field: str, said: str) -> None:
        super().__init__(said)
        self.field = field


def text(*, bin: str, account: str, amount: int | None = None, note: str = "") -> str:
    """What the code says; NotPayable.

    ``bin`` is the bank's six digits, ``account`` up to 19 letters and digits, ``amount`` whole
    đồng (none: the payer types it), ``note`` up to 25 characters without accents once folded.
    """
    if not re.fullmatch(r"[0-9]{6}", bin):
        raise NotPayable("bin", "The bank is six digits.")
    if not re.fullmatch(r"[A-Za-z0-9]{1,19}", account):
        raise NotPayable("account", "The account is 1 to 19 letters and digits.")
    if amount is not None and not 0 < amount < 10**13:
        raise NotPayable("amount", "The amount is a whole number of đồng, 1 to 13 digits.")
    plain = PLAIN.sub("", unaccented(note)).strip()
    if len(plain) > MOST_NOTE:
        raise NotPayable("note", f"The note is longer than {MOST_NOTE} characters.")
    bank = _field("00", bin) + _field("01", account)
    merchant = _field("00", NAPAS) + _field("01", bank) + _field("02", TO_ACCOUNT)
    said = _field("00", "01") + _field("01", STATIC if amount is None else DYNAMIC)
    said += _field("38", merchant) + _field("53", DONG)
    if amount is not None:
        said += _field("54", str(amount))
    said += _field("58", VIETNAM)
    if plain:
        said += _field("62", _field("08", plain))
    said += "6304"
    return said + crc(said)


def crc(said: str) -> str:
    """CRC-16/CCITT-FALSE in four capital hexadecimal digits: 0x1021, from 0xFFFF, not reflected."""
    register = 0xFFFF
    for byte in said.encode():
        register ^= byte << 8
        for _bit in range(8):
            register = (register << 1) ^ (0x1021 if register & 0x8000 else 0)
        register &= 0xFFFF
    return f"{register:04X}"


def _field(tag: str, value: str) -> str:
    return f"{tag}{len(value):02d}{value}"

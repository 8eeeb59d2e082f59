"""An amount in Vietnamese words, as receipts and vouchers must say it."""

DIGITS = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]
# Groups of three digits: thousand, million; a further group of nine digits is a billion (tỷ).
GROUPS = ("", "nghìn", "triệu")


def in_words(amount: int) -> str:
    """``in_words(205_000) == "Hai trăm linh năm nghìn đồng"``; from 0 to 999 999 999 999 999."""
    assert 0 <= amount < 10**15
    said = _number(amount) if amount else DIGITS[0]
    return f"{said[0].upper()}{said[1:]} đồng"


def _number(amount: int) -> str:
    billions, rest = divmod(amount, 10**9)
    words = [f"{_number(billions)} tỷ"] if billions else []
    for place in (2, 1, 0):
        group = rest // 1000**place % 1000
        if group:
            said = _group(group, whole=bool(words))
            words.append(f"{said} {GROUPS[place]}".strip())
    return " ".join(words)


def _group(group: int, *, whole: bool) -> str:
    """Three digits; with ``whole`` something stands before them, so hundreds are always said."""
    hundreds, rest = divmod(group, 100)
    tens, ones = divmod(rest, 10)
    words = [f"{DIGITS[hundreds]} trăm"] if hundreds or whole else []
    if tens == 0:
        if ones:
            words.append(f"linh {DIGITS[ones]}" if words else DIGITS[ones])
        return " ".join(words)
    words.append("mười" if tens == 1 else f"{DIGITS[tens]} mươi")
    if ones:
        words.append(_last(ones, tens))
    return " ".join(words)


def _last(ones: int, tens: int) -> str:
    """The last digit behind tens: mốt, tư and lăm."""
    if ones == 1 and tens > 1:
        return "mốt"
    if ones == 4 and tens > 1:
        return "tư"
    return "lăm" if ones == 5 else DIGITS[ones]

"""Numbers of people and organisations, and who holds a role on a day."""

import re
from datetime import date

from stdnum.vn import mst

# Where a birth was registered: one of the 63 provinces there were when Circular 07/2016/TT-BCA was
# made (their codes outlive the mergers of 2025), or a country, whose codes begin above them.
_PROVINCES = {
    1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37,
    38, 40, 42, 44, 45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77,
    79, 80, 82, 83, 84, 86, 87, 89, 91, 92, 93, 94, 95, 96,
}  # fmt: skip
_COUNTRIES = range(101, 400)
_TAX_CODE = re.compile(r"[0-9]{10}(-?[0-9]{3})?")
_MOBILE = re.compile(r"0(3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-9])[0-9]{7}")
_LANDLINE = re.compile(r"02[0-9]{9}")


def personal_number_fault(
    number: str, *, birth_date: date | None = None, sex: str = ""
) -> str | None:
    """Why a 12-digit personal number cannot be right, or None (TT 07/2016/TT-BCA).

    ``length``: not 12 digits; ``place``: the first three are no province's and no country's;
    ``birth_date`` and ``sex``: the fourth digit (century and sex) or the two of the year
    contradict the person. There is no check digit.
    """
    if not re.fullmatch(r"[0-9]{12}", number):
        return "length"
    place = int(number[:3])
    if place not in _PROVINCES and place not in _COUNTRIES:
        return "place"
    century, female = divmod(int(number[3]), 2)
    year = 1900 + 100 * century + int(number[4:6])
    if birth_date and year != birth_date.year:
        return "birth_date"
    if sex and (sex == "F") != bool(female):
        return "sex"
    return None


def tax_code_valid(code: str) -> bool:
    """Ten digits with the check digit of the tax code, and for a branch three more."""
    return bool(_TAX_CODE.fullmatch(code) and mst.is_valid(code))


def tax_code_written(code: str) -> str:
    """A valid tax code in the one way it is written: a branch's digits after a hyphen."""
    return str(mst.format(code))


def phone_valid(number: str) -> bool:
    """A Vietnamese mobile number, or a land line with its area code."""
    return bool(_MOBILE.fullmatch(number) or _LANDLINE.fullmatch(number))


def holds_on(day: date, *, valid_from: date, valid_to: date | None) -> bool:
    """Whether a grant or an agency is in force on ``day``; both ends are included."""
    return valid_from <= day and (valid_to is None or day <= valid_to)


def with_descendants(roots: set[str], parents: dict[str, str | None]) -> frozenset[str]:
    """The given agencies and every agency below them; ``parents`` maps a code to its parent's."""
    found = set()
    for code in parents:
        here: str | None = code
        path = []
        while here is not None and here not in path:
            path.append(here)
            if here in roots or here in found:
                found.update(path)
                break
            here = parents.get(here)
    return frozenset(found | roots)

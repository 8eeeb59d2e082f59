"""Numbers of people and organisations, and who holds a role on a day."""

import re
from datetime import date

from stdnum.vn import mst

# Codes of the place where a birth was registered: 63 provinces of TT 07/2016/TT-BCA, 001 to 096.
_PERSONAL = re.compile(r"^0\d{2}\d\d{2}\d{6}$")
_MOBILE = re.compile(r"^0(3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-9])\d{7}$")
_LANDLINE = re.compile(r"^02\d{9}$")


def personal_number_fault(
    number: str, *, birth_date: date | None = None, sex: str = ""
) -> str | None:
    """Why a 12-digit personal number cannot be right, or None (TT 07/2016/TT-BCA).

    ``length``: not 12 digits; ``place``: the first three are no province; ``birth_date`` and
    ``sex``: the fourth digit (century and sex) or the two of the year contradict the person.
    There is no check digit.
    """
    if not re.fullmatch(r"\d{12}", number):
        return "length"
    if not (_PERSONAL.match(number) and 1 <= int(number[:3]) <= 96):
        return "place"
    century, female = divmod(int(number[3]), 2)
    year = 1900 + 100 * century + int(number[4:6])
    if birth_date and year != birth_date.year:
        return "birth_date"
    if sex and (sex == "F") != bool(female):
        return "sex"
    return None


def tax_code_valid(code: str) -> bool:
    """Ten digits with the check digit of the tax code, or thirteen for a branch."""
    return bool(mst.is_valid(code))


def phone_valid(number: str) -> bool:
    """A Vietnamese mobile number, or a land line with its area code."""
    return bool(_MOBILE.match(number) or _LANDLINE.match(number))


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

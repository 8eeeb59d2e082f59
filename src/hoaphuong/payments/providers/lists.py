"""A provider's own list of a day: a CSV file, signed with the secret that its messages are.

No provider publishes the layout of its list; this one is ours, and a city that gets another one
adds its reader here. Columns: transaction, reference, amount (đồng), paid_at (yyyyMMddHHmmss).
"""

import csv
import hashlib
import hmac
import io
from collections.abc import Iterable
from datetime import date

from hoaphuong.kernel.outside import BadAnswer, CallFailed, Outside
from hoaphuong.payments.providers.base import (
    Listed,
    Malformed,
    NoList,
    NotAuthentic,
    ProviderFault,
    moment,
    stamp,
    whole,
)

COLUMNS = ["transaction", "reference", "amount", "paid_at"]


def signature(content: bytes, secret: str) -> str:
    """HMAC-SHA-512 of the file's bytes, in small hexadecimal digits."""
    return hmac.new(secret.encode(), content, hashlib.sha512).hexdigest()


def read(content: bytes) -> list[Listed]:
    """The lines of a list; Malformed names the line that cannot be read."""
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error) as fault:
        raise Malformed(f"The list cannot be read: {fault}") from fault
    if not rows or rows[0] != COLUMNS:
        raise Malformed("The list's first line is not " + ", ".join(COLUMNS) + ".")
    found: dict[str, Listed] = {}
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(COLUMNS) or not row[0]:
            raise Malformed(f"Line {number} has not four columns.")
        try:
            one = Listed(row[0], row[1], whole(row[2]), moment(row[3]))
        except Malformed as fault:
            raise Malformed(f"Line {number}: {fault}") from fault
        if one.transaction in found:
            raise Malformed(f"Line {number} has transaction {one.transaction} again.")
        found[one.transaction] = one
    return list(found.values())


def checked(content: bytes, *, given: str, secret: str) -> list[Listed]:
    """The lines of a signed list; NotAuthentic, Malformed."""
    if not hmac.compare_digest(signature(content, secret), given.strip().lower()):
        raise NotAuthentic("The list's signature is wrong.")
    return read(content)


def fetched(address: str, day: date, *, outside: Outside, secret: str) -> list[Listed]:
    """The list of a day from where a provider puts them, its signature beside it.

    NoList when the provider answers 404; ProviderFault, NotAuthentic, Malformed.
    """
    url = f"{address}/{day:%Y%m%d}.csv"
    try:
        content = outside.get(url)
        given = outside.get(f"{url}.sig").decode("ascii", "replace")
    except CallFailed as fault:
        if isinstance(fault, BadAnswer) and fault.status == 404:
            raise NoList(str(fault)) from fault
        raise ProviderFault(str(fault)) from fault
    return checked(content, given=given, secret=secret)


def written(lines: Iterable[Listed]) -> bytes:
    """A list as ``read`` reads it."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n")
    write.writerow(COLUMNS)
    for one in lines:
        write.writerow([one.transaction, one.reference, one.amount, stamp(one.paid_at)])
    return out.getvalue().encode()

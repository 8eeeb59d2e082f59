"""Whatever byte of a signed file is changed: it is found, or the file says the same as before."""

import pytest

from hoaphuong.signing.contracts import Level, ToSign
from hoaphuong.signing.pdf import sign
from hoaphuong.signing.tests.pdf_papers import AT, authority, key, look, reserved, statuses

STEP, EVERYWHERE = 401, 31


def _sound(pdf: bytes) -> bool:
    """One signature that is intact, trusted and covers the file."""
    try:
        found = statuses(pdf)
        return len(found) == 1 and found[0].bottom_line and found[0].coverage.name == "ENTIRE_FILE"
    except Exception:  # a file that cannot be read is not sound either
        return False


def _sweep(step: int) -> None:
    paper = ToSign(reserved(), "person", look(), level=Level.B_B)
    made = sign(paper, key=key(), at=AT, stamps=None, answers=authority())
    assert _sound(made)
    begins = made.rindex(b"/Contents<") + 9
    ends = made.index(b">", begins)
    message = len(made[begins:ends].rstrip(b"0")) + begins
    places = [
        *range(0, begins, step),
        *range(message, len(made), step),
        begins,
        ends,
        len(made) - 1,
    ]
    for at in [place for place in places if not message <= place < ends]:
        for bit in (1, 0x20):
            changed = bytearray(made)
            changed[at] ^= bit
            assert not _sound(bytes(changed)), f"byte {at}"
    for at in range(begins + 1, message, max(1, step // 4)):  # in the message itself
        changed = bytearray(made)
        changed[at] = ord("0") if changed[at] != ord("0") else ord("1")
        if _sound(bytes(changed)):
            assert _unsigned_part(bytes(changed), made), f"byte {at}"


def _unsigned_part(changed: bytes, made: bytes) -> bool:
    """Whether all that a signature rests on is the same.

    Version numbers and certificates that are not the signer's are not signed in any CMS; what
    they are changed into proves nothing and is not believed.
    """
    from io import BytesIO

    from pyhanko.pdf_utils.reader import PdfFileReader

    one, other = (PdfFileReader(BytesIO(pdf)).embedded_signatures[0] for pdf in (changed, made))
    parts = ("sid", "digest_algorithm", "signed_attrs", "signature_algorithm", "signature")
    same = [one.signer_info[part].dump() == other.signer_info[part].dump() for part in parts]
    return all(same) and one.signer_cert.dump() == other.signer_cert.dump()


def test_a_changed_byte_is_found():
    _sweep(STEP)


@pytest.mark.slow
def test_a_changed_byte_is_found_nearly_everywhere():
    _sweep(EVERYWHERE)

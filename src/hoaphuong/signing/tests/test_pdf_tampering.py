"""Whatever byte of a signed file is changed: it is found."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509

from hoaphuong.signing.contracts import Level, ToSign, Verdict
from hoaphuong.signing.pdf import sign
from hoaphuong.signing.tests.pdf_papers import AT, authority, der, key, look, reserved
from hoaphuong.signing.verification import verify
from hoaphuong.signing.verification.certificates import BadCertificate, Certificate
from hoaphuong.signing.verification.trust import Anchors

LATER = timedelta(minutes=10)  # than the stamps, however long the other tests took


@cache
def _anchors() -> Anchors:
    return Anchors.of([der(authority().root)])


def _verdict(pdf: bytes) -> Verdict:
    at = datetime.now(UTC) + LATER
    return verify(pdf, name="", anchors=_anchors(), answers=authority(), at=at).verdict


@cache
def _signed(level: Level) -> bytes:
    """With an image; issued papers have evidence and an archive time stamp over all of it."""
    paper = ToSign(reserved(), "person", look(), level=level)
    made = sign(paper, key=key(), at=AT, stamps=authority(), answers=authority())
    assert _verdict(made) is Verdict.VALID
    return made


def _unfound(made: bytes, places: Iterable[int]) -> list[int]:
    """Places whose change leaves the file valid: its lowest bit, at some the case of a letter."""
    left = []
    for at in places:
        for bit in (0x01, 0x20) if at % 16 == 0 else (0x01,):
            changed = bytearray(made)
            changed[at] ^= bit
            if _verdict(bytes(changed)) is Verdict.VALID:
                left.append(at)
    return left


@pytest.mark.parametrize("level", [Level.B_B, Level.B_LTA])
def test_a_changed_byte_is_found(level):
    made = _signed(level)
    size = len(made)
    places = random.Random(7).sample(range(size), 120)
    assert _unfound(made, [0, size - 2, size - 1, *places]) == []


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize(("level", "step"), [(Level.B_B, 1), (Level.B_LTA, 13)])
def test_every_changed_byte_is_found(level, step):
    made = _signed(level)
    assert _unfound(made, range(0, len(made), step)) == []


@pytest.mark.parametrize("at", ["begin", "middle", "end"])
def test_a_byte_put_in_or_left_out_is_found(at):
    made = _signed(Level.B_B)
    place = {"begin": 100, "middle": len(made) // 2, "end": len(made) - 3}[at]
    assert _verdict(made[:place] + b" " + made[place:]) is not Verdict.VALID
    assert _verdict(made[:place] + made[place + 1 :]) is not Verdict.VALID


def test_a_certificate_whose_signature_ends_within_an_octet_is_none():
    """The lowest bit is said to be unused: the octets of the signature stay what they were."""
    made = bytearray(der(authority().root))
    at = len(made) - 1 - len(authority().root.signature)
    assert made[at] == 0
    made[at], made[-1] = 1, made[-1] & 0xFE
    assert x509.load_der_x509_certificate(bytes(made)).signature  # which the library takes
    with pytest.raises(BadCertificate):
        Certificate(bytes(made))

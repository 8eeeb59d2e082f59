"""Certificates, papers and a stand-in for the core, for tests of the rows."""

import hashlib
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from django.utils import timezone

from hoaphuong.signing import actions, making
from hoaphuong.signing.providers.base import KeyUnavailable
from hoaphuong.signing.providers.software import SoftwareKey

NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)
YEAR = timedelta(days=365)


def key_and_certificate(name="Nguyễn Văn Thử", *, key=None, begins=NOON - YEAR, ends=NOON + YEAR):
    """An invented key with a certificate of its own making."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )
    return key, made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def small_rsa():
    return rsa.generate_private_key(65537, 1_024)


class Keys:
    """A place of keys in memory; ``away`` makes it fail as often as one says."""

    name = "tests"

    def __init__(self):
        self.keys, self.away = {}, 0

    def key(self, reference):
        if self.away:
            self.away -= 1
            raise KeyUnavailable("locked")
        return self.keys[reference]

    def enrolled(self, *, begins=NOON - YEAR, ends=NOON + YEAR, **holder):
        """A certificate of this place, recorded for an account or an agency."""
        key, der = key_and_certificate(begins=begins, ends=ends)
        reference = hashlib.sha256(der).hexdigest()[:20]
        self.keys[reference] = SoftwareKey(key, der, ())
        return actions.record_certificate(
            provider="tests", reference=reference, certificate=der, by="t", at=NOON, **holder
        )


class Core:
    """Stands in for the cores: marks the bytes, and fails as the test says."""

    def __init__(self):
        self.faults, self.made = [], 0
        self.level, self.stamped_at, self.stamp_ends_at = "B-B", None, None
        self.renewed = None  # until when a further stamp lasts; five years from then

    def make(self, to_sign, *, key, stamps, answers, at):
        if self.faults:
            fault = self.faults.pop(0)
            if fault is not None:
                raise fault
        self.made += 1
        content = to_sign.content + b" signed " + key.sign(to_sign.content).hex().encode()
        return making.Made(content, self.level, self.stamped_at, self.stamp_ends_at)

    def stamp_again(self, content, *, stamps, answers):
        if self.faults:
            raise self.faults.pop(0)
        at = timezone.now()
        return making.Made(content + b" stamped", "B-LTA", at, self.renewed or at + 5 * YEAR)

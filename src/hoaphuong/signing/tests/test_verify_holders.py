"""Whose signature it is: an organisation's seal, a person's, or nobody can tell."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from hoaphuong.signing.authority.issuing import _statements
from hoaphuong.signing.names import called
from hoaphuong.signing.tests.verify_makers import BEGINS, ENDS
from hoaphuong.signing.verification.certificates import Certificate

CITY = "Ủy ban nhân dân thành phố Hải Phòng"
NAMES = {
    "CN": NameOID.COMMON_NAME, "O": NameOID.ORGANIZATION_NAME, "GN": NameOID.GIVEN_NAME,
    "SN": NameOID.SURNAME, "UID": NameOID.USER_ID, "ID": NameOID.ORGANIZATION_IDENTIFIER,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
}  # fmt: skip


def certificate(statement="", **names) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NAMES[part], value) for part, value in names.items()])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(BEGINS)
        .not_valid_after(ENDS)
    )
    if statement:
        made = made.add_extension(_statements(statement), False)
    return Certificate(made.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))


@pytest.mark.parametrize(
    ("made", "whose"),
    [
        ({"CN": CITY, "O": CITY}, "seal"),
        ({"CN": CITY, "statement": "seal"}, "seal"),
        ({"CN": CITY, "ID": "H24"}, "seal"),
        ({"CN": CITY, "UID": "MST:0200000000"}, "seal"),
        ({"CN": "Nguyễn Văn Thử", "O": CITY, "statement": "personal"}, "person"),
        ({"CN": CITY, "O": CITY, "statement": "personal"}, "person"),
        ({"CN": "Nguyễn Văn Thử", "UID": "CCCD:031000000000"}, "person"),
        ({"CN": "THỬ,VĂN,1", "O": "ESTEID", "GN": "VĂN", "SN": "THỬ"}, "person"),
        ({"CN": "Nguyễn Văn Thử", "O": CITY, "ID": "H24"}, "open"),
        ({"CN": "Nguyễn Văn Thử"}, "open"),
        ({"CN": CITY}, "open"),
    ],
)
def test_whose_signature_it_is(made, whose):
    read = certificate(**made)
    assert (read.is_seal, read.is_person) == (whose == "seal", whose == "person")


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ({"CN": "Nguyễn Văn Thử", "O": CITY}, ("Nguyễn Văn Thử", CITY)),
        ({"CN": CITY, "O": CITY}, (CITY, "")),
        ({"CN": "Thử, Văn", "OU": "Phòng A"}, ("Thử, Văn", "")),
        ({"O": CITY}, (CITY, "")),
        ({"OU": "Phòng A"}, ("OU=Phòng A", "")),
    ],
)
def test_a_holder_is_called_by_name_and_organisation(names, shown):
    assert called(certificate(**names).der) == shown

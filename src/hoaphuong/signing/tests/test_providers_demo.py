"""Keys of a demonstration are made once, kept closed, and certified by its authority."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from hoaphuong.kernel.outside import Outside
from hoaphuong.signing.providers.base import KeyUnavailable
from hoaphuong.signing.providers.demo import DemoKeys, FolderEnrolment, HttpEnrolment, provided

NOW = datetime.now(UTC)
TIMES = {"valid_from": NOW - timedelta(days=1), "valid_to": NOW + timedelta(days=365)}


@pytest.fixture(params=["folder", "http"])
def keys(request, authority, tmp_path):
    secret = (authority.folder / "ca" / "secret").read_text()
    enrolment = (
        FolderEnrolment(authority.folder)
        if request.param == "folder"
        else HttpEnrolment(authority.address, secret, outside=authority.outside)
    )
    return DemoKeys(tmp_path / "signing", enrolment)


@pytest.mark.parametrize(("kind", "key_type"), [("personal", "P-256"), ("seal", "RSA-2048")])
def test_a_key_is_made_once_and_signs_under_its_certificate(
    keys, authority, tmp_path, kind, key_type
):
    subject = {
        "name": "Phạm Thị Mẫu",
        "organisation": "Ủy ban nhân dân thành phố",
        "agency_code": "000.00.00.H24",
        "email": "mau@example.vn",
    }
    made = keys.enrol("one", kind=kind, key_type=key_type, **TIMES, **subject)
    certificate = x509.load_der_x509_certificate(made.certificate)
    assert "Phạm Thị Mẫu" in certificate.subject.rfc4514_string()
    assert made.chain == (authority.issuing,)
    public = certificate.public_key()
    if key_type == "P-256":
        public.verify(made.sign(b"a"), b"a", ec.ECDSA(hashes.SHA256()))
    else:
        assert isinstance(public, rsa.RSAPublicKey)
    assert keys.enrol("one", kind=kind, key_type=key_type, **TIMES, **subject) is made
    again = provided(keys=tmp_path / "signing", authority=authority.folder).key("one")
    assert again.certificate == made.certificate


def test_key_files_are_encrypted_and_closed_to_others(keys, tmp_path):
    keys.enrol("one", kind="personal", name="A", **TIMES)
    folder = tmp_path / "signing"
    assert {path.name for path in folder.iterdir()} == {"one.pem", "secret"}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())
    assert b"ENCRYPTED PRIVATE KEY" in (folder / "one.pem").read_bytes()
    (folder / "secret").write_text("another")
    with pytest.raises(KeyUnavailable, match="cannot be opened"):
        DemoKeys(folder, keys._enrolment).key("one")


@pytest.mark.parametrize("reference", ["absent", "../secret", "", "a/b"])
def test_a_reference_without_a_key_is_refused(keys, reference):
    with pytest.raises(KeyUnavailable):
        keys.key(reference)


def test_an_authority_that_refuses_or_is_absent_leaves_no_key(authority, tmp_path):
    outside = authority.outside
    for enrolment in (
        HttpEnrolment(authority.address, "wrong", outside=outside),
        HttpEnrolment(authority.address, "wrong", outside=Outside.of([])),
        FolderEnrolment(tmp_path / "nowhere"),
    ):
        keys = DemoKeys(tmp_path / "signing", enrolment)
        with pytest.raises(KeyUnavailable):
            keys.enrol("one", kind="personal", name="A", **TIMES)
        assert not (tmp_path / "signing" / "one.pem").exists()

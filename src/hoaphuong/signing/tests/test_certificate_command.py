"""``./hoaphuong certificate``: the operator takes certificates into use and out of it."""

import json

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils import timezone

from hoaphuong.command import certificates
from hoaphuong.command.main import main
from hoaphuong.identity import queries as identity
from hoaphuong.signing import queries
from hoaphuong.signing.tests.factories import YEAR, key_and_certificate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_city")]


@pytest.fixture(autouse=True)
def prepared(monkeypatch):
    """Django is ready here already."""
    monkeypatch.setattr(certificates, "ready", lambda: None)


@pytest.fixture
def file(tmp_path):
    now = timezone.now()
    made = tmp_path / "one.cer"
    made.write_bytes(key_and_certificate(begins=now - YEAR, ends=now + YEAR)[1])
    return made


def test_an_officer_s_token_is_recorded_and_withdrawn(file, capsys):
    pem = x509.load_der_x509_certificate(file.read_bytes()).public_bytes(Encoding.PEM)
    file.write_bytes(pem)
    assert main(["certificate", "record", str(file), "--account", "lan"]) == 0
    said = json.loads(capsys.readouterr().out)
    lan = identity.demo_account("lan").key
    held = queries.certificate_of_account(lan, at=timezone.now())
    assert (held.key, held.provider) == (said["key"], "client")
    assert main(["certificate", "withdraw", said["serial"], "--reason", "keyCompromise"]) == 0
    assert queries.certificate_of_account(lan, at=timezone.now()) is None


def test_a_seal_names_its_key_s_place(file, settings):
    settings.CITY = settings.CITY | {"signing": {"keys": {"hsm": {"kind": "pkcs11"}}}}
    words = ["certificate", "record", str(file), "--agency", "000.00.00.H24"]
    assert main([*words, "--keys", "hsm", "--reference", "city"]) == 0
    held = queries.certificate_of_agency("000.00.00.H24", at=timezone.now())
    assert held.provider == "hsm"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--account", "nobody"], "no account"),
        (["--agency", "x"], "no agency"),
        (["--account", "lan", "--keys", "cupboard"], "no place of keys"),
        (["--account", "lan", "--keys", "demo"], "--reference"),
    ],
)
def test_what_cannot_be_recorded_is_said_in_a_sentence(file, words, said, capsys):
    assert main(["certificate", "record", str(file), *words]) == 1
    assert said in capsys.readouterr().err


def test_a_file_that_is_no_certificate_and_an_unknown_serial_are_refused(file, capsys):
    for content in (b"words", b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----"):
        file.write_bytes(content)
        assert main(["certificate", "record", str(file), "--account", "lan"]) == 1
    assert main(["certificate", "withdraw", "ab"]) == 1
    assert capsys.readouterr().err.count("hoaphuong:") == 3

"""Keys in a token: SoftHSM2 plays the token."""

import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pkcs11 import Attribute, KeyType, ObjectClass
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters
from pkcs11.util.rsa import encode_rsa_public_key

from hoaphuong.signing.authority import ceremony, issue
from hoaphuong.signing.providers.base import KeyUnavailable
from hoaphuong.signing.providers.pkcs11 import Pkcs11Keys

PIN, LABEL = "24681357", "Hoa Phượng"
NOW = datetime.now(UTC)
LIBRARY = next(
    (
        str(place)
        for place in (
            Path("/usr/lib/softhsm/libsofthsm2.so"),
            Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"),
            Path("/usr/lib64/pkcs11/libsofthsm2.so"),
        )
        if place.exists()
    ),
    "",
)


@pytest.fixture(scope="module")
def token(tmp_path_factory):
    """A token with one key of each kind, their certificates, and the issuing CA's."""
    if not LIBRARY or not shutil.which("softhsm2-util"):
        pytest.skip("softhsm2 is not installed")
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    (folder / "conf").write_text(f"directories.tokendir = {folder / 'tokens'}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "conf"))
        _fill(folder)
        yield folder


def _fill(folder):
    words = ["--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", "1357"]
    subprocess.run(["softhsm2-util", *words], check=True, capture_output=True)
    ceremony(folder / "authority", "http://127.0.0.1:9")
    library = pkcs11.lib(LIBRARY)
    library.reinitialize()
    with library.get_token(token_label=LABEL).open(rw=True, user_pin=PIN) as session:
        curve = encode_named_curve_parameters("1.2.840.10045.3.1.7")
        parameters = session.create_domain_parameters(
            KeyType.EC, {Attribute.EC_PARAMS: curve}, local=True
        )
        kinds = (
            (
                "person",
                b"\x01",
                encode_ec_public_key,
                lambda **how: parameters.generate_keypair(**how),
            ),
            (
                "seal",
                b"\x02",
                encode_rsa_public_key,
                lambda **how: session.generate_keypair(KeyType.RSA, 2048, **how),
            ),
        )
        for label, id, encode, make in kinds:
            public, _private = make(store=True, label=label, id=id)
            certificate = issue(
                folder / "authority",
                name=label,
                public_key=load_der_public_key(_info(encode(public), label)),
                valid_from=NOW - timedelta(days=1),
                valid_to=NOW + timedelta(days=9),
            )
            _keep(session, label, id, certificate)
        _keep(session, "ca", b"\x09", (folder / "authority/ca/issuing.cer").read_bytes())
        parameters.generate_keypair(store=True, label="bare", id=b"\x03")


def _info(encoded, label):
    """python-pkcs11 gives the whole SubjectPublicKeyInfo for EC, the bare key for RSA."""
    if label == "person":
        return encoded
    from asn1crypto.keys import PublicKeyInfo, RSAPublicKey

    return PublicKeyInfo.wrap(RSAPublicKey.load(encoded), "rsa").dump()


def _keep(session, label, id, certificate):
    session.create_object(
        {
            Attribute.CLASS: ObjectClass.CERTIFICATE,
            Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
            Attribute.TOKEN: True,
            Attribute.LABEL: label,
            Attribute.ID: id,
            Attribute.SUBJECT: x509.load_der_x509_certificate(certificate).subject.public_bytes(),
            Attribute.VALUE: certificate,
        }
    )


@pytest.fixture
def keys(token):
    made = Pkcs11Keys(library=LIBRARY, token=LABEL, pin=PIN)
    yield made
    made._close()


def is_signed(key, data, signature):
    public = x509.load_der_x509_certificate(key.certificate).public_key()
    if isinstance(public, rsa.RSAPublicKey):
        public.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
    else:
        public.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    return True


@pytest.mark.parametrize("reference", ["person", "seal", "id:01", "id:02"])
def test_a_key_of_the_token_signs_under_its_certificate(keys, token, reference):
    key = keys.key(reference)
    assert is_signed(key, b"a paper", key.sign(b"a paper"))
    assert key.chain == ((token / "authority/ca/issuing.cer").read_bytes(),)
    assert keys.key(reference) is key


def test_the_token_says_which_keys_it_has(keys):
    assert keys.references() == ["bare", "person", "seal"]


def test_a_session_that_the_module_forgot_is_opened_again(keys):
    key = keys.key("person")
    before = keys._session
    pkcs11.lib(LIBRARY).reinitialize()
    assert is_signed(key, b"once more", key.sign(b"once more"))
    assert keys._session is not before


def test_a_child_process_signs_in_a_session_of_its_own(keys):
    key = keys.key("person")
    key.sign(b"parent")
    if child := os.fork():
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert is_signed(key, b"parent again", key.sign(b"parent again"))
        return
    try:
        fine = is_signed(key, b"child", key.sign(b"child"))
    except BaseException:
        fine = False
    os._exit(0 if fine else 1)


def test_a_wrong_pin_is_tried_once_only(token):
    keys = Pkcs11Keys(library=LIBRARY, token=LABEL, pin="00000000")
    with pytest.raises(KeyUnavailable, match="refuses the PIN"):
        keys.key("person")
    keys._pin = PIN  # were it tried again, it would be right
    with pytest.raises(KeyUnavailable, match="not tried again"):
        keys.key("person")


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("nobody", "is not in the token"),
        ("id:zz", "no id of a key"),
        ("bare", "no certificate for the key"),
    ],
)
def test_what_is_missing_is_named(keys, reference, said):
    with pytest.raises(KeyUnavailable, match=said):
        keys.key(reference)


def test_a_token_or_library_that_is_not_there_is_named(token):
    with pytest.raises(KeyUnavailable, match="token Other is not there"):
        Pkcs11Keys(library=LIBRARY, token="Other", pin=PIN).key("person")
    with pytest.raises(KeyUnavailable, match="does not work"):
        Pkcs11Keys(library=str(token / "conf"), token=LABEL, pin=PIN).key("person")

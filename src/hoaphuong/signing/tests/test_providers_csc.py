"""Remote signing: digests go out, signatures come in, and are checked."""

import secrets

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from hoaphuong.kernel.outside import Outside
from hoaphuong.signing.authority import keep_key
from hoaphuong.signing.authority.remote_keys import MOST_WRONG
from hoaphuong.signing.providers.base import KeyUnavailable
from hoaphuong.signing.providers.csc import CscKeys, provided

PIN = "135790"


@pytest.fixture
def reference(authority):
    name = secrets.token_hex(6)
    keep_key(authority.folder, reference=name, name="Trần Văn Mẫu", pin=PIN)
    return name


@pytest.fixture
def keys(authority):
    return client(authority, proof=lambda reference, kind: PIN)


def client(authority, proof, **other):
    secret = (authority.folder / "ca" / "secret").read_text()
    more = {"outside": authority.outside, "client": "hoaphuong", "secret": secret, **other}
    return CscKeys(f"{authority.address}/csc/v2", proof=proof, **more)


def is_signed(certificate, data, signature):
    public = x509.load_der_x509_certificate(certificate).public_key()
    if isinstance(public, rsa.RSAPublicKey):
        public.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
    else:
        public.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    return True


@pytest.mark.parametrize("is_rsa", [False, True])
def test_a_remote_key_signs_under_its_certificate(authority, keys, is_rsa):
    name = secrets.token_hex(6)
    made = keep_key(authority.folder, reference=name, name="Trần Văn Mẫu", pin=PIN, rsa_key=is_rsa)
    key = keys.key(name)
    assert key.certificate == made
    assert key.chain == (authority.issuing,)
    assert is_signed(key.certificate, b"a paper", key.sign(b"a paper"))
    assert name in keys.references()


def test_many_digests_go_out_under_few_agreements(authority, keys, reference):
    papers = [f"paper {number}".encode() for number in range(230)]
    before = len(authority.requests())
    made = keys.key(reference).sign_all(papers)
    certificate = keys.key(reference).certificate
    assert all(is_signed(certificate, *pair) for pair in zip(papers, made, strict=True))
    asked = [line["path"] for line in authority.requests()[before:]]
    assert asked.count("/csc/v2/credentials/authorize") == 3
    assert asked.count("/csc/v2/signatures/signHash") == 3


def test_a_code_from_the_telephone_agrees_once(authority):
    name = secrets.token_hex(6)
    keep_key(authority.folder, reference=name, name="Trần Văn Mẫu", proof="OTP")

    def read(reference, kind):
        assert kind == "OTP"
        lines = [path.read_text().split() for path in (authority.folder / "telephone").iterdir()]
        return next(code for to, code in lines if to == reference)

    key = client(authority, proof=read).key(name)
    assert is_signed(key.certificate, b"a paper", key.sign(b"a paper"))


def test_a_wrong_pin_is_shown_once_only(authority, reference):
    wrong = client(authority, proof=lambda reference, kind: "000000")
    key = wrong.key(reference)
    with pytest.raises(KeyUnavailable, match="refused credentials/authorize"):
        key.sign(b"a paper")
    before = len(authority.requests())
    with pytest.raises(KeyUnavailable, match="not tried again"):
        key.sign(b"a paper")
    assert len(authority.requests()) == before


def test_after_many_wrong_pins_the_right_one_does_not_help(authority, keys, reference):
    for _ in range(MOST_WRONG):
        with pytest.raises(KeyUnavailable):
            client(authority, proof=lambda reference, kind: "000000").key(reference).sign(b"")
    with pytest.raises(KeyUnavailable):
        keys.key(reference).sign(b"a paper")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"wrong_digest": True}, "not over what was sent"),
        ({"garbage": True}, "cannot be read"),
        ({"status": 500}, "refused"),
        ({"refuse": True}, "refused"),
        ({"hang": 3}, "did not answer"),
        ({"half": True}, "did not answer"),
    ],
    ids=str,
)
def test_a_service_that_fails_or_lies_gives_no_signature(authority, keys, reference, told, said):
    key = keys.key(reference)
    authority.faults("csc", **told)
    with pytest.raises(KeyUnavailable, match=said):
        key.sign(b"a paper")


def test_a_token_that_ended_early_is_renewed(authority, keys, reference):
    key = keys.key(reference)
    keys._token = "no longer valid"
    assert is_signed(key.certificate, b"a paper", key.sign(b"a paper"))


def test_an_agreement_counts_for_its_own_digests_only(authority, keys, reference):
    credential = keys.key(reference).credential
    agreed = keys._agree
    keys._agree = lambda credential, asked: agreed(
        credential, {**asked, "hashes": ["A" * 43 + "="]}
    )
    with pytest.raises(KeyUnavailable, match="refused signatures/signHash"):
        keys.signed(credential, [b"x" * 32])


@pytest.mark.parametrize(
    "other",
    [{"secret": "wrong"}, {"client": "stranger"}, {"outside": Outside.of([])}],
    ids=["secret", "client", "address"],
)
def test_who_may_not_ask_gets_no_key(authority, reference, other):
    with pytest.raises(KeyUnavailable):
        client(authority, proof=lambda reference, kind: PIN, **other).key(reference)


def test_the_configuration_names_files_with_the_secrets(authority, reference, tmp_path):
    (tmp_path / "pin").write_text(PIN)
    made = provided(
        url=f"{authority.address}/csc/v2",
        client="hoaphuong",
        secret_file=str(authority.folder / "ca" / "secret"),
        pin_file=str(tmp_path / "pin"),
    )
    assert made.key(reference).sign(b"a paper")
    with pytest.raises(KeyUnavailable, match="cannot be read"):
        provided(url="https://a.example", client="a", secret_file=str(tmp_path / "none"))

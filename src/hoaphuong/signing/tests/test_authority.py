"""The demonstration authority: its ceremony, what it issues, and that other tools accept it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from hoaphuong.signing.authority import Authority, NotIssued, ceremony, issue, revoke
from hoaphuong.signing.authority.ceremony import NAMES
from hoaphuong.signing.authority.issuing import NotIssuable
from hoaphuong.signing.tests.authority_process import SOURCE

NOW = datetime.now(UTC).replace(microsecond=0)
ADDRESS = "http://127.0.0.1:9"


def certificate_for(folder, *, begins=-1, ends=365, **more):
    der = issue(
        folder,
        public_key=ec.generate_private_key(ec.SECP256R1()).public_key(),
        valid_from=NOW + timedelta(days=begins),
        valid_to=NOW + timedelta(days=ends),
        **{"name": "Nguyễn Văn Mẫu", **more},
    )
    return x509.load_der_x509_certificate(der)


def openssl(folder, *words):
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    return subprocess.run(["openssl", *words], cwd=folder, capture_output=True, text=True)


@pytest.fixture
def pem(authority, tmp_path):
    """A folder with the authority's certificates as openssl wants them."""
    for name in NAMES:
        here = x509.load_der_x509_certificate((authority.folder / f"ca/{name}.cer").read_bytes())
        (tmp_path / f"{name}.pem").write_bytes(here.public_bytes(Encoding.PEM))
    return tmp_path


def test_a_ceremony_is_held_once(tmp_path):
    ceremony(tmp_path, ADDRESS)
    before = {path.name: path.read_bytes() for path in (tmp_path / "ca").iterdir()}
    ceremony(tmp_path, "http://127.0.0.1:10")
    assert {path.name: path.read_bytes() for path in (tmp_path / "ca").iterdir()} == before
    secret = [p for p in (tmp_path / "ca").iterdir() if p.suffix == ".key" or p.name == "secret"]
    assert len(secret) == 5
    assert {path.stat().st_mode & 0o777 for path in secret} == {0o600}


def test_a_ceremony_that_was_killed_is_held_again(tmp_path):
    script = f"""
import os, signal
from pathlib import Path
from hoaphuong.signing.authority import ceremony as held
import sys; module = sys.modules["hoaphuong.signing.authority.ceremony"]
write, done = module._write, []
def dying(path, content, mode):
    done.append(path)
    if len(done) == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    write(path, content, mode)
module._write = dying
held(Path({str(tmp_path)!r}), {ADDRESS!r})
"""
    env = {**os.environ, "PYTHONPATH": str(SOURCE)}
    done = subprocess.run([sys.executable, "-c", script], env=env)
    assert done.returncode == -signal.SIGKILL
    assert not (tmp_path / "ca").exists()
    ceremony(tmp_path, ADDRESS)
    assert set(Authority.of(tmp_path).keys) == set(NAMES)


def test_ceremonies_at_the_same_time_make_one_authority(tmp_path):
    folder = tmp_path / "authority"
    with ThreadPoolExecutor(4) as several:
        list(several.map(lambda _: ceremony(folder, ADDRESS), range(4)))
    authority = Authority.of(folder)
    for name, key in authority.keys.items():
        assert authority.certificates[name].public_key() == key.public_key()
    assert [path.name for path in folder.iterdir()] == ["ca"]


def test_a_certificate_says_whose_it_is_and_where_to_ask(authority):
    made = certificate_for(
        authority.folder, kind="seal", name="Sở Xây dựng", agency_code="000.00.06.H24",
        organisation="Ủy ban nhân dân thành phố Hải Phòng", email="dau@example.vn",
    )  # fmt: skip
    names = made.subject.rfc4514_string()
    assert "CN=Sở Xây dựng" in names
    assert "000.00.06.H24" in names
    usage = made.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert usage.content_commitment
    assert not usage.key_cert_sign
    access = made.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert [one.access_location.value for one in access] == [
        f"{authority.address}/ocsp", f"{authority.address}/ca/issuing.cer",
    ]  # fmt: skip
    points = made.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert points[0].full_name[0].value == f"{authority.address}/crl/issuing.crl"


def test_certificates_of_any_time_are_issued(tmp_path):
    ceremony(tmp_path, ADDRESS)
    past = certificate_for(tmp_path, begins=-300, ends=-30)
    assert past.not_valid_after_utc == NOW - timedelta(days=30)
    assert certificate_for(tmp_path, begins=30).not_valid_before_utc == NOW + timedelta(days=30)


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "root"}, {"name": " "}, {"begins": 2, "ends": 1}, {"name": "x" * 200}],
    ids=str,
)
def test_what_no_certificate_can_say_is_not_issued(tmp_path, wrong):
    ceremony(tmp_path, ADDRESS)
    with pytest.raises(NotIssuable):
        certificate_for(tmp_path, **wrong)


def test_weak_keys_get_no_certificate(tmp_path):
    ceremony(tmp_path, ADDRESS)
    for key in (
        rsa.generate_private_key(public_exponent=65_537, key_size=1024),
        ec.generate_private_key(ec.SECP192R1()),
    ):
        with pytest.raises(NotIssuable):
            issue(
                tmp_path, name="A", public_key=key.public_key(), valid_from=NOW,
                valid_to=NOW + timedelta(days=1),
            )  # fmt: skip


def test_revoking_what_was_never_issued_or_for_no_reason_is_refused(tmp_path):
    ceremony(tmp_path, ADDRESS)
    with pytest.raises(NotIssued):
        revoke(tmp_path, 5)
    with pytest.raises(NotIssuable):
        revoke(tmp_path, certificate_for(tmp_path).serial_number, reason="bored")


def test_threads_issue_side_by_side(tmp_path):
    ceremony(tmp_path, ADDRESS)
    with ThreadPoolExecutor(8) as several:
        made = list(several.map(lambda _: certificate_for(tmp_path), range(24)))
    for one in made:
        revoke(tmp_path, one.serial_number)
    assert len({one.serial_number for one in made}) == 24


def test_openssl_verifies_a_certificate_with_its_lists(authority, pem):
    good, bad = certificate_for(authority.folder), certificate_for(authority.folder)
    revoke(authority.folder, bad.serial_number, NOW - timedelta(hours=1), "cessationOfOperation")
    for name, here in (("good", good), ("bad", bad)):
        (pem / f"{name}.pem").write_bytes(here.public_bytes(Encoding.PEM))
    for name in ("root", "issuing"):
        listed = authority.outside.get(f"{authority.address}/crl/{name}.crl")
        lists = x509.load_der_x509_crl(listed).public_bytes(Encoding.PEM)
        (pem / f"{name}.crl").write_bytes(lists)
    words = ["verify", "-x509_strict", "-crl_check_all", "-CAfile", "root.pem"]
    words += ["-CRLfile", "root.crl", "-CRLfile", "issuing.crl", "-untrusted", "issuing.pem"]
    assert openssl(pem, *words, "good.pem").returncode == 0
    done = openssl(pem, *words, "bad.pem")
    assert "certificate revoked" in done.stderr + done.stdout


@pytest.mark.parametrize("certificate", ["good", "revoked", "unknown"])
def test_openssl_accepts_what_is_answered_about_a_certificate(authority, pem, certificate):
    here = certificate_for(authority.folder)
    if certificate == "revoked":
        revoke(authority.folder, here.serial_number, NOW, "keyCompromise")
    if certificate == "unknown":
        (authority.folder / "index.sqlite3").rename(pem / "kept.sqlite3")
    (pem / "it.pem").write_bytes(here.public_bytes(Encoding.PEM))
    done = openssl(
        pem, "ocsp", "-issuer", "issuing.pem", "-cert", "it.pem", "-CAfile", "root.pem",
        "-verify_other", "issuing.pem", "-url", f"{authority.address}/ocsp",
    )  # fmt: skip
    if certificate == "unknown":
        (pem / "kept.sqlite3").rename(authority.folder / "index.sqlite3")
    assert "Response verify OK" in done.stderr, done.stderr
    assert f"it.pem: {certificate}" in done.stdout
    assert ("keyCompromise" in done.stdout) == (certificate == "revoked")


def test_a_responder_is_asked_by_get_too(authority, pem):
    import base64
    from urllib.parse import quote

    (pem / "it.pem").write_bytes(certificate_for(authority.folder).public_bytes(Encoding.PEM))
    openssl(pem, "ocsp", "-issuer", "issuing.pem", "-cert", "it.pem", "-reqout", "asked")
    said = quote(base64.b64encode((pem / "asked").read_bytes()).decode(), safe="")
    (pem / "answer").write_bytes(authority.outside.get(f"{authority.address}/ocsp/{said}"))
    done = openssl(pem, "ocsp", "-respin", "answer", "-CAfile", "root.pem", "-resp_text")
    assert "Cert Status: good" in done.stdout


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_openssl_verifies_a_time_stamp(authority, pem, digest):
    (pem / "paper").write_bytes(b"a paper")
    openssl(pem, "ts", "-query", "-data", "paper", f"-{digest}", "-cert", "-out", "asked")
    answer = authority.outside.post(
        authority.tsa, (pem / "asked").read_bytes(), content_type="application/timestamp-query"
    )
    (pem / "answer").write_bytes(answer)
    words = ["ts", "-verify", "-in", "answer", "-CAfile", "root.pem", "-untrusted", "issuing.pem"]
    assert "Verification: OK" in openssl(pem, *words, "-queryfile", "asked").stdout
    (pem / "paper").write_bytes(b"another")
    assert "Verification: OK" not in openssl(pem, *words, "-data", "paper").stdout


@pytest.mark.parametrize(
    ("words", "failure"),
    [
        (["-sha1"], "unrecognized or unsupported algorithm"),
        (["-sha256", "-tspolicy", "1.2.3.4"], "not supported by the TSA"),
    ],
    ids=["digest", "policy"],
)
def test_a_time_stamp_that_is_not_offered_is_refused_with_the_reason(
    authority, pem, words, failure
):
    (pem / "paper").write_bytes(b"a paper")
    openssl(pem, "ts", "-query", "-data", "paper", *words, "-out", "asked")
    answer = authority.outside.post(
        authority.tsa, (pem / "asked").read_bytes(), content_type="application/timestamp-query"
    )
    (pem / "answer").write_bytes(answer)
    shown = openssl(pem, "ts", "-reply", "-in", "answer", "-text").stdout
    assert "Rejected" in shown
    assert failure in shown


def test_nonsense_is_answered_with_a_refusal_not_with_silence(authority):
    from hoaphuong.kernel.outside import BadAnswer

    for body in (b"", b"\x30", b"\x30\x03\x02\x01\x01", os.urandom(200)):
        assert authority.outside.post(authority.tsa, body, content_type="x")
        assert authority.outside.post(f"{authority.address}/ocsp", body, content_type="x")
        with pytest.raises(BadAnswer) as refused:
            authority.outside.post(f"{authority.address}/enrol", body, content_type="x")
        assert refused.value.status == 401
        with pytest.raises(BadAnswer) as refused:
            authority.outside.post(f"{authority.address}/csc/v2/x", body, content_type="x")
        assert refused.value.status == 401
    with pytest.raises(BadAnswer) as refused:
        authority.outside.get(f"{authority.address}/ca/../secret")
    assert refused.value.status == 404
    with pytest.raises(BadAnswer) as refused:
        authority.outside.post(f"{authority.address}/_faults", b'{"part": "x"}', content_type="x")
    assert refused.value.status == 400


def test_a_request_that_its_key_did_not_sign_gets_no_certificate(authority):
    from cryptography.hazmat.primitives import hashes

    from hoaphuong.kernel.outside import BadAnswer

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Ai đó")])
    asked = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    secret = (authority.folder / "ca/secret").read_text()
    changed = asked.public_bytes(Encoding.DER).replace("Ai đó".encode(), "Ai đố".encode()[:6])
    with pytest.raises(BadAnswer) as refused:
        authority.outside.post(
            f"{authority.address}/enrol", changed[:-1] + bytes((changed[-1] ^ 1,)),
            content_type="application/pkcs10", Authorization=f"Bearer {secret}",
        )  # fmt: skip
    assert refused.value.status == 400


def test_a_taken_port_is_said_in_one_sentence(authority, tmp_path):
    port = authority.address.rsplit(":", 1)[1]
    words = ["stand-in", "authority", "--port", port, "--folder", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "hoaphuong", *words], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert port in done.stderr


def test_the_process_is_small(authority):
    psutil = pytest.importorskip("psutil")
    folder = str(authority.folder)
    mine = [
        child
        for child in psutil.Process().children(recursive=True)
        if folder in " ".join(child.cmdline())
    ]
    assert len(mine) == 1
    for _ in range(50):
        authority.outside.get(f"{authority.address}/crl/issuing.crl")
    time.sleep(0.1)
    assert mine[0].memory_full_info().uss < 30_000_000

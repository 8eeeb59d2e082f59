"""A token at its holder's machine: the documented program signs with the real openssl."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from hoaphuong.signing.authority import ceremony, issue
from hoaphuong.signing.pdf.foreign import checked
from hoaphuong.signing.providers import client
from hoaphuong.signing.providers.base import KeyUnavailable, SigningFault

GUIDE = Path(__file__).resolve().parents[4] / "docs/howto/sign-with-your-own-token.md"
CONTENT = b"the bytes of a paper around its empty place"
DIGEST = hashlib.sha256(CONTENT).digest()
NOW = datetime.now(UTC)


@pytest.fixture(params=["P-256", "RSA-2048"])
def holder(request, tmp_path):
    """A key file, its certificate, and the program of the guide."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    if not GUIDE.exists():
        pytest.skip("the guides come with a clone")
    if request.param == "P-256":
        key = ec.generate_private_key(ec.SECP256R1())
    else:
        key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    ceremony(tmp_path / "authority", "http://127.0.0.1:9")
    certificate = issue(
        tmp_path / "authority", name="Lê Thị Mẫu", public_key=key.public_key(),
        valid_from=NOW - timedelta(days=1), valid_to=NOW + timedelta(days=9),
    )  # fmt: skip
    program = re.search(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL).group(1)
    (tmp_path / "program.py").write_text(program)
    return tmp_path, certificate


def asked(certificate):
    return client.request(
        key="k1", digest=DIGEST, certificate=certificate, title="Quyết định 15/QĐ-UBND",
        answer_to="https://city.example/answer", expires_at=NOW + timedelta(minutes=30),
    )  # fmt: skip


def answered(folder, request):
    (folder / "request.json").write_text(json.dumps(request))
    words = ["program.py", "request.json", "answer.json", "key.pem"]
    subprocess.run([sys.executable, *words], cwd=folder, check=True, capture_output=True)
    return client.answer((folder / "answer.json").read_bytes(), key="k1")


def test_the_documented_program_makes_a_message_that_the_city_takes(holder):
    folder, certificate = holder
    message = answered(folder, asked(certificate))
    assert checked(message, digest=DIGEST, expected=certificate)
    with pytest.raises(SigningFault, match="another file"):
        checked(message, digest=bytes(32), expected=certificate)


def test_openssl_accepts_the_message_over_the_content(holder):
    folder, certificate = holder
    (folder / "message.der").write_bytes(answered(folder, asked(certificate)))
    (folder / "content").write_bytes(CONTENT)
    words = "cms -verify -inform DER -in message.der -binary -content content -noverify -out out"
    done = subprocess.run(["openssl", *words.split()], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (folder / "content").write_bytes(CONTENT + b"!")
    done = subprocess.run(["openssl", *words.split()], cwd=folder, capture_output=True, text=True)
    assert done.returncode != 0


def test_an_answer_to_something_else_or_of_something_else_is_refused():
    def body(**said):
        return json.dumps({"format": client.FORMAT, "key": "k1", "cms": "", **said}).encode()

    number = base64.b64encode(b"\x02\x01\x01").decode()
    for wrong, said in (
        (b"{", "cannot be read"),
        (b"[]", "cannot be read"),
        (body(key="k2"), "another request"),
        (body(format="x"), "another request"),
        (body(cms="***"), "cannot be read"),
        (body(cms=number), "cannot be read"),
        (b" " * (client.MOST_BYTES + 1), "too large"),
    ):
        with pytest.raises(KeyUnavailable, match=said):
            client.answer(wrong, key="k1")


def test_only_sha256_digests_go_out(tmp_path):
    with pytest.raises(ValueError, match="SHA-256"):
        client.request(
            key="k", digest=b"short", certificate=b"", title="", answer_to="", expires_at=NOW
        )

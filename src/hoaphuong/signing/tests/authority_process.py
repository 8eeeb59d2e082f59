"""The demonstration authority as a process of a test, on a port of its own."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hoaphuong.command.benching.city import free_port
from hoaphuong.kernel.outside import Outside
from hoaphuong.signing import authority
from hoaphuong.signing.authority.ceremony import Authority
from hoaphuong.signing.authority.index import Index

SOURCE = Path(__file__).resolve().parents[3]
PATIENCE_S = 30.0


class Running:
    """``folder`` for ``authority.issue`` and the like, ``address`` to ask it."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder, self.address = folder, address

    @property
    def root(self) -> bytes:
        """The anchor, DER."""
        return (self.folder / "ca" / "root.cer").read_bytes()

    @property
    def issuing(self) -> bytes:
        """The issuing CA, DER."""
        return (self.folder / "ca" / "issuing.cer").read_bytes()

    @property
    def tsa(self) -> str:
        return f"{self.address}/tsa"

    @property
    def outside(self) -> Outside:
        """Allowed to ask this authority, for one second a call."""
        return Outside.of([self.address], seconds=1.0)

    def faults(self, part: str = "", **told: Any) -> None:
        """``faults("tsa", hang=3)``; ``faults()`` ends all. See ``authority/faults.py``."""
        body = json.dumps({"part": part, **told} if part else {}).encode()
        with urllib.request.urlopen(f"{self.address}/_faults", body, timeout=10) as answer:
            assert answer.status == 200

    def requests(self) -> list[dict[str, Any]]:
        """What it was asked so far, in order."""
        lines = (self.folder / "requests.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def asked_until_now(self) -> int:
        """How often it was asked, once what hangs (two seconds at most) is written down too."""
        count, since = len(self.requests()), time.monotonic()
        while time.monotonic() - since < 2.5:
            time.sleep(0.1)
            if (now := len(self.requests())) != count:
                count, since = now, time.monotonic()
        return count

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def with_stamper(folder: Path, *, until: datetime) -> None:
    """Give an authority that does not run another key and certificate for time stamps."""
    made = Authority.of(folder)
    key, old = ec.generate_private_key(ec.SECP256R1()), made.certificates["tsa"]
    built = (
        x509.CertificateBuilder()
        .subject_name(old.subject)
        .issuer_name(old.issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(until)
    )
    for extension in old.extensions:
        value = extension.value
        if isinstance(value, x509.SubjectKeyIdentifier):
            value = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        built = built.add_extension(value, extension.critical)
    Index(folder).add(
        serial=old.serial_number, kind="tsa", certificate=made.der("tsa"), at=datetime.now(UTC)
    )
    signed = built.sign(made.keys["issuing"], hashes.SHA256())
    (folder / "ca" / "tsa.cer").write_bytes(signed.public_bytes(serialization.Encoding.DER))
    plain = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "ca" / "tsa.key").write_bytes(plain)


@contextmanager
def running(folder: Path, port: int = 0) -> Iterator[Running]:
    """Make (when it is not there) and run the authority of a folder."""
    port = port or free_port()
    authority.ceremony(folder, f"http://127.0.0.1:{port}", at=datetime.now(UTC))
    words = ["stand-in", "authority", "--port", str(port), "--folder", str(folder)]
    log = (folder / "process.log").open("ab")
    child = subprocess.Popen(
        [sys.executable, "-m", "hoaphuong", *words],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        stdout=log,
        stderr=log,
    )
    try:
        here = Running(folder, f"http://127.0.0.1:{port}")
        deadline = time.monotonic() + PATIENCE_S
        while not here.answers():
            said = (folder / "process.log").read_text()
            assert child.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.05)
        yield here
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

"""What the benches of signing share: a paper, a key, and the same done by stock pyHanko."""

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from hoaphuong.signing.contracts import Box, Level, Look, SignatureField, TextField, ToSign
from hoaphuong.signing.providers.base import RevocationAnswers, TimeStamps
from hoaphuong.signing.providers.software import SoftwareKey

PLACE = SignatureField("person", Box(0, 300, 300, 480, 390))
SEAL = SignatureField("seal", Box(0, 220, 300, 300, 390))
NUMBER = TextField("number", Box(0, 100, 700, 150, 716), 13)
RAW = {"p256": ("ecdsap256", "ecdsa"), "rsa2048": ("rsa2048", "rsa")}


@dataclass(frozen=True)
class Case:
    """A paper and a key as a leader's batch has them."""

    paper: ToSign
    key: SoftwareKey
    anchor: bytes

    def sign(self, level: Level, stamps: TimeStamps | None) -> bytes:
        from hoaphuong.signing.pdf import sign

        paper = ToSign(self.paper.content, PLACE.name, self.paper.look, level=level)
        return sign(paper, key=self.key, at=datetime.now(UTC), stamps=stamps, answers=None)

    def issued(self, stamps: TimeStamps, answers: RevocationAnswers) -> bytes:
        """The paper certified, its number filled in, and sealed for the archive."""
        from hoaphuong.signing.pdf import fill, sign

        at = datetime.now(UTC)
        outside: Any = {"key": self.key, "at": at, "stamps": stamps, "answers": answers}
        look = self.paper.look
        certified = ToSign(self.paper.content, PLACE.name, look, certify=True)
        numbered = fill(sign(certified, **outside), {NUMBER.name: "15"})
        return sign(ToSign(numbered, SEAL.name, look, level=Level.B_LTA), **outside)


def _typeset() -> bytes:
    """A page as the city sets it, with a place for a signature."""
    import typst

    from hoaphuong.signing.pdf import reserve
    from hoaphuong.signing.pdf.fonts import FOLDER

    source = (
        '#set document(title: "Bench", date: datetime(year: 2026, month: 1, day: 1))\n'
        '#set text(font: "Tinos", lang: "vi", size: 13pt)\n= Quyết định\n'
        + "\n\n".join(f"Điều {article}. #lorem(60)" for article in range(1, 8))
    )
    fonts: dict[str, Any] = {"font_paths": [str(FOLDER)], "ignore_system_fonts": True}
    compiler: Any = typst.Compiler(**{"input": source.encode(), **fonts})
    made = compiler.compile(format="pdf", pdf_standards="a-2b")
    assert isinstance(made, bytes)
    return reserve(made, texts=(NUMBER,), signatures=(PLACE, SEAL))


def _image() -> bytes:
    """A hand's signature: blue strokes on a transparent ground, 900 by 450 points."""
    from PIL import Image, ImageDraw

    image = Image.new("RGBA", (900, 450), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    for turn in range(12):
        pen.arc((60 * turn, 40, 60 * turn + 240, 400), 20, 330, fill=(20, 40, 180, 255), width=9)
    made = BytesIO()
    image.save(made, "PNG")
    return made.getvalue()


def case_of(kind: str, folder: Path, address: str) -> Case:
    """A paper and a new key of a kind, certified by the authority of the folder."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    from hoaphuong.signing import authority

    authority.ceremony(folder, address)
    private: Any = (
        rsa.generate_private_key(65_537, 2_048)
        if kind == "rsa2048"
        else ec.generate_private_key(ec.SECP256R1())
    )
    now = datetime.now(UTC)
    certificate = authority.issue(
        folder,
        name="Nguyễn Văn Thử",
        public_key=private.public_key(),
        valid_from=now - timedelta(days=1),
        valid_to=now + timedelta(days=30),
    )
    made = authority.Authority.of(folder)
    key = SoftwareKey(private, certificate, (made.der("issuing"),))
    return Case(ToSign(_typeset(), PLACE.name, Look(image=_image())), key, made.der("root"))


def raw_rate(kind: str) -> float:
    """Signatures a second that openssl itself makes; nothing when it is not there."""
    name, word = RAW[kind]
    try:
        said = subprocess.run(
            ["openssl", "speed", "-seconds", "1", name], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0.0
    row = next((line for line in said.splitlines() if word in line and line.split()), "")
    rates = re.findall(r"\s(\d+(?:\.\d+)?)(?=\s|$)", row)
    return float(rates[-2]) if len(rates) >= 2 else 0.0


def stock_signer(key: SoftwareKey) -> Any:
    """pyHanko's own signer with a key, as its documentation makes it."""
    from asn1crypto import keys, x509
    from cryptography.hazmat.primitives import serialization
    from pyhanko.sign import signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    plain = key._key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    store = SimpleCertificateStore()
    store.register_multiple(x509.Certificate.load(one) for one in key.chain)
    return signers.SimpleSigner(
        signing_cert=x509.Certificate.load(key.certificate),
        signing_key=keys.PrivateKeyInfo.load(plain),
        cert_registry=store,
    )


def stock(case: Case, stamper: Any = None) -> Callable[[], object]:
    """The same paper signed by stock pyHanko, without an image: it packs one anew each time."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.fields import SigSeedSubFilter

    signer = stock_signer(case.key)
    told = signers.PdfSignatureMetadata(
        field_name=PLACE.name, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
    )

    def sign() -> object:
        writer = IncrementalPdfFileWriter(BytesIO(case.paper.content))
        return signers.PdfSigner(told, signer=signer, timestamper=stamper).sign_pdf(writer)

    return sign


def stock_stamper() -> Any:
    """pyHanko's own time stamps, inside this process; it takes RSA keys only."""
    from asn1crypto import keys, x509
    from cryptography import x509 as certificates
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
    from pyhanko.sign.timestamps import DummyTimeStamper

    private = rsa.generate_private_key(65_537, 2_048)
    name = certificates.Name([certificates.NameAttribute(NameOID.COMMON_NAME, "Bench TSA")])
    usage = certificates.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    now = datetime.now(UTC)
    made = certificates.CertificateBuilder().subject_name(name).issuer_name(name)
    made = made.public_key(private.public_key()).serial_number(1)
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=9))
    signed = made.add_extension(usage, critical=True).sign(private, hashes.SHA256())
    der = serialization.Encoding.DER
    plain = private.private_bytes(
        der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return DummyTimeStamper(
        x509.Certificate.load(signed.public_bytes(der)), keys.PrivateKeyInfo.load(plain)
    )

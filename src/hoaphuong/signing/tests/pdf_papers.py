"""Papers, keys and an authority of the tests of PDF signatures; everything is made anew."""

from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from typing import Any

from asn1crypto import cms, tsp
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from PIL import Image, ImageDraw

from hoaphuong.signing.contracts import Box, Look, SignatureField, TextField
from hoaphuong.signing.pdf import reserve
from hoaphuong.signing.pdf.fonts import FOLDER
from hoaphuong.signing.providers.software import SoftwareKey

AT = datetime.now(UTC).replace(microsecond=0)
NUMBER = TextField("number", Box(0, 100, 700, 150, 716), size=13)
DAY = TextField("day", Box(0, 300, 700, 330, 716), size=13, italic=True)
PERSON = SignatureField("person", Box(0, 300, 300, 480, 390), label="Chữ ký")
SEAL = SignatureField("seal", Box(0, 240, 310, 340, 410), label="Con dấu")
TEXT = SignatureField("copy", Box(0, 330, 780, 580, 830))
RED, BLUE = (200, 20, 20, 255), (20, 40, 180, 255)


@cache
def typeset(pages: int = 1) -> bytes:
    """A paper as typst sets it: PDF/A-2b, tagged, in Vietnamese."""
    import typst

    source = (
        '#set document(title: "Thử", date: datetime(year: 2026, month: 1, day: 1))\n'
        '#set text(font: "Tinos", lang: "vi", size: 13pt)\n= Quyết định thử\n'
        + "\n#pagebreak()\n".join(f"Điều {page}. #lorem(60)" for page in range(1, pages + 1))
    )
    made = typst.compile(
        source.encode(), format="pdf", font_paths=[str(FOLDER)], ignore_system_fonts=True,
        pdf_standards="a-2b",
    )  # fmt: skip
    assert isinstance(made, bytes)
    return made


@cache
def reserved() -> bytes:
    """The paper with places for a number, a day, two signatures and a copy's text."""
    return reserve(typeset(), texts=(NUMBER, DAY), signatures=(PERSON, SEAL, TEXT))


@cache
def drawing(colour: tuple[int, int, int, int], width: int = 300, height: int = 150) -> bytes:
    """An image with a transparent ground."""
    image = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((10, 10, width - 10, height - 10), outline=colour, width=12)
    made = BytesIO()
    image.save(made, "PNG")
    return made.getvalue()


def look(colour: tuple[int, int, int, int] = BLUE) -> Look:
    return Look(image=drawing(colour))


COPY = Look(lines=("15/QĐ-UBND; 2026-06-26T09:30:15+07:00", "SAO Y: UBND xã Thử"), size=10)


class Authority:
    """A root, an issuing authority, a time-stamp authority, and what they say of certificates."""

    def __init__(self) -> None:
        self.root_key = ec.generate_private_key(ec.SECP256R1())
        self.root = self._certificate("Root", self.root_key, self.root_key, None, ca=True)
        self.ca_key = ec.generate_private_key(ec.SECP256R1())
        self.ca = self._certificate("Issuing", self.ca_key, self.root_key, self.root, ca=True)
        self.revoked: dict[int, datetime] = {}
        self.silent = False
        self._stamper: Any = None
        self.asked = 0

    def _certificate(
        self, name: str, key: Any, by: Any, issuer: Any, *, ca: bool = False, stamps: bool = False,
        begins: datetime | None = None, ends: datetime | None = None,
    ) -> x509.Certificate:  # fmt: skip
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = (
            x509.CertificateBuilder().subject_name(subject)
            .issuer_name(issuer.subject if issuer else subject).public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins or AT - timedelta(days=1))
            .not_valid_after(ends or AT + timedelta(days=365))
            .add_extension(x509.BasicConstraints(ca, None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), False
            )
            .add_extension(
                x509.KeyUsage(not ca, not ca, False, False, False, ca, ca, False, False), True
            )
        )  # fmt: skip
        if issuer:
            asked = x509.AuthorityInformationAccess(
                [
                    x509.AccessDescription(
                        AuthorityInformationAccessOID.OCSP,
                        x509.UniformResourceIdentifier("http://ocsp.invalid"),
                    )
                ]
            )
            made = made.add_extension(asked, critical=False)
        if stamps:
            usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            made = made.add_extension(usage, critical=True)
        return made.sign(by, hashes.SHA256())

    def key(self, kind: str = "p256", name: str = "Nguyễn Văn Thử", **when: Any) -> SoftwareKey:
        """A new key with a certificate of the issuing authority."""
        private: Any = (
            rsa.generate_private_key(65_537, 2_048) if kind == "rsa"
            else ec.generate_private_key(ec.SECP256R1())
        )  # fmt: skip
        made = self._certificate(name, private, self.ca_key, self.ca, **when)
        return SoftwareKey(private, der(made), (der(self.ca),))

    def stamp(self, digest: bytes) -> bytes:
        """A time stamp by pyHanko's own authority."""
        self.asked += 1
        if self._stamper is None:
            from pyhanko.sign.timestamps import DummyTimeStamper
            from pyhanko_certvalidator.registry import SimpleCertificateStore

            private = rsa.generate_private_key(65_537, 2_048)
            made = self._certificate("TSA", private, self.ca_key, self.ca, stamps=True)
            store = SimpleCertificateStore()
            store.register(asn1.Certificate.load(der(self.ca)))
            plain = private.private_bytes(
                serialization.Encoding.DER, serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )  # fmt: skip
            self._stamper = DummyTimeStamper(
                asn1.Certificate.load(der(made)), asn1_keys.PrivateKeyInfo.load(plain), store
            )
        asked = tsp.TimeStampReq(
            {
                "version": 1,
                "message_imprint": {
                    "hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest
                },
                "cert_req": True,
            }
        )  # fmt: skip
        answer = self._stamper.request_tsa_response(asked)
        token: cms.ContentInfo = answer["time_stamp_token"]
        return token.dump()

    def ocsp(self, certificate: bytes, issuer: bytes) -> bytes | None:
        """What the issuing authority says of a certificate."""
        if self.silent:
            return None
        of, by = x509.load_der_x509_certificate(certificate), x509.load_der_x509_certificate(issuer)
        since = self.revoked.get(of.serial_number)
        return (
            ocsp.OCSPResponseBuilder()
            .add_response(
                of, by, hashes.SHA1(),
                ocsp.OCSPCertStatus.REVOKED if since else ocsp.OCSPCertStatus.GOOD,
                AT - timedelta(minutes=5), AT + timedelta(days=1), since,
                x509.ReasonFlags.key_compromise if since else None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, self.ca)
            .sign(self.ca_key, hashes.SHA256())
            .public_bytes(serialization.Encoding.DER)
        )  # fmt: skip

    def crl(self, certificate: bytes) -> bytes | None:
        """The root's empty list."""
        if self.silent:
            return None
        return (
            x509.CertificateRevocationListBuilder().issuer_name(self.root.subject)
            .last_update(AT - timedelta(minutes=5)).next_update(AT + timedelta(days=1))
            .add_extension(x509.CRLNumber(1), False)
            .sign(self.root_key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
        )  # fmt: skip


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


@cache
def authority() -> Authority:
    return Authority()


@cache
def _key(kind: str) -> SoftwareKey:
    return authority().key(kind)


def key(kind: str = "p256") -> SoftwareKey:
    """The signer's key of a kind, p256 or rsa."""
    return _key(kind)


def statuses(pdf: bytes, *, root: x509.Certificate | None = None) -> list[Any]:
    """What pyHanko finds of every signature and document time stamp, in the order of signing."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
    from pyhanko_certvalidator import ValidationContext

    anchor = asn1.Certificate.load(der(root or authority().root))
    reader = PdfFileReader(BytesIO(pdf))
    found = []
    for one in reader.embedded_signatures:
        context = ValidationContext(trust_roots=[anchor], allow_fetching=False)
        if one.sig_object_type == "/DocTimeStamp":
            found.append(validate_pdf_timestamp(one, validation_context=context))
        else:
            found.append(validate_pdf_signature(one, context))
    return found


def good(pdf: bytes) -> bool:
    """Whether pyHanko says that all of it is intact, trusted and changed as permitted only."""
    found = statuses(pdf)
    return bool(found) and all(
        one.bottom_line if hasattr(one, "bottom_line") else one.intact and one.valid and one.trusted
        for one in found
    )

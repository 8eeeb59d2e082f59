"""An invented authority and signed files, with every moment chosen by the test."""

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from asn1crypto import keys, pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign import fields, signers, timestamps
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore

from hoaphuong.signing.verification.trust import Anchors


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


BEGINS, ENDS = day("2025-01-01"), day("2027-01-01")


@cache
def rsa_key(name: str) -> Any:
    """Made once for the whole run: RSA keys are slow to make."""
    return rsa.generate_private_key(65537, 2048)


@dataclass
class Holder:
    """A key with its certificate."""

    key: Any
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def asn1(self) -> asn1_x509.Certificate:
        return asn1_x509.Certificate.load(self.der)

    @property
    def asn1_key(self) -> keys.PrivateKeyInfo:
        text = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return keys.PrivateKeyInfo.load(pem.unarmor(text)[2])


def holder(
    name: str,
    by: Holder | None = None,
    *,
    issues: bool = False,
    key: Any = None,
    begins: datetime = BEGINS,
    ends: datetime = ENDS,
    purpose: Any = None,
    sign_in: bool = False,
    organisation: str = "Cơ quan giả định",
    signed_with: Any = None,
    path_length: int | None = None,
    url: str = "",
    hash_: Any = None,
) -> Holder:
    """A certificate by its issuer, itself when there is none."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, name),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
        ]
    )
    above = by.key if by else key
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(issues, path_length), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()), False
        )
        .add_extension(
            x509.KeyUsage(
                digital_signature=not issues,
                content_commitment=not issues and not sign_in,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=issues,
                crl_sign=issues,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    if sign_in:
        purpose = ExtendedKeyUsageOID.CLIENT_AUTH
    if purpose is not None:
        built = built.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
    if url:
        built = built.add_extension(
            x509.AuthorityInformationAccess(
                [
                    x509.AccessDescription(
                        x509.AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(url)
                    )
                ]
            ),
            False,
        )
    return Holder(key, built.sign(signed_with or above, hash_ or hashes.SHA256()))


@dataclass
class Authority:
    """Root, issuing authority, time stamps and answers."""

    root: Holder = field(init=False)
    issuing: Holder = field(init=False)
    tsa: Holder = field(init=False)
    signer: Holder = field(init=False)
    tsa_ends: datetime = day("2030-01-01")

    def __post_init__(self) -> None:
        long = {"begins": day("2020-01-01"), "ends": day("2050-01-01")}
        self.root = holder("Gốc giả định", issues=True, **long)
        self.issuing = holder("CA giả định", self.root, issues=True, **long)
        self.tsa = self.stamper(self.tsa_ends)
        self.signer = holder("Nguyễn Giả Định", self.issuing)

    def stamper(self, ends: datetime, name: str = "TSA giả định") -> Holder:
        return holder(
            name, self.issuing, key=rsa_key("tsa"), begins=day("2024-01-01"), ends=ends,
            purpose=ExtendedKeyUsageOID.TIME_STAMPING,
        )  # fmt: skip

    @property
    def anchors(self) -> Anchors:
        return Anchors.of([self.root.der])

    def clock(self, at: datetime, tsa: Holder | None = None) -> timestamps.DummyTimeStamper:
        tsa = tsa or self.tsa
        return timestamps.DummyTimeStamper(
            tsa.asn1,
            tsa.asn1_key,
            certs_to_embed=SimpleCertificateStore.from_certs([self.issuing.asn1]),
            fixed_dt=at,
        )

    def ocsp(
        self,
        made_at: datetime,
        *,
        about: Holder | None = None,
        next_at: datetime | None = None,
        revoked_at: datetime | None = None,
        by: Holder | None = None,
        carries: bool = True,
    ) -> bytes:
        about, by = about or self.signer, by or self.issuing
        status = ocsp.OCSPCertStatus.REVOKED if revoked_at else ocsp.OCSPCertStatus.GOOD
        built = ocsp.OCSPResponseBuilder().add_response(
            about.certificate, self.issuing.certificate, hashes.SHA1(), status, made_at, next_at,
            revoked_at, None,
        )  # fmt: skip
        built = built.responder_id(ocsp.OCSPResponderEncoding.HASH, by.certificate)
        if by is not self.issuing and carries:
            built = built.certificates([by.certificate])
        return built.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def crl(
        self, made_at: datetime, next_at: datetime, revoked: dict[int, datetime] | None = None
    ) -> bytes:
        built = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.issuing.certificate.subject)
            .last_update(made_at)
            .next_update(next_at)
        )
        for serial, moment in (revoked or {}).items():
            built = built.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(serial)
                .revocation_date(moment)
                .build()
            )
        return built.sign(self.issuing.key, hashes.SHA256()).public_bytes(Encoding.DER)


def _form() -> dict[Any, Any]:
    return {
        generic.pdf_name("/Type"): generic.pdf_name("/XObject"),
        generic.pdf_name("/Subtype"): generic.pdf_name("/Form"),
        generic.pdf_name("/BBox"): generic.ArrayObject(
            [generic.NumberObject(n) for n in (0, 0, 80, 20)]
        ),
    }


def paper(*names: str) -> bytes:
    """A page of a paper, with empty text fields of these names."""
    writer = PdfFileWriter()
    content = generic.StreamObject(stream_data=b"BT /F1 12 Tf 72 700 Td (Quyet dinh) Tj ET")
    writer.insert_page(PageObject(writer.add_object(content), (0, 0, 595, 842)))
    if names:
        page = writer.find_page_for_modification(0)[0].get_object()
        widgets = generic.ArrayObject()
        for number, name in enumerate(names):
            look = generic.StreamObject(stream_data=b"q Q", dict_data=_form())
            widget = generic.DictionaryObject(
                {
                    generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
                    generic.pdf_name("/Subtype"): generic.pdf_name("/Widget"),
                    generic.pdf_name("/FT"): generic.pdf_name("/Tx"),
                    generic.pdf_name("/T"): generic.pdf_string(name),
                    generic.pdf_name("/F"): generic.NumberObject(4),
                    generic.pdf_name("/Rect"): generic.ArrayObject(
                        [
                            generic.NumberObject(n)
                            for n in (72, 600 - 30 * number, 152, 620 - 30 * number)
                        ]
                    ),
                    generic.pdf_name("/AP"): generic.DictionaryObject(
                        {generic.pdf_name("/N"): writer.add_object(look)}
                    ),
                }
            )
            widgets.append(writer.add_object(widget))
        page["/Annots"] = widgets
        writer.root["/AcroForm"] = writer.add_object(
            generic.DictionaryObject({generic.pdf_name("/Fields"): generic.ArrayObject(widgets)})
        )
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def signed(
    content: bytes,
    by: Holder,
    authority: Authority,
    *,
    stamped_at: datetime | None = None,
    tsa: Holder | None = None,
    certify: bool = False,
    name: str = "KY1",
    subfilter: Any = fields.SigSeedSubFilter.PADES,
    permits: Any = fields.MDPPerm.FILL_FORMS,
    digest: str = "sha256",
    claimed_at: datetime | None = None,
) -> bytes:
    """With one more signature."""
    signer = signers.SimpleSigner(
        signing_cert=by.asn1,
        signing_key=by.asn1_key,
        cert_registry=SimpleCertificateStore.from_certs([authority.issuing.asn1]),
    )
    made = signers.PdfSigner(
        signers.PdfSignatureMetadata(
            field_name=name, certify=certify, subfilter=subfilter, md_algorithm=digest,
            docmdp_permissions=permits,
        ),
        signer,
        timestamper=authority.clock(stamped_at, tsa) if stamped_at else None,
    )  # fmt: skip
    out = io.BytesIO()
    made.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content)), output=out)
    return out.getvalue()


def with_evidence(content: bytes, **pieces: list[bytes]) -> bytes:
    """With a store of ``ocsps``, ``crls`` and ``certs``."""
    stream = io.BytesIO(content)
    from asn1crypto import crl as asn1_crl
    from asn1crypto import ocsp as asn1_ocsp

    DocumentSecurityStore.add_dss(
        stream,
        sig_contents=None,
        certs=[asn1_x509.Certificate.load(one) for one in pieces.get("certs", ())],
        ocsps=[asn1_ocsp.OCSPResponse.load(one) for one in pieces.get("ocsps", ())],
        crls=[asn1_crl.CertificateList.load(one) for one in pieces.get("crls", ())],
    )
    return stream.getvalue()


def stamped(content: bytes, authority: Authority, at: datetime, tsa: Holder | None = None) -> bytes:
    """With one more document time stamp."""
    out = io.BytesIO()
    signers.PdfTimeStamper(authority.clock(at, tsa)).timestamp_pdf(
        IncrementalPdfFileWriter(io.BytesIO(content)),
        "sha256",
        output=out,
    )
    return out.getvalue()


def filled(content: bytes, **values: str) -> bytes:
    """With text written into fields."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    for widget in writer.root["/AcroForm"]["/Fields"]:
        one = widget.get_object()
        if str(one.get("/T", "")) in values:
            one["/V"] = generic.pdf_string(values[str(one["/T"])])
            writer.mark_update(widget.reference)
    return _written(writer)


def edited(content: bytes) -> bytes:
    """With another text on its page."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(
        generic.StreamObject(stream_data=b"BT /F1 12 Tf 72 700 Td (Khac han) Tj ET")
    )
    writer.update_container(page)
    return _written(writer)


def _written(writer: IncrementalPdfFileWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


HOUR = timedelta(hours=1)

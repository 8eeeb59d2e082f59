"""An authority in this process, with keys, time stamps and answers, for tests of XML."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from asn1crypto import algos, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from hoaphuong.signing.authority.ceremony import Authority, ceremony
from hoaphuong.signing.authority.faults import Faults
from hoaphuong.signing.authority.issuing import issue
from hoaphuong.signing.authority.stamping import Stamper
from hoaphuong.signing.providers.software import SoftwareKey

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
SHA256 = hashes.SHA256()
KINDS = ("rsa", "ec")


@dataclass
class Stamps:
    """Time stamps of the authority at a moment of one's choice."""

    authority: Authority
    at: datetime = NOW
    asked: list[bytes] = field(default_factory=list)

    def stamp(self, digest: bytes) -> bytes:
        self.asked.append(digest)
        request = tsp.TimeStampReq(
            {
                "version": "v1",
                "message_imprint": {
                    "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
                    "hashed_message": digest,
                },
                "cert_req": True,
            }
        )
        answer = Stamper.of(self.authority).answer(request.dump(), at=self.at, faults=Faults())
        return bytes(tsp.TimeStampResp.load(answer)["time_stamp_token"].dump())


@dataclass
class Answers:
    """Whether a certificate is revoked, from the authority's own index of revoked serials."""

    authority: Authority
    at: datetime = NOW
    revoked: dict[int, datetime] = field(default_factory=dict)
    silent: bool = False

    def ocsp(self, certificate: bytes, issuer: bytes) -> bytes | None:
        asked = x509.load_der_x509_certificate(certificate)
        above = x509.load_der_x509_certificate(issuer)
        if self.silent or above != self.authority.certificates["issuing"]:
            return None
        at = self.revoked.get(asked.serial_number)
        return (
            ocsp.OCSPResponseBuilder()
            .add_response(
                cert=asked,
                issuer=above,
                algorithm=hashes.SHA1(),  # names the issuer only
                cert_status=ocsp.OCSPCertStatus.REVOKED if at else ocsp.OCSPCertStatus.GOOD,
                this_update=self.at,
                next_update=self.at + timedelta(days=1),
                revocation_time=at,
                revocation_reason=None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, self.authority.certificates["ocsp"])
            .certificates([self.authority.certificates["ocsp"]])
            .sign(self.authority.keys["ocsp"], SHA256)
            .public_bytes(Encoding.DER)
        )

    def crl(self, certificate: bytes) -> bytes | None:
        asked = x509.load_der_x509_certificate(certificate)
        above = self.authority.certificates["root"]
        if self.silent or asked.issuer != above.subject:
            return None
        return (
            x509.CertificateRevocationListBuilder()
            .issuer_name(above.subject)
            .last_update(self.at)
            .next_update(self.at + timedelta(days=30))
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()), False
            )
            .add_extension(x509.CRLNumber(1), False)
            .sign(self.authority.keys["root"], SHA256)
            .public_bytes(Encoding.DER)
        )


@cache
def authority() -> Authority:
    """One authority for all tests of a run."""
    folder = Path(mkdtemp(prefix="xml-authority-"))
    ceremony(folder, "http://127.0.0.1:9", at=NOW)
    return Authority.of(folder)


@cache
def private_key(kind: str) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    if kind == "rsa":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1())


def signer(kind: str = "ec", name: str = "Nguyễn Văn Mẫu", days: int = 365) -> SoftwareKey:
    """A key whose certificate is valid from thirty days before NOW for some days."""
    return _signer(kind, name, days)


@cache
def _signer(kind: str, name: str, days: int) -> SoftwareKey:
    key, ours = private_key(kind), authority()
    certificate = issue(
        ours.folder,
        name=name,
        public_key=key.public_key(),
        valid_from=NOW - timedelta(days=30),
        valid_to=NOW + timedelta(days=days - 30),
        organisation="UBND phường Mẫu",
        authority=ours,
    )
    return SoftwareKey(key, certificate, (ours.der("issuing"),))


@contextmanager
def root_file() -> Iterator[Path]:
    """The root certificate in PEM, as xmlsec1 wants it."""
    path = authority().folder / "root.pem"
    path.write_bytes(authority().certificates["root"].public_bytes(Encoding.PEM))
    yield path

"""XAdES at four levels: built as the standard says, believed by xmlsec1 and signxml."""

import base64
import copy
import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography import x509
from lxml import etree
from signxml import InvalidSignature
from signxml.xades import XAdESSignatureConfiguration, XAdESVerifier

from hoaphuong.signing.contracts import Level
from hoaphuong.signing.providers.base import EvidenceMissing, SigningKey, TimeStampFailed
from hoaphuong.signing.tests.test_xml_enveloped import HEADER, MESSAGE, xmlsec
from hoaphuong.signing.tests.xml_signers import KINDS, NOW, Answers, Stamps, authority, signer
from hoaphuong.signing.xml import NotSignable, extend_xml, sign_files, sign_xml
from hoaphuong.signing.xml.names import DS, EXCLUSIVE, XADES, XADES141, canonical

PLAIN = MESSAGE.replace(b"<?show this?>\n", b"")
LEVELS = tuple(Level)


def _signed(level: Level, kind: str = "ec", content: bytes = PLAIN) -> bytes:
    return sign_xml(
        content,
        key=signer(kind),
        at=NOW,
        level=level,
        stamps=Stamps(authority()),
        answers=Answers(authority()),
        inside=HEADER,
    )


def _signxml_believes(content: bytes, kind: str) -> bool:
    certificate = x509.load_der_x509_certificate(signer(kind).certificate)
    expect = XAdESSignatureConfiguration(location=".//", expect_references=2)
    try:
        found = XAdESVerifier().verify(content, x509_cert=certificate, expect_config=expect)
    except InvalidSignature:
        return False
    return len(found) == 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level", LEVELS)
def test_xmlsec_and_signxml_believe_every_level(level: Level, kind: str, tmp_path: Path) -> None:
    signed = _signed(level, kind)
    assert xmlsec(signed, tmp_path, "--id-attr:Id", "SignedProperties")
    assert _signxml_believes(signed, kind)
    for changed in (
        signed.replace("cấp phép".encode(), "cấm phép".encode()),
        signed.replace(b"2026-11-20T08:00:00Z", b"2026-11-20T08:00:01Z"),
    ):
        assert changed != signed
        assert not xmlsec(changed, tmp_path, "--id-attr:Id", "SignedProperties")
        assert not _signxml_believes(changed, kind)


def test_the_certificate_and_the_moment_are_signed() -> None:
    root = etree.fromstring(_signed(Level.B_B))
    digest = root.findtext(f".//{{{XADES}}}SigningCertificateV2//{{{DS}}}DigestValue") or ""
    assert base64.b64decode(digest) == hashlib.sha256(signer().certificate).digest()
    assert root.findtext(f".//{{{XADES}}}SigningTime") == "2026-11-20T08:00:00Z"
    properties = root.find(f".//{{{XADES}}}SignedProperties")
    uris = [found.get("URI") for found in root.iter(f"{{{DS}}}Reference")]
    assert uris == ["", f"#{properties.get('Id')}"]


def test_each_level_holds_what_the_standard_asks() -> None:
    expected = {
        Level.B_B: [],
        Level.B_T: ["SignatureTimeStamp"],
        Level.B_LT: [
            "SignatureTimeStamp",
            "CertificateValues",
            "RevocationValues",
            "TimeStampValidationData",
        ],
    }
    expected[Level.B_LTA] = [*expected[Level.B_LT], "ArchiveTimeStamp"]
    for level, names in expected.items():
        root = etree.fromstring(_signed(level))
        held = root.findall(f".//{{{XADES}}}UnsignedSignatureProperties/*")
        assert [etree.QName(found).localname for found in held] == names


def test_the_time_stamp_is_over_the_signature_value() -> None:
    root = etree.fromstring(_signed(Level.B_T))
    value = root.find(f".//{{{DS}}}SignatureValue")
    held = root.findtext(f".//{{{XADES}}}SignatureTimeStamp/{{{XADES}}}EncapsulatedTimeStamp")
    info = cms.ContentInfo.load(base64.b64decode(held))["content"]["encap_content_info"]
    imprint = info["content"].parsed["message_imprint"]["hashed_message"].native
    assert imprint == hashlib.sha256(canonical(value, EXCLUSIVE)).digest()


def test_an_archive_stamp_is_over_what_the_standard_lists_in_its_order() -> None:
    """Put together here from EN 319 132-1, 5.5.2.2, not with the code that makes it."""
    root = etree.fromstring(_signed(Level.B_LTA))
    bare = copy.deepcopy(root)
    signature = bare.find(f".//{{{DS}}}Signature")
    signature.getparent().remove(signature)
    signature = root.find(f".//{{{DS}}}Signature")
    unsigned = list(root.find(f".//{{{XADES}}}UnsignedSignatureProperties"))
    pieces = [
        root.find(f".//{{{XADES}}}SignedProperties"),
        *(
            signature.find(f"{{{DS}}}{name}")
            for name in ("SignedInfo", "SignatureValue", "KeyInfo")
        ),
        *unsigned[:-1],
    ]
    content = etree.tostring(bare, method="c14n", with_comments=False) + b"".join(
        etree.tostring(piece, method="c14n", exclusive=True, with_comments=False)
        for piece in pieces
    )
    held = unsigned[-1].findtext(f"{{{XADES}}}EncapsulatedTimeStamp")
    info = cms.ContentInfo.load(base64.b64decode(held))["content"]["encap_content_info"]
    imprint = info["content"].parsed["message_imprint"]["hashed_message"].native
    assert imprint == hashlib.sha256(content).digest()


def test_evidence_answers_on_every_certificate_but_the_root() -> None:
    root = etree.fromstring(_signed(Level.B_LT))
    own = root.find(f".//{{{XADES}}}UnsignedSignatureProperties")
    assert len(own.findall(f"{{{XADES}}}RevocationValues//{{{XADES}}}EncapsulatedOCSPValue")) == 1
    assert len(own.findall(f"{{{XADES}}}RevocationValues//{{{XADES}}}EncapsulatedCRLValue")) == 1
    stamps = own.find(f"{{{XADES141}}}TimeStampValidationData")
    assert len(stamps.findall(f".//{{{XADES}}}EncapsulatedOCSPValue")) == 1


def test_a_lower_level_becomes_a_higher_one_and_each_archive_stamp_adds_to_the_last() -> None:
    content = _signed(Level.B_B)
    for level, stamps in ((Level.B_T, 1), (Level.B_LT, 1), (Level.B_LTA, 2), (Level.B_LTA, 3)):
        content = extend_xml(
            content, level=level, stamps=Stamps(authority()), answers=Answers(authority())
        )
        held = list(etree.fromstring(content).iter(f"{{{XADES}}}EncapsulatedTimeStamp"))
        assert len(held) == stamps
    data = list(etree.fromstring(content).iter(f"{{{XADES141}}}TimeStampValidationData"))
    assert len(data) == 2


def test_a_level_that_cannot_be_reached_leaves_no_signature() -> None:
    def at(level: Level, **sources: object) -> None:
        sign_xml(PLAIN, key=signer(), at=NOW, level=level, **sources)  # type: ignore[arg-type]

    with pytest.raises(TimeStampFailed):
        at(Level.B_T)
    with pytest.raises(EvidenceMissing):
        at(Level.B_LT, stamps=Stamps(authority()))
    with pytest.raises(EvidenceMissing):
        silent = Answers(authority(), silent=True)
        at(Level.B_LT, stamps=Stamps(authority()), answers=silent)


def test_files_are_signed_beside_them() -> None:
    files = {"Quyết định.pdf": b"%PDF", "b/c.txt": b"c"}
    root = etree.fromstring(sign_files(files, key=signer(), at=NOW + timedelta(days=1)))
    references = list(root.iter(f"{{{DS}}}Reference"))[:2]
    assert [found.get("URI") for found in references] == [
        "Quy%E1%BA%BFt%20%C4%91%E1%BB%8Bnh.pdf",
        "b/c.txt",
    ]
    digests = [base64.b64decode(found.findtext(f"{{{DS}}}DigestValue")) for found in references]
    assert digests == [hashlib.sha256(content).digest() for content in files.values()]


@pytest.mark.parametrize("content", [b"<a/>", b"<a>", MESSAGE])
def test_what_has_no_such_signature_is_not_extended(content: bytes) -> None:
    with pytest.raises(NotSignable):
        extend_xml(content, level=Level.B_T, stamps=Stamps(authority()), answers=None)


def test_nothing_is_signed_without_files() -> None:
    key: SigningKey = signer()
    with pytest.raises(NotSignable):
        sign_files({}, key=key, at=NOW)

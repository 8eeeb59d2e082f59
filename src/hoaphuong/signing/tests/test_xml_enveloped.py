"""A plain XML signature inside a message, believed by xmlsec1 and signxml too."""

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from lxml import etree
from signxml import InvalidSignature, SignatureConfiguration, XMLVerifier

from hoaphuong.signing.providers.base import KeyUnavailable
from hoaphuong.signing.tests.xml_signers import KINDS, root_file, signer
from hoaphuong.signing.xml import NotSignable, sign_enveloped

E = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
MESSAGE = f"""<?xml version="1.0" encoding="utf-8"?>
<?show this?>
<edXML xmlns="{E}" xmlns:edXML="{E}" xml:lang="vi"><!-- note -->
 <edXML:edXMLEnvelope><edXML:edXMLHeader>
  <edXML:Subject  b="2" a='1'>V/v cấp phép &amp; &lt;thử&gt;&#13;
</edXML:Subject>
 </edXML:edXMLHeader></edXML:edXMLEnvelope>
</edXML>""".encode()
HEADER = f"{{{E}}}edXMLHeader"


def xmlsec(content: bytes, folder: Path, *more: str) -> bool:
    """Whether xmlsec1 believes a signature under the demonstration root."""
    tool = shutil.which("xmlsec1")
    if tool is None:
        pytest.skip("xmlsec1 is not installed (Debian: xmlsec1)")
    path = folder / "signed.xml"
    path.write_bytes(content)
    with root_file() as root:
        done = subprocess.run(
            [tool, "--verify", "--trusted-pem", str(root), "--verification-gmt-time",
             "2026-11-21 00:00:00", *more, str(path)],
            capture_output=True, check=False, timeout=60,
        )  # fmt: skip
    return done.returncode == 0


def signxml_believes(content: bytes, kind: str) -> bool:
    """Whether signxml finds the digests and the value right for the signer's certificate.

    It forgets instructions outside the root element, which belong to the document (XMLDSig 1.1,
    4.4.3.3) and which xmlsec1 and we count: messages shown to it have none.
    """
    certificate = x509.load_der_x509_certificate(signer(kind).certificate)
    expect = SignatureConfiguration(location=".//")
    try:
        XMLVerifier().verify(content, x509_cert=certificate, expect_config=expect)
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("inside", ["", HEADER])
def test_xmlsec_and_signxml_believe_it(kind: str, inside: str, tmp_path: Path) -> None:
    plain = MESSAGE.replace(b"<?show this?>\n", b"")
    signed = sign_enveloped(plain, key=signer(kind), inside=inside)
    place = etree.fromstring(signed).find(".//{*}Signature").getparent()
    assert place.tag == (inside or f"{{{E}}}edXML")
    assert xmlsec(signed, tmp_path)
    assert signxml_believes(signed, kind)
    tampered = signed.replace("cấp phép".encode(), "cấm phép".encode())
    assert not xmlsec(tampered, tmp_path)
    assert not signxml_believes(tampered, kind)


def test_instructions_outside_the_root_are_signed_too(tmp_path: Path) -> None:
    signed = sign_enveloped(MESSAGE, key=signer())
    assert xmlsec(signed, tmp_path)
    assert not xmlsec(signed.replace(b"<?show this?>", b"<?show that?>"), tmp_path)


def test_all_but_the_signature_is_as_it_was() -> None:
    content = sign_enveloped(MESSAGE, key=signer(), inside=HEADER)
    signed = etree.ElementTree(etree.fromstring(content))
    signature = signed.find(".//{*}Signature")
    signature.getparent().remove(signature)
    before = etree.ElementTree(etree.fromstring(MESSAGE))
    c14n = {"method": "c14n", "with_comments": True}
    assert etree.tostring(signed, **c14n) == etree.tostring(before, **c14n)


def test_a_message_in_utf_16_is_signed_too(tmp_path: Path) -> None:
    other = MESSAGE.decode().replace("utf-8", "utf-16").encode("utf-16")
    assert xmlsec(sign_enveloped(other, key=signer()), tmp_path)


@pytest.mark.parametrize(
    ("content", "inside", "said"),
    [
        (b"<!DOCTYPE a><a/>", "", "doctype"),
        (b"<a>", "", "not_well_formed"),
        (b"<a/>", "b", "0 elements b"),
        (b"<a><b/><b/></a>", "b", "2 elements b"),
        (b"<a xmlns:b='relative'/>", "", "C14N"),
    ],
)
def test_what_cannot_be_signed_is_refused(content: bytes, inside: str, said: str) -> None:
    with pytest.raises(NotSignable, match=said):
        sign_enveloped(content, key=signer(), inside=inside)


def test_a_signed_message_is_not_signed_over() -> None:
    with pytest.raises(NotSignable, match="signed already"):
        sign_enveloped(sign_enveloped(MESSAGE, key=signer()), key=signer())


def test_a_key_that_fails_leaves_no_half_signature() -> None:
    class Locked:
        certificate, chain = signer().certificate, signer().chain

        def sign(self, data: bytes) -> bytes:
            raise KeyUnavailable("locked")

    with pytest.raises(KeyUnavailable, match="locked"):
        sign_enveloped(MESSAGE, key=Locked())

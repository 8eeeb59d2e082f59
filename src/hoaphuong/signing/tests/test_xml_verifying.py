"""XML signatures of anyone: what is signed is what is seen, and every changed byte is found."""

import base64
import random
import ssl
from datetime import datetime, timedelta

import pytest
from lxml import etree
from signxml import XMLSigner, methods

from hoaphuong.kernel.strangers_xml import parse
from hoaphuong.signing.contracts import Level, SignatureFinding, Verdict
from hoaphuong.signing.tests.test_xml_enveloped import HEADER, MESSAGE
from hoaphuong.signing.tests.xml_signers import (
    KINDS,
    NOW,
    Answers,
    Stamps,
    authority,
    private_key,
    signer,
)
from hoaphuong.signing.verification.base import Unreadable
from hoaphuong.signing.verification.trust import Anchors
from hoaphuong.signing.verification.xml import verify_xml
from hoaphuong.signing.xml import extend_xml, sign_enveloped, sign_xml
from hoaphuong.signing.xml.assembling import Part, assemble
from hoaphuong.signing.xml.names import DS, EXCLUSIVE, XADES, canonical

LATER = NOW + timedelta(hours=1)


def trusted() -> Anchors:
    return Anchors.of([authority().der("root")])


def said(
    content: bytes, *, at: datetime = LATER, answers: Answers | None = None
) -> SignatureFinding:
    """What is found about the one signature of a document."""
    found = verify_xml(content, anchors=trusted(), answers=answers, at=at)
    assert len(found) == 1
    return found[0]


def asked() -> Answers:
    return Answers(authority(), at=LATER)


def signed(level: Level = Level.B_LTA, kind: str = "ec", content: bytes = MESSAGE) -> bytes:
    return sign_xml(
        content,
        key=signer(kind),
        at=NOW,
        level=level,
        stamps=Stamps(authority()),
        answers=Answers(authority(), at=NOW + timedelta(seconds=5)),
        inside=HEADER if content is MESSAGE else "",
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level", list(Level))
def test_what_was_signed_here_is_valid_and_its_level_is_told(level: Level, kind: str) -> None:
    found = said(signed(level, kind), answers=asked())
    assert (found.verdict, found.reason, found.level) == (Verdict.VALID, "valid", level)
    assert (found.signer, found.claimed_at) == ("Nguyễn Văn Mẫu", NOW)
    assert found.intact
    assert found.trusted
    assert found.covers_whole
    assert (found.stamped_at == NOW) == (level != Level.B_B)


def test_a_plain_signature_is_valid_and_has_no_level() -> None:
    found = said(sign_enveloped(MESSAGE, key=signer(), inside=HEADER), answers=asked())
    assert (found.reason, found.level, found.claimed_at) == ("valid", "", None)


def test_another_librarys_signature_is_valid() -> None:
    der = authority().der("issuing")
    made = XMLSigner(method=methods.enveloped, signature_algorithm="ecdsa-sha256").sign(
        etree.fromstring(b"<a><b>1</b></a>"),
        key=private_key("ec"),
        cert=_pem(signer("ec").certificate, der),
    )
    assert said(etree.tostring(made), answers=asked()).reason == "valid"


def _pem(*ders: bytes) -> str:
    return "".join(ssl.DER_cert_to_PEM_cert(der) for der in ders)


def test_long_after_the_certificate_ended_evidence_and_stamps_still_prove_it() -> None:
    much_later = NOW + timedelta(days=900)
    assert said(signed(Level.B_LT), at=much_later).reason == "valid"
    assert said(signed(Level.B_LTA), at=much_later).reason == "valid"
    assert said(signed(Level.B_B), at=much_later).reason == "out_of_date"


def test_nobody_is_trusted_without_an_anchor() -> None:
    found = verify_xml(signed(), anchors=Anchors.of([]), answers=None, at=LATER)[0]
    assert (found.verdict, found.reason, found.intact) == (
        Verdict.INDETERMINATE,
        "anchor_unknown",
        True,
    )


def test_a_revoked_certificate_is_found_by_asking() -> None:
    from cryptography import x509

    serial = x509.load_der_x509_certificate(signer().certificate).serial_number
    revoked = Answers(authority(), at=LATER, revoked={serial: NOW - timedelta(days=1)})
    assert said(signed(Level.B_T), answers=revoked).reason == "revoked"


def test_an_archive_stamp_over_other_evidence_is_wrong() -> None:
    first, second = signed(), signed()

    def stamp(content: bytes) -> bytes:
        return content.rsplit(b"EncapsulatedTimeStamp>", 2)[1]

    mixed = first.replace(stamp(first), stamp(second))
    assert mixed != first
    assert said(mixed).reason == "stamp_wrong"


def test_evidence_taken_out_under_an_archive_stamp_is_missed() -> None:
    root = etree.fromstring(signed())
    evidence = root.find(f".//{{{XADES}}}RevocationValues")
    evidence.getparent().remove(evidence)
    assert said(etree.tostring(root.getroottree()), answers=asked()).reason == "stamp_wrong"


def test_a_further_archive_stamp_keeps_it_valid() -> None:
    again = extend_xml(
        signed(),
        level=Level.B_LTA,
        stamps=Stamps(authority(), at=NOW + timedelta(minutes=20)),
        answers=Answers(authority(), at=NOW + timedelta(minutes=20)),
    )
    found = said(again)
    assert (found.reason, found.level, found.stamped_at) == ("valid", Level.B_LTA, NOW)


def test_the_same_document_written_in_another_way_stays_valid() -> None:
    content = signed(Level.B_LT).decode()
    rewritten = (
        content.replace('<edXML:Subject b="2" a="1">', "<edXML:Subject\n a='1'   b='2' >")
        .replace("</edXML:Subject>", "</edXML:Subject  >")
        .replace("&gt;", "&#62;")
        .replace("<!-- note -->", "<!-- another note, which is not signed -->")
    )
    assert rewritten != content
    assert "a='1'   b='2' >" in rewritten
    assert said(rewritten.encode()).reason == "valid"
    assert said(rewritten.replace("UTF-8", "UTF-16").encode("utf-16")).reason == "valid"


def _changed_meaning(before: bytes, after: bytes) -> bool:
    """Whether the canonical bytes of what a signature covers differ: all but what is unsigned."""

    def bare(content: bytes) -> bytes:
        tree = parse(content, undeclared_prefixes=True)
        for name in (f"{{{XADES}}}UnsignedProperties", f"{{{DS}}}KeyInfo"):
            for element in list(tree.iter(name)):
                element.getparent().remove(element)
        for element in tree.iter(f"{{{DS}}}SignatureValue"):
            element.attrib.pop("Id", None)  # its name means nothing
        return canonical(tree)

    return bare(before) != bare(after)


@pytest.mark.parametrize(("level", "step"), [(Level.B_B, 3), (Level.B_LT, 31)])
@pytest.mark.filterwarnings("ignore:Parsed a serial number", "ignore:Attribute's length")
def test_every_changed_byte_of_what_is_signed_is_found(level: Level, step: int) -> None:
    """Every place is too many: each third one, and fewer where most is evidence."""
    content, missed, tried = signed(level), [], 0
    rng = random.Random(level.value)
    for place in range(1, len(content), step):
        other = bytes([content[place] ^ (1 << rng.randrange(7))])
        changed = content[:place] + other + content[place + 1 :]
        try:
            found = verify_xml(changed, anchors=trusted(), answers=asked(), at=LATER)
        except Unreadable:
            continue
        if not found or any(one.verdict is not Verdict.VALID for one in found):
            tried += 1
        elif _changed_meaning(content, changed):
            missed.append((place, content[place - 20 : place + 20]))
    assert missed == []
    assert tried > 100


def test_a_changed_word_tells_what_happened() -> None:
    content = signed(Level.B_T)
    found = said(content.replace("cấp phép".encode(), "cấm phép".encode()))
    assert (found.verdict, found.reason) == (Verdict.INVALID, "content_changed")
    assert found.changed_after
    assert not found.intact
    moved = content.replace(b"2026-11-20T08:00:00Z", b"2026-11-21T08:00:00Z")
    assert said(moved).reason == "content_changed"
    assert said(moved).claimed_at is None  # what is not signed is not told


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (b"xmldsig-more#ecdsa-sha256", b"xmldsig-more#hmac-sha256", "unsupported_algorithm"),
        (b"<ds:SignatureValue", b"<ds:SignatureValue/><ds:SignatureValue", "broken_signature"),
        (b"<ds:KeyInfo>", b"<other/><ds:KeyInfo>", "broken_signature"),
        (b'Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod',
         b'Algorithm="http://a.example/c14n"/><ds:SignatureMethod', "unsupported_algorithm"),
    ],
)  # fmt: skip
def test_a_signature_built_otherwise_is_refused(before: bytes, after: bytes, reason: str) -> None:
    content = signed(Level.B_B)
    assert before in content
    assert said(content.replace(before, after, 1), answers=asked()).reason == reason


def test_another_certificate_of_the_same_key_is_the_wrong_one() -> None:
    other = signer("ec", "Trần Thị Khác").certificate
    own = base64.b64encode(signer().certificate)
    swapped = signed(Level.B_B).replace(own, base64.b64encode(other))
    assert said(swapped, answers=asked()).reason == "wrong_certificate"


def test_two_signatures_over_two_parts_cover_the_document_together() -> None:
    root = etree.fromstring(b"<m><one Id='a'>1</one><two Id='b'>2</two></m>")
    for number, place in enumerate(root[:2]):
        part = Part(canonical(place, EXCLUSIVE), f"#{place.get('Id')}", (EXCLUSIVE,))
        assemble(root, key=signer(), parts=[part], identifier=f"s{number}")
    content = etree.tostring(root)
    found = verify_xml(content, anchors=trusted(), answers=asked(), at=LATER)
    assert [one.reason for one in found] == ["valid", "valid"]
    found = verify_xml(
        content.replace(b">2<", b">3<"), anchors=trusted(), answers=asked(), at=LATER
    )
    assert [one.reason for one in found] == ["forbidden_change", "content_changed"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "hostile_xml"),
        (b"<a>", "broken"),
        (b"<a>" * 500 + b"</a>" * 500, "too_hard"),
    ],
)
def test_hostile_and_broken_documents_are_unreadable(content: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as fault:
        verify_xml(content, anchors=trusted(), answers=None, at=LATER)
    assert fault.value.reason == reason


def test_a_document_without_a_signature_has_no_findings() -> None:
    assert verify_xml(b"<a/>", anchors=trusted(), answers=None, at=LATER) == []

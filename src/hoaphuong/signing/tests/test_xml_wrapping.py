"""What is signed is what is seen: wrapped, smuggled, fetched and filtered content is found."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from lxml import etree

from hoaphuong.signing.contracts import Level, Verdict
from hoaphuong.signing.tests.test_xml_enveloped import xmlsec
from hoaphuong.signing.tests.test_xml_verifying import asked, said, signed
from hoaphuong.signing.tests.xml_signers import signer
from hoaphuong.signing.xml.assembling import Part, assemble
from hoaphuong.signing.xml.names import DS, EXCLUSIVE, INCLUSIVE, canonical


def _wrapped(change: Callable[[etree._Element], etree._Element]) -> bytes:
    """A message whose body alone is signed, by its Id, and what an attacker makes of it."""
    root = etree.fromstring(b"<m><body Id='b'><pay>100</pay></body></m>")
    part = Part(canonical(root[0], EXCLUSIVE), "#b", (EXCLUSIVE,))
    assemble(root, key=signer(), parts=[part], identifier="s")
    return etree.tostring(change(root))


def test_a_part_signed_by_its_identifier_is_valid_when_nothing_else_is_there() -> None:
    assert said(_wrapped(lambda root: root), answers=asked()).reason == "valid"


def _moved_aside(root: etree._Element) -> etree._Element:
    body = root[0]
    aside = etree.SubElement(root, "aside")
    aside.append(body)
    root.insert(0, etree.fromstring(b"<body><pay>999</pay></body>"))
    return root


def _twice(root: etree._Element) -> etree._Element:
    root.insert(0, etree.fromstring(b"<body Id='b'><pay>999</pay></body>"))
    return root


def _twice_behind(root: etree._Element) -> etree._Element:
    root.append(etree.fromstring(b"<body Id='b'><pay>999</pay></body>"))
    return root


def _into_object(root: etree._Element) -> etree._Element:
    held = etree.SubElement(root.find(f"{{{DS}}}Signature"), f"{{{DS}}}Object")
    held.append(root[0])
    root.insert(0, etree.fromstring(b"<body><pay>999</pay></body>"))
    return root


def _said_more(root: etree._Element) -> etree._Element:
    root[0].tail = "and 900 more"
    return root


def _attributed(root: etree._Element) -> etree._Element:
    root.set("pay", "999")
    return root


def _gone(root: etree._Element) -> etree._Element:
    root[0].set("Id", "c")
    return root


def _smuggled(root: etree._Element) -> etree._Element:
    held = etree.SubElement(root.find(f"{{{DS}}}Signature"), f"{{{DS}}}Object")
    held.append(etree.fromstring(b"<pay>999</pay>"))
    return root


def _styled(root: etree._Element) -> etree._Element:
    root.addprevious(etree.ProcessingInstruction("xml-stylesheet", "href='x.xsl'"))
    return root.getroottree()


@pytest.mark.parametrize(
    ("attack", "reason"),
    [
        (_moved_aside, "forbidden_change"),
        (_into_object, "forbidden_change"),
        (_said_more, "forbidden_change"),
        (_attributed, "forbidden_change"),
        (_smuggled, "forbidden_change"),
        (_styled, "forbidden_change"),
        (_twice, "content_changed"),
        (_twice_behind, "content_changed"),
        (_gone, "content_changed"),
    ],
)
def test_a_wrapped_message_is_invalid(
    attack: Callable[[etree._Element], etree._Element], reason: str
) -> None:
    found = said(_wrapped(attack), answers=asked())
    assert (found.verdict, found.reason) == (Verdict.INVALID, reason)
    assert found.changed_after


def test_properties_of_another_signature_are_not_believed() -> None:
    content = signed(Level.B_B)
    aimed = content.replace(b'Target="#', b'Target="#other-')
    assert said(aimed, answers=asked()).reason == "broken_signature"


def test_a_part_inherits_the_language_around_it_as_xmlsec_says(tmp_path: Path) -> None:
    root = etree.fromstring(b"<m xml:lang='vi'><body Id='b'><pay>100</pay></body></m>")
    part = Part(canonical(root[0], INCLUSIVE), "#b", (INCLUSIVE,))
    assemble(root, key=signer(), parts=[part], identifier="s")
    content = etree.tostring(root)
    assert xmlsec(content, tmp_path, "--id-attr:Id", "body")
    assert not root[0].get("{http://www.w3.org/XML/1998/namespace}lang")


def test_content_smuggled_into_an_enveloped_signature_is_found() -> None:
    content = signed(Level.B_B)
    smuggled = content.replace(b"</ds:Signature>", b"<ds:Object><a/></ds:Object></ds:Signature>")
    assert said(smuggled, answers=asked()).reason == "forbidden_change"


@pytest.mark.parametrize(
    ("uri", "transform", "reason"),
    [
        ("http://127.0.0.1:9/a.xml", "", "signed_data_missing"),
        ("file:/etc/hostname", "", "signed_data_missing"),
        ("#xpointer(/)", "", "content_changed"),
        ("", "http://www.w3.org/TR/1999/REC-xslt-19991116", "unsupported_algorithm"),
        ("", "http://www.w3.org/TR/1999/REC-xpath-19991116", "unsupported_algorithm"),
        ("", "http://www.w3.org/2002/06/xmldsig-filter2", "unsupported_algorithm"),
    ],
)
def test_nothing_is_fetched_and_no_program_of_a_stranger_is_run(
    uri: str, transform: str, reason: str
) -> None:
    root = etree.fromstring(b"<a><b>1</b></a>")
    steps = (transform,) if transform else ()
    assemble(root, key=signer(), parts=[Part(b"x", uri, steps)], identifier="s")
    found = said(etree.tostring(root), answers=asked())
    assert (found.reason, found.verdict is Verdict.VALID) == (reason, False)


def test_all_but_the_signatures_may_be_said_with_the_filter_libraries_write() -> None:
    root = etree.fromstring(b"<a><b>1</b></a>")
    filters = "http://www.w3.org/2002/06/xmldsig-filter2"
    part = Part(b"<a><b>1</b></a>", "", (filters, EXCLUSIVE))
    signature = assemble(root, key=signer(), parts=[part], identifier="s")
    step = signature.find(f".//{{{DS}}}Transform")
    kept = etree.SubElement(step, f"{{{filters}}}XPath", {"Filter": "subtract"})
    kept.text = "/descendant::ds:Signature"
    _sign_again(signature)
    assert said(etree.tostring(root), answers=asked()).reason == "valid"
    kept.text = "/descendant::b"
    _sign_again(signature)
    assert said(etree.tostring(root), answers=asked()).reason == "unsupported_algorithm"


def _sign_again(signature: etree._Element) -> None:
    info = signature.find(f"{{{DS}}}SignedInfo")
    r, s = decode_dss_signature(signer().sign(canonical(info, EXCLUSIVE)))
    value = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    signature.find(f"{{{DS}}}SignatureValue").text = base64.b64encode(value).decode()

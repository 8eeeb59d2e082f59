"""Hostile and broken XML is refused with its reason, and nothing is fetched or multiplied."""

import time
from pathlib import Path

import pytest
from lxml import etree

from hoaphuong.kernel.strangers_xml import BrokenXml, HostileXml, Limits, parse, text_of

# Written before the first run. Any document type declaration is refused, harmless or not: what an
# entity stands for is not part of what a signature covers, nobody who exchanges signed XML needs
# one (edXML, XAdES, X-Road and BDOC have none), and a refusal needs no judgement of harm.
PUBLISHED = {
    "cyclic.xml": "entities",  # two entities that name each other
    "dtd.xml": "doctype",  # harmless XHTML; its DTD would be fetched
    "external.xml": "external_entity",  # asks for a page of the web
    "external_file.xml": "external_entity",  # asks for a file of this machine
    "quadratic.xml": "entities",  # one long entity, often
    "simple-ns.xml": "",  # honest XML with comment, instruction and namespace
    "simple.xml": "",  # honest XML
    "xmlbomb.xml": "entities",  # eight times eight times eight
    "xmlbomb2.xml": "entities",  # one entity, ten letters, still text that is not in the file
    "xmp-with-harmless-entity.xml": "entities",  # harmless, and refused by the same rule
}


def _refusal(content: bytes, **more: object) -> str:
    try:
        parse(content, **more)  # type: ignore[arg-type]
    except (HostileXml, BrokenXml) as fault:
        return fault.reason if fault.detail else "no detail"
    return ""


def test_the_published_hostile_files_get_the_outcome_written_beforehand(
    shared_data: Path,
) -> None:
    folder = shared_data / "signatures" / "bad-xml"
    found = {path.name: _refusal(path.read_bytes()) for path in sorted(folder.glob("*.xml"))}
    assert found == PUBLISHED


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"%PDF-1.7", "not_well_formed"),
        (b"<a>", "not_well_formed"),
        (b"<a/><b/>", "not_well_formed"),
        (b"<x:a/>", "undeclared_prefix"),
        (b"<a><x:b></a>", "not_well_formed"),
        (b"<a b='1' b='2'/>", "not_well_formed"),
        (b"<a>&unknown;</a>", "not_well_formed"),
        (b"<a>&#0;</a>", "not_well_formed"),
        (b"<!-- never closed", "not_well_formed"),
        (b"<a>\xff</a>", "encoding"),
        (b"<?xml version='1.0' encoding='utf-7'?><a/>", "encoding"),
        (b"<?xml version='1.0' encoding='UTF-16'?><a/>", "encoding"),
        (b"<!-- a --><?b c?>\n<!DOCTYPE a><a/>", "doctype"),
        (b"<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://a.example/p'> %p;]><a/>", "external_entity"),
        (b"<!DOCTYPE a [<!ATTLIST a Id ID 'x'>]><a/>", "doctype"),
        (b"<!-- <a> --><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "entities"),
        (
            b"<a xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='/etc/hostname'/></a>",
            "xinclude",
        ),
    ],
)
def test_what_is_broken_or_hostile_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    assert _refusal(content) == reason


def test_a_declaration_is_found_in_every_encoding_that_is_read() -> None:
    hostile = "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
        assert _refusal(hostile.encode(encoding)) == "entities"
    assert _refusal(b"\xfe\xff" + hostile.encode("utf-16-be")) == "entities"


def test_the_same_document_is_read_from_every_encoding() -> None:
    text = "<a>Hải Phòng</a>"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
        assert parse(text.encode(encoding)).getroot().text == "Hải Phòng"
    declared = "<?xml version='1.0' encoding='UTF-16'?>" + text
    assert parse(declared.encode("utf-16")).getroot().text == "Hải Phòng"
    latin = "<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>"
    assert parse(latin.encode("latin-1")).getroot().text == "é"


def test_words_that_look_like_a_declaration_inside_text_are_text() -> None:
    content = b"<a><![CDATA[<!DOCTYPE b [<!ENTITY c 'd'>]>]]><!-- <!DOCTYPE e> --></a>"
    assert parse(content).getroot().text == "<!DOCTYPE b [<!ENTITY c 'd'>]>"


def test_comments_instructions_and_white_space_are_kept() -> None:
    content = b"<?a b?><!--c--><d>\n <!--e--> <f/></d>"
    assert etree.tostring(parse(content), method="c14n", with_comments=True) == (
        b"<?a b?>\n<!--c-->\n<d>\n <!--e--> <f></f></d>"
    )


def test_an_undeclared_prefix_is_read_where_it_is_asked_for_and_nothing_else_is_repaired() -> None:
    root = parse(b"<a x:b='c'><x:d/></a>", undeclared_prefixes=True).getroot()
    assert (root.get("x:b"), root[0].tag) == ("c", "x:d")
    for broken in (b"<a><x:b></a>", b"<x:a b='1' b='2'/>", b"<x:a>&b;</x:a>", b"x:a", b"<x:a"):
        assert _refusal(broken, undeclared_prefixes=True) == "not_well_formed"
    deep = b"<x:a>" * 5000 + b"</x:a>" * 5000
    assert _refusal(deep, undeclared_prefixes=True) == "too_deep"


def test_published_messages_with_undeclared_prefixes_are_read(shared_data: Path) -> None:
    content = (shared_data / "edxml" / "edoc.edxml").read_bytes()
    assert _refusal(content) == "undeclared_prefix"
    assert parse(content, undeclared_prefixes=True).getroot().tag.endswith("}edXML")


def test_text_is_read_across_a_comment() -> None:
    element = parse("<a>Phê<!-- x --> duyệt<b>!</b></a>".encode()).getroot()
    assert element.text == "Phê"
    assert text_of(element) == "Phê duyệt"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<a>" + b"x" * 101 + b"</a>", "too_large"),
        (b"<a>" * 6 + b"</a>" * 6, "too_deep"),
        (b"<a>" + b"<b/>" * 15 + b"</a>", "too_many_nodes"),
        (b"<a b='' c='' d='' e='' f=''/>", "too_many_attributes"),
        (b"<a b='' c='' d='' e=''/>", "too_many_attributes"),
        (b"<a xmlns:b='b' xmlns:c='c' xmlns:d='d'/>", "too_many_namespaces"),
        (b"<a>" + b"<b xmlns='u'/>" * 4 + b"</a>", "too_many_namespaces"),
    ],
)
def test_each_limit_is_kept(content: bytes, reason: str) -> None:
    limits = Limits(
        size=104,
        depth=5,
        tags=14,
        attributes=4,
        attributes_of_one=3,
        prefixes=2,
        namespace_work=20,
    )
    assert _refusal(content, limits=limits) == reason
    assert _refusal(content) == ""


def test_a_document_at_the_limits_is_read() -> None:
    assert _refusal(b"<a>" * 5 + b"</a>" * 5, limits=Limits(depth=5)) == ""
    assert _refusal(b"<a>" * 128 + b"</a>" * 128) == ""
    assert _refusal(b"<a>" * 129 + b"</a>" * 129) == "too_deep"
    assert _refusal(b"<a>" * 5000 + b"</a>" * 5000) == "too_deep"


def test_an_attachment_beyond_the_parsers_own_limit_of_text_is_read() -> None:
    content = b"<a>" + b"QUJD" * 3_000_000 + b"</a>"
    assert len(parse(content).getroot().text or "") == 12_000_000


@pytest.mark.parametrize(
    "content",
    [
        b"<a " + b"xmlns:" * 700_000 + b"/>",
        b"<a " + b"xmlns " * 700_000 + b"/>",
        b"<a b" + b"= " * 2_000_000 + b"/>",
        b"<!DOCTYPE a [" + b"<!ENTITY" * 500_000,
        b"<!--" + b"-" * 4_000_000,
        b"<?" + b"?" * 4_000_000,
        b"<?xml version='1.0'" + b" encoding" * 400_000,
        b"<!---->" * 390_000 + b"<a/>",
    ],
)
def test_looking_takes_time_in_proportion_to_the_size(content: bytes) -> None:
    """Four megabytes of each; a search that grew with the square would take hours."""
    began = time.process_time()
    _refusal(content)
    assert time.process_time() - began < 20

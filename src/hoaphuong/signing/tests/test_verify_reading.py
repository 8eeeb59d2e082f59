"""What is read faster than pyHanko reads it is read the same."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

from hoaphuong.signing.tests.verify_makers import Authority, day, paper, signed, with_evidence
from hoaphuong.signing.verification import pdf_objects, pdf_reading

BYTES = st.lists(
    st.one_of(
        st.sampled_from([b"/", b"#", b"#41", b"#4", b"<<", b">", b"(", b" ", b"\0", b"%", b"\n"]),
        st.binary(min_size=1, max_size=80),
    ),
    max_size=12,
).map(b"".join)


def as_read(read, content):
    """What a function makes of the bytes and where it stops, or how it fails."""
    stream = io.BytesIO(content)
    try:
        found = read(stream)
    except PdfReadError:
        return "refused"
    return found, stream.tell()


@given(BYTES)
def test_a_token_ends_where_pyhanko_says(content):
    theirs = as_read(misc.read_until_delimiter, content)
    assert as_read(pdf_reading._until_delimiter, content) == theirs


@given(BYTES)
def test_a_name_is_spelt_as_pyhanko_spells_it(content):
    def spelt(decode):
        try:
            return decode(content)
        except PdfReadError:
            return "refused"

    name = spelt(pdf_reading._name)
    assert name == spelt(pdf_reading._spelt.__wrapped__)
    assert name == "refused" or isinstance(name, generic.NameObject)


WORDS = rb"""
<< >> [ ] << >> [ ] << >> [ ] /A /B /C /A#42 /Length /Type / R { 5 0 1 2 -3 +4 0.5 -.5 1. 4-2 007
true false null nullx (a) (a\)b) ((a)) () <6162> <616> <6x> <> >>> /\xff
"""
PARTS = st.lists(
    st.sampled_from(WORDS.split()) | st.sampled_from(
        [
            b"1 0 R", b"12 0 R", b"1  0 R", b"0 0 R", b"1 0 Rx", b"1 0 R/", b"5 0 obj", b"% note\n",
            b"\0", b"\n", b"\r\n", b"(a\nb)", b"\xff", b"stream\n1234\nendstream",
            b"/Length 4>>stream\n1234\nendstream",
        ]
    ),
    max_size=14,
)  # fmt: skip


class Handler:
    strict = False


class Place:
    """What an object is read into."""

    def get_pdf_handler(self):
        return Handler


def shape(found):
    """An object with all in it: kinds, values and where they belong."""
    about = [type(found).__name__, type(found.container_ref).__name__]
    if isinstance(found, generic.StreamObject):
        about.append(found.encoded_data)
    if isinstance(found, dict):
        return [*about, [(str(key), type(key), shape(one)) for key, one in found.items()]]
    if isinstance(found, list):
        return [*about, [shape(one) for one in list.__iter__(found)]]
    return [*about, written(found)]


@given(PARTS, st.sampled_from([b"", b" ", b"\n"]), st.sampled_from([b"<<", b"["]))
def test_an_object_is_read_as_pyhanko_reads_it(parts, between, begins):
    content = between.join([begins, *parts, b">>" if begins == b"<<" else b"]", b" endobj"])

    def read(how):
        stream = io.BytesIO(content)
        try:
            return shape(how(stream, Place())), stream.tell()
        except Exception as fault:  # whatever it is, it is the same
            return type(fault).__name__

    assert read(pdf_objects.read_object) == read(pdf_objects._read_object)


@pytest.fixture(scope="module")
def content():
    authority = Authority()
    stamped = signed(paper("A", "B"), authority.signer, authority)
    return with_evidence(stamped, ocsps=[authority.ocsp(day("2026-06-01"))])


def test_every_revision_is_what_pyhanko_reads_of_it(content):
    revisions, objects = compared(content)
    assert (revisions > 2, objects > 20) == (True, True)


def compared(content):
    """How many revisions and objects of a file were the same, read by us and by pyHanko."""
    ours, theirs = pdf_reading.Reader(io.BytesIO(content)), PdfFileReader(io.BytesIO(content))
    assert ours.total_revisions == theirs.total_revisions
    same_objects = 0
    for number in range(theirs.total_revisions):
        one = ours.get_historical_resolver(number)
        other = HistoricalResolver(theirs, number)
        one._load_reverse_xref_cache()
        other._load_reverse_xref_cache()
        paths = {ref.idnum: ways for ref, ways in other._indirect_object_access_cache.items()}
        assert {ref.idnum: ways for ref, ways in one._indirect_object_access_cache.items()} == paths
        for ref in other._indirect_object_access_cache:
            same = generic.Reference(ref.idnum, ref.generation, one)
            assert written(one(same)) == written(other(ref))
            same_objects += 1
    return theirs.total_revisions, same_objects


def written(found):
    out = io.BytesIO()
    found.write_to_stream(out, None)
    return out.getvalue()


def test_published_files_are_read_as_pyhanko_reads_them(shared_data):
    files = sorted((shared_data / "signatures").rglob("*.pdf"))
    totals = [compared(path.read_bytes()) for path in files]
    assert len(totals) > 10
    assert sum(objects for _revisions, objects in totals) > 1_000

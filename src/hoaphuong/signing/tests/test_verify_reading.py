"""What is read faster than pyHanko reads it is read the same."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

from hoaphuong.signing.tests.verify_makers import Authority, day, paper, signed, with_evidence
from hoaphuong.signing.verification import pdf_reading

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


@pytest.fixture(scope="module")
def content():
    authority = Authority()
    stamped = signed(paper("A", "B"), authority.signer, authority)
    return with_evidence(stamped, ocsps=[authority.ocsp(day("2026-06-01"))])


def test_every_revision_is_what_pyhanko_reads_of_it(content):
    ours, theirs = pdf_reading.Reader(io.BytesIO(content)), PdfFileReader(io.BytesIO(content))
    assert ours.total_revisions == theirs.total_revisions > 2
    compared = 0
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
            compared += 1
    assert compared > 20


def written(found):
    out = io.BytesIO()
    found.write_to_stream(out, None)
    return out.getvalue()

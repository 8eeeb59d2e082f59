"""Both ways of reading a file agree, and what is written is what was read."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoaphuong.signing.contracts import Level, ToSign
from hoaphuong.signing.pdf import extend, fill, sign
from hoaphuong.signing.pdf.paper import PlainPaper, Unsignable, open_paper
from hoaphuong.signing.pdf.syntax import (
    Broken,
    Name,
    Ref,
    Token,
    read,
    string_text,
    text,
    write,
)  # fmt: skip
from hoaphuong.signing.pdf.thorough import ThoroughPaper
from hoaphuong.signing.providers.base import SigningFault
from hoaphuong.signing.tests.pdf_papers import (
    AT,
    COPY,
    authority,
    good,
    key,
    look,
    reserved,
    typeset,
)  # fmt: skip
from hoaphuong.signing.tests.test_pdf_signing import tool

numbers = st.integers(0, 2**31) | st.floats(-1e6, 1e6).map(lambda n: Token(f"{n:.3f}".encode()))
names = st.binary(min_size=1, max_size=8).filter(lambda b: b"\0" not in b).map(
    lambda b: Name(b"/" + b)
)  # fmt: skip
strings = st.text(max_size=12).filter(lambda s: "\r" not in s).map(text)
simple = st.none() | st.booleans() | numbers | names | strings
simple |= st.builds(Ref, st.integers(1, 99), st.integers(0, 3))
values = st.recursive(
    simple,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_what_is_written_is_read_again(value):
    written = write([value])
    assert read(written, 0) == ([value], len(written))


@given(st.text().filter(lambda s: "\r" not in s))
def test_a_text_is_read_as_it_was_written(said):
    try:
        said.encode("utf-16-be")
    except UnicodeEncodeError:
        return
    assert string_text(read(text(said), 0)[0]) == said


@given(st.binary(max_size=60))
def test_no_bytes_break_the_reader_other_than_loudly(data):
    try:
        _value, end = read(data, 0)
    except Broken:
        return
    assert 0 < end <= len(data)


def _everything(paper) -> dict:
    return {number: paper.get(Ref(number, 0)) for number in range(1, paper.size)}


def _plain(value):
    """Numbers and strings by what they say, for comparison only."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Token) and value[:1] in (b"(", b"<"):
        return string_text(value)
    return float(value) if isinstance(value, Token) else value


def test_both_readers_agree_on_every_object():
    made = sign(
        ToSign(fill(reserved(), {"number": "15"}), "person", look(), level=Level.B_LTA),
        key=key(), at=AT, stamps=authority(), answers=authority(),
    )  # fmt: skip
    for pdf in (typeset(), reserved(), made):
        quick, thorough = PlainPaper(pdf), ThoroughPaper(pdf)
        assert _plain(_everything(quick)) == _plain(_everything(thorough))
        assert quick.start == thorough.start
        assert quick.root == thorough.root


@pytest.fixture(scope="module")
def compressed(tmp_path_factory) -> bytes:
    """The reserved paper as other programs write it: compressed objects and cross-references."""
    folder = tmp_path_factory.mktemp("compressed")
    (folder / "a.pdf").write_bytes(reserved())
    words = [tool("qpdf"), "--object-streams=generate", folder / "a.pdf", folder / "b.pdf"]
    subprocess.run(words, check=True)
    made = (folder / "b.pdf").read_bytes()
    assert b"/ObjStm" in made
    return made


def test_a_compressed_file_is_signed_filled_and_raised_as_well(compressed, tmp_path):
    assert isinstance(open_paper(compressed), ThoroughPaper)
    made = compressed
    for field, seen in (("person", look()), ("", None)):
        paper = ToSign(made, field, seen, certify=bool(field), level=Level.B_T)
        made = sign(paper, key=key("rsa"), at=AT, stamps=authority(), answers=None)
        assert good(made)
    made = fill(made, {"number": "15", "day": "07"})
    made = sign(
        ToSign(made, "copy", COPY, level=Level.B_LT), key=key(), at=AT, stamps=authority(),
        answers=authority(),
    )  # fmt: skip
    made = extend(made, to=Level.B_LTA, stamps=authority(), answers=authority())
    assert good(made)
    assert made.startswith(compressed)
    (tmp_path / "made.pdf").write_bytes(made)
    subprocess.run([tool("qpdf"), "--check", tmp_path / "made.pdf"], check=True)


def test_a_script_in_a_compressed_object_is_found(compressed, tmp_path):
    scripted = reserved().replace(b"/Lang(vi)", b"/OpenAction<</S/JavaScript/JS(1)>>")
    (tmp_path / "a.pdf").write_bytes(scripted)
    words = [tool("qpdf"), "--object-streams=generate", tmp_path / "a.pdf", tmp_path / "b.pdf"]
    subprocess.run(words, check=False)
    packed = (tmp_path / "b.pdf").read_bytes()
    assert b"/JavaScript" not in packed
    with pytest.raises(Unsignable):
        sign(ToSign(packed, level=Level.B_B), key=key(), at=AT, stamps=None, answers=None)


@pytest.mark.parametrize("at", range(0, 30_000, 997))
def test_a_damaged_file_is_refused_or_signed_whole(at):
    """Whatever is broken in a file: a clear fault, or a signature that holds."""
    damaged = bytearray(reserved())
    damaged[at % len(damaged)] ^= 0x15
    try:
        made = sign(
            ToSign(bytes(damaged), "person", level=Level.B_B), key=key(), at=AT, stamps=None,
            answers=None,
        )  # fmt: skip
    except SigningFault:
        return
    assert made.startswith(bytes(damaged))


def test_signed_files_of_others_get_a_further_signature_or_a_clear_fault(shared_data):
    folder = shared_data / "signatures" / "pades"
    if not folder.is_dir():
        pytest.skip("shared_data has no signatures/pades")
    signed = 0
    for file in sorted(folder.rglob("*.pdf")):
        try:
            made = sign(
                ToSign(file.read_bytes(), level=Level.B_B), key=key(), at=AT, stamps=None,
                answers=None,
            )  # fmt: skip
        except SigningFault:
            continue
        assert made.startswith(file.read_bytes())
        signed += 1
    assert signed

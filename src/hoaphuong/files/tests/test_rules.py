import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoaphuong.files import rules
from hoaphuong.files.tests.factories import office, pdf, photo

KINDS = st.sampled_from(sorted(rules.KNOWN))
AWKWARD = st.text(
    st.one_of(st.characters(), st.sampled_from("/\\.. \u202e\u0000\u0301đĐƠưệ:\n")), max_size=200
)


@given(AWKWARD, KINDS)
def test_a_safe_name_is_one_plain_path_part_of_bearable_length(name, kind):
    safe = rules.safe_name(name, kind)

    assert 0 < len(safe) <= rules.NAME_LENGTH
    assert safe.endswith(rules.EXTENSIONS[kind])
    assert not set(safe) & set('/\\<>:"|?*')
    assert not safe.startswith(".")
    assert all(unicodedata.category(c) not in {"Cc", "Cf", "Cs"} for c in safe)
    assert unicodedata.is_normalized("NFC", safe)
    safe.encode("utf-8")


@given(AWKWARD, KINDS)
def test_a_safe_name_stays_as_it_is(name, kind):
    once = rules.safe_name(name, kind)

    assert rules.safe_name(once, kind) == once


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("Giấy khai sinh của bé Đào.PDF", rules.PDF, "Giấy khai sinh của bé Đào.pdf"),
        (unicodedata.normalize("NFD", "Đơn đề nghị.docx"), rules.DOCX, "Đơn đề nghị.docx"),
        ("../../etc/passwd", rules.PDF, "passwd.pdf"),
        ("C:\\Ảnh\\căn cước.jpeg", rules.JPEG, "căn cước.jpg"),
        ("hoadon\u202efdp.exe", rules.PDF, "hoadonfdp.pdf"),
        ("ảnh.jpg", rules.PNG, "ảnh.png"),
        ("Tờ khai số 1. bản cuối", rules.PDF, "Tờ khai số 1. bản cuối.pdf"),
        ("...", rules.PDF, "tep.pdf"),
        ("con.pdf", rules.PDF, "_con.pdf"),
        ("dòng\nhai.pdf", rules.PDF, "dòng hai.pdf"),
        ("ệ" * 200, rules.HEIC, "ệ" * 115 + ".heic"),
    ],
)
def test_safe_name(name, kind, expected):
    assert rules.safe_name(name, kind) == expected


@given(st.binary(max_size=300))
def test_any_bytes_have_one_type(content):
    assert rules.detect(io.BytesIO(content))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (pdf(), rules.PDF),
        (photo("JPEG"), rules.JPEG),
        (photo("PNG"), rules.PNG),
        (photo("WEBP"), rules.WEBP),
        (office(rules.DOCX), rules.DOCX),
        (office(rules.XLSX), rules.XLSX),
        (b"PK\x03\x04 not really", rules.ZIP),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", rules.OLD_OFFICE),
        (b"MZ\x90\x00", rules.PROGRAM),
        (b"#!/bin/sh\n", rules.PROGRAM),
        (b"\xef\xbb\xbf<?xml version='1.0'?><a/>", rules.XML),
        ("<?xml version='1.0'?><a/>".encode("utf-16"), rules.XML),
        (b"  <!DOCTYPE html><p>", rules.HTML),
        (b"<script>alert(1)</script>", rules.HTML),
        (b"<?xml version='1.0'?><svg xmlns='x'/>", rules.SVG),
        (b"plain words", rules.OTHER),
        (b" %PDF-1.7", rules.OTHER),
    ],
)
def test_the_type_is_told_by_the_content(content, expected):
    assert rules.detect(io.BytesIO(content)) == expected

"""What is done to a PDF after its signature, permitted or hostile."""

import io
import random
import re
import zlib

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields

from hoaphuong.signing.tests.verify_makers import (
    Authority,
    day,
    edited,
    filled,
    paper,
    signed,
    stamped,
    with_evidence,
)
from hoaphuong.signing.verification import verify

NOW = day("2026-06-01")


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def certified(authority):
    """As a leader signs a paper: its number and day are still to be filled in."""
    return signed(paper("so", "ngay"), authority.signer, authority, certify=True)


def report(content, authority):
    return verify(content, name="a.pdf", anchors=authority.anchors, answers=None, at=NOW)


def whole(content, authority):
    """With fresh evidence, so that only what was done to the file decides."""
    return report(with_evidence(content, ocsps=[authority.ocsp(NOW)]), authority)


def changes(one):
    return [(change.what, change.permitted) for change in one.changes]


def test_number_and_day_filled_in_and_sealed_are_exactly_the_permitted_changes(
    authority, certified
):
    content = filled(certified, so="15", ngay="02")
    content = signed(content, authority.signer, authority, name="DAU")
    found = whole(content, authority)
    first, second = found.signatures
    assert (found.verdict.value, first.certifies, first.changed_after) == ("valid", True, True)
    assert changes(first) == [
        ("filled:ngay", True), ("filled:so", True), ("signed", True), ("evidence added", True),
    ]  # fmt: skip
    assert changes(second) == [("evidence added", True)]
    assert (second.certifies, second.changed_after) == (False, False)


def test_a_field_filled_in_against_the_signers_will_is_forbidden(authority):
    content = signed(
        paper("so"), authority.signer, authority, certify=True, permits=fields.MDPPerm.NO_CHANGES
    )
    found = whole(filled(content, so="15"), authority)
    assert (found.verdict.value, found.reason) == ("invalid", "forbidden_change")
    assert ("filled:so", False) in changes(found.signatures[0])


def test_another_text_on_the_page_is_a_forbidden_change(authority, certified):
    found = whole(edited(certified), authority)
    one = found.signatures[0]
    assert (found.reason, one.intact, one.changed_after) == ("forbidden_change", True, True)
    assert changes(one)[0] == ("other", False)


def test_evidence_and_time_stamps_do_not_count_as_changes(authority, certified):
    content = stamped(
        with_evidence(certified, ocsps=[authority.ocsp(NOW)]), authority, day("2026-05-31")
    )
    one = report(content, authority).signatures[0]
    assert changes(one) == [("evidence added", True), ("time stamped", True)]
    assert not one.changed_after


def test_evidence_that_grows_in_place_is_permitted_by_every_signature(authority, certified):
    content = with_evidence(certified, ocsps=[authority.ocsp(day("2026-05-30"))])
    content = signed(content, authority.signer, authority, name="DAU")
    found = whole(with_evidence(content, certs=[authority.root.der]), authority)
    assert found.verdict.value == "valid"
    assert set(changes(found.signatures[1])) == {("evidence added", True)}


def test_evidence_cannot_smuggle_another_page(authority, certified):
    """An object that the page uses is not cleared by standing in the store of evidence too."""
    content = with_evidence(certified, ocsps=[authority.ocsp(NOW)])
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    page = writer.root["/Pages"]["/Kids"][0]
    text = page.raw_get("/Contents")
    stream = text.get_object()
    stream._data, stream._encoded_data = b"BT /F1 12 Tf 72 700 Td (Khac) Tj ET", None
    writer.mark_update(text.reference)
    writer.root["/DSS"]["/OCSPs"].append(text)
    writer.update_container(writer.root["/DSS"]["/OCSPs"])
    out = io.BytesIO()
    writer.write(out)
    assert report(out.getvalue(), authority).reason == "forbidden_change"


def test_anything_behind_the_last_revision_is_a_forbidden_change(authority, certified):
    assert report(certified + b"\r\n", authority).reason == "revocation_unknown"
    for tail in (b"% more", b"PK\x03\x04" + b"zip" * 100, b"\n%%EOF"):
        assert report(certified + tail, authority).verdict.value in ("invalid", "unreadable")


def test_any_byte_changed_is_found(authority):
    """A fixed sample, most of it where no signature reaches: the message itself."""
    content = signed(paper(), authority.signer, authority, stamped_at=day("2026-03-01"))
    good = report(content, authority)
    assert good.reason == "revocation_unknown"
    assert good.signatures[0].intact
    gap = re.search(rb"/Contents <([0-9A-F]*)>", content)
    message_end = len(gap[1].rstrip(b"0")) + gap.start(1)
    chosen = random.Random(20260301)
    places = {chosen.randrange(len(content)) for _ in range(80)}
    places |= {chosen.randrange(gap.start(1), message_end) for _ in range(80)}
    places |= set(range(gap.start(1), gap.start(1) + 16))  # where its lengths begin
    places |= {gap.start(1) - 1, gap.end(1), message_end + 50, len(content) - 1, 0}
    unseen = []
    for place in sorted(places):
        other = content[:place] + bytes([content[place] ^ 0x01]) + content[place + 1 :]
        found = report(other, authority)
        told = found.signatures and (
            found.verdict.value == "invalid" or found.signatures[0] != good.signatures[0]
        )
        if not told and found.verdict.value not in ("unreadable", "unsigned"):
            unseen.append((place, content[place - 20 : place + 5]))
    assert unseen == []


def test_a_range_that_leaves_a_gap_overlaps_or_goes_backwards_is_refused(authority, certified):
    found = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\s*\]", certified)
    zero, first, second, rest = (int(n) for n in found.groups())
    for numbers in (
        (zero, first - 10, second, rest),
        (zero, first, second + 10, rest - 10),
        (zero, first, second, rest - 5),
        (zero, second, second, rest),
        (1, first, second, rest),
        (zero, first, second, rest + 100),
        (zero, -first, second, rest),
    ):
        text = b"/ByteRange [" + b" ".join(str(n).encode() for n in numbers) + b"]"
        other = (
            certified[: found.start()]
            + text.ljust(len(found[0]))[: len(found[0])]
            + certified[found.end() :]
        )
        said = report(other, authority)
        # A number with a sign no longer fits, and what stands there is no PDF any more.
        expected = ("broken",) if numbers[1] < 0 else ("byte_range", "broken_signature")
        assert said.reason in expected, numbers


def test_a_signature_without_range_or_contents_is_broken_and_not_absent(authority, certified):
    for old, new in ((b"/ByteRange", b"/ByteRangX"), (b"/Contents <", b"/Contentz <")):
        said = report(certified.replace(old, new), authority)
        assert (said.verdict.value, said.reason) == ("invalid", "broken_signature")


def test_a_signed_revision_wrapped_in_a_later_file_is_not_that_file(authority, certified):
    """Signature wrapping: the range is moved over the old bytes, another paper is shown."""
    other = edited(certified)
    field = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\s*\]", other)
    assert field
    moved = other + certified[int(field[3]) :]
    assert report(moved, authority).verdict.value in ("invalid", "unreadable")


def test_a_signature_of_another_file_is_not_this_files(authority, certified):
    different = signed(paper("so", "ngay"), Authority().signer, authority, certify=True)
    theirs = re.search(rb"/Contents <[0-9A-F]*>", different)
    ours = re.search(rb"/Contents <[0-9A-F]*>", certified)
    if len(theirs[0]) != len(ours[0]):
        width = len(ours[0]) - len(b"/Contents <>")
        body = theirs[0][len(b"/Contents <") : -1]
        swapped = b"/Contents <" + body[:width].ljust(width, b"0") + b">"
    else:
        swapped = theirs[0]
    said = report(certified.replace(ours[0], swapped), authority)
    assert said.verdict.value == "invalid"


def test_files_that_cannot_be_read_say_so(authority):
    for content, reason in (
        (b"", "broken"),
        (b"hello", "unknown_kind"),
        (b"%PDF-1.7\n", "broken"),
        (paper()[:200], "broken"),
        (b"\x00" * 5000, "unknown_kind"),
    ):
        said = report(content, authority)
        assert (said.verdict.value, said.reason) == ("unreadable", reason)
    assert report(paper(), authority).verdict.value == "unsigned"


def test_an_encrypted_file_says_that_it_is(authority):
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(paper())))
    writer.encrypt(owner_pass="chu", user_pass="khach")
    out = io.BytesIO()
    writer.write(out)
    said = report(out.getvalue(), authority)
    assert (said.verdict.value, said.reason) == ("unreadable", "encrypted")


def test_a_file_that_carries_scripts_is_checked_and_warned_of(authority):
    writer = IncrementalPdfFileWriter(io.BytesIO(paper()))
    from pyhanko.pdf_utils import generic

    writer.root["/OpenAction"] = generic.DictionaryObject(
        {
            generic.pdf_name("/S"): generic.pdf_name("/JavaScript"),
            generic.pdf_name("/JS"): generic.pdf_string("app.alert(1)"),
        }
    )
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    said = report(signed(out.getvalue(), authority.signer, authority), authority)
    assert said.warnings == ("scripts",)
    assert said.signatures[0].intact


def test_deep_nesting_ends_in_an_answer(authority):
    deep = b"%PDF-1.7\n1 0 obj\n" + b"[" * 100_000 + b"]" * 100_000 + b"\nendobj\n"
    deep += b"trailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF"
    assert report(deep, authority).verdict.value == "unreadable"


def test_pages_that_hold_each_other_end_in_an_answer(authority):
    head = b"%PDF-1.4\n"
    body = (
        b"1 0 obj\n<< /Type /Catalog /Pages 1 0 R /AcroForm << /Fields [1 0 R] >> "
        b"/FT /Sig /T (x) /V 1 0 R /Kids [1 0 R] /Parent 1 0 R >>\nendobj\n"
    )
    table = b"xref\n0 2\n0000000000 65535 f \n%010d 00000 n \n" % len(head)
    tail = b"trailer << /Root 1 0 R /Size 2 >>\nstartxref\n%d\n%%%%EOF" % len(head + body)
    said = report(head + body + table + tail, authority)
    assert said.verdict.value in ("unreadable", "invalid", "unsigned")


def test_a_bomb_of_objects_is_refused(authority):
    """A table that announces more objects than any paper has, squeezed into a few bytes."""
    count = 160_000
    rows = zlib.compress(b"\x01\x00\x00\x09\x00" * count, 9)
    stream = (
        b"1 0 obj\n<< /Type /XRef /Size %d /W [1 3 1] /Root 2 0 R /Filter /FlateDecode "
        b"/Length %d >>\nstream\n" % (count, len(rows)) + rows + b"\nendstream\nendobj\n"
    )
    content = b"%PDF-1.7\n" + stream + b"startxref\n9\n%%EOF"
    said = report(content, authority)
    assert (said.verdict.value, said.reason) == ("unreadable", "too_hard")

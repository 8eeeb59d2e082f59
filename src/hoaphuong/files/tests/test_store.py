import hashlib
import io
import os
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from hoaphuong.files import actions, inspection, queries, rules, shelf
from hoaphuong.files.models import StoredFile
from hoaphuong.files.tests.factories import (
    office,
    pdf,
    pdf_with_script_in_its_trailer,
    photo,
    upload,
)
from hoaphuong.kernel import journal
from hoaphuong.kernel.field_classes import undeclared

AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
SIGNATURES = Path(__file__).resolve().parents[5] / "shared" / "data" / "signatures"


def store(content, *, name="Tờ khai.pdf", allowed=rules.KNOWN):
    return actions.store(
        upload=upload(content),
        name=name,
        by="a" * 32,
        at=AT,
        retention="dossier",
        allowed=allowed,
    )


def test_a_stored_file_lies_under_its_hash_and_can_be_read_again(home):
    content = pdf()

    facts = store(content)

    assert facts.sha256 == hashlib.sha256(content).hexdigest()
    assert (facts.size, facts.media_type, facts.name) == (len(content), rules.PDF, "Tờ khai.pdf")
    place = home / "files" / facts.sha256[:2] / facts.sha256[2:4] / facts.sha256
    assert place.read_bytes() == content
    with queries.open_file(facts.key) as stream:
        assert stream.read() == content
    assert queries.facts([facts.key, "none"]) == {facts.key: facts}
    assert list((home / "files" / "aside").iterdir()) == []


def test_storing_records_a_fact_without_the_name(home):
    facts = store(pdf())

    [(_, name, by, body, at)] = journal.timeline(facts.key)
    assert (name, by, at) == ("files.file_stored", "a" * 32, AT)
    assert body == {"file": facts.key, "media_type": rules.PDF, "size": facts.size}


def test_the_same_bytes_stored_twice_are_two_files_in_one_place(home):
    first, second = store(pdf()), store(pdf(), name="Khác.pdf")

    assert first.key != second.key
    assert first.sha256 == second.sha256
    assert len([p for p in (home / "files").rglob("*") if p.is_file()]) == 1


def test_every_column_declares_its_class():
    assert undeclared(StoredFile) == []


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", actions.EmptyFile),
        (b"MZ program", actions.TypeNotAllowed),
        (b"<?xml version='1.0'?><a/>", actions.TypeNotAllowed),
        (b"%PDF-1.7 and nothing more", actions.BrokenFile),
        (pdf()[:-120], actions.BrokenFile),
        (photo()[:300], actions.BrokenFile),
        (photo("PNG")[:-30], actions.BrokenFile),
        (pdf(password="bi-mat"), actions.EncryptedPdf),
        (pdf(script="app.alert(1)"), actions.ScriptInPdf),
        (pdf(launch=True), actions.ScriptInPdf),
        (pdf_with_script_in_its_trailer(), actions.ScriptInPdf),
        (office(macro=True), actions.MacroInDocument),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_not_acceptable_is_refused_and_nothing_is_kept(home, content, refusal):
    with pytest.raises(refusal) as caught:
        store(content)

    assert StoredFile.objects.count() == 0
    assert [p for p in (home / "files").rglob("*") if p.is_file()] == []
    said = {}
    for language in ("vi", "en"):
        with translation.override(language):
            said[language] = str(caught.value)
    assert said["en"] != said["vi"]


def test_macros_are_found_by_the_declared_content_type_too(home):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        kind = "application/vnd.ms-word.document.macroEnabled.main+xml"
        package.writestr("[Content_Types].xml", f'<Override ContentType="{kind}"/>')
        package.writestr("word/document.xml", "<document/>")

    with pytest.raises(actions.MacroInDocument):
        store(out.getvalue())


def test_a_type_the_place_does_not_take_is_refused_by_its_content_whatever_its_name(home):
    with pytest.raises(actions.TypeNotAllowed) as caught:
        store(photo(), name="giấy tờ.pdf", allowed=frozenset({rules.PDF}))

    assert caught.value.found == rules.JPEG
    with translation.override("en"):
        assert "JPEG photo" in str(caught.value)


def test_a_file_over_the_limit_is_refused_even_when_its_size_is_a_lie(home, settings):
    settings.UPLOAD_MAX_BYTES = 100
    lying = upload(pdf())
    lying.size = 10

    with pytest.raises(actions.TooLarge):
        actions.store(
            upload=lying, name="a", by="a", at=AT, retention="dossier", allowed=rules.KNOWN
        )


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked(home, monkeypatch):
    monkeypatch.setattr(inspection, "MAX_PIXELS", 1_000)
    with pytest.raises(actions.TooManyPixels):
        store(photo("PNG", (60, 40)))


def test_a_package_that_unpacks_to_too_much_is_refused(home, monkeypatch):
    monkeypatch.setattr(inspection, "MAX_UNPACKED_BYTES", 100_000)
    with pytest.raises(actions.BrokenFile):
        store(office(extra=bytes(200_000)))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["pdf", "jpeg", "png", "docx"]), st.data())
def test_a_damaged_file_is_stored_or_refused_never_an_error(home, kind, data):
    whole = {"pdf": pdf(), "jpeg": photo(), "png": photo("PNG"), "docx": office()}[kind]
    content = bytearray(whole)
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=12)):
        content[place] = data.draw(st.integers(0, 255))

    try:
        outcome = store(bytes(content)).media_type
    except actions.FileRefused as refusal:
        outcome = str(refusal)

    assert outcome


def age(path, days):
    then = datetime.now(UTC).timestamp() - days * 86_400
    os.utime(path, (then, then))


def test_the_sweep_removes_what_no_row_claimed_for_a_day(home):
    kept, orphan, fresh = store(pdf()), store(photo()), store(photo("PNG"))
    StoredFile.objects.filter(key__in=[orphan.key, fresh.key]).delete()
    for facts in (kept, orphan):
        age(shelf.path_of(facts.sha256), days=2)
    forgotten = home / "files" / "aside" / "tmp-of-a-killed-process"
    forgotten.write_bytes(b"half")
    age(forgotten, days=2)

    assert actions.sweep(datetime.now(UTC)) == 2

    assert not forgotten.exists()
    assert not shelf.path_of(orphan.sha256).exists()
    assert shelf.path_of(kept.sha256).exists()
    assert shelf.path_of(fresh.sha256).exists()
    assert actions.sweep(datetime.now(UTC)) == 0


def test_bytes_stored_again_while_the_sweep_runs_are_put_back(home):
    facts = store(pdf())
    path = shelf.path_of(facts.sha256)

    assert shelf.take_off(path, before=datetime.now(UTC) - timedelta(days=1)) is False
    assert path.exists()


def test_a_rolled_back_row_leaves_bytes_for_the_sweep_not_a_row_without_bytes(home):
    class Undone(Exception):
        pass

    def store_and_fail():
        store(pdf())
        raise Undone

    with pytest.raises(Undone):
        transaction.atomic(store_and_fail)()

    assert StoredFile.objects.count() == 0
    age(shelf.path_of(hashlib.sha256(pdf()).hexdigest()), days=2)
    assert actions.sweep(datetime.now(UTC)) == 1


def test_a_row_whose_bytes_are_gone_is_no_file(home):
    facts = store(pdf())
    shelf.path_of(facts.sha256).unlink()

    with pytest.raises(queries.NoSuchFile):
        queries.open_file(facts.key)
    with pytest.raises(queries.NoSuchFile):
        queries.file_facts("none")


@pytest.mark.parametrize(
    "wrong", [{"size": 0}, {"sha256": "short"}, {"name": ""}, {"retention": ""}], ids=str
)
def test_the_database_forbids_an_impossible_row(home, wrong):
    row = {
        "sha256": "0" * 64,
        "size": 1,
        "media_type": rules.PDF,
        "name": "a.pdf",
        "retention": "dossier",
        "owner_account": "a",
        "created_at": AT,
    }
    with pytest.raises(IntegrityError):
        StoredFile.objects.create(**row | wrong)


def test_real_signed_pdfs_are_accepted_and_hostile_xml_is_refused(home):
    if not SIGNATURES.exists():
        pytest.skip("../shared/data is absent")
    signed = sorted((SIGNATURES / "pades").glob("*.pdf"))
    hostile = sorted((SIGNATURES / "bad-xml").glob("*.xml"))

    assert {store(path.read_bytes(), name=path.name).media_type for path in signed} == {rules.PDF}
    assert hostile
    for path in hostile:
        with pytest.raises(actions.TypeNotAllowed) as caught:
            store(path.read_bytes(), name="giả làm.pdf")
        assert caught.value.found in {rules.XML, rules.SVG, rules.HTML}, path.name


def test_an_official_scan_stays_bit_by_bit():
    content = photo("JPEG", turned=True)

    facts = actions.store(
        upload=upload(content),
        name="Công văn đến.jpg",
        by="a" * 32,
        at=AT,
        retention="document",
        allowed=rules.SCANS,
        as_is=True,
    )

    with queries.open_file(facts.key) as stream:
        assert stream.read() == content


def test_a_tiff_is_taken_where_scans_are_and_looked_into():
    page = io.BytesIO()
    Image.new("RGB", (80, 60), "white").save(page, "TIFF")

    facts = store(page.getvalue(), name="Bản quét.tiff", allowed=rules.SCANS)

    assert (facts.media_type, facts.name) == (rules.TIFF, "Bản quét.tif")
    with pytest.raises(actions.TypeNotAllowed):
        store(page.getvalue(), allowed=rules.USUAL)
    with pytest.raises(actions.BrokenFile):
        store(page.getvalue()[:40], allowed=rules.SCANS)


def test_what_a_protocol_brought_is_kept_unseen():
    facts = actions.keep(
        content=b"<a/>", name="thông điệp.edxml", media_type=rules.XML, by="axis", at=AT,
        retention="document",
    )  # fmt: skip

    assert (facts.name, facts.media_type, facts.size) == ("thông điệp.xml", rules.XML, 4)
    with queries.open_file(facts.key) as stream:
        assert stream.read() == b"<a/>"

"""Scans are read by a real Tesseract, for searching; whatever a file does, the worker goes on."""

import difflib
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable

import pypdfium2 as pdfium
import pytest
from django.urls import reverse
from PIL import Image

from hoaphuong.documents import actions, jobs, reading
from hoaphuong.documents.models import Incoming
from hoaphuong.documents.tests.factories import AT, agency_of
from hoaphuong.documents.tests.typeset_pages import AT as DAY
from hoaphuong.documents.tests.typeset_pages import SENTENCE, paper
from hoaphuong.documents.typesetting import Annex, Kind, typeset
from hoaphuong.files import actions as shelf
from hoaphuong.files.queries import open_file
from hoaphuong.identity import queries as identity
from hoaphuong.kernel.jobs import run_due

pytestmark = pytest.mark.django_db

PNG, JPEG, TIFF, PDF = "image/png", "image/jpeg", "image/tiff", "application/pdf"
PATIENCE = 120  # seconds; what is waited for takes a few
NO_TESSERACT = "Tesseract with Vietnamese (Debian packages tesseract-ocr, tesseract-ocr-vie)"


@pytest.fixture(autouse=True)
def staff(demo_city):
    reading.reader.cache_clear()
    yield
    while jobs._now:
        left = jobs._now.pop()
        left.child.kill()
        left.child.wait()


@pytest.fixture
def tesseract():
    if reading.reader() is None:
        pytest.skip(f"{NO_TESSERACT} is not installed")


def pictures(count: int = 1) -> list[Image.Image]:
    """Pages of a notice with a number and its annex, as a scanner of 200 dpi sees them."""
    annexes = (Annex("Danh mục thủ tục", f"{SENTENCE}\n{SENTENCE}"),) * (count - 1)
    made = typeset(paper(Kind.NOTICE, number="7", date=DAY, annexes=annexes), at=DAY)
    sheets = pdfium.PdfDocument(made.pdf)
    return [sheet.render(scale=200 / 72, grayscale=True).to_pil() for sheet in sheets]


def scanned(kind: str, count: int = 1) -> bytes:
    first, *others = pictures(count)
    out = io.BytesIO()
    more = {"save_all": True, "append_images": others} if others else {}
    first.save(out, kind, dpi=(200, 200), **({"resolution": 200} | more if kind == "PDF" else more))
    return out.getvalue()


def arrived(content: bytes, media_type: str) -> Incoming:
    """A scan taken in at Mai's office, whose words are not read yet."""
    facts = shelf.keep(
        content=content, name="quet", media_type=media_type, by="mai", at=AT, retention="document"
    )
    arrival = actions.Arrival(
        agency=agency_of("mai"), source="paper", from_code="", from_name="Bộ Nội vụ", number="12",
        notation="BNV-CCVC", issued_on=AT.date(), kind="CV", subject_line="Về việc rà soát",
        urgency="", file_key=facts.key, to_read=True,
    )  # fmt: skip
    return actions.receive(arrival=arrival, by="mai", at=AT)


def until(true: Callable[[], object]) -> None:
    ending = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < ending
        time.sleep(0.05)


def read(incoming: Incoming) -> Incoming:
    """What the worker's job makes of it."""

    def done() -> bool:
        jobs.read_scans()
        incoming.refresh_from_db()
        return incoming.text_state != "waiting"

    until(done)
    return incoming


def wrong_letters(text: str, wanted: str) -> float:
    """The share of letters of ``wanted`` that do not stand in ``text`` in their order."""
    blocks = difflib.SequenceMatcher(
        None, " ".join(text.split()), wanted, autojunk=False
    ).get_matching_blocks()
    return 1 - sum(block.size for block in blocks) / len(wanted)


@pytest.mark.parametrize(
    ("kind", "media_type", "count"), [("JPEG", JPEG, 1), ("TIFF", TIFF, 2), ("PDF", PDF, 2)]
)
def test_a_scan_is_read_and_found_without_accents_and_stays_as_it_was(
    tesseract, client, kind, media_type, count
):
    scan = scanned(kind, count)
    incoming = read(arrived(scan, media_type))

    assert (incoming.text_state, incoming.text_pages) == ("read", count)
    assert wrong_letters(incoming.text.split("\f")[-1], SENTENCE) < 0.03
    with open_file(incoming.file_key) as kept:
        assert kept.read() == scan

    client.force_login(identity.demo_account("mai"))
    register = reverse("documents:arrivals")
    assert "BNV-CCVC" in client.get(register, {"q": "kho khan vuong mac"}).content.decode()
    assert "BNV-CCVC" not in client.get(register, {"q": "kho khan vuong mat"}).content.decode()
    shown = client.get(reverse("documents:incoming", args=[incoming.key])).content.decode()
    assert "vướng mắc phát sinh" in " ".join(shown.split())


def test_a_pdf_that_holds_its_words_needs_no_reader(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    pdf = typeset(paper(Kind.NOTICE, number="7", date=DAY), at=DAY).pdf
    incoming = read(arrived(pdf, PDF))
    assert incoming.text_state == "read"
    assert "vướng mắc phát sinh" in " ".join(incoming.text.split())


def a_bomb() -> bytes:
    """A picture of a few kilobytes that would be 900 megapixels."""
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.7\nnothing follows", PDF),
        (b"II*\0\xff\xff\xff\xff", TIFF),
        (scanned("JPEG")[:2_000], JPEG),
        (b"\x89PNG\r\n\x1a\nno picture", PNG),
        (a_bomb(), PNG),
    ],
    ids=["broken PDF", "broken TIFF", "half a JPEG", "no picture", "a bomb"],
)
def test_what_cannot_be_read_fails_and_the_next_one_is_read(content, media_type):
    bad = arrived(content, media_type)
    good = arrived(typeset(paper(Kind.NOTICE), at=DAY).pdf, PDF)
    assert read(bad).text_state == "failed"
    assert read(good).text_state == "read"


def test_a_decoder_that_dies_with_its_process_fails_its_scan_only(monkeypatch):
    dying = arrived(b"%PDF-1.7\n", PDF)
    jobs.read_scans()
    jobs._now[0].child.kill()
    assert read(dying).text_state == "failed"


def test_more_words_than_a_pipe_holds_are_taken(monkeypatch):
    """A process that waits for its reader, who waits for its end, would never end."""
    text = "chữ " * 200_000
    incoming = arrived(b"%PDF-1.7\n", PDF)
    words = [sys.executable, "-c", "import json; print(json.dumps({'text': 'chữ ' * 200_000}))"]
    real = subprocess.Popen
    monkeypatch.setattr(jobs.subprocess, "Popen", lambda _words, **how: real(words, **how))
    read(incoming)
    assert (incoming.text_state, incoming.text) == ("read", text)


@pytest.fixture
def hanging(monkeypatch, tmp_path):
    """A Tesseract that never ends; it says under which number it runs."""
    told = tmp_path / "pid"
    program = tmp_path / "bin" / "tesseract"
    program.parent.mkdir()
    program.write_text(
        f"#!{sys.executable}\nimport os, sys, time\n"
        "if '--list-langs' in sys.argv:\n    print('vie')\n    raise SystemExit\n"
        f"open({str(told)!r} + '.new', 'w').write(str(os.getpid()))\n"
        f"os.rename({str(told)!r} + '.new', {str(told)!r})\ntime.sleep(600)\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    return told


def test_a_reader_that_hangs_is_ended_after_its_time_with_all_that_it_started(hanging):
    incoming = arrived(scanned("JPEG"), JPEG)
    jobs.read_scans()
    until(hanging.exists)
    assert jobs.read_scans() is False
    jobs._now[0].until = time.monotonic()

    assert read(incoming).text_state == "failed"
    with pytest.raises(ProcessLookupError):
        os.kill(int(hanging.read_text()), 0)


def test_a_process_that_does_not_end_when_asked_is_ended(monkeypatch):
    monkeypatch.setattr(jobs, "GRACE", 0.2)
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True)"
    incoming = arrived(b"%PDF-1.7\n", PDF)
    child = subprocess.Popen(
        [sys.executable, "-c", f"{deaf}; time.sleep(600)"], stdout=subprocess.PIPE
    )
    child.stdout.readline()
    jobs._now.append(jobs._Reading(incoming.key, child, io.BytesIO(), 0.0))
    assert read(incoming).text_state == "failed"
    assert child.poll() == -9
    child.stdout.close()


def test_without_a_reader_the_log_says_what_to_install_and_a_clerk_has_it_read_again(
    client, monkeypatch, tmp_path, caplog
):
    installed = os.environ["PATH"]
    monkeypatch.setenv("PATH", str(tmp_path))
    incoming = read(arrived(scanned("JPEG"), JPEG))
    assert incoming.text_state == "failed"
    assert "tesseract-ocr-vie" in caplog.text

    page = reverse("documents:incoming", args=[incoming.key])
    again = reverse("documents:incoming_step", args=[incoming.key, "doc-lai"])
    client.force_login(identity.demo_account("lan"))
    assert again not in client.get(page).content.decode()
    assert client.post(again).status_code == 403
    client.force_login(identity.demo_account("mai"))
    assert again in client.get(page).content.decode()
    client.post(again)
    incoming.refresh_from_db()
    assert incoming.text_state == "waiting"
    assert again not in client.get(page).content.decode()

    monkeypatch.setenv("PATH", installed)
    reading.reader.cache_clear()
    if reading.reader() is None:
        pytest.skip(f"{NO_TESSERACT} is not installed: it was not read again")
    assert read(incoming).text_state == "read"


def test_only_what_could_not_be_read_is_read_again():
    incoming = arrived(b"%PDF-1.7\n", PDF)
    with pytest.raises(actions.WrongStatus):
        actions.read_again(key=incoming.key)


def test_words_that_no_database_keeps_are_made_plain():
    said = reading._plain("một\0hai \ud800 ba")
    assert said == "một hai ? ba"
    assert json.loads(json.dumps(said)) == said


def test_the_job_fails_no_other_job(monkeypatch):
    """The worker's own loop runs it: a file that is gone ends as failed, and the loop goes on."""
    incoming = arrived(b"%PDF-1.7\n", PDF)
    Incoming.objects.filter(pk=incoming.pk).update(file_key="0" * 32)
    todo = [job for job in jobs.JOBS if job.name == "documents.read_scans"]
    assert run_due(todo, now=0.0) is True
    incoming.refresh_from_db()
    assert (incoming.text_state, todo[0].failures) == ("failed", 0)

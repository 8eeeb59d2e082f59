"""Published files, good and bad: the verdicts of ``real_files.toml``, written beforehand."""

import io
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader

from hoaphuong.signing.verification import verify
from hoaphuong.signing.verification.trust import Anchors

TABLE = tomllib.loads(Path(__file__).with_name("real_files.toml").read_text(encoding="utf-8"))
ROOTS = {
    "pades/hellopades-pades-b-lt-sha256-auth.pdf": 0x5480F9A073ED3F004CCA89D8E371E64A,
    "pades/reason_and_location_Test.pdf": 0x73F8EDAA230414444CB55BEC4AC1FBB2,
}


@pytest.fixture
def signatures(shared_data) -> Path:
    return shared_data / "signatures"


@pytest.fixture
def roots(signatures) -> Anchors:
    """Two roots that the files themselves carry."""
    found = []
    for file, serial in ROOTS.items():
        reader = PdfFileReader(io.BytesIO((signatures / file).read_bytes()), strict=False)
        ders = [bytes(one.get_object().data) for one in reader.root["/DSS"]["/Certs"]]
        found += [d for d in ders if x509.load_der_x509_certificate(d).serial_number == serial]
    assert len(found) == len(ROOTS)
    return Anchors.of(found)


def moment(row) -> datetime:
    day = row.get("at", date(2026, 3, 1))
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


@pytest.mark.parametrize(
    "row", TABLE["file"], ids=lambda row: f"{Path(row['path']).name}@{row.get('at', '')}"
)
@pytest.mark.parametrize("trusted", ["bare", "roots"])
def test_a_published_file_gets_the_verdict_of_the_table(signatures, roots, row, trusted):
    content = (signatures / row["path"]).read_bytes()
    anchors = roots if trusted == "roots" else Anchors.of([])
    said = verify(content, name=row["path"], anchors=anchors, answers=None, at=moment(row))
    assert [said.verdict.value, said.reason] == row[trusted], (row["why"], said)


def test_no_published_file_is_left_out_of_the_table(signatures):
    listed = {(signatures / row["path"]).resolve() for row in TABLE["file"]}
    folders = [signatures, signatures.parent / "exchange"]
    there = {file.resolve() for folder in folders for file in folder.rglob("*.*") if file.is_file()}
    assert there == listed


def test_a_tampered_copy_of_a_valid_one_is_invalid(signatures, roots):
    content = (signatures / "pades/reason_and_location_Test.pdf").read_bytes()
    at = datetime(2020, 6, 1, tzinfo=UTC)

    def said(bytes_):
        return verify(bytes_, name="", anchors=roots, answers=None, at=at).reason

    place = content.index(b"/Producer") + 12
    assert said(content) == "valid"
    assert said(content[:place] + b"X" + content[place + 1 :]) == "content_changed"

"""Issued documents are stamped again before their stamp ends: real processes, stamps over HTTP."""

import json
import shutil
import signal
import subprocess
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto.cms import ContentInfo
from pyhanko.pdf_utils.reader import PdfFileReader

from hoaphuong.signing.tests.authority_process import with_stamper
from hoaphuong.web import stand_ins

PAPERS = 3
SUBJECT = "Văn bản lưu trữ số"
SOON, LATER = timedelta(days=60), timedelta(days=1_000)
POINTS = ("claimed", "stamped", "kept", "closing", "closed")

ISSUED = f"""
from django.utils import timezone
from hoaphuong.documents import actions
from hoaphuong.documents.demo import _Cast
from hoaphuong.documents.models import Document
from hoaphuong.documents.signables import PERSON, SEAL
from hoaphuong.signing import actions as signing, queries
cast, now = _Cast(), timezone.now()
for number in range({PAPERS}):
    document = cast._drafted(
        "TB", f"{SUBJECT} {{number}}", "Thông báo để biết.", agency=cast.at["mai"], signer="lan"
    )
    cast._further(document, "signed")
cast.sign(PERSON, cast.signed_by)
chosen = Document.objects.filter(subject_line__startswith="{SUBJECT}").order_by("pk")
for document in chosen:
    actions.number(key=document.key, by=cast.key["mai"], at=timezone.now())
signing.order_batch(
    kind=SEAL, subjects=list(chosen.values_list("key", flat=True)),
    certificate=queries.certificate_of_agency(cast.at["mai"], at=now).key, by=cast.key["mai"],
    second_factor_at=now, at=timezone.now(),
)
"""
TRY_NOW = """
from django.utils import timezone
from hoaphuong.signing import actions
actions.stamp_now(at=timezone.now())
"""
TOLD = f"""
import json
from pathlib import Path
from django.conf import settings
from hoaphuong.documents.models import Document
from hoaphuong.files import queries as files
from hoaphuong.kernel.models import JournalEntry
from hoaphuong.signing.models import ArchiveItem
found = []
facts = [json.loads(one)["paper"] for one in JournalEntry.objects.filter(
    name="signing.paper_restamped").values_list("body", flat=True)]
for document in Document.objects.filter(subject_line__startswith="{SUBJECT}").order_by("pk"):
    states = {{f.state: str(files.place_of_file(f.file_key)) for f in document.files.all()}}
    item = ArchiveItem.objects.get(paper=document.key)
    found.append({{
        "status": document.status, "states": states, "count": document.files.count(),
        "newest": str(files.place_of_file(document.file_key)),
        "archived": str(files.place_of_file(item.file_key)),
        "stamps": item.stamps, "attempts": item.attempts, "reason": item.reason,
        "claimed": item.claim, "wait": item.waits_until and item.waits_until.isoformat(),
        "facts": facts.count(document.key),
    }})
print(json.dumps(found))
"""


def done(city, script):
    ended = city.python(script)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def told(city, *, now=False):
    """How each document stands; ``now`` lets those that wait be tried at once."""
    return json.loads(done(city, TRY_NOW * now + TOLD).splitlines()[-1])


def stamped_until(city, until):
    """The city's authority, started with a certificate for time stamps that ends then."""
    with_stamper(stand_ins.folder(city.home, "authority"), until=until)
    return city.start_authority()


def signer(city, **env):
    return city.run("signer", "1", "--linger", "0", **env)


def faults(city, part="", **asked):
    address = stand_ins.addresses(city.home)["authority"]
    body = json.dumps({"part": part, **asked} if part else {}).encode()
    urllib.request.urlopen(f"{address}/_faults", body, timeout=10).close()


def waiting(found):
    """Nothing of the documents changed; the reasons they wait for, each once."""
    assert {one["stamps"] for one in found} == {0}
    assert {one["count"] for one in found} == {4}  # final, signed, numbered, sealed
    assert {one["claimed"] for one in found} == {""}
    assert all(one["wait"] for one in found)
    return {one["reason"] for one in found}


@pytest.fixture
def issued(real_city):
    """Three documents whose archive stamps end in sixty days, sealed by a real signer."""
    authority = stamped_until(real_city, datetime.now(UTC) + SOON)
    done(real_city, ISSUED)
    ended = signer(real_city)
    assert ended.returncode == 0, ended.stderr
    return real_city, authority


def verified(city, files, *, at):
    ended = city.run("verify", *files, "--json", "--detail", "--at", at.isoformat(), timeout=200)
    return [
        (
            one["verdict"],
            [s["level"] for s in one["signatures"] if s["kind"] != "time stamp"],
            sum(s["kind"] == "time stamp" for s in one["signatures"]),
            {s["changed_after"] for s in one["signatures"][1:]},
        )
        for one in json.loads(ended.stdout)
    ]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_killed_archive_extends_each_document_exactly_once(issued):
    city, authority = issued
    # Its authority still has the certificate that ends: a further stamp would renew nothing.
    assert waiting(told(city)) == {"stamp_ends_no_later"}
    queue = city.run("archive", "--json")
    said = json.loads(queue.stdout)
    assert queue.returncode == 0  # sixty days are left
    assert (said["due"], said["waiting"], said["urgent"], said["lost"]) == (PAPERS, PAPERS, 0, 0)

    authority.terminate()
    authority.wait()
    stamped_until(city, datetime.now(UTC) + LATER)
    before = told(city, now=True)
    for point in POINTS:
        died = signer(city, HOAPHUONG_DIE_AT=f"signing.archive_{point}")
        assert died.returncode == -signal.SIGKILL, died.stderr
        extended = sum(one["stamps"] for one in told(city, now=True))
        assert extended == (1 if point == "closed" else 0), point
    ended = signer(city)
    assert ended.returncode == 0, ended.stderr
    city.start_worker(HOAPHUONG_SIGNERS="1")
    city.wait(lambda: all("restamped" in one["states"] for one in told(city)), patience=90)

    found = told(city)
    assert {one["stamps"] for one in found} == {1}
    assert {one["facts"] for one in found} == {1}
    assert {one["count"] for one in found} == {5}  # and one file with the further stamp
    assert {one["status"] for one in found} == {"issued"}
    for one, earlier in zip(found, before, strict=True):
        assert one["newest"] == one["archived"] == one["states"]["restamped"]
        with open(one["newest"], "rb") as new, open(earlier["newest"], "rb") as old:
            sealed = old.read()
            assert earlier["newest"] == one["states"]["sealed"]
            content = new.read()
            assert content.startswith(sealed)
            assert len(content) > len(sealed)

    now, sealed, renewed = (
        datetime.now(UTC),
        [one["states"]["sealed"] for one in found],
        [one["newest"] for one in found],
    )
    levels = ["B-LTA", "B-LTA"]
    assert verified(city, sealed, at=now) == [("valid", levels, 1, {False})] * PAPERS
    assert verified(city, renewed, at=now) == [("valid", levels, 2, {False})] * PAPERS
    after = now + SOON + timedelta(days=10)
    assert {one[0] for one in verified(city, sealed, at=after)} == {"indeterminate"}
    assert verified(city, renewed, at=after) == [("valid", levels, 2, {False})] * PAPERS
    pdfsig = shutil.which("pdfsig")
    assert pdfsig, "pdfsig is missing: see .ci/run"
    for file in renewed:
        said = subprocess.run([pdfsig, "-nocert", file], capture_output=True, text=True).stdout
        # Person and seal; Poppler 22.12 does not read a document's time stamps: openssl does.
        assert said.count("Signature is Valid") >= 2, said
        assert "Signature is Invalid" not in said, said
        openssl_accepts_the_newest_stamp(city, file)


def openssl_accepts_the_newest_stamp(city, file):
    """It is over all of the file but itself, and below the demonstration's root."""
    with open(file, "rb") as opened:
        newest = PdfFileReader(opened).embedded_timestamp_signatures[-1]
        start, first, second, rest = (int(part) for part in newest.byte_range)
        opened.seek(0)
        content = opened.read()
        token = ContentInfo.load(bytes(newest.pkcs7_content)).dump()
    assert (start, second + rest) == (0, len(content))
    ca = stand_ins.folder(city.home, "authority") / "ca"
    for name, held in (("data", content[:first] + content[second:]), ("token", token)):
        (city.home / f"stamp.{name}").write_bytes(held)
    for name in ("root", "issuing"):
        words = ["openssl", "x509", "-inform", "DER", "-in", ca / f"{name}.cer", "-out"]
        subprocess.run([*words, city.home / f"{name}.pem"], check=True)
    said = subprocess.run(
        ["openssl", "ts", "-verify", "-token_in", "-in", city.home / "stamp.token",
         "-data", city.home / "stamp.data", "-CAfile", city.home / "root.pem",
         "-untrusted", city.home / "issuing.pem"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.one_database
def test_an_authority_that_hangs_lies_or_knows_nothing_leaves_the_documents_and_is_asked_again(
    issued,
):
    city, authority = issued
    authority.terminate()
    authority.wait()
    stamped_until(city, datetime.now(UTC) + LATER)
    found = told(city, now=True)
    sealed = [one["newest"] for one in found]
    attempts = [one["attempts"] for one in found]
    cases = [
        ("tsa", {"hang": 12}, "time_stamp_failed"),
        ("tsa", {"wrong_digest": True}, "time_stamp_failed"),
        ("tsa", {"wrong_nonce": True}, "time_stamp_failed"),
        ("tsa", {"clock_off": 3_600}, "time_stamp_failed"),
        ("tsa", {"garbage": True}, "time_stamp_failed"),
        ("tsa", {"half": True}, "time_stamp_failed"),
    ]
    for part, asked, reason in cases:
        faults(city)
        faults(city, part, **asked)
        ended = signer(city)
        assert ended.returncode == 0, ended.stderr
        # All wait with the one that was tried: a thousand papers do not wait for an answer each.
        found = told(city)
        assert waiting(found) == {reason}, asked
        assert len({one["wait"] for one in found}) == 1
        assert [one["newest"] for one in found] == sealed
        tries = [one["attempts"] for one in told(city, now=True)]
    assert [now - then for now, then in zip(tries, attempts, strict=True)] == [len(cases), 0, 0]
    faults(city)
    faults(city, "ocsp", unknown=True)
    faults(city, "crl", status=503)
    assert signer(city).returncode == 0
    assert {one["stamps"] for one in told(city)} == {1}  # the evidence in the files is enough

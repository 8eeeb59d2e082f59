"""Thirty documents are numbered, sealed and sent while web, signer and worker are killed."""

import json
import re
import signal
import sqlite3
import time
from contextlib import closing

import pytest

PARTNER = "000.00.00.G98"
PAPERS = 30
SUBJECT = "Văn bản thử số"
NAMED = rf"<edXML:Subject>{SUBJECT} (\d\d)</edXML:Subject>"

SIGNED = f"""
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from hoaphuong.documents import actions
from hoaphuong.documents.demo import _Cast
from hoaphuong.documents.signables import PERSON
from hoaphuong.documents.tests.factories import sheet
from hoaphuong.identity import queries as identity
cast = _Cast()
above = identity.agency(cast.at["hung"])
to = [actions.To("city", above.code, above.name), actions.To("axis", "{PARTNER}", "Bộ Trình diễn")]
for number in range({PAPERS}):
    document = cast._drafted(
        "TB", f"{SUBJECT} {{number:02}}", "Thông báo để biết.", agency=cast.at["mai"], signer="lan"
    )
    cast._revised(document, to, ())
    for title in ("Phụ lục I", "Phụ lục II")[: number % 3]:
        actions.attach(
            key=document.key, title=title, upload=SimpleUploadedFile("a.pdf", sheet()),
            by=document.drafter_key, at=timezone.now(),
        )
    cast._further(document, "signed")
cast.sign(PERSON, cast.signed_by)
"""

# What the clerk's page does with the chosen documents, one transaction each.
NUMBERED = f"""
from django.utils import timezone
from hoaphuong.documents import actions
from hoaphuong.documents.demo import _Cast
from hoaphuong.documents.models import Document
cast = _Cast()
for document in Document.objects.filter(subject_line__startswith="{SUBJECT}").order_by("signed_at"):
    actions.number(key=document.key, by=cast.key["mai"], at=timezone.now())
"""
ORDERED = f"""
from django.utils import timezone
from hoaphuong.documents.demo import _Cast
from hoaphuong.documents.models import Document
from hoaphuong.documents.signables import SEAL
from hoaphuong.signing import actions, queries
cast, now = _Cast(), timezone.now()
chosen = Document.objects.filter(subject_line__startswith="{SUBJECT}", status="numbered")
actions.order_batch(
    kind=SEAL, subjects=list(chosen.order_by("number").values_list("key", flat=True)),
    certificate=queries.certificate_of_agency(cast.at["mai"], at=now).key, by=cast.key["mai"],
    second_factor_at=now, at=now,
)
"""

TOLD = f"""
import json
from collections import Counter
from hoaphuong.documents.models import Document, Incoming, RegisterEntry
from hoaphuong.documents.rules import register_link
from hoaphuong.kernel.models import Listening, OutgoingCall
from hoaphuong.signing.models import PaperSignature
ours = list(Document.objects.filter(subject_line__startswith="{SUBJECT}"))
attached = [one for document in ours for one in document.attachments.all()]
keys = [one.key for one in ours]
hash, linked = "0" * 64, True
entries = list(RegisterEntry.objects.order_by("position"))
for entry in entries:
    hash = register_link(hash, entry.digest)
    linked &= entry.hash == hash
print(json.dumps({{
    "status": Counter(one.status for one in ours),
    "numbers": sorted(Document.objects.filter(series=ours[0].series).values_list("number", flat=1)),
    "entered": Counter(Counter(e.document_id for e in entries)[one.pk] for one in ours),
    "positions": [entry.position for entry in entries],
    "linked": linked,
    "copies": Counter(Incoming.objects.filter(document_key=key).count() for key in keys),
    "seals": Counter(
        PaperSignature.objects.filter(paper=key, kind="documents.seal").count() for key in keys),
    "attached": len(attached),
    "attachments": Counter(
        PaperSignature.objects.filter(paper=one.key, kind="documents.attachment").count()
        if one.sealed_at and one.files.count() == 1 else "unsealed" for one in attached),
    "attached copies": Counter(
        copy.attachments == [one.file_key for one in document.attachments.all()]
        for document in ours for copy in Incoming.objects.filter(document_key=document.key)),
    "files": Counter(
        "+".join(sorted(one.files.filter(attachment=None).values_list("state", flat=True)))
        for one in ours),
    "states": Counter(one.recipients.get(place="axis").state for one in ours),
    "messages": [one.recipients.get(place="axis").message for one in ours],
    "calls": OutgoingCall.objects.filter(kind="exchange.send").exclude(state="done").count(),
    "failures": sum(Listening.objects.values_list("failures", flat=True)),
}}))
"""

# Each life of the worker ends at its point; its one signer dies at the second paper or so.
SIGNERS = [
    f"signing.{point}:2"
    for point in ("claimed", "prepared", "signed", "kept", "effect", "closing", "closed")
]
WORKERS = [
    "exchange.prepared:2", "outgoing.claimed:3", "outgoing.called:3", "outgoing.noted:3",
    "exchange.received:3", "reaction.ran", "reaction.heard:3",
]  # fmt: skip


def done(city, script, **env):
    finished = city.python(script, **env)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.mark.slow
@pytest.mark.timeout(900)  # a call whose worker was killed is made again when its lease is over
def test_whatever_is_killed_each_document_has_one_number_one_entry_and_one_copy(real_city):
    real_city.start_authority()
    done(real_city, SIGNED)
    for point in ("documents.number.filled:4", "documents.number.filled:9"):
        killed = real_city.python(NUMBERED, HOAPHUONG_DIE_AT=point)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
    done(real_city, NUMBERED)
    done(real_city, ORDERED)
    real_city.start_axis()

    died = [point for point in SIGNERS if _signer_dies(real_city, point)]
    assert died == SIGNERS
    died = [point for point in WORKERS if _worker_dies(real_city, point)]
    assert died == WORKERS

    real_city.start_worker(HOAPHUONG_SIGNERS="2")
    told = {}

    def settled():
        told.update(json.loads(done(real_city, TOLD).splitlines()[-1]))
        return told["states"] == {"03": PAPERS} and not told["calls"]

    real_city.wait(settled, patience=400)
    assert told["status"] == {"issued": PAPERS}
    assert told["numbers"] == list(range(1, len(told["numbers"]) + 1))
    assert len(told["numbers"]) >= PAPERS
    assert told["entered"] == {"1": PAPERS}
    assert told["positions"] == list(range(1, len(told["positions"]) + 1))
    assert told["linked"]
    assert told["copies"] == {"1": PAPERS}
    assert told["seals"] == {"1": PAPERS}
    assert told["files"] == {"final+numbered+sealed+signed": PAPERS}
    assert (told["attached"], told["attachments"]) == (PAPERS, {"1": PAPERS})
    assert told["attached copies"] == {"true": PAPERS}
    assert told["failures"] == 0
    assert len(set(told["messages"])) == PAPERS
    _the_partner_has_each_once(real_city)


def _signer_dies(city, point):
    """Whether a signer died there; the worker that started it is killed right after."""
    worker = city.start_worker(die_at=point, HOAPHUONG_SIGNERS="1")
    log = city.home / f"hoaphuong-{len(city.children) - 1}.log"
    city.wait(lambda: "a signer ended" in log.read_text() or worker.poll() is not None)
    said = log.read_text()
    worker.kill()
    worker.wait(15)
    return '"status": -9' in said or "-9" in said


def _worker_dies(city, point):
    worker = city.start_worker(die_at=point, HOAPHUONG_SIGNERS="1")
    until = time.monotonic() + 60
    while worker.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    worker.kill()
    return worker.wait(15) == -signal.SIGKILL and time.monotonic() < until


def _the_partner_has_each_once(city):
    with closing(sqlite3.connect(city.home / "demo" / "axis" / "axis.sqlite3")) as rows:
        found = rows.execute(
            "select content from message where recipient = ? and kind = 'edoc'", [PARTNER]
        ).fetchall()
    said = [name for (content,) in found for name in re.findall(NAMED, content.decode())]
    assert sorted(set(said)) == [f"{number:02}" for number in range(PAPERS)]
    assert len(said) == PAPERS

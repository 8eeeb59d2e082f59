"""``./hoaphuong verify``: on a fresh clone, for any file, without a data folder."""

import json
import os
import subprocess
import sys

import pytest

from hoaphuong.signing.tests.verify_makers import Authority, day, paper, signed, with_evidence
from hoaphuong.signing.verification import MOST_BYTES

NOW = "2026-06-01"


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture(scope="module")
def folder(tmp_path_factory, authority):
    """A paper that is valid, the same one tampered with, others, and who is trusted."""
    here = tmp_path_factory.mktemp("verify")
    content = with_evidence(
        signed(paper(), authority.signer, authority), ocsps=[authority.ocsp(day(NOW))]
    )
    (here / "tốt.pdf").write_bytes(content)
    (here / "bad.pdf").write_bytes(content.replace(b"/Catalog", b"/CatalOg", 1))
    (here / "plain.pdf").write_bytes(paper())
    (here / "trust").mkdir()
    (here / "trust" / "root.der").write_bytes(authority.root.der)
    return here


def ran(folder, *words):
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-m", "hoaphuong", "verify", *words, "--at", NOW],
        cwd=folder,
        env={**environment, "HOAPHUONG_HOME": str(folder / "no-home")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_one_object_per_file_in_order_with_exactly_the_promised_keys(folder):
    names = ["bad.pdf", "tốt.pdf", "missing.pdf", "plain.pdf", "trust"]
    told = ran(folder, *names, "--json", "--anchors", "trust")
    found = json.loads(told.stdout)
    assert told.returncode == 1
    assert [one["file"] for one in found] == names
    assert [one["verdict"] for one in found] == [
        "invalid", "valid", "unreadable", "unsigned", "unreadable",
    ]  # fmt: skip
    assert [one["reason"] for one in found] == [
        "content_changed", "valid", "missing", "unsigned", "unreadable",
    ]  # fmt: skip
    for one in found:
        assert list(one) == ["file", "verdict", "reason", "signatures"]
        for signature in one["signatures"]:
            assert list(signature) == ["signer", "intact", "trusted", "level", "changed_after"]
    assert [len(one["signatures"]) for one in found] == [1, 1, 0, 0, 0]
    assert found[1]["signatures"] == [
        {
            "signer": "Nguyễn Giả Định", "intact": True, "trusted": True, "level": "B-B",
            "changed_after": False,
        }
    ]  # fmt: skip
    assert "Traceback" not in told.stderr


def test_the_detail_of_a_signature_is_given_when_asked_for(folder):
    told = ran(folder, "tốt.pdf", "--json", "--detail", "--anchors", "trust")
    [[signature]] = [one["signatures"] for one in json.loads(told.stdout)]
    assert signature["reason"] == "valid"
    assert signature["issuer"] == "CA giả định"
    assert signature["subject"] == "O=Cơ quan giả định,CN=Nguyễn Giả Định"


def test_one_valid_file_ends_with_status_0_and_still_is_a_list(folder):
    told = ran(folder, "tốt.pdf", "--json", "--anchors", "trust")
    assert (told.returncode, len(json.loads(told.stdout))) == (0, 1)


def test_a_person_reads_both_languages(folder):
    told = ran(folder, "bad.pdf", "--anchors", "trust")
    assert "INVALID / KHÔNG HỢP LỆ" in told.stdout
    assert "Nội dung đã bị sửa so với lúc ký." in told.stdout


def test_without_anchors_nobody_is_trusted_and_no_folder_is_made(folder):
    told = ran(folder, "tốt.pdf", "--json")
    found = json.loads(told.stdout)[0]
    assert (found["verdict"], found["reason"]) == ("indeterminate", "anchor_unknown")
    assert not (folder / "no-home").exists()


def test_a_folder_of_anchors_that_is_not_there_is_refused_in_a_sentence(folder):
    told = ran(folder, "tốt.pdf", "--anchors", "nowhere")
    assert told.returncode != 0
    assert "nowhere is not a folder" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_file_beyond_the_limit_is_not_even_read(folder):
    with (folder / "huge.pdf").open("wb") as huge:
        huge.truncate(MOST_BYTES + 1)
    [found] = json.loads(ran(folder, "huge.pdf", "--json").stdout)
    assert (found["verdict"], found["reason"]) == ("unreadable", "too_large")

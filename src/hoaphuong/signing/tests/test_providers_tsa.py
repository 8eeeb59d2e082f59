"""The client of a time-stamp authority believes only what it can check."""

import hashlib
import os
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import cms

from hoaphuong.kernel.outside import Outside
from hoaphuong.signing.authority.stamping import POLICY
from hoaphuong.signing.providers.base import TimeStampFailed
from hoaphuong.signing.providers.tsa import HttpTimeStamps

DIGEST = hashlib.sha256(b"a paper").digest()


@pytest.fixture
def stamps(authority):
    return HttpTimeStamps(authority.tsa, outside=authority.outside, anchors=[authority.root])


def test_a_stamp_is_over_the_digest_that_was_asked_for(stamps):
    token = cms.ContentInfo.load(stamps.stamp(DIGEST), strict=True)
    info = token["content"]["encap_content_info"]["content"].parsed
    assert info["message_imprint"]["hashed_message"].native == DIGEST
    assert abs(info["gen_time"].native - datetime.now(UTC)) < timedelta(minutes=1)


def test_many_stamps_use_one_connection_and_differ(stamps, authority):
    before = len(authority.requests())
    serials = set()
    for _ in range(20):
        token = cms.ContentInfo.load(stamps.stamp(DIGEST))
        serials.add(
            token["content"]["encap_content_info"]["content"].parsed["serial_number"].native
        )
    assert len(serials) == 20
    assert len(authority.requests()) == before + 20


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"wrong_nonce": True}, "nonce"),
        ({"wrong_digest": True}, "another digest"),
        ({"stranger": True}, "not one that is trusted"),
        ({"garbage": True}, "not a time stamp"),
        ({"status": 500}, "answered 500"),
        ({"half": True}, "did not answer"),
        ({"refuse": True}, "refused: system_failure"),
        ({"clock_off": 3_600}, "clock is wrong"),
        ({"clock_off": -3_600}, "clock is wrong"),
        ({"hang": 4}, "did not answer"),
        ({"drip": 0.2}, "did not answer"),
    ],
    ids=str,
)
def test_what_must_not_be_believed_is_refused(stamps, authority, told, said):
    authority.faults("tsa", **told)
    with pytest.raises(TimeStampFailed, match=said):
        stamps.stamp(DIGEST)
    authority.faults()
    assert stamps.stamp(DIGEST)


def test_a_stamp_changed_on_its_way_is_refused(stamps):
    answers = stamps._line()
    posted = answers.post
    for place in (-10, -400, -700):

        def changed(body, place=place, **more):
            answer = bytearray(posted(body, **more))
            answer[place] ^= 1
            return bytes(answer)

        answers.post = changed
        with pytest.raises(TimeStampFailed):
            stamps.stamp(DIGEST)


def test_an_authority_below_no_anchor_is_refused(authority):
    alone = HttpTimeStamps(authority.tsa, outside=authority.outside, anchors=[])
    with pytest.raises(TimeStampFailed, match="not one that is trusted"):
        alone.stamp(DIGEST)


def test_the_policy_that_was_asked_for_is_kept(authority):
    right = HttpTimeStamps(
        authority.tsa, outside=authority.outside, anchors=[authority.root], policy=POLICY
    )
    assert right.stamp(DIGEST)
    wrong = HttpTimeStamps(
        authority.tsa, outside=authority.outside, anchors=[authority.root], policy="1.2.3.4"
    )
    with pytest.raises(TimeStampFailed, match="unaccepted_policy"):
        wrong.stamp(DIGEST)


def test_an_address_that_is_not_allowed_is_never_asked(authority):
    before = len(authority.requests())
    with pytest.raises(TimeStampFailed, match="may not be asked"):
        HttpTimeStamps(authority.tsa, outside=Outside.of([]), anchors=[]).stamp(DIGEST)
    assert len(authority.requests()) == before


def test_our_own_clock_being_wrong_is_said(authority):
    slow = HttpTimeStamps(
        authority.tsa, outside=authority.outside, anchors=[authority.root],
        clock=lambda: datetime.now(UTC) - timedelta(days=1),
    )  # fmt: skip
    with pytest.raises(TimeStampFailed, match="86400 seconds from this machine's clock"):
        slow.stamp(DIGEST)


def test_a_child_process_uses_a_connection_of_its_own(stamps):
    assert stamps.stamp(DIGEST)
    here = stamps._line()._connection.sock.getsockname()
    if child := os.fork():
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert stamps.stamp(DIGEST)
        assert stamps._line()._connection.sock.getsockname() == here
        return
    try:
        fine = stamps.stamp(DIGEST) and stamps._line()._connection.sock.getsockname() != here
    except BaseException:
        fine = False
    os._exit(0 if fine else 1)

"""Messages made elsewhere: what is taken, what is refused, and that hours may pass between."""

import json
from hashlib import sha256

import pytest
from asn1crypto import cms

from hoaphuong.signing.contracts import Level, ToSign
from hoaphuong.signing.der import OCTETS, SEQUENCE, SET, tlv
from hoaphuong.signing.pdf import Prepared, Refused, finish, prepare
from hoaphuong.signing.pdf.cms import CERTIFICATE_V2, SHA256, Signer
from hoaphuong.signing.providers.base import SigningFault, TimeStampFailed
from hoaphuong.signing.tests.pdf_papers import AT, authority, good, key, look, reserved


def prepared(level: Level = Level.B_B, kind: str = "p256") -> Prepared:
    held = key(kind)
    paper = ToSign(reserved(), "person", look(), level=level)
    return prepare(paper, certificate=held.certificate, chain=held.chain, at=AT)


def answered(digest: bytes, kind: str = "p256") -> bytes:
    """What the signer's device gives back for a digest."""
    held = key(kind)
    signer = Signer(held.certificate, held.chain)
    return signer.message(digest, held.sign(signer.attributes(digest)), None)


@pytest.mark.parametrize("kind", ["p256", "rsa"])
@pytest.mark.parametrize("level", list(Level))
def test_a_message_for_the_digest_makes_a_signed_file(kind, level):
    waiting = prepared(level, kind)
    made = finish(waiting, answered(waiting.digest, kind), stamps=authority(), answers=authority())
    assert made.startswith(reserved())
    assert good(made)


def test_a_prepared_file_is_stored_and_taken_up_again():
    waiting = prepared()
    facts = json.loads(json.dumps(waiting.facts()))
    again = Prepared.of(waiting.document, facts)
    assert again == waiting
    assert good(finish(again, answered(again.digest)))
    with pytest.raises(SigningFault):
        Prepared.of(waiting.document.replace(b"/Lang(vi)", b"/Lang(en)"), facts)


def test_a_message_over_another_digest_is_refused():
    waiting = prepared()
    with pytest.raises(Refused, match="another file"):
        finish(waiting, answered(sha256(b"other").digest()))


def test_a_message_by_another_certificate_is_refused():
    waiting = prepared()
    with pytest.raises(Refused, match="another certificate"):
        finish(waiting, answered(waiting.digest, "rsa"))


def _changed(waiting: Prepared, change) -> bytes:
    """A message with changed attributes, signed anew by the right key."""
    info = cms.ContentInfo.load(answered(waiting.digest))
    signer = info["content"]["signer_infos"][0]
    kept = list(signer["signed_attrs"])
    change(info, signer, kept)
    signer["signed_attrs"] = cms.CMSAttributes(kept)
    info = cms.ContentInfo.load(info.dump(force=True))
    signer = info["content"]["signer_infos"][0]
    signer["signature"] = key().sign(signer["signed_attrs"].untag().dump())
    return info.dump(force=True)


def _without(name: str):
    def change(info, signer, kept):
        kept[:] = [one for one in kept if one["type"].native != name]

    return change


def _with_time(info, signer, kept):
    when = cms.Time({"utc_time": AT})
    kept.append(cms.CMSAttribute({"type": "signing_time", "values": [when]}))


def _other_named(info, signer, kept):
    named = next(one for one in kept if one["type"].native == "signing_certificate_v2")
    named["values"][0]["certs"][0]["cert_hash"] = bytes(32)


def _no_certificates(info, signer, kept):
    info["content"]["certificates"] = []


def _own_content(info, signer, kept):
    info["content"]["encap_content_info"]["content"] = b"own"


@pytest.mark.parametrize(
    "change",
    [
        _without("signing_certificate_v2"), _without("content_type"), _without("message_digest"),
        _with_time, _other_named, _no_certificates, _own_content,
    ],
)  # fmt: skip
def test_a_message_that_is_no_pades_signature_is_refused(change):
    waiting = prepared()
    assert finish(waiting, _changed(waiting, lambda *_: None))
    with pytest.raises(Refused):
        finish(waiting, _changed(waiting, change))


def test_a_message_whose_signature_is_wrong_is_refused():
    waiting = prepared()
    info = cms.ContentInfo.load(answered(waiting.digest))
    signer = info["content"]["signer_infos"][0]
    signer["signature"] = key().sign(b"something else")
    with pytest.raises(Refused, match="not its certificate's"):
        finish(waiting, info.dump(force=True))


@pytest.mark.parametrize("message", [b"", b"\x30\x00", b"no message", bytes(5_000)])
def test_what_is_no_message_is_refused(message):
    with pytest.raises(Refused):
        finish(prepared(), message)


def test_a_message_that_is_cut_anywhere_is_refused():
    waiting = prepared()
    whole = answered(waiting.digest)
    for at in range(0, len(whole), 41):
        with pytest.raises(Refused):
            finish(waiting, whole[:at])


def test_a_level_that_needs_a_time_stamp_is_not_finished_without_one():
    waiting = prepared(Level.B_T)
    with pytest.raises(TimeStampFailed):
        finish(waiting, answered(waiting.digest))


@pytest.mark.parametrize("level", [Level.B_B, Level.B_T])
def test_what_was_signed_elsewhere_is_not_written_anew(level):
    """A message may leave NULL out of its algorithms: other bytes, the same meaning (RFC 5754)."""
    waiting, held = prepared(level), key()
    signer = Signer(held.certificate, held.chain)
    named = hashed = bytes.fromhex("300b0609608648016503040201")
    inside = tlv(SEQUENCE, tlv(SEQUENCE, tlv(SEQUENCE, named, tlv(OCTETS, _sha(held.certificate)))))
    signer._named = tlv(SEQUENCE, CERTIFICATE_V2, tlv(SET, inside))
    signer._who = signer._who.replace(SHA256, hashed)
    message = signer.message(waiting.digest, held.sign(signer.attributes(waiting.digest)), None)
    made = finish(waiting, message, stamps=authority(), answers=None)
    assert signer.attributes(waiting.digest)[3:].hex().encode() in made
    assert good(made)


def _sha(data: bytes) -> bytes:
    return sha256(data).digest()

"""Containers of signed files: every file is under a signature, and no file hides."""

import base64
import hashlib
import io
import struct
import warnings
import zipfile
from datetime import timedelta
from urllib.parse import quote

import pytest
from asn1crypto import algos, cms
from asn1crypto import x509 as asn1

from hoaphuong.signing.contracts import Level, SignatureFinding, Verdict
from hoaphuong.signing.tests.xml_signers import NOW, Answers, Stamps, authority, signer
from hoaphuong.signing.verification import containers
from hoaphuong.signing.verification.asic import verify_asic
from hoaphuong.signing.verification.base import Unreadable
from hoaphuong.signing.verification.trust import Anchors
from hoaphuong.signing.xml import sign_files

LATER = NOW + timedelta(hours=1)
FILES = {"Quyết định số 1.pdf": b"%PDF-1.7 ...", "phụ lục/b.txt": b"b"}
SIGNATURE = "META-INF/signatures0.xml"
MIMETYPE = {"mimetype": b"application/vnd.etsi.asic-e+zip"}
SIMPLE = {"mimetype": b"application/vnd.etsi.asic-s+zip"}
DS = "http://www.w3.org/2000/09/xmldsig#"


def packed(files: dict[str, bytes], *, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", how) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return into.getvalue()


def signed(level: Level = Level.B_LTA) -> dict[str, bytes]:
    signature = sign_files(
        FILES,
        key=signer(),
        at=NOW,
        level=level,
        stamps=Stamps(authority()),
        answers=Answers(authority()),
    )
    return {**MIMETYPE, **FILES, SIGNATURE: signature}


def said(content: bytes, *, trusting: bool = True) -> list[SignatureFinding]:
    anchors = Anchors.of([authority().der("root")] if trusting else [])
    answers = Answers(authority(), at=LATER)
    return verify_asic(content, anchors=anchors, answers=answers, at=LATER)


def reasons(files: dict[str, bytes]) -> list[str]:
    return [one.reason for one in said(packed(files))]


@pytest.mark.parametrize("level", list(Level))
def test_a_signed_container_is_valid_at_its_level(level: Level) -> None:
    (found,) = said(packed(signed(level)))
    assert (found.verdict, found.level, found.field) == (Verdict.VALID, level, SIGNATURE)
    assert found.covers_whole
    assert said(packed(signed(level)), trusting=False)[0].reason == "anchor_unknown"


def test_a_changed_file_is_found() -> None:
    files = signed() | {"phụ lục/b.txt": b"c"}
    assert reasons(files) == ["content_changed"]


def test_a_file_that_is_gone_is_missed() -> None:
    files = signed()
    del files["phụ lục/b.txt"]
    assert reasons(files) == ["signed_data_missing"]


@pytest.mark.parametrize("name", ["more.txt", "META-INF/more.pdf", "a/signatures1.xml"])
def test_a_file_under_no_signature_is_a_forbidden_change(name: str) -> None:
    (found,) = said(packed(signed() | {name: b"more"}))
    assert (found.reason, found.changed_after, found.covers_whole) == (
        "forbidden_change",
        True,
        False,
    )
    assert [(one.what, one.permitted) for one in found.changes] == [("other", False)]


def test_two_signatures_in_one_container_are_both_judged() -> None:
    other = sign_files(FILES, key=signer("rsa", "Trần Thị Khác"), at=NOW)
    found = said(packed(signed() | {"META-INF/signatures1.xml": other}))
    assert [(one.signer, one.reason) for one in found] == [
        ("Nguyễn Văn Mẫu", "valid"),
        ("Trần Thị Khác", "valid"),
    ]


def _cms(content: bytes) -> bytes:
    """A detached signature as CMS."""
    key = signer()
    digest = hashlib.sha256(content).digest()
    certificate = asn1.Certificate.load(key.certificate)
    attributes = cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [digest]}),
        ]
    )
    sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
    info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {
                    "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                        {
                            "issuer": certificate.issuer,
                            "serial_number": certificate.serial_number,
                        }
                    )
                }
            ),
            "digest_algorithm": sha256,
            "signed_attrs": attributes,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
            "signature": key.sign(attributes.untag().dump()),
        }
    )
    bag = [asn1.Certificate.load(der) for der in (key.certificate, *key.chain)]
    data = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [sha256],
            "encap_content_info": {"content_type": "data"},
            "certificates": bag,
            "signer_infos": [info],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": data}).dump())


def _manifest(signature: str, files: dict[str, bytes]) -> bytes:
    rows = "".join(
        f'<asic:DataObjectReference URI="{quote(name)}"><ds:DigestMethod '
        'Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>'
        f"{base64.b64encode(hashlib.sha256(content).digest()).decode()}"
        "</ds:DigestValue></asic:DataObjectReference>"
        for name, content in files.items()
    )
    return (
        f'<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="{DS}">'
        f'<asic:SigReference URI="{signature}"/>{rows}</asic:ASiCManifest>'
    ).encode()


def test_one_file_with_a_cades_signature_is_valid() -> None:
    files = {**SIMPLE, "a.txt": b"a", "META-INF/signature.p7s": _cms(b"a")}
    assert reasons(files) == ["valid"]
    assert reasons(files | {"a.txt": b"b"}) == ["content_changed"]
    assert reasons(files | {"b.txt": b"b"}) == ["signed_data_missing"]


def test_one_file_with_a_time_stamp_is_stamped_and_signed_by_nobody() -> None:
    token = Stamps(authority()).stamp(hashlib.sha256(b"a").digest())
    files = {**SIMPLE, "a.txt": b"a", "META-INF/timestamp.tst": token}
    (found,) = said(packed(files))
    assert (found.kind, found.reason, found.stamped_at) == ("time stamp", "valid", NOW)
    assert reasons(files | {"a.txt": b"b"}) == ["stamp_wrong"]


def test_a_manifest_says_what_a_cades_signature_is_over() -> None:
    manifest = _manifest("META-INF/signature001.p7s", FILES)
    files = {
        **MIMETYPE,
        **FILES,
        "META-INF/ASiCManifest001.xml": manifest,
        "META-INF/signature001.p7s": _cms(manifest),
    }
    assert reasons(files) == ["valid"]
    assert reasons(files | {"phụ lục/b.txt": b"c"}) == ["content_changed"]
    assert reasons(files | {"more.txt": b"c"}) == ["forbidden_change"]
    other = _manifest("META-INF/signature001.p7s", {"phụ lục/b.txt": b"b"})
    assert reasons(files | {"META-INF/ASiCManifest001.xml": other}) == ["content_changed"]


def test_a_container_without_a_signature_has_no_findings() -> None:
    assert said(packed({**MIMETYPE, "a.txt": b"a"})) == []


def unreadable(content: bytes) -> str:
    with pytest.raises(Unreadable) as fault:
        said(content)
    return fault.value.reason


def test_another_kind_of_archive_is_not_taken_for_one() -> None:
    assert unreadable(packed({"a.txt": b"a"})) == "unknown_kind"
    assert unreadable(packed({"mimetype": b"application/epub+zip"})) == "unknown_kind"


@pytest.mark.parametrize(
    "name", ["../a.txt", "/a.txt", "a/../../b", "a//b", "C:/a.txt", "a\\b.txt", "./a.txt"]
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    assert unreadable(packed(signed() | {name: b"a"})) == "broken"


@pytest.mark.parametrize("name", ["phụ lục/b.txt", "PHỤ LỤC/B.TXT"])
def test_two_files_of_one_name_are_refused(name: str) -> None:
    into = io.BytesIO(packed(signed()))
    with zipfile.ZipFile(into, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr(name, b"other")
    assert unreadable(into.getvalue()) == "broken"


def test_a_link_is_refused() -> None:
    into = io.BytesIO(packed(signed()))
    with zipfile.ZipFile(into, "a") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/hostname")
    assert unreadable(into.getvalue()) == "broken"


def test_an_encrypted_file_is_said_to_be_so() -> None:
    content = bytearray(packed(signed(), how=zipfile.ZIP_STORED))
    directory = content.index(b"PK\x01\x02")
    content[directory + 8] |= 1
    assert unreadable(bytes(content)) == "encrypted"


def test_bytes_that_belong_to_no_file_are_refused() -> None:
    content = packed(signed())
    assert unreadable(content + b"PK") == "broken"
    assert unreadable(b"PK\x03\x04" + content) == "broken"
    hidden = packed({"hidden.txt": b"seen by readers that go from the front"})
    hidden = hidden[: hidden.index(b"PK\x01\x02")]
    assert unreadable(hidden + content) == "broken"


def test_a_bomb_is_refused_before_it_goes_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "MOST_BYTES", 1_000_000)
    assert unreadable(packed({"a": b"\0" * 1_000_001})) == "too_large"
    lying = bytearray(packed({"a": b"\0" * 3_000_000}))
    directory = lying.index(b"PK\x01\x02")
    lying[directory + 24 : directory + 28] = struct.pack("<I", 1000)
    assert unreadable(bytes(lying)) == "broken"
    monkeypatch.setattr(containers, "MOST_FILES", 10)
    assert unreadable(packed({str(number): b"" for number in range(11)})) == "too_hard"


def test_a_container_cut_anywhere_is_unreadable_or_not_valid() -> None:
    content = packed(signed(Level.B_B))
    for end in range(4, len(content), 37):
        assert unreadable(content[:end]) in ("broken", "unknown_kind")


def test_a_changed_byte_of_the_archive_is_found_or_changes_nothing() -> None:
    content = packed(signed(Level.B_B))
    whole, refused = containers.opened(content), 0
    for place in range(len(content)):
        changed = content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :]
        try:
            assert containers.opened(changed) == whole, place
        except Unreadable:
            refused += 1
    assert refused > len(content) // 2


def test_every_changed_byte_of_every_file_is_found() -> None:
    files = signed(Level.B_B)
    for name in FILES:
        for place in range(len(files[name])):
            changed = bytearray(files[name])
            changed[place] ^= 4
            assert reasons(files | {name: bytes(changed)}) == ["content_changed"]

"""PAdES signatures as pyHanko, pdfsig and openssl see them, and what is refused."""

import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import cms
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel

from hoaphuong.signing.contracts import Level, Look, ToSign
from hoaphuong.signing.pdf import (
    Broken,
    CertificateOutOfDate,
    FieldRefused,
    Forbidden,
    Mismatch,
    Unsignable,
    Unwritable,
    extend,
    fill,
    reserve,
    sign,
    stamp_ends,
)  # fmt: skip
from hoaphuong.signing.pdf.evidence import Revoked
from hoaphuong.signing.providers.base import (
    EvidenceMissing,
    KeyUnavailable,
    TimeStampFailed,
)  # fmt: skip
from hoaphuong.signing.providers.software import SoftwareKey
from hoaphuong.signing.tests.pdf_papers import (
    AT,
    COPY,
    RED,
    Authority,
    authority,
    good,
    key,
    look,
    reserved,
    statuses,
    typeset,
)  # fmt: skip


def signed(pdf: bytes, field: str = "", level: Level = Level.B_B, **more) -> bytes:
    kind = more.pop("kind", "p256")
    paper = ToSign(pdf, field, level=level, **more)
    return sign(paper, key=key(kind), at=AT, stamps=authority(), answers=authority())


def message_of(pdf: bytes, index: int = -1) -> cms.SignedData:
    from io import BytesIO

    return PdfFileReader(BytesIO(pdf)).embedded_signatures[index].signed_data


def tool(name: str) -> str:
    found = shutil.which(name)
    if not found:
        pytest.skip(f"the tool {name} is not installed")
    return found


@pytest.mark.parametrize("kind", ["p256", "rsa"])
@pytest.mark.parametrize("level", list(Level))
def test_each_level_is_intact_trusted_and_an_update_behind_the_paper(kind, level):
    made = signed(reserved(), "person", level, look=look(), kind=kind)
    assert made.startswith(reserved())
    assert good(made)
    attributes = {a["type"].native for a in message_of(made, 0)["signer_infos"][0]["signed_attrs"]}
    assert attributes == {"content_type", "message_digest", "signing_certificate_v2"}
    stamped = message_of(made, 0)["signer_infos"][0]["unsigned_attrs"].native
    assert bool(stamped) == (level != Level.B_B)
    assert (b"/DSS" in made[len(reserved()) :]) == (level in (Level.B_LT, Level.B_LTA))
    assert (b"/DocTimeStamp" in made) == (level == Level.B_LTA)


def test_long_term_evidence_is_enough_without_asking_anyone():
    from io import BytesIO

    from asn1crypto import x509 as asn1
    from pyhanko.sign.validation import DocumentSecurityStore, validate_pdf_signature

    from hoaphuong.signing.tests.pdf_papers import der

    for kind in ("p256", "rsa"):
        reader = PdfFileReader(BytesIO(signed(reserved(), "person", Level.B_LT, kind=kind)))
        store = DocumentSecurityStore.read_dss(reader)
        anchor = asn1.Certificate.load(der(authority().root))
        required = {
            "trust_roots": [anchor], "allow_fetching": False, "revocation_mode": "require"
        }  # fmt: skip
        context = store.as_validation_context(required)
        status = validate_pdf_signature(reader.embedded_signatures[0], context)
        assert status.bottom_line, status.summary()
        bare = PdfFileReader(BytesIO(signed(reserved(), "person", Level.B_T, kind=kind)))
        from pyhanko_certvalidator import ValidationContext

        lacking = validate_pdf_signature(
            bare.embedded_signatures[0], ValidationContext(**required, ocsps=[], crls=[])
        )
        assert not lacking.bottom_line  # the context does ask for evidence


def test_certify_fill_seal_and_copy_are_reported_as_permitted_only():
    certified = signed(reserved(), "person", Level.B_T, look=look(), certify=True)
    filled = fill(certified, {"number": "15", "day": "07"})
    sealed = signed(filled, "seal", Level.B_LTA, look=look(RED), kind="rsa")
    copied = signed(sealed, "copy", look=COPY)
    assert certified == copied[: len(certified)]
    assert sealed == copied[: len(sealed)]
    first, second, _stamp, last = statuses(copied)
    assert first.docmdp_ok
    assert first.bottom_line
    assert second.bottom_line
    assert last.bottom_line
    assert first.modification_level == ModificationLevel.FORM_FILLING
    only_filled = statuses(filled)[0]
    assert only_filled.bottom_line
    assert set(only_filled.diff_result.changed_form_fields) == {"number", "day"}
    assert last.modification_level == ModificationLevel.NONE


def test_a_change_by_update_after_certification_is_found():
    certified = signed(reserved(), "person", certify=True)
    from hoaphuong.signing.pdf.fields import page
    from hoaphuong.signing.pdf.paper import open_paper
    from hoaphuong.signing.pdf.syntax import Name
    from hoaphuong.signing.pdf.update import Update

    update = Update(open_paper(certified))
    other = update.stream(b"", b"BT ET")
    update.editable(page(update.paper, 0))[Name(b"/Contents")] = other
    found = statuses(update.written())[0]
    assert found.intact
    assert not found.bottom_line
    assert found.modification_level == ModificationLevel.OTHER


def test_pdfsig_and_openssl_accept_every_signature(tmp_path: Path):
    made = signed(reserved(), "person", look=look(), certify=True, kind="rsa")
    made = signed(fill(made, {"number": "15"}), "seal", Level.B_T, look=look(RED))
    made = signed(made)
    file = tmp_path / "signed.pdf"
    file.write_bytes(made)
    said = subprocess.run(
        [tool("pdfsig"), "-nocert", str(file)], capture_output=True, text=True, check=True
    ).stdout
    assert said.count("Signature is Valid") == 3
    assert said.count("Total document signed") == 1
    openssl = tool("openssl")
    from io import BytesIO

    for one in PdfFileReader(BytesIO(made)).embedded_signatures:
        (tmp_path / "cms.der").write_bytes(one.signed_data and _contents(one))
        start, first, second, rest = (int(part) for part in one.byte_range)
        covered = made[start : start + first] + made[second : second + rest]
        (tmp_path / "covered").write_bytes(covered)
        subprocess.run(
            [openssl, "cms", "-verify", "-binary", "-inform", "DER", "-in", tmp_path / "cms.der",
             "-content", tmp_path / "covered", "-noverify", "-out", tmp_path / "out"],
            check=True, capture_output=True,
        )  # fmt: skip


def _contents(one) -> bytes:
    """The message without the zeros behind it."""
    return cms.ContentInfo.load(bytes(one.pkcs7_content)).dump()


def test_the_message_is_what_pyhanko_would_make():
    """Stock pyHanko signs the same paper with the same key: same parts, in strict DER."""
    from io import BytesIO

    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    from hoaphuong.signing.bench_papers import stock_signer

    stock = stock_signer(key("rsa"))
    assert isinstance(stock.cert_registry, SimpleCertificateStore)
    told = signers.PdfSignatureMetadata(
        field_name="person", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
    )
    theirs = signers.sign_pdf(
        IncrementalPdfFileWriter(BytesIO(reserved())), told, signer=stock
    ).getvalue()
    ours = signed(reserved(), "person", kind="rsa")
    one, other = message_of(ours), message_of(theirs)
    assert one.dump(force=True) == one.dump()
    for part in ("version", "digest_algorithms", "encap_content_info"):
        assert one[part].dump() == other[part].dump()
    assert {c.dump() for c in one["certificates"]} == {c.dump() for c in other["certificates"]}
    mine, info = one["signer_infos"][0], other["signer_infos"][0]
    for part in ("version", "sid", "digest_algorithm", "signature_algorithm"):
        assert mine[part].dump() == info[part].dump()
    looked, at = statuses(ours)[0], statuses(theirs)[0]
    assert (looked.coverage, looked.md_algorithm) == (at.coverage, at.md_algorithm)


def test_a_higher_level_is_reached_later_and_stamped_again():
    made = signed(reserved(), "person")
    for level in (Level.B_T, Level.B_LT, Level.B_LTA, Level.B_LTA):
        raised = extend(made, to=level, stamps=authority(), answers=authority())
        assert raised.startswith(made)
        assert good(raised)
        made = raised
    assert made.count(b"/Type/DocTimeStamp") == 3
    assert stamp_ends(made) == AT + timedelta(days=365)
    assert extend(made, to=Level.B_T, stamps=None, answers=None) == made


def test_a_certificate_revoked_before_or_without_a_time_stamp_is_refused_later_it_is_not():
    own = Authority()
    held = own.key()
    made = sign(ToSign(typeset(), level=Level.B_T), key=held, at=AT, stamps=own, answers=None)
    from cryptography.x509 import load_der_x509_certificate

    serial = load_der_x509_certificate(held.certificate).serial_number
    own.revoked[serial] = AT - timedelta(hours=1)
    with pytest.raises(Revoked):
        extend(made, to=Level.B_LT, stamps=own, answers=own)
    own.revoked[serial] = AT + timedelta(hours=1)
    assert extend(made, to=Level.B_LT, stamps=own, answers=own).startswith(made)


class Silent:
    def ocsp(self, certificate: bytes, issuer: bytes) -> None: ...

    def crl(self, certificate: bytes) -> None: ...


class NoStamps:
    def stamp(self, digest: bytes) -> bytes:
        raise TimeStampFailed("silent")


def test_without_a_time_stamp_or_evidence_there_is_no_paper_at_all():
    paper = ToSign(reserved(), "person")
    with pytest.raises(TimeStampFailed):
        sign(paper, key=key(), at=AT, stamps=None, answers=authority())
    with pytest.raises(TimeStampFailed):
        sign(paper, key=key(), at=AT, stamps=NoStamps(), answers=authority())
    with pytest.raises(EvidenceMissing):
        sign(paper, key=key(), at=AT, stamps=authority(), answers=None)
    with pytest.raises(EvidenceMissing):
        sign(paper, key=key(), at=AT, stamps=authority(), answers=Silent())


def test_a_token_larger_than_the_usual_place_gets_a_larger_one():
    from hoaphuong.signing.pdf import placing

    usual = placing.STAMP_ROOMS
    try:
        placing.STAMP_ROOMS = (100, 12_000)
        made = extend(signed(typeset()), to=Level.B_T, stamps=authority(), answers=None)
    finally:
        placing.STAMP_ROOMS = usual
    assert good(made)


def test_a_key_that_is_not_its_certificates_signs_nothing():
    from cryptography.hazmat.primitives.asymmetric import ec

    other = SoftwareKey(ec.generate_private_key(ec.SECP256R1()), key().certificate, key().chain)
    with pytest.raises(Mismatch):
        sign(ToSign(typeset(), level=Level.B_B), key=other, at=AT, stamps=None, answers=None)


@pytest.mark.parametrize("days", [-2, 400])
def test_a_certificate_out_of_date_signs_nothing(days):
    paper = ToSign(typeset(), level=Level.B_B)
    with pytest.raises(CertificateOutOfDate):
        sign(paper, key=key(), at=AT + timedelta(days=days), stamps=None, answers=None)


def test_a_certificate_that_is_not_for_signatures_signs_nothing():
    held = authority().key(ca=True)
    with pytest.raises(KeyUnavailable):
        sign(ToSign(typeset(), level=Level.B_B), key=held, at=AT, stamps=None, answers=None)


def test_fields_that_are_missing_used_or_of_another_kind_are_refused():
    made = signed(reserved(), "person")
    for pdf, field in ((made, "person"), (made, "nobody"), (made, "number"), (typeset(), "seal")):
        with pytest.raises(FieldRefused):
            signed(pdf, field)
    with pytest.raises(FieldRefused):
        signed(typeset(), look=look())  # visible, but nowhere


def test_only_the_first_signature_certifies_and_nothing_follows_a_final_one():
    made = signed(reserved(), "person")
    with pytest.raises(Forbidden):
        signed(made, "seal", certify=True)
    final = signed(reserved(), "person", certify=True).replace(
        b"/TransformParams/P 2/V", b"/TransformParams/P 1/V"
    )
    for refused in (lambda: signed(final, "seal"), lambda: fill(final, {"number": "1"})):
        with pytest.raises(Forbidden):
            refused()
    with pytest.raises(Forbidden):
        reserve(made, texts=(), signatures=())


def test_a_look_that_does_not_fit_or_is_no_image_is_refused():
    for seen in (Look(lines=("x" * 200,)), Look(image=b"no image"), Look(lines=("\u4e2d",))):
        with pytest.raises((Unwritable, ValueError, Exception)) as caught:
            signed(reserved(), "person", look=seen)
        assert isinstance(caught.value, Unwritable) or "PNG" in str(caught.value)


def test_broken_encrypted_hybrid_huge_and_scripted_files_are_refused(tmp_path, monkeypatch):
    whole = reserved()
    cut = whole[: len(whole) // 2]
    nowhere = whole.replace(b"startxref\n", b"startxref\n9", 1)[:-10]
    for broken in (b"", b"no pdf", b"%PDF-1.7\n", cut, nowhere, b"x" + whole):
        with pytest.raises(Broken):
            signed(broken)
    for script in (b"/JavaScript", b"/J#61vaScript", b"/Launch", b"/XFA"):
        with pytest.raises(Unsignable):
            signed(whole.replace(b"/Lang(vi)", b"/OpenAction<</S" + script + b">>"))
    hybrid = typeset().replace(b"trailer\n<<", b"trailer\n<</XRefStm 7")
    with pytest.raises(Unsignable):
        signed(hybrid)
    file, locked = tmp_path / "a.pdf", tmp_path / "b.pdf"
    file.write_bytes(whole)
    words = ["--encrypt", "a", "b", "256", "--"]
    subprocess.run([tool("qpdf"), *words, str(file), str(locked)], check=True)
    with pytest.raises(Unsignable):
        signed(locked.read_bytes())
    monkeypatch.setattr("hoaphuong.signing.pdf.paper.MOST_BYTES", 100)
    with pytest.raises(Unsignable):
        signed(whole)


def test_two_papers_with_one_key_differ_only_where_they_must():
    """The kept parts of a key are not mixed up between two keys."""
    kept = {kind: signed(reserved(), "person", kind=kind) for kind in ("p256", "rsa")}
    again = signed(reserved(), "person", kind="p256")
    assert good(again)
    assert good(kept["rsa"])
    held = [c.dump() for c in message_of(again)["certificates"]]
    assert key("p256").certificate in held
    assert key("rsa").certificate not in held
    assert replace(look()) == look()

"""Takes the signatures out of containers: ASiC-S, ASiC-E, BDOC, X-Road (ETSI EN 319 162-1)."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import unquote

from lxml import etree

from hoaphuong.kernel.strangers_xml import XmlFault, parse
from hoaphuong.signing.contracts import SignatureFinding
from hoaphuong.signing.providers.base import RevocationAnswers
from hoaphuong.signing.verification import cms, judging
from hoaphuong.signing.verification.base import (
    Case,
    Evidence,
    Signed,
    Token,
    Unreadable,
    digest_of,
)
from hoaphuong.signing.verification.containers import opened
from hoaphuong.signing.verification.trust import Anchors
from hoaphuong.signing.verification.xml import Found, nothing_unforeseen, read_xml, uncovered
from hoaphuong.signing.xml.checking import DIGESTS
from hoaphuong.signing.xml.names import DS

MEDIA = re.compile(rb"application/vnd\.(etsi\.asic-[es]|bdoc[-.0-9]*)\+zip\s*")
_XADES = re.compile(r"META-INF/[^/]*signatures[^/]*\.xml", re.IGNORECASE)
_CADES = re.compile(r"META-INF/[^/]*signature[^/]*\.p7s", re.IGNORECASE)
_STAMP = re.compile(r"META-INF/[^/]*timestamp[^/]*\.tst", re.IGNORECASE)
_MANIFEST = re.compile(r"META-INF/ASiC(?:Archive)?Manifest[^/]*\.xml", re.IGNORECASE)
_LIST = "META-INF/manifest.xml"


def verify_asic(
    content: bytes, *, anchors: Anchors, answers: RevocationAnswers | None, at: datetime
) -> list[SignatureFinding]:
    """Every signature and time stamp of a container, and whether any file is under none.

    Unreadable when it is no such container, or one that cannot be trusted to be one thing.
    """
    files = opened(content)
    with nothing_unforeseen():
        return _judged(files, Case(anchors, answers, at))


def _judged(files: Mapping[str, bytes], case: Case) -> list[SignatureFinding]:
    names = {kind: [n for n in files if kind.fullmatch(n)] for kind in (_XADES, _CADES, _STAMP)}
    if not any(names.values()):
        if MEDIA.fullmatch(files.get("mimetype", b"")):
            return []
        raise Unreadable("unknown_kind", "An archive, but not one of signed files")
    manifests = [n for n in files if _MANIFEST.fullmatch(n)]
    held = {*names[_XADES], *names[_CADES], *names[_STAMP], *manifests, _LIST, "mimetype"}
    data = {name: content for name, content in files.items() if name not in held}
    covering = {"mimetype", *held}
    signatures: list[tuple[str, Found]] = []
    for name in names[_XADES]:
        found = read_xml(files[name], anchors=case.anchors, files=files)
        signatures += [(name, one) for one in found]
    over = {name: _over(name, files, manifests, data) for name in (*names[_CADES], *names[_STAMP])}
    signatures += [(name, _cades(files[name], over[name])) for name in names[_CADES]]
    stamps = [(name, _stamp(files[name], over[name])) for name in names[_STAMP]]
    for _name, one in (*signatures, *stamps):
        covering |= one.files
    findings = []
    left_out = not set(files) <= covering
    for name, one in signatures:
        one = uncovered(one) if left_out else one
        findings.append(judging.judge(replace(one.signed, field_name=name), case))
    for name, one in stamps:
        one = uncovered(one) if left_out else one
        judged = judging.judge_archive(one.signed.tokens, one.signed.evidence, case)
        findings.append(judging.judge_stamp(replace(one.signed, field_name=name), judged[0]))
    return findings


def _over(
    name: str, files: Mapping[str, bytes], manifests: list[str], data: Mapping[str, bytes]
) -> tuple[bytes | None, str, frozenset[str]]:
    """What a CAdES signature or a time stamp is over, its fault, and the files that are covered.

    Through the manifest that names it (ASiC-E), else the one file of the container (ASiC-S).
    """
    for manifest in manifests:
        try:
            root = parse(files[manifest]).getroot()
        except XmlFault:
            return None, "broken_signature", frozenset()
        reference = root.find("{*}SigReference")
        if reference is not None and unquote(reference.get("URI", "")) == name:
            fault, covered = _listed(root, files)
            return files[manifest], fault, covered
    if manifests or len(data) != 1:
        return None, "signed_data_missing", frozenset()
    only = next(iter(data))
    return data[only], "", frozenset((only,))


def _listed(root: etree._Element, files: Mapping[str, bytes]) -> tuple[str, frozenset[str]]:
    """The files of a manifest whose digests are right, and the worst fault of the others."""
    covered, faults = set(), []
    for one in root.iterfind("{*}DataObjectReference"):
        name = unquote(one.get("URI", "")).removeprefix("/")
        method, wanted = one.find(f"{{{DS}}}DigestMethod"), one.findtext(f"{{{DS}}}DigestValue")
        algorithm = DIGESTS.get(method.get("Algorithm", "")) if method is not None else None
        if algorithm is None or name not in files:
            faults.append("signed_data_missing" if algorithm else "unsupported_algorithm")
            continue
        try:
            right = base64.b64decode("".join((wanted or "").split()), validate=True)
        except binascii.Error:
            right = b""
        if hashlib.new(algorithm, files[name]).digest() == right:
            covered.add(name)
        else:
            faults.append("content_changed")
    fault = "content_changed" if "content_changed" in faults else next(iter(faults), "")
    return fault, frozenset(covered)


def _cades(der: bytes, over: tuple[bytes | None, str, frozenset[str]]) -> Found:
    content, fault, covered = over
    try:
        message = cms.read(der)
    except cms.BadCms as broken:
        return Found(Signed(None, "broken_signature", str(broken), baseline=False), frozenset())
    if content is not None:
        fault = message.fault(digest_of(content)) or fault
    signed = Signed(
        message.signer.der if message.signer else None,
        fault=fault,
        weak=message.weakness(),
        baseline=message.bound,
        claimed_at=message.claimed_at,
        tokens=tuple(Token(token, digest_of(message.value)) for token in message.tokens),
        evidence=Evidence(message.certificates),
        changed_after=fault == "content_changed",
        covers_whole=not fault,
        algorithm=message.algorithm,
    )
    return Found(signed, frozenset() if fault else covered)


def _stamp(der: bytes, over: tuple[bytes | None, str, frozenset[str]]) -> Found:
    content, fault, covered = over
    token = Token(der, digest_of(content or b""))
    signed = Signed(None, fault=fault, tokens=(token,), covers_whole=not fault)
    return Found(signed, frozenset() if fault else covered)

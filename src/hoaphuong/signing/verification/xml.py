"""Takes the signatures out of XML: XMLDSig and XAdES of anyone (docs/xml-signatures.md)."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from lxml import etree

from hoaphuong.kernel.strangers_xml import BrokenXml, HostileXml, parse
from hoaphuong.signing.contracts import Change, SignatureFinding
from hoaphuong.signing.providers.base import RevocationAnswers, SigningFault
from hoaphuong.signing.verification import chains
from hoaphuong.signing.verification.base import (
    Case,
    Digest,
    Evidence,
    Signed,
    Token,
    Unreadable,
    digest_of,
)
from hoaphuong.signing.verification.judging import judge
from hoaphuong.signing.verification.trust import Anchors
from hoaphuong.signing.xml.checking import QUALIFYING, Checked, check, decoded
from hoaphuong.signing.xml.lasting import archived
from hoaphuong.signing.xml.names import (
    CANONICAL,
    DS,
    IDS,
    INCLUSIVE,
    XADES,
    XADES141,
    NotCanonical,
    canonical,
)
from hoaphuong.signing.xml.references import prefixes_of

MOST_SIGNATURES = 64
_SIGNATURE = f"{{{DS}}}Signature"
_SCHEMA = "{http://www.w3.org/2001/XMLSchema-instance}"
_HARD = {"too_deep", "too_many_nodes", "too_many_attributes", "too_many_namespaces"}
UNCOVERED = Change("other", permitted=False)


@dataclass(frozen=True)
class Found:
    """One signature as it was read, with the names of the files that its digests are right for."""

    signed: Signed
    files: frozenset[str]


def verify_xml(
    content: bytes, *, anchors: Anchors, answers: RevocationAnswers | None, at: datetime
) -> list[SignatureFinding]:
    """Every signature of a document, in its order; Unreadable."""
    case = Case(anchors, answers, at)
    with nothing_unforeseen():
        return [judge(one.signed, case) for one in read_xml(content, anchors=anchors)]


@contextmanager
def nothing_unforeseen() -> Iterator[None]:
    """Whatever else breaks while a stranger's file is read: Unreadable."""
    try:
        yield
    except (MemoryError, RecursionError) as fault:
        raise Unreadable("too_hard", type(fault).__name__) from fault
    except Unreadable:
        raise
    except Exception as fault:
        # A parser of strangers' files breaks in more ways than it declares; here each means this.
        raise Unreadable("broken", f"{type(fault).__name__}: {str(fault)[:200]}") from fault


def read_xml(
    content: bytes, *, anchors: Anchors, files: Mapping[str, bytes] | None = None
) -> list[Found]:
    """The signatures of a document, nothing judged yet; ``files`` lie beside it. Unreadable."""
    tree = _parsed(content)
    root = tree.getroot()
    signatures = [one for one in root.iter(_SIGNATURE) if not _countersigns(one)]
    if len(signatures) > MOST_SIGNATURES:
        raise Unreadable("too_hard", f"{len(signatures)} signatures")
    checked = [check(one, files) for one in signatures]
    whole = not _left_out(tree, checked)
    return [
        Found(
            _signed(signature, found, anchors, files, whole=whole),
            frozenset(target.file for target in found.targets if target.file),
        )
        for signature, found in zip(signatures, checked, strict=True)
    ]


def _parsed(content: bytes) -> etree._ElementTree:
    try:
        return parse(content, undeclared_prefixes=True)
    except HostileXml as fault:
        code = "too_hard" if fault.reason in _HARD else "hostile_xml"
        code = "too_large" if fault.reason == "too_large" else code
        raise Unreadable(code, f"{fault.reason}: {fault.detail}") from fault
    except BrokenXml as fault:
        raise Unreadable("broken", f"{fault.reason}: {fault.detail}") from fault


def _countersigns(signature: etree._Element) -> bool:
    """A signature over another signature's value says nothing about content."""
    return next(signature.iterancestors(f"{{{XADES}}}CounterSignature"), None) is not None


def _signed(
    signature: etree._Element,
    found: Checked,
    anchors: Anchors,
    files: Mapping[str, bytes] | None,
    *,
    whole: bool,
) -> Signed:
    evidence = _evidence(signature, found)
    fault = found.fault
    spare = [der for der in found.certificates if der != found.certificate]
    if not fault and chains.spoiled(spare, chains.pool_of(evidence.certificates), anchors):
        fault = "broken_signature"
    changed = fault == "content_changed"
    return Signed(
        found.certificate,
        fault=fault,
        detail=found.detail,
        weak=found.weak,
        baseline=found.baseline,
        claimed_at=found.claimed_at,
        tokens=tuple(_tokens(signature, found)),
        archive=tuple(_archive(signature, files)),
        evidence=evidence,
        changes=() if whole else (UNCOVERED,),
        forbidden=not whole,
        changed_after=changed,
        covers_whole=whole and not changed,
        algorithm=found.algorithm,
    )


def uncovered(found: Found) -> Found:
    """The same signature in a container with files that no signature covers."""
    signed = replace(found.signed, changes=(UNCOVERED,), forbidden=True, covers_whole=False)
    return replace(found, signed=signed)


def _left_out(tree: etree._ElementTree, checked: Iterable[Checked]) -> bool:
    """Whether anything people could take for content is under no right signature.

    That is how wrapping shows: the signed element was moved aside, and another stands in its place.
    """
    targets = [target for one in checked for target in one.targets]
    covered = {target.element for target in targets if target.element is not None}
    root = tree.getroot()
    if not covered and not any(target.file for target in targets):
        return False  # nothing is right anyway, and each signature says why
    outside = any(target.outside for target in targets)
    if not outside and any(_styles(node) for node in root.itersiblings(preceding=True)):
        return True
    around = {above for element in covered for above in element.iterancestors()}
    around |= {above for one in root.iter(_SIGNATURE) for above in one.iterancestors()}
    if any(_smuggles(one, covered) for one in root.iter(_SIGNATURE)):
        return True
    return _bare(root, covered, around)


def _bare(
    element: etree._Element, covered: set[etree._Element], around: set[etree._Element]
) -> bool:
    """Whether an element shows something of its own; the depth of a document is bounded."""
    if element in covered or element.tag == _SIGNATURE:
        return False
    if element not in around:
        return True
    named = [name for name in element.attrib if name not in IDS and not name.startswith(_SCHEMA)]
    texts = [element.text, *(child.tail for child in element)]
    if named or any(text and text.strip() for text in texts):
        return True
    children = [child for child in element if isinstance(child.tag, str)]
    return any(_bare(child, covered, around) for child in children)


def _smuggles(signature: etree._Element, covered: set[etree._Element]) -> bool:
    """An object inside a signature that is neither signed nor properties of the signature.

    The enveloped transform cuts the signature out with all that is in it.
    """
    for held in signature.iterfind(f"{{{DS}}}Object"):
        tags = [child.tag for child in held if isinstance(child.tag, str)]
        properties = tags == [f"{{{XADES}}}QualifyingProperties"]
        if held not in covered and not properties and not all(c in covered for c in held):
            return True
    return False


def _styles(node: etree._Element) -> bool:
    return node.tag is etree.PI and node.target == "xml-stylesheet"


def _unsigned(signature: etree._Element) -> Iterator[etree._Element]:
    path = f"{QUALIFYING}/{{{XADES}}}UnsignedProperties/{{{XADES}}}UnsignedSignatureProperties/*"
    return signature.iterfind(path)


def _evidence(signature: etree._Element, found: Checked) -> Evidence:
    pieces: dict[str, list[bytes]] = {}
    for name in ("EncapsulatedX509Certificate", "EncapsulatedOCSPValue", "EncapsulatedCRLValue"):
        held = (one for added in _unsigned(signature) for one in added.iter(f"{{{XADES}}}{name}"))
        pieces[name] = decoded(held)
    certificates, ocsps, crls = pieces.values()
    return Evidence(tuple([*found.certificates, *certificates]), tuple(ocsps), tuple(crls))


def _tokens(signature: etree._Element, found: Checked) -> Iterator[Token]:
    value = signature.find(f"{{{DS}}}SignatureValue")
    if value is None:
        return
    for added in _unsigned(signature):
        if added.tag != f"{{{XADES}}}SignatureTimeStamp":
            continue
        for der in decoded(added.iterfind(f"{{{XADES}}}EncapsulatedTimeStamp")):
            yield Token(der, _over(value, added))
        if len(added) == 0:
            # X-Road writes the token without an element of its own, over the bytes of the value.
            yield from (Token(der, digest_of(found.value)) for der in decoded([added]))


def _archive(signature: etree._Element, files: Mapping[str, bytes] | None) -> Iterator[Token]:
    for added in _unsigned(signature):
        if added.tag == f"{{{XADES141}}}ArchiveTimeStamp":
            for der in decoded(added.iterfind(f"{{{XADES}}}EncapsulatedTimeStamp")):
                yield Token(der, _over_all(signature, added, files))


def _over(value: etree._Element, stamp: etree._Element) -> Digest:
    def digest(name: str) -> bytes:
        method = stamp.find(f"{{{DS}}}CanonicalizationMethod")
        prefixes = () if method is None else prefixes_of(method)
        try:
            content = canonical(value, _named(method), prefixes=prefixes)
        except NotCanonical as fault:
            raise ValueError(str(fault)) from fault
        return hashlib.new(name, content).digest()

    return digest


def _over_all(
    signature: etree._Element, stamp: etree._Element, files: Mapping[str, bytes] | None
) -> Digest:
    def digest(name: str) -> bytes:
        method = _named(stamp.find(f"{{{DS}}}CanonicalizationMethod"))
        try:
            content = archived(signature, method, files=files, before=stamp)
        except SigningFault as fault:
            raise ValueError(str(fault)) from fault
        return hashlib.new(name, content).digest()

    return digest


def _named(method: etree._Element | None) -> str:
    algorithm = INCLUSIVE if method is None else method.get("Algorithm", "")
    if algorithm not in CANONICAL:
        raise ValueError(f"canonicalisation {algorithm[:120]}")
    return algorithm

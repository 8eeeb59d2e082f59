"""Reads a message: tolerant of how others write, strict where it would mean nothing certain."""

from datetime import date

from hoaphuong.exchange.edxml.message import (
    BUSINESS,
    MOST_ATTACHED_BYTES,
    MOST_ATTACHMENTS,
    MOST_CODE,
    MOST_ID,
    MOST_MESSAGE_BYTES,
    MOST_NAME,
    MOST_PLACE,
    MOST_RECIPIENTS,
    MOST_REPLACED,
    MOST_SUBJECT,
    NEW,
    REPLACE,
    STATUS_CODES,
    Attachment,
    Business,
    Document,
    Malformed,
    Organ,
    Receiver,
    Replacement,
    ResponseFor,
    Staff,
    Status,
    Trace,
)
from hoaphuong.exchange.edxml.packing import unpacked
from hoaphuong.exchange.edxml.xml import Part, local, opened, signature_of


def read(content: bytes) -> Document | Status:
    """What a message says; Malformed with a reason, a place and a sentence otherwise."""
    root = opened(content)
    namespace = (
        str(root.element.tag).partition("}")[0].lstrip("{") if "}" in root.element.tag else ""
    )
    if local(root.element) != "edXML":
        raise Malformed("not_edxml", root.path, "This is not an edXML message.")
    if namespace and "QCVN_102_2016" not in namespace:
        raise Malformed("namespace", root.path, "The message is of another standard.")
    envelope = root.need("edXMLEnvelope")
    header = envelope.need("edXMLHeader")
    message = header.need("MessageHeader")
    if message.one("StatusCode") is not None:
        return _status(message, signature_of(header))
    return _document(root, envelope, header, message)


def _organ(part: Part) -> Organ:
    return Organ(
        code=part.required("OrganId", most=MOST_CODE),
        name=part.text("OrganName"),
        in_charge=part.text("OrganizationInCharge"),
        address=part.text("OrganAdd"),
        email=part.text("Email"),
        telephone=part.text("Telephone"),
        fax=part.text("Fax"),
        website=part.text("Website"),
    )


def _staff(part: Part | None) -> Staff | None:
    if part is None:
        return None
    return Staff(
        part.text("Department"), part.text("Staff"), part.text("Email"), part.text("Mobile")
    )


def _about(part: Part) -> ResponseFor:
    return ResponseFor(
        organ=part.required("OrganId", most=MOST_CODE),
        document_id=part.required("DocumentId", most=MOST_ID),
        code=part.text("Code"),
        promulgated_on=part.day("PromulgationDate"),
    )


def _status(message: Part, signature: str) -> Status:
    code = message.required("StatusCode")
    if code not in STATUS_CODES:
        path = f"{message.path}/StatusCode"
        raise Malformed("status_code", path, f"There is no status {code[:20]}.")
    return Status(
        sender=_organ(message.need("From")),
        about=_about(message.need("ResponseFor")),
        code=code,
        at=message.moment("Timestamp"),
        description=message.text("Description"),
        staff=_staff(message.one("StaffInfo")),
        signature=signature,
    )


def _document(root: Part, envelope: Part, header: Part, message: Part) -> Document:
    to = tuple(_organ(part) for part in message.all("To"))
    if not to:
        raise Malformed("missing", f"{message.path}/To", "To is missing.")
    if len(to) > MOST_RECIPIENTS:
        raise Malformed("too_many", f"{message.path}/To", "There are too many recipients.")
    code, info = message.need("Code"), message.need("PromulgationInfo")
    day = info.day("PromulgationDate", required=True)
    assert isinstance(day, date)
    kind, signer, other = (
        message.one("DocumentType"), message.one("SignerInfo"), message.one("OtherInfo")
    )  # fmt: skip
    appendixes = other.one("Appendixes") if other else None
    places = message.one("ToPlaces")
    traces = header.one("TraceHeaderList")
    # One vendor spells it as English does; one puts it beside the list instead of into it.
    asked = (traces.one("Bussiness", "Business") if traces else None) or header.one(
        "Bussiness", "Business"
    )
    return Document(
        sender=_organ(message.need("From")),
        to=to,
        document_id=message.required("DocumentId", most=MOST_ID),
        number=code.text("CodeNumber", most=MOST_NAME),
        notation=code.required("CodeNotation", most=MOST_NAME),
        promulgated_on=day,
        place=info.text("Place", most=MOST_PLACE),
        kind=(kind.text("Type") if kind else "") or "1",
        kind_detail=kind.text("TypeDetail") if kind else "",
        kind_name=kind.text("TypeName") if kind else "",
        subject=message.required("Subject", most=MOST_SUBJECT),
        content=message.text("Content", most=MOST_SUBJECT),
        competence=signer.text("Competence") if signer else "",
        position=signer.text("Position") if signer else "",
        signer=signer.text("FullName") if signer else "",
        due_on=message.day("DueDate"),
        priority=(other.text("Priority") if other else "") or "0",
        sphere=other.text("SphereOfPromulgation") if other else "",
        typist=other.text("TyperNotation") if other else "",
        copies=other.count("PromulgationAmount") if other else None,
        pages=other.count("PageAmount") if other else None,
        direction=other.flag("Direction") if other else None,
        appendixes=tuple(p.own() for p in appendixes.all("Appendix")) if appendixes else (),
        # A sample has an empty one: it answers nothing.
        answers=tuple(
            _about(part) for part in message.all("ResponseFor") if part.text("DocumentId")
        ),
        steering=message.text("SteeringType"),
        to_places=tuple(p.own(most=MOST_PLACE) for p in places.all("Place")) if places else (),
        traces=tuple(
            Trace(part.required("OrganId", most=MOST_CODE), part.moment("Timestamp"))
            for part in (traces.all("TraceHeader") if traces else ())
        ),
        business=_business(asked) if asked else Business(),
        attachments=_attachments(root, envelope),
        signature=signature_of(header),
    )


def _business(part: Part) -> Business:
    kind = part.text("BussinessDocType") or part.text("BusinessDocType")
    path = f"{part.path}/BussinessDocType"
    if not kind:
        raise Malformed("missing", path, "BussinessDocType is missing.")
    if kind not in BUSINESS:
        raise Malformed("business", path, f"There is no business {kind[:20]}.")
    document_id = part.text("DocumentId", most=MOST_ID)
    info = part.one("BussinessDocumentInfo", "BusinessDocumentInfo")
    listed = info.one("ReceiverList") if info else None
    replaced = part.one("ReplacementInfoList")
    replacements = tuple(
        Replacement(
            one.required("DocumentId", most=MOST_ID),
            tuple(
                organ.own(most=MOST_CODE)
                for organs in one.all("OrganIdList")
                for organ in organs.all("OrganId")
            ),
        )
        for one in (replaced.all("ReplacementInfo") if replaced else ())
    )
    if len(replacements) > MOST_REPLACED:
        where = f"{part.path}/ReplacementInfoList"
        raise Malformed("too_many", where, "Too many documents are replaced at once.")
    if kind != NEW and not document_id and not replacements:
        where = "ReplacementInfoList" if kind == REPLACE else "DocumentId"
        sentence = "It does not say which document is meant."
        raise Malformed("missing", f"{part.path}/{where}", sentence)
    return Business(
        kind=kind,
        document_id=document_id,
        reason=part.text("BussinessDocReason") or part.text("BusinessDocReason"),
        paper=bool(part.flag("Paper")),
        document_info=bool(info and info.flag("DocumentInfo")),
        document_receiver=bool(info and info.flag("DocumentReceiver")),
        receivers=tuple(
            Receiver(one.required("OrganId", most=MOST_CODE), one.text("ReceiverType"))
            for one in (listed.all("Receiver") if listed else ())
        ),
        replacements=replacements,
        staff=_staff(part.one("StaffInfo")),
    )


def _attachments(root: Part, envelope: Part) -> tuple[Attachment, ...]:
    """The files in the order of the manifest; each entry has its file, each file its entry."""
    body = envelope.one("edXMLBody")
    manifest = body.one("edXMLManifest") if body else None
    named = _by_id(list(manifest.all("Reference")) if manifest else [])
    block = root.one("AttachmentEncoded")
    carried = _by_id(list(block.all("Attachment")) if block else [])
    for content_id, part in {**named, **carried}.items():
        if content_id not in named or content_id not in carried:
            where = f"{part.path}[{content_id[:60]}]"
            raise Malformed("cid", where, "The manifest and the attachments do not agree.")
    found, room = [], MOST_ATTACHED_BYTES
    for content_id, entry in named.items():
        part = carried[content_id]
        one = _attachment(content_id, entry, part)
        room -= len(one.content)
        if room < 0:
            raise Malformed("too_large", part.path, "The attachments together are too large.")
        found.append(one)
    return tuple(found)


def _attachment(content_id: str, entry: Part, part: Part) -> Attachment:
    name = part.text("AttachmentName", most=MOST_NAME) or entry.required(
        "AttachmentName", most=MOST_NAME
    )
    if {"/", "\\", "\0"} & set(name) or name in (".", ".."):
        raise Malformed("path", f"{part.path}/AttachmentName", "The name holds a path.")
    kind = part.text("ContentType") or entry.text("ContentType")
    encoded = part.need("ContentTransferEncoded")
    zipped = kind.lower() in ("application/zip", "application/x-zip-compressed")
    text = encoded.own(most=MOST_MESSAGE_BYTES)
    return Attachment(
        name=name,
        content=unpacked(text, encoded.path, zipped=zipped),
        content_type=kind,
        description=part.text("Description") or entry.text("Description"),
        content_id=content_id,
    )


def _by_id(parts: list[Part]) -> dict[str, Part]:
    if len(parts) > MOST_ATTACHMENTS:
        raise Malformed("too_many", parts[0].path, "There are too many attachments.")
    found: dict[str, Part] = {}
    for part in parts:
        content_id = part.required("ContentId", most=MOST_NAME).removeprefix("cid:")
        if content_id in found:
            raise Malformed("cid", f"{part.path}/ContentId", "One ContentId stands for two files.")
        found[content_id] = part
    return found

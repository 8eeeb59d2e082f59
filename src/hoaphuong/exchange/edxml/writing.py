"""Writes a message in the shape of the published samples: names, order, prefixes, UTF-8.

The root and the block of attachments are in the default namespace, the header has the prefix.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from lxml import etree

from hoaphuong.exchange.edxml.message import (
    NAMESPACE,
    VIETNAM,
    Attachment,
    Business,
    Document,
    Organ,
    ResponseFor,
    Staff,
    Status,
)
from hoaphuong.exchange.edxml.packing import packed

HEADER = f"{{{NAMESPACE}}}edXMLHeader"  # takes the signature, as its last child
_Sign = Callable[[bytes], bytes]


def write(message: Document | Status, *, sign: _Sign | None = None) -> bytes:
    """The bytes of a message; the same message always gives the same bytes.

    ``sign`` puts an enveloped signature into ``HEADER`` of what it is given.
    """
    root = etree.Element("edXML", nsmap={None: NAMESPACE})
    envelope = etree.SubElement(root, f"{{{NAMESPACE}}}edXMLEnvelope", nsmap={"edXML": NAMESPACE})
    header = _add(envelope, "edXMLHeader")
    head = _add(header, "MessageHeader")
    if isinstance(message, Status):
        _status(head, message)
    else:
        _document(head, message)
        _traces(header, message)
        if message.attachments:
            _manifest(envelope, message.attachments)
            _files(root, message.attachments)
    etree.indent(root, "  ")
    # Built without a namespace and put into the default one by its declaration: as the samples.
    text = etree.tostring(root, encoding="UTF-8", xml_declaration=False)
    content = b'<?xml version="1.0" encoding="UTF-8"?>\n' + text + b"\n"
    return sign(content) if sign else content


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    element.text = text
    return element


def _texts(parent: etree._Element, *pairs: tuple[str, str]) -> None:
    """One element for each text that is not empty."""
    for name, text in pairs:
        if text:
            _add(parent, name, text)


def _day(day: date | None) -> str:
    return f"{day:%Y/%m/%d}" if day else ""


def _moment(at: datetime) -> str:
    return f"{at.astimezone(VIETNAM):%Y/%m/%d %H:%M:%S}"


def _organ(parent: etree._Element, name: str, organ: Organ) -> None:
    _texts(
        _add(parent, name),
        ("OrganId", organ.code),
        ("OrganizationInCharge", organ.in_charge),
        ("OrganName", organ.name),
        ("OrganAdd", organ.address),
        ("Email", organ.email),
        ("Telephone", organ.telephone),
        ("Fax", organ.fax),
        ("Website", organ.website),
    )


def _about(parent: etree._Element, about: ResponseFor) -> None:
    _texts(
        _add(parent, "ResponseFor"),
        ("OrganId", about.organ),
        ("Code", about.code),
        ("PromulgationDate", _day(about.promulgated_on)),
        ("DocumentId", about.document_id),
    )


def _staff(parent: etree._Element, staff: Staff | None) -> None:
    if staff is not None:
        _texts(
            _add(parent, "StaffInfo"),
            ("Department", staff.department),
            ("Staff", staff.name),
            ("Email", staff.email),
            ("Mobile", staff.mobile),
        )


def _status(head: etree._Element, status: Status) -> None:
    _organ(head, "From", status.sender)
    _about(head, status.about)
    _staff(head, status.staff)
    _texts(head, ("StatusCode", status.code), ("Description", status.description))
    _add(head, "Timestamp", _moment(status.at))


def _document(head: etree._Element, document: Document) -> None:
    _organ(head, "From", document.sender)
    for organ in document.to:
        _organ(head, "To", organ)
    _add(head, "DocumentId", document.document_id)
    code = _add(head, "Code")
    _texts(code, ("CodeNumber", document.number), ("CodeNotation", document.notation))
    info = _add(head, "PromulgationInfo")
    day = _day(document.promulgated_on)
    _texts(info, ("Place", document.place), ("PromulgationDate", day))
    _texts(
        _add(head, "DocumentType"),
        ("Type", document.kind),
        ("TypeDetail", document.kind_detail),
        ("TypeName", document.kind_name),
    )
    _texts(head, ("Subject", document.subject), ("Content", document.content))
    if document.competence or document.position or document.signer:
        _texts(
            _add(head, "SignerInfo"),
            ("Competence", document.competence),
            ("Position", document.position),
            ("FullName", document.signer),
        )
    _texts(head, ("DueDate", _day(document.due_on)))
    _other(head, document)
    for about in document.answers:
        _about(head, about)
    _texts(head, ("SteeringType", document.steering))
    if document.to_places:
        places = _add(head, "ToPlaces")
        for place in document.to_places:
            _add(places, "Place", place)


def _other(head: etree._Element, document: Document) -> None:
    other = _add(head, "OtherInfo")
    direction = "" if document.direction is None else str(document.direction).lower()
    _texts(
        other,
        ("Priority", document.priority),
        ("SphereOfPromulgation", document.sphere),
        ("TyperNotation", document.typist),
        ("PromulgationAmount", "" if document.copies is None else str(document.copies)),
        ("PageAmount", "" if document.pages is None else str(document.pages)),
        ("Direction", direction),
    )
    if document.appendixes:
        appendixes = _add(other, "Appendixes")
        for text in document.appendixes:
            _add(appendixes, "Appendix", text)


def _traces(header: etree._Element, document: Document) -> None:
    traces = _add(header, "TraceHeaderList")
    for trace in document.traces:
        _texts(
            _add(traces, "TraceHeader"), ("OrganId", trace.organ), ("Timestamp", _moment(trace.at))
        )
    _business(_add(traces, "Bussiness"), document.business)


def _business(parent: etree._Element, business: Business) -> None:
    _texts(
        parent,
        ("DocumentId", business.document_id),
        ("BussinessDocType", business.kind),
        ("BussinessDocReason", business.reason),
        ("Paper", str(int(business.paper))),
    )
    if business.document_info or business.document_receiver or business.receivers:
        info = _add(parent, "BussinessDocumentInfo")
        _add(info, "DocumentInfo", str(int(business.document_info)))
        _add(info, "DocumentReceiver", str(int(business.document_receiver)))
        if business.receivers:
            listed = _add(info, "ReceiverList")
            for one in business.receivers:
                receiver = _add(listed, "Receiver")
                _texts(receiver, ("OrganId", one.organ), ("ReceiverType", one.kind))
    if business.replacements:
        replaced = _add(parent, "ReplacementInfoList")
        for replacement in business.replacements:
            entry = _add(replaced, "ReplacementInfo")
            _add(entry, "DocumentId", replacement.document_id)
            if replacement.organs:
                organs = _add(entry, "OrganIdList")
                for organ in replacement.organs:
                    _add(organs, "OrganId", organ)
    _staff(parent, business.staff)


def _manifest(envelope: etree._Element, attachments: Sequence[Attachment]) -> None:
    manifest = _add(_add(envelope, "edXMLBody"), "edXMLManifest")
    manifest.set("version", "1.0")
    for number, one in enumerate(attachments, start=1):
        _texts(
            _add(manifest, "Reference"),
            ("ContentId", f"cid:{one.content_id or number}"),
            ("ContentType", "application/zip"),
            ("Description", one.description),
            ("AttachmentName", one.name),
        )


def _files(root: etree._Element, attachments: Sequence[Attachment]) -> None:
    block = etree.SubElement(root, "AttachmentEncoded")
    for number, one in enumerate(attachments, start=1):
        attachment = etree.SubElement(block, "Attachment")
        for name, text in (
            ("ContentId", f"cid:{one.content_id or number}"),
            ("AttachmentName", one.name),
            ("Description", one.description),
            ("ContentType", "application/zip"),
        ):
            if text:
                etree.SubElement(attachment, name).text = text
        encoded = etree.SubElement(
            attachment, f"{{{NAMESPACE}}}ContentTransferEncoded", nsmap={"edXML": NAMESPACE}
        )
        encoded.text = packed(one.name, one.content)

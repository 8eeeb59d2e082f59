"""The few pieces of DER (ITU-T X.690) that are put together by hand, because it is fast."""

from asn1crypto.core import ObjectIdentifier

INTEGER, BIT_STRING, OCTETS, NULL = 0x02, 0x03, 0x04, b"\x05\x00"
UTF8, TIME, SEQUENCE, SET = 0x0C, 0x18, 0x30, 0x31


def tlv(tag: int, *parts: bytes) -> bytes:
    """Tag, length and content."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def sequence(*parts: bytes) -> bytes:
    return tlv(SEQUENCE, *parts)


def integer(value: int) -> bytes:
    """A number of zero or more."""
    return tlv(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    return ObjectIdentifier(dotted).dump()

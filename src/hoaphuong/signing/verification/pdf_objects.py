"""Dictionaries and arrays of a PDF, read token by token: pyHanko reads them byte by byte.

Reading them was a third of a verification. What is not written in the plainest way (comments,
escapes, streams, doubled keys, whatever is wrong) is left to pyHanko, which reads it from its
beginning: so what is read is what pyHanko reads. ISO 32000-1, 7.2 and 7.3.
"""

import re
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic

# What is longer or deeper is pyHanko's at once: so little is read twice when its end is odd.
MOST_TOKENS, MOST_DEEP = 20_000, 40
_SPACE, _ENDS = rb"[\0\t\n\f\r ]*", rb"(?=[\0\t\n\f\r ()<>\[\]{}/%])"
_TOKEN = re.compile(
    _SPACE + rb"(?:"
    rb"/(?P<name>[!\"$&'*+,\-.0-9:;=?@A-Z\\^_`a-z|~]*)" + _ENDS +
    rb"|(?P<number>[1-9]\d{0,8}) (?P<generation>\d{1,5}) R" + _ENDS +
    rb"|(?P<integer>[+-]?\d{1,15})" + _ENDS + rb"(?!\s+\d+\s+R)"
    rb"|(?P<decimal>[+-]?\d{0,15}\.\d{1,15})" + _ENDS +
    rb"|(?P<opens><<|\[)|(?P<closes>>>|\])"
    rb"|<(?P<digits>[0-9A-Fa-f]*)>|\((?P<text>[^()\\\r\n]*)\)"
    rb"|(?P<word>true|false|null)" + _ENDS + rb")"
)  # fmt: skip
_STREAM = re.compile(_SPACE + rb"(?:stream|%)")
_read_object = generic.read_object


def _plain(content: bytes, at: int, container: Any) -> tuple[Any, int] | None:
    """The dictionary or array at a place, and where it ends; None: pyHanko has to read it."""
    handler = container.get_pdf_handler()
    name_of, match, put = generic._decode_name, _TOKEN.match, dict.__setitem__
    around: list[tuple[Any, Any, bool]] = []  # the innermost, with the key it is put under
    inner: Any = None
    key: Any = None
    value: Any
    is_dict = False
    for _number in range(MOST_TOKENS):
        token = match(content, at)
        if token is None:
            return None
        at, kind = token.end(), token.lastgroup
        if kind == "name":
            value = name_of(token["name"])
            if is_dict and key is None:
                if value in inner:
                    return None
                key = value
                continue
        elif kind == "generation":
            value = generic.IndirectObject(int(token["number"]), int(token["generation"]), handler)
        elif kind == "integer":
            value = generic.NumberObject(token["integer"])
        elif kind == "opens":
            if (is_dict and key is None) or len(around) == MOST_DEEP:
                return None
            around.append((inner, key, is_dict))
            is_dict, key = token["opens"] == b"<<", None
            inner = generic.DictionaryObject() if is_dict else generic.ArrayObject()
            continue
        elif kind == "closes":
            if is_dict != (token["closes"] == b">>") or key is not None:
                return None
            value, was_dict = inner, is_dict
            inner, key, is_dict = around.pop()
            if inner is None:
                return value, at
            if was_dict and _STREAM.match(content, at):
                return None
        else:
            value = _other(token, kind)
        if not is_dict:
            inner.append(value)
        elif key is None:
            return None
        else:
            put(inner, key, value)
            key = None
        value.container_ref = container
    return None


def _other(token: re.Match[bytes], kind: str | None) -> Any:
    """A string, a number with a point, or a word."""
    if kind == "decimal":
        return generic.FloatObject(token["decimal"].decode())
    if kind == "digits":
        digits = token["digits"]
        return generic.pdf_string(bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode()))
    if kind == "text":
        return generic.pdf_string(token["text"])
    if token["word"] == b"null":
        return generic.NullObject()
    return generic.BooleanObject(token["word"] == b"true")


def read_object(
    stream: Any,
    container_ref: Any,
    as_metadata_stream: bool = False,
    in_content_stream: Any = generic.ContentOpReading.NO,
) -> Any:
    """As pyHanko's function of this name."""
    if type(stream) is BytesIO and not in_content_stream and not as_metadata_stream:
        content, at = stream.getvalue(), stream.tell()
        plain = content.startswith((b"<<", b"["), at) and _plain(content, at, container_ref)
        if plain:
            value, end = plain
            stream.seek(end)
            if isinstance(value, dict):
                value = _with_payload(stream, value, container_ref.get_pdf_handler())
            value.container_ref = container_ref
            return value
    return _read_object(stream, container_ref, as_metadata_stream, in_content_stream)


def _with_payload(stream: Any, value: Any, handler: Any) -> Any:
    """The dictionary, or the stream whose dictionary it is."""
    if _STREAM.match(stream.getbuffer(), stream.tell()):
        parts = dict(value)
        payload = generic._maybe_read_stream_payload(stream, parts, handler)
        if payload is not None:
            return generic.StreamObject(parts, encoded_data=payload)
    return value

"""A key on a token at its holder's own machine: a digest goes out, a CMS message comes in.

What the message must be is checked where it is put into the paper (``signing/pdf/foreign.py``).
The holder's side is described, with a program, in docs/howto/sign-with-your-own-token.md.
"""

import base64
import binascii
import json
from datetime import datetime
from typing import Any

from asn1crypto import cms

from hoaphuong.signing.providers.base import KeyUnavailable

FORMAT = "hoaphuong-signing-request-1"
MOST_BYTES = 100_000


def request(
    *,
    key: str,
    digest: bytes,
    certificate: bytes,
    title: str,
    answer_to: str,
    expires_at: datetime,
) -> dict[str, Any]:
    """What the holder's program is given, for JSON.

    ``key`` names the exchange, ``digest`` is SHA-256 over the paper with an empty place for the
    message, ``certificate`` (DER) the one that must sign, ``title`` is for the holder to read.
    """
    if len(digest) != 32:
        raise ValueError("Only SHA-256 digests are signed.")
    return {
        "format": FORMAT,
        "key": key,
        "title": title,
        "digest_algorithm": "SHA-256",
        "digest": base64.b64encode(digest).decode(),
        "certificate": base64.b64encode(certificate).decode(),
        "message": "CMS SignedData, detached, DER; signed attributes: content type, message digest,"
        " signing-certificate-v2; no signing time (ETSI EN 319 142-1, 6.3)",
        "answer_to": answer_to,
        "expires_at": expires_at.isoformat(),
    }


def answer(body: bytes, *, key: str) -> bytes:
    """The CMS message (DER) in a holder's answer to the exchange ``key``; KeyUnavailable."""
    if len(body) > MOST_BYTES:
        raise KeyUnavailable("The answer is too large.")
    try:
        said = json.loads(body)
        if said["format"] != FORMAT or said["key"] != key:
            raise KeyUnavailable("The answer belongs to another request.")
        message = base64.b64decode(said["cms"], validate=True)
        if cms.ContentInfo.load(message, strict=True)["content_type"].native != "signed_data":
            raise KeyUnavailable("The answer holds no CMS signature.")
    except (ValueError, TypeError, KeyError, binascii.Error) as odd:
        raise KeyUnavailable("The answer cannot be read.") from odd
    return message

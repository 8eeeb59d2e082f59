"""An agency's seal on a message to other agencies: no row is written, the message keeps it."""

from datetime import datetime

from hoaphuong.signing import keyring, queries


class NoSeal(Exception):
    """The agency has no certificate in force, or its key is not here."""


def seal_message(content: bytes, *, agency: str, inside: str, at: datetime) -> bytes:
    """XML with an enveloped signature (XMLDSig, SHA-256) of an agency's seal; NoSeal.

    ``inside`` names the element that takes the signature, as ``{namespace}name``.
    """
    from hoaphuong.signing.providers.base import KeyUnavailable
    from hoaphuong.signing.xml import sign_enveloped

    held = queries.certificate_of_agency(agency, at=at)
    if held is None or held.provider == "client":
        raise NoSeal(agency)
    try:
        key = keyring.key_of(held, queries.reference_of(held.key))
        return sign_enveloped(content, key=key, inside=inside)
    except KeyUnavailable as fault:
        raise NoSeal(agency) from fault

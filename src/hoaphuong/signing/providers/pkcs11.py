"""Keys in a token or hardware module, through its PKCS #11 library.

The PIN is tried once: a wrong one is never tried again by itself, because a token locks itself
after a few. One session serves a process; it is opened again after a fork, and when the module
has forgotten it.
"""

import hashlib
import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pkcs11 import Attribute, Mechanism, ObjectClass
from pkcs11.exceptions import (
    NoSuchKey,
    PinIncorrect,
    PinInvalid,
    PinLenRange,
    PinLocked,
    PKCS11Error,
    UserAlreadyLoggedIn,
)
from pkcs11.util.ec import encode_ecdsa_signature

from hoaphuong.signing.providers import chains
from hoaphuong.signing.providers.base import KeyUnavailable

_PIN_FAULTS = (PinIncorrect, PinInvalid, PinLenRange, PinLocked)
DER = serialization.Encoding.DER


class TokenKey:
    """One key of a token; its handle is looked up again when the session is another one."""

    def __init__(
        self, token: "Pkcs11Keys", reference: str, certificate: bytes, chain: tuple[bytes, ...]
    ) -> None:
        self._token, self._reference = token, reference
        self.certificate, self.chain = certificate, chain

    def sign(self, data: bytes) -> bytes:
        """The signature over ``data`` with SHA-256, made in the token; KeyUnavailable."""
        return self._token.sign(self._reference, data)


class Pkcs11Keys:
    """The keys of one token: found by label, or by id as ``id:0a1b``.

    ``chain`` are issuers (DER) besides those that the token itself carries.
    """

    name = "pkcs11"

    def __init__(self, *, library: str, token: str, pin: str, chain: Iterable[bytes] = ()) -> None:
        self._library, self._label, self._pin = library, token, pin
        self._issuers = tuple(chain)
        self._lock = threading.RLock()
        self._session: Any = None
        self._process = 0
        self._handles: dict[str, Any] = {}
        self._keys: dict[str, TokenKey] = {}
        self._pin_was_wrong = False

    def key(self, reference: str) -> TokenKey:
        """The key of a reference, kept; KeyUnavailable."""
        with self._lock:
            if reference not in self._keys:
                certificate, chain = self._trying(lambda: self._certificates(reference))
                self._keys[reference] = TokenKey(self, reference, certificate, chain)
            return self._keys[reference]

    def references(self) -> list[str]:
        """The labels of the private keys in the token; KeyUnavailable."""
        with self._lock:
            found = self._trying(
                lambda: [
                    one.label
                    for one in self._opened().get_objects(
                        {Attribute.CLASS: ObjectClass.PRIVATE_KEY}
                    )
                ]
            )
            return sorted(found)

    def sign(self, reference: str, data: bytes) -> bytes:
        """PKCS #1 v1.5 for RSA, DER for ECDSA; KeyUnavailable."""
        with self._lock:
            return self._trying(lambda: self._signed(reference, data))

    def _trying(self, do: Any) -> Any:
        """Do it; once more on a fresh session when the module has lost the one there was."""
        fresh = self._session is None or self._process != os.getpid()
        try:
            try:
                return do()
            except (NoSuchKey, *_PIN_FAULTS):
                raise
            except PKCS11Error:
                if fresh:
                    raise
                self._close()
                return do()
        except _PIN_FAULTS as wrong:
            self._pin_was_wrong = True
            raise KeyUnavailable("The token refuses the PIN.") from wrong
        except NoSuchKey as missing:
            raise KeyUnavailable("The key is not in the token.") from missing
        except PKCS11Error as fault:
            said = str(fault) or type(fault).__name__
            raise KeyUnavailable(f"The token does not work: {said}.") from fault

    def _close(self) -> None:
        session, self._session = self._session, None
        self._handles.clear()
        try:
            if session is not None:
                session.close()
        except PKCS11Error:
            pass  # it was gone already

    def _opened(self) -> Any:
        if self._session is not None and self._process == os.getpid():
            return self._session
        if self._pin_was_wrong:
            raise KeyUnavailable("The token refused the PIN; it is not tried again.")
        library = pkcs11.lib(self._library)
        if self._process not in (0, os.getpid()):
            # A child may not use what its parent initialised (PKCS #11, 5.4).
            self._session = None
            self._handles.clear()
            library.reinitialize()
        tokens = [one for one in library.get_tokens() if one.label == self._label]
        if not tokens:
            raise KeyUnavailable(f"The token {self._label[:40]} is not there.")
        if len(tokens) > 1:
            raise KeyUnavailable(f"There are several tokens {self._label[:40]}.")
        try:
            self._session = tokens[0].open(user_pin=self._pin)
        except UserAlreadyLoggedIn:  # by another part of this process
            self._session = tokens[0].open()
        self._process = os.getpid()
        self._handles.clear()
        return self._session

    def _signed(self, reference: str, data: bytes) -> bytes:
        self._opened()
        key = self._handle(reference)
        if key.key_type == pkcs11.KeyType.EC:
            digest = hashlib.sha256(data).digest()
            raw = key.sign(digest, mechanism=Mechanism.ECDSA)
            signature: bytes = encode_ecdsa_signature(raw)
        elif key.key_type == pkcs11.KeyType.RSA:
            signature = key.sign(data, mechanism=Mechanism.SHA256_RSA_PKCS)
        else:
            raise KeyUnavailable("Only RSA and elliptic-curve keys sign here.")
        return signature

    def _handle(self, reference: str) -> Any:
        if reference not in self._handles:
            search = {**_search(reference), Attribute.CLASS: ObjectClass.PRIVATE_KEY}
            found = list(self._opened().get_objects(search))
            if not found:
                raise KeyUnavailable(f"The key {reference[:40]} is not in the token.")
            if len(found) > 1:
                raise KeyUnavailable(f"The token has several keys {reference[:40]}.")
            self._handles[reference] = found[0]
        return self._handles[reference]

    def _certificates(self, reference: str) -> tuple[bytes, tuple[bytes, ...]]:
        """The certificate with the key's id (or its label), and those above it but the root."""
        self._opened()
        key = self._handle(reference)
        stored = [
            (one[Attribute.ID], one[Attribute.LABEL], bytes(one[Attribute.VALUE]))
            for one in self._session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})
        ]
        own = [der for id, _label, der in stored if id and id == key.id]
        own = own or [der for _id, label, der in stored if label and label == key.label]
        if not own:
            raise KeyUnavailable(f"The token has no certificate for the key {reference[:40]}.")
        return own[0], _above(own[0], [der for _i, _l, der in stored] + list(self._issuers))


def provided(
    *, library: str, token: str, pin_file: str = "", pin: str = "", chain: Iterable[str] = ()
) -> Pkcs11Keys:
    """The provider from a configuration; ``pin_file`` is a file that only the city may read."""
    try:
        if pin_file:
            pin = Path(pin_file).read_text().strip()
        issuers = [_der(Path(path).read_bytes()) for path in chain]
    except (OSError, ValueError) as fault:
        raise KeyUnavailable(f"The token's configuration cannot be read: {fault}") from fault
    return Pkcs11Keys(library=library, token=token, pin=pin, chain=issuers)


def _search(reference: str) -> dict[Attribute, object]:
    kind, _, value = reference.partition(":")
    if kind != "id":
        return {Attribute.LABEL: reference}
    try:
        return {Attribute.ID: bytes.fromhex(value)}
    except ValueError as wrong:
        raise KeyUnavailable(f"{reference[:40]} is no id of a key.") from wrong


def _above(certificate: bytes, known: list[bytes]) -> tuple[bytes, ...]:
    loaded = [x509.load_der_x509_certificate(der) for der in known]
    here, found = x509.load_der_x509_certificate(certificate), []
    for _ in range(chains.LONGEST):
        issuers = [one for one in loaded if one != here and chains.issued(here, one)]
        if not issuers or issuers[0].subject == issuers[0].issuer:
            break
        here = issuers[0]
        found.append(here.public_bytes(DER))
    return tuple(found)


def _der(content: bytes) -> bytes:
    if b"-----BEGIN" in content:
        return x509.load_pem_x509_certificate(content).public_bytes(DER)
    return x509.load_der_x509_certificate(content).public_bytes(DER)

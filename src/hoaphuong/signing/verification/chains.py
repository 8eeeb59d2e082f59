"""From a certificate up to an anchor: docs/verification.md, Chain."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hoaphuong.signing.verification.certificates import BadCertificate, Certificate, read
from hoaphuong.signing.verification.trust import Anchors

LONGEST = 8
MOST_STEPS = 200


@dataclass(frozen=True)
class Path:
    """A certificate, its issuers and the anchor; ``fault`` is a code when there is no such path."""

    certificates: tuple[Certificate, ...]
    fault: str = ""

    @property
    def below_anchor(self) -> tuple[Certificate, ...]:
        return self.certificates[:-1] if not self.fault else self.certificates

    def dates_fault(self, moment: datetime) -> str:
        """Which certificate is not within its dates at a moment: "" when all are.

        The anchor's own dates do not count: it is trusted as long as it lies in the folder.
        """
        for place, one in enumerate(self.below_anchor):
            if not one.begins <= moment <= one.ends:
                if place:
                    return "chain_out_of_date"
                return "not_yet_valid" if moment < one.begins else "out_of_date"
        return ""

    def weakness(self) -> str:
        return next((weak for one in self.below_anchor if (weak := one.weakness())), "")


def pool_of(ders: Iterable[bytes]) -> dict[bytes, list[Certificate]]:
    """Certificates by their subjects; what cannot be read is left out."""
    pool: dict[bytes, list[Certificate]] = {}
    for der in dict.fromkeys(ders):
        try:
            one = read(der)
        except BadCertificate:
            continue
        pool.setdefault(one.subject, []).append(one)
    return pool


def find(leaf: Certificate, pool: dict[bytes, list[Certificate]], anchors: Anchors) -> Path:
    """The path to an anchor, or as far as one comes, with the reason."""
    search = _Search(pool, anchors)
    found = search.climb((leaf,))
    if found:
        return Path(found, _structure_fault(found))
    return Path(search.furthest, "chain_broken" if search.broken else "anchor_unknown")


def spoiled(ders: Iterable[bytes], pool: dict[bytes, list[Certificate]], anchors: Anchors) -> bool:
    """Whether one of the certificates carried along was altered: nobody may touch even a spare."""
    for der in ders:
        try:
            one = read(der)
        except BadCertificate:
            return True
        issuers = anchors.by_subject.get(one.issuer, []) + pool.get(one.issuer, [])
        named = [
            issuer
            for issuer in issuers
            if issuer.der != der and issuer.key_id == one.issuer_key_id is not None
        ]
        if one.subject == one.issuer:
            named.append(one)
        twins = pool.get(one.subject, []) + anchors.by_subject.get(one.subject, [])
        if any(twin.serial == one.serial and twin.der != der for twin in twins):
            return True  # two of the same number: one of them was altered
        if named and not any(one.signed_by(issuer) for issuer in named):
            return True
    return False


class _Search:
    """Depth first, a bounded number of steps: a file may carry any number of certificates."""

    def __init__(self, pool: dict[bytes, list[Certificate]], anchors: Anchors) -> None:
        self.pool, self.anchors = pool, anchors
        self.steps, self.broken = 0, False
        self.furthest: tuple[Certificate, ...] = ()

    def climb(self, path: tuple[Certificate, ...]) -> tuple[Certificate, ...] | None:
        last = path[-1]
        if len(path) > len(self.furthest):
            self.furthest = path
        if self.anchors.holds(last):
            return path
        candidates = self.anchors.by_subject.get(last.issuer, []) + self.pool.get(last.issuer, [])
        for issuer in candidates:
            self.steps += 1
            if len(path) >= LONGEST or self.steps > MOST_STEPS:
                return None
            if issuer in path:
                continue
            if not last.signed_by(issuer):
                # The right authority by its key's name: then the certificate was altered.
                named = last.issuer_key_id is not None and last.issuer_key_id == issuer.key_id
                self.broken = self.broken or named
                continue
            if found := self.climb((*path, issuer)):
                return found
        return None


def _structure_fault(path: tuple[Certificate, ...]) -> str:
    for below, one in enumerate(path[1:]):
        # A self-issued certificate in between does not count for the length (RFC 5280, 4.2.1.9).
        between = sum(1 for other in path[1 : below + 1] if other.subject != other.issuer)
        anchor = one is path[-1]
        if not one.may_issue and not (anchor and one.usage is None and not one.issues):
            return "chain_broken"
        if one.path_length is not None and between > one.path_length:
            return "chain_broken"
    if any(one.unknown_critical for one in path[:-1]):
        return "chain_unsupported"
    return ""

"""What happened in signing, as facts with references and codes only."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from hoaphuong.kernel.values import Code, Ref


@dataclass(frozen=True)
class PaperSigned:
    """A paper got a signature: of which kind of work, with which certificate, at which level."""

    name: ClassVar[str] = "signing.paper_signed"
    subject: ClassVar[str] = "paper"
    paper: Ref
    kind: Code
    certificate: Ref
    file: Ref
    level: Code


@dataclass(frozen=True)
class PaperRestamped:
    """A paper got a further archive time stamp before the last one ends to be checkable."""

    name: ClassVar[str] = "signing.paper_restamped"
    subject: ClassVar[str] = "paper"
    paper: Ref
    kind: Code
    file: Ref
    due_again_on: datetime


@dataclass(frozen=True)
class CertificateRecorded:
    """A certificate may be signed with from now on: whose it is, and where its key is kept."""

    name: ClassVar[str] = "signing.certificate_recorded"
    subject: ClassVar[str] = "certificate"
    certificate: Ref
    kind: Code
    account: Ref
    agency: Code
    provider: Code
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True)
class CertificateWithdrawn:
    """Nobody signs here with a certificate any more; ``reason`` is a code of RFC 5280, 5.3.1."""

    name: ClassVar[str] = "signing.certificate_withdrawn"
    subject: ClassVar[str] = "certificate"
    certificate: Ref
    kind: Code
    reason: Code


@dataclass(frozen=True)
class SignatureImageKept:
    """The image of a person's signature or an agency's seal was changed, or the last one undone."""

    name: ClassVar[str] = "signing.signature_image_kept"
    subject: ClassVar[str] = "image"
    image: Ref
    kind: Code
    account: Ref
    agency: Code
    taken_back: bool


@dataclass(frozen=True)
class BatchOrdered:
    """A person who showed a second factor ordered papers to be signed."""

    name: ClassVar[str] = "signing.batch_ordered"
    subject: ClassVar[str] = "batch"
    batch: Ref
    kind: Code
    certificate: Ref
    agency: Code
    papers: int


@dataclass(frozen=True)
class StandingOrderGiven:
    """A clerk who showed a second factor has papers of one kind sealed as they come."""

    name: ClassVar[str] = "signing.standing_order_given"
    subject: ClassVar[str] = "order"
    order: Ref
    kind: Code
    agency: Code
    certificate: Ref
    until: date


@dataclass(frozen=True)
class StandingOrderWithdrawn:
    """Papers of this kind are no longer sealed as they come."""

    name: ClassVar[str] = "signing.standing_order_withdrawn"
    subject: ClassVar[str] = "order"
    order: Ref
    kind: Code
    agency: Code


@dataclass(frozen=True)
class BatchChanged:
    """What had failed of a batch is to be tried again, or what still waited was withdrawn."""

    name: ClassVar[str] = "signing.batch_changed"
    subject: ClassVar[str] = "batch"
    batch: Ref
    kind: Code
    tried_again: int
    withdrawn: int


@dataclass(frozen=True)
class BatchFinished:
    """Nothing of a batch waits any more; tried again later, it finishes again."""

    name: ClassVar[str] = "signing.batch_finished"
    subject: ClassVar[str] = "batch"
    batch: Ref
    kind: Code
    signed: int
    failed: int
    withdrawn: int

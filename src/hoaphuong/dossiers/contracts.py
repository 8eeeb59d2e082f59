"""What happens to a dossier, as facts with codes and references only."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from hoaphuong.kernel.values import Code, Ref


@dataclass(frozen=True)
class DossierSubmitted:
    """An applicant sent a dossier, or brought it to the counter."""

    name: ClassVar[str] = "dossiers.dossier_submitted"
    subject: ClassVar[str] = "dossier"
    dossier: Ref
    procedure: Code
    sector: Code
    agency: Code
    division: Code
    channel: Code
    applicant_kind: Code
    submitted_on: date


@dataclass(frozen=True)
class DossierReceived:
    """The one-stop office accepted a dossier as complete; its clock runs."""

    name: ClassVar[str] = "dossiers.dossier_received"
    subject: ClassVar[str] = "dossier"
    dossier: Ref
    procedure: Code
    sector: Code
    agency: Code
    division: Code
    channel: Code
    received_on: date
    due_on: date | None


@dataclass(frozen=True)
class DossierDeclined:
    """The one-stop office did not accept a dossier."""

    name: ClassVar[str] = "dossiers.dossier_declined"
    subject: ClassVar[str] = "dossier"
    dossier: Ref
    agency: Code
    declined_on: date


@dataclass(frozen=True)
class DossierStatusChanged:
    """A dossier moved to a status that has no fact of its own: processed, unpaid, stopped."""

    name: ClassVar[str] = "dossiers.dossier_status_changed"
    subject: ClassVar[str] = "dossier"
    dossier: Ref
    from_status: int
    to_status: int
    changed_on: date


@dataclass(frozen=True)
class SupplementRequested:
    """The agency asked for more papers; the clock stands still."""

    name: ClassVar[str] = "dossiers.supplement_requested"
    subject: ClassVar[str] = "dossier"
    dossier: Ref
    requested_on: date


@dataclass(frozen=True)
class SupplementReceived:
    """The applicant brought what was asked for; the clock runs again."""

    name: ClassVar[str] = "dossiers.supplement_received"
    subject: ClassVar[str] = "dossier"
    dossier: Ref
    received_on: date
    due_on: date | None


@dataclass(frozen=True)
class DossierDecided:
    """An officer granted or refused a dossier; days are working days without pauses."""

    name: ClassVar[str] = "dossiers.dossier_decided"
    subject: ClassVar[str] = "dossier"
    dossier: Ref
    agency: Code
    outcome: Code
    decided_on: date
    due_on: date | None
    working_days: int
    days_late: int


@dataclass(frozen=True)
class DossierReturned:
    """The applicant has the result."""

    name: ClassVar[str] = "dossiers.dossier_returned"
    subject: ClassVar[str] = "dossier"
    dossier: Ref
    returned_on: date


@dataclass(frozen=True)
class DossierWithdrawn:
    """The applicant took the dossier back."""

    name: ClassVar[str] = "dossiers.dossier_withdrawn"
    subject: ClassVar[str] = "dossier"
    dossier: Ref
    withdrawn_on: date


@dataclass(frozen=True)
class ProceduresImported:
    """A published list of procedures was read; counts of rows."""

    name: ClassVar[str] = "dossiers.procedures_imported"
    subject: ClassVar[str] = "batch"
    batch: Ref
    read: int
    accepted: int
    rejected: int
    unchanged: int

"""The result of a dossier as an official document: signed, numbered and sealed like any other."""

from hoaphuong.documents.contracts import NewDocument
from hoaphuong.dossiers.models import Dossier, Outcome
from hoaphuong.identity import queries as identity

KIND = "TB"  # a notice; a sector with a certificate of its own brings its own kind


def new_document(dossier: Dossier, *, note: str, signer: str, drafter: str) -> NewDocument:
    """The notice of a decision, in the words of the one-stop procedure."""
    agency = identity.agency(dossier.agency_code)
    whom = dossier.applicant_name
    what = f"thủ tục “{dossier.procedure.name}”"
    granted = dossier.outcome == Outcome.GRANTED
    decided = f"{dossier.decided_on:%d/%m/%Y}" if dossier.decided_on else ""
    lines = [
        f"{agency.name} đã tiếp nhận hồ sơ số {dossier.number} của {whom} về {what}.",
        f"Sau khi xem xét hồ sơ, ngày {decided}, {agency.name} "
        + ("đồng ý giải quyết hồ sơ nêu trên." if granted else "không giải quyết hồ sơ nêu trên."),
    ]
    if note:
        lines.append(f"{'Ghi chú' if granted else 'Lý do'}: {_one_line(note)}")
    lines.append(f"{agency.name} thông báo để {whom} biết.")
    return NewDocument(
        agency=dossier.agency_code,
        kind=KIND,
        subject_line=f"Kết quả giải quyết hồ sơ số {dossier.number}",
        content={
            "body": "\n".join(lines),
            "for_whom": [["TM.", "Ủy ban nhân dân"]] if agency.name.startswith("Ủy ban") else [],
            "position": identity.positions({signer}).get(signer, ""),
            "archive": "VT",
        },
        signer=signer,
        drafter=drafter,
        dossier=dossier.key,
    )


def _one_line(text: str) -> str:
    return " ".join(text.replace("**", "").replace("|", "/").split())

"""What dossiers wait for below: their result is issued, their fee is paid."""

from hoaphuong.documents import queries as documents
from hoaphuong.dossiers import actions
from hoaphuong.dossiers.telling import TELLING
from hoaphuong.kernel.reactions import Fact, Reaction


def keep_result(fact: Fact) -> None:
    """The signed and sealed result is put with the dossier's files."""
    if dossier := fact.body["dossier"]:
        document = documents.document_facts(fact.subject)
        actions.keep_result(
            key=dossier, file_key=document.file_key, number=document.number, at=fact.occurred_at
        )


def go_on(fact: Fact) -> None:
    """The fee of a dossier is paid."""
    if fact.body["about_kind"] == actions.FEE:
        actions.fee_paid(key=fact.body["about"], by=fact.by, at=fact.occurred_at)


REACTIONS = [
    Reaction("dossiers.go_on", "payments.order_paid", go_on),
    Reaction("dossiers.keep_result", "documents.document_issued", keep_result),
    *TELLING,
]

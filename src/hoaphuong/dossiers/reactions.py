"""A result that was issued belongs to its dossier from then on."""

from hoaphuong.documents import queries as documents
from hoaphuong.dossiers import actions
from hoaphuong.kernel.reactions import Fact, Reaction


def keep_result(fact: Fact) -> None:
    """The signed and sealed result is put with the dossier's files."""
    if dossier := fact.body["dossier"]:
        document = documents.document_facts(fact.subject)
        actions.keep_result(
            key=dossier, file_key=document.file_key, number=document.number, at=fact.occurred_at
        )


REACTIONS = [
    Reaction("dossiers.keep_result", "documents.document_issued", keep_result),
]

"""The applicant hears of each step of a dossier, once, from the account that sent it."""

from collections.abc import Callable
from datetime import date

from django.utils import timezone
from django.utils.translation import override

from hoaphuong.dossiers import actions
from hoaphuong.dossiers.models import Dossier
from hoaphuong.dossiers.statuses import OUTCOMES
from hoaphuong.identity import queries as identity
from hoaphuong.kernel.reactions import Fact, Reaction
from hoaphuong.kernel.values import Money, Ref
from hoaphuong.notices import actions as notices
from hoaphuong.notices.contracts import NEWS_FOR, Named, Value

Facts = dict[str, Value]


def _tell(fact: Fact, key: str, kind: str, more: Callable[[Dossier], Facts]) -> None:
    if timezone.now() - fact.occurred_at > NEWS_FOR:
        return
    dossier = Dossier.objects.select_related("procedure").get(key=key)
    agency = identity.agency(dossier.agency_code)
    facts: Facts = {
        "number": dossier.number,
        "procedure": Named(dossier.procedure.name, dossier.procedure.name_en),
        "agency": Named(agency.name, agency.name_en),
    }
    notices.tell(
        kind=f"dossiers.{kind}",
        account=dossier.account_key,
        about=Ref(key),
        facts=facts | more(dossier),
        once=str(fact.uuid),
        at=fact.occurred_at,
    )


def received(fact: Fact) -> None:
    """The one-stop office accepted it."""
    due = fact.body["due_on"]
    said: Value = date.fromisoformat(due) if due else Named("chưa xác định", "not set")
    _tell(fact, fact.subject, "received", lambda _: {"due_on": said})


def papers_needed(fact: Fact) -> None:
    """The agency asked for more papers."""
    _tell(fact, fact.subject, "papers_needed", lambda _: {})


def fee_to_pay(fact: Fact) -> None:
    """The agency asked for a fee."""
    amount = Money(fact.body["amount"]["amount"])
    if fact.body["about_kind"] == actions.FEE and amount.amount:
        _tell(fact, fact.body["about"], "fee_to_pay", lambda _: {"amount": amount})


def decided(fact: Fact) -> None:
    """It was granted or refused."""
    words = []
    for language in ("vi", "en"):
        with override(language):
            words.append(str(OUTCOMES[fact.body["outcome"]]))
    _tell(fact, fact.subject, "decided", lambda _: {"outcome": Named(*words)})


def result_ready(fact: Fact) -> None:
    """Its result is signed and sealed."""
    if dossier := fact.body["dossier"]:
        _tell(fact, dossier, "result_ready", lambda _: {})


TELLING = [
    Reaction("dossiers.tell_received", "dossiers.dossier_received", received),
    Reaction("dossiers.tell_papers_needed", "dossiers.supplement_requested", papers_needed),
    Reaction("dossiers.tell_fee", "payments.order_made", fee_to_pay),
    Reaction("dossiers.tell_decided", "dossiers.dossier_decided", decided),
    Reaction("dossiers.tell_result", "documents.document_issued", result_ready),
]

"""What documents do when lower apps have news: messages of the exchange, archive time stamps."""

from hoaphuong.documents import actions
from hoaphuong.documents.arrivals import arrival_of
from hoaphuong.exchange import queries as exchange
from hoaphuong.files import queries as files
from hoaphuong.kernel.reactions import Fact, Reaction

ASKED_BACK, RECALL = "13", "1"


def take_message(fact: Fact) -> None:
    """A document of another agency came by the axis, or its sender takes one back."""
    message = exchange.message(fact.subject)
    if fact.body["business"] == RECALL and message.about:
        actions.ask_back_message(message=message.about, by="axis", at=fact.occurred_at)
        return
    actions.receive(arrival=arrival_of(message), by="axis", at=fact.occurred_at)


def follow_status(fact: Fact) -> None:
    """A recipient said how far our document is, or a sender wants theirs back."""
    about, code = fact.body["about"], fact.body["status_code"]
    if code == ASKED_BACK:
        actions.ask_back_message(message=about, by="axis", at=fact.occurred_at)
    else:
        actions.note_state(message=about, code=code, at=fact.occurred_at)


def keep_restamped(fact: Fact) -> None:
    """The newest file of a document is the one with the further time stamp."""
    if fact.body["kind"].startswith("documents."):
        file = files.file_facts(fact.body["file"])
        if fact.body["kind"] == "documents.copy":
            actions.keep_restamped_copy(key=fact.subject, file=file)
        else:
            actions.keep_restamped(key=fact.subject, file=file, at=fact.occurred_at)


REACTIONS = [
    Reaction("documents.take_message", "exchange.message_received", take_message),
    Reaction("documents.follow_status", "exchange.status_received", follow_status),
    Reaction("documents.keep_restamped", "signing.paper_restamped", keep_restamped),
]

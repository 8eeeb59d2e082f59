"""The only writers of notices."""

from hoaphuong.notices.actions.choosing import choose
from hoaphuong.notices.actions.delivering import died, done
from hoaphuong.notices.actions.reading import discard_old, read, read_all
from hoaphuong.notices.actions.settling import NotDead, give_up, try_again
from hoaphuong.notices.actions.telling import WrongFacts, tell

__all__ = [
    "NotDead",
    "WrongFacts",
    "choose",
    "died",
    "discard_old",
    "done",
    "give_up",
    "read",
    "read_all",
    "tell",
    "try_again",
]

"""The person at the door: an account, its person and its grants, read once a request."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property

from hoaphuong.identity import queries
from hoaphuong.identity.models import Account
from hoaphuong.kernel.access import EVERYWHERE, permissions, permissions_of


class Nobody:
    """A visitor who has not signed in."""

    key = ""
    person = ""
    person_id = None
    signed_in = False
    name = ""
    second_factor_at = None

    def agencies(self, permission: str) -> frozenset[str]:
        return frozenset()


class AccountActor:
    """A signed-in account on a given day; ``passed`` says when which factor was passed."""

    signed_in = True

    def __init__(
        self, account: Account, *, today: date, passed: Mapping[int, datetime] | None = None
    ) -> None:
        self.account, self._today, self._passed = account, today, passed or {}
        self.key = account.key
        self.person_id = account.person_id
        self.name = account.display_name

    @cached_property
    def second_factor_at(self) -> datetime | None:
        """A factor that was taken away meanwhile no longer counts."""
        if not self._passed:
            return None
        kept = queries.second_factors(self.account.pk)
        return max((at for key, at in self._passed.items() if key in kept), default=None)

    @cached_property
    def grants(self) -> list[tuple[str, str | None]]:
        return queries.grants_of(self.account.pk, on=self._today)

    @cached_property
    def _held(self) -> dict[str, frozenset[str]]:
        held: dict[str, set[str]] = {}
        for role, agency in self.grants:
            for code in permissions_of([role]):
                held.setdefault(code, set()).add(agency or EVERYWHERE)
        return {
            code: queries.below(frozenset(roots)) if EVERYWHERE not in roots else frozenset("*")
            for code, roots in held.items()
        }

    def agencies(self, permission: str) -> frozenset[str]:
        """Agencies for which the permission is held; KeyError for one that no app declares."""
        if permission not in permissions():
            raise KeyError(permission)
        return self._held.get(permission, frozenset())

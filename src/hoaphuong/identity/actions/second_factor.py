"""Second factors: a code is accepted once, and what is set or taken away is recorded."""

import logging
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction

from hoaphuong.identity.contracts import RecoveryUsed, SecondFactorRemoved, SecondFactorSet
from hoaphuong.identity.models import Account
from hoaphuong.identity.sealing import Unreadable, sealed, unsealed
from hoaphuong.identity.totp import fresh_secret, matching_step, step_of
from hoaphuong.kernel import journal
from hoaphuong.kernel.values import Code, Ref

logger = logging.getLogger(__name__)
TOTP, RECOVERY = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES


class WrongCode(Exception):
    """No factor of the account has this code now."""


class UsedCode(Exception):
    """The code was right, and has been used already."""


@transaction.atomic
def accept_code(*, account: int, code: str, at: datetime) -> Authenticator:
    """The factor whose code this is; the code is used up. Raises WrongCode or UsedCode.

    The rows are locked, so that of two processes with the same code only one accepts it.
    """
    held = {
        row.type: row
        for row in Authenticator.objects.select_for_update().filter(
            user_id=account, type__in=(TOTP, RECOVERY)
        )
    }
    try:
        if TOTP in held and _totp_accepts(held[TOTP], code, at=at):
            return held[TOTP]
        if RECOVERY in held and held[RECOVERY].wrap().validate_code(code):
            row = Authenticator.objects.select_related("user").get(pk=held[RECOVERY].pk)
            event = RecoveryUsed(account=Ref(row.user.key), left=len(row.wrap().get_unused_codes()))
            journal.record(event, by=row.user.key, occurred_at=at)
            return row
    except Unreadable:
        logger.error("second factor unreadable: sealed with another key", extra={"pk": account})
    raise WrongCode


def _totp_accepts(row: Authenticator, code: str, *, at: datetime) -> bool:
    step = matching_step(unsealed(row.data["secret"]), code, at=at)
    if step is None:
        return False
    if step <= row.data.get("last_step", 0):
        raise UsedCode
    row.data["last_step"] = step
    row.save(update_fields=["data"])
    return True


@transaction.atomic
def note_second_factor_set(*, factor: Authenticator, at: datetime) -> None:
    """Record a factor that was just stored; the code that set it up is used with that."""
    if factor.type == TOTP:
        factor.data.setdefault("last_step", step_of(at))
        factor.save(update_fields=["data"])
    key = factor.user.key
    journal.record(
        SecondFactorSet(account=Ref(key), kind=Code(factor.type)), by=key, occurred_at=at
    )


@transaction.atomic
def note_second_factor_removed(*, factor: Authenticator, by: str, at: datetime) -> None:
    """Record a factor that was just taken away."""
    event = SecondFactorRemoved(account=Ref(factor.user.key), kind=Code(factor.type))
    journal.record(event, by=by or factor.user.key, occurred_at=at)


@transaction.atomic
def remove_second_factor(*, account: int, by: str) -> int:
    """Take every factor of an account away, as after a lost telephone; how many there were.

    No session of the account has passed a second factor after that.
    """
    rows = list(Authenticator.objects.select_for_update().filter(user_id=account))
    for row in rows:
        row.removed_by = by
        row.delete()
    return len(rows)


@transaction.atomic
def give_demo_second_factor(*, account: int) -> None:
    """An invented persona's authenticator app, whose codes the demonstration itself shows."""
    row = Account.objects.select_for_update().get(pk=account)
    assert row.is_demo, "only an invented persona's code may be shown"
    if not Authenticator.objects.filter(user_id=account, type=TOTP).exists():
        data = {"secret": sealed(fresh_secret()), "last_step": 0}
        Authenticator.objects.create(user_id=account, type=TOTP, data=data)

"""A second factor for tests: a session that has passed it, and the code of this moment."""

from datetime import datetime
from typing import Any

from allauth.account.internal.userkit import user_id_to_str
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from hoaphuong.identity.models import Account
from hoaphuong.identity.sealing import sealed, unsealed
from hoaphuong.identity.totp import fresh_secret, step_of, totp_code


def authenticator_of(account: Account) -> Authenticator:
    """The account's authenticator app; made when it has none."""
    found = Authenticator.objects.filter(user=account, type="totp").first()
    return found or Authenticator.objects.create(
        user=account, type="totp", data={"secret": sealed(fresh_secret()), "last_step": 0}
    )


def passed_session(account: Account, *, at: datetime | None = None) -> dict[str, Any]:
    """What a session holds after the second factor was passed, now or at a moment."""
    record = {
        "method": "mfa",
        "at": (at or timezone.now()).timestamp(),
        "id": authenticator_of(account).pk,
        "type": "totp",
    }
    return {
        "account_authentication_methods": [record],
        "account_authentication_methods_user": user_id_to_str(account),
    }


def pass_second_factor(client: Client, account: Account, *, at: datetime | None = None) -> None:
    """Let a client that is signed in as the account have passed its second factor."""
    session = client.session
    session.update(passed_session(account, at=at))
    session.save()


def code_of(account: Account, *, steps: int = 0) -> str:
    """The code that the account's app shows now, or some steps of 30 seconds from now."""
    secret = unsealed(authenticator_of(account).data["secret"])
    return totp_code(secret, step_of(timezone.now()) + steps)

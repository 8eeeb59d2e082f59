"""Hears of factors that the sign-in library stores or deletes, in its transaction."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa.models import Authenticator
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone

from hoaphuong.identity import actions


@receiver(post_save, sender=Authenticator, dispatch_uid="hoaphuong")
def stored(instance: Authenticator, created: bool, raw: bool = False, **more: Any) -> None:
    if created and not raw:
        actions.note_second_factor_set(factor=instance, at=timezone.now())
        _proven(instance)


def _proven(factor: Authenticator) -> None:
    """Whoever has just set a factor up on a page has shown that they hold it."""
    request = context.request
    by_code_or_key = factor.type != Authenticator.Type.RECOVERY_CODES
    if request and by_code_or_key and request.user.pk == factor.user_id:
        record_authentication(request, request.user, "mfa", id=factor.pk, type=factor.type)


@receiver(post_delete, sender=Authenticator, dispatch_uid="hoaphuong")
def deleted(instance: Authenticator, **more: Any) -> None:
    by = getattr(instance, "removed_by", "")
    actions.note_second_factor_removed(factor=instance, by=by, at=timezone.now())

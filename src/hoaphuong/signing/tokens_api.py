"""The API of a token on its holder's own machine: the digest goes out, a CMS comes in."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status

from hoaphuong.kernel.access import Holding, covers, holds
from hoaphuong.signing import actions, making, queries, reasons
from hoaphuong.signing.providers.base import KeyUnavailable, SigningFault
from hoaphuong.signing.signables import NotSignable, signables

router = Router(tags=["signing"])
_guard = Holding("signing.follow_batches", second_factor=True)


class Asked(Schema):
    """Which paper, of which kind of signature, with which certificate (keys)."""

    kind: str
    subject: str
    certificate: str


class Answered(Schema):
    """The answer of the holder's program: docs/howto/sign-with-your-own-token.md."""

    format: str = ""
    key: str = ""
    cms: str = ""


class Signed(Schema):
    file: str


class Problem(Schema):
    detail: Any


REFUSED: dict[Any, Any] = {code: Problem for code in (401, 403, 404, 409, 422, 503)}


@router.post("/prepared", response={200: dict[str, Any], **REFUSED}, auth=_guard)
def prepare_for_token(request: HttpRequest, asked: Asked) -> Any:
    """Make a paper ready; the answer is what the holder's program is given."""
    from hoaphuong.signing.providers import client

    actor, at = request.actor, timezone.now()
    signable, held = signables().get(asked.kind), queries.certificate(asked.certificate)
    if signable is None or held is None:
        return Status(404, {"detail": "Not found."})
    allowed = (
        covers(actor, signable.permission, held.agency)
        if signable.seal
        else holds(actor, signable.permission)
    )
    if not allowed:
        return Status(403, {"detail": f"Needs {signable.permission}."})
    try:
        ready = actions.prepare_for_token(
            kind=asked.kind,
            subject=asked.subject[:32],
            certificate=asked.certificate,
            by=actor.key,
            second_factor_at=actor.second_factor_at,
            at=at,
        )
    except actions.NotAuthorised as refused:
        return Status(403, {"detail": refused.reason})
    except NotSignable as refused:
        return Status(409, {"detail": str(reasons.said(asked.kind, refused.reason))})
    except making.PaperUnreadable as fault:
        return Status(422, {"detail": str(reasons.said(asked.kind, fault.reason))})
    path = reverse("api:finish_with_cms", args=[ready.key])
    named = signable.named([asked.subject])
    return client.request(
        key=ready.key,
        digest=bytes.fromhex(ready.digest),
        certificate=held.certificate,
        title=named.get(asked.subject) or str(signable.label),
        answer_to=request.build_absolute_uri(path),
        expires_at=ready.expires_at,
    )


@router.post("/prepared/{key}/cms", response={200: Signed, **REFUSED}, auth=_guard)
def finish_with_cms(request: HttpRequest, key: str, answered: Answered) -> Any:
    """Put the message into its place; the paper is signed when this answers 200."""
    from hoaphuong.signing.providers import client

    by = request.actor.key
    if not queries.is_prepared(key, account=by, at=timezone.now()):
        return Status(404, {"detail": "Not found."})
    try:
        message = client.answer(request.body, key=key)
    except KeyUnavailable as refused:
        return Status(422, {"detail": str(refused)})
    try:
        file = actions.finish_with_cms(key=key, cms=message, by=by, at=timezone.now())
    except actions.NotPrepared:
        return Status(404, {"detail": "Not found."})
    except actions.NotAuthorised as refused:
        return Status(403, {"detail": refused.reason})
    except NotSignable as refused:
        return Status(409, {"detail": str(reasons.said("", refused.reason))})
    except making.PaperUnreadable as refused:
        return Status(422, {"detail": str(refused)})
    except SigningFault:
        text = _("A time stamp or an answer about revocation is missing; send it again later.")
        return Status(503, {"detail": text})
    return {"file": file}

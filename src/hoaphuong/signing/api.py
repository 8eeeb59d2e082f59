"""The API of verification, and of signing with a token: docs/api.md."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import File, Router, Schema, Status
from ninja.files import UploadedFile

from hoaphuong.signing import checking, tokens_api
from hoaphuong.signing.verification import wire

PREFIX = ""
router = Router(tags=["public"])
router.add_router("/signing", tokens_api.router)


class ChangeAfter(Schema):
    what: str
    permitted: bool


class Signature(Schema):
    signer: str
    intact: bool
    trusted: bool
    level: str
    changed_after: bool
    verdict: str
    reason: str
    kind: str
    organisation: str
    issuer: str
    serial: str
    certificate_from: str | None
    certificate_to: str | None
    claimed_at: str | None
    stamped_at: str | None
    stamped_by: str
    revocation: str
    revoked_at: str | None
    certifies: bool
    changes: list[ChangeAfter]
    algorithm: str
    field: str
    covers_whole: bool
    is_person: bool
    subject: str


class Verified(Schema):
    file: str
    verdict: str
    reason: str
    signatures: list[Signature]


class Refused(Schema):
    detail: str | list[dict[str, Any]]


@router.post(
    "/verification", response={200: list[Verified], 400: Refused, 422: Refused, 429: Refused}
)
def verification(
    request: HttpRequest,
    response: HttpResponse,
    files: File[list[UploadedFile]],
) -> Any:
    """What is to be said of each file, in order; nothing is kept."""
    if len(files) > checking.MOST_FILES:
        text = _("At most %(most)s files at a time.") % {"most": checking.MOST_FILES}
        return Status(422, {"detail": text})
    wait = checking.wait_for(request.META.get("REMOTE_ADDR", ""), len(files))
    if wait:
        response["Retry-After"] = str(wait)
        text = _("Too many files. Try again in %(wait)s seconds.") % {"wait": wait}
        return Status(429, {"detail": text})
    return [wire.told(one.report) for one in checking.check(files)]

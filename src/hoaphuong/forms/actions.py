"""The only writer of drafts. A draft is no fact yet: nothing of it goes to the journal."""

from datetime import datetime
from typing import Any

from django.db import transaction

from hoaphuong.forms.contracts import DraftFacts
from hoaphuong.forms.models import Draft
from hoaphuong.forms.queries import NoSuchDraft, draft_facts

MOST_DRAFTS = 50


class TooManyDrafts(Exception):
    """One account keeps at most 50 drafts; some are to be sent or discarded first."""


def _own(key: str, account: str) -> Draft:
    row = Draft.objects.select_for_update().filter(key=key, account=account).first()
    if row is None:
        raise NoSuchDraft(key)
    return row


@transaction.atomic
def save_draft(
    *, account: str, form: str, data: dict[str, Any], at: datetime, key: str = ""
) -> DraftFacts:
    """Keep the answers as they are, wrong ones too; without a key a new draft is begun.

    NoSuchDraft when the key is not of a draft of this account and form; TooManyDrafts.
    """
    if not key:
        if Draft.objects.filter(account=account).count() >= MOST_DRAFTS:
            raise TooManyDrafts(account)
        row = Draft.objects.create(account=account, form=form, data=data, updated_at=at)
        return draft_facts(row)
    row = _own(key, account)
    if row.form != form:
        raise NoSuchDraft(key)
    row.data, row.updated_at = data, at
    row.save(update_fields=["data", "updated_at"])
    return draft_facts(row)


@transaction.atomic
def attach_file(*, key: str, account: str, part: str, file: str, at: datetime) -> DraftFacts:
    """Put a stored file under a part of one's own draft; attached twice, it is there once."""
    row = _own(key, account)
    kept = [one for one in row.files.get(part, []) if one != file]
    row.files, row.updated_at = {**row.files, part: [*kept, file]}, at
    row.save(update_fields=["files", "updated_at"])
    return draft_facts(row)


@transaction.atomic
def detach_file(*, key: str, account: str, file: str, at: datetime) -> DraftFacts:
    """Take a file off one's own draft, wherever it is; the file itself stays stored."""
    row = _own(key, account)
    left = {part: [one for one in keys if one != file] for part, keys in row.files.items()}
    row.files, row.updated_at = {part: keys for part, keys in left.items() if keys}, at
    row.save(update_fields=["files", "updated_at"])
    return draft_facts(row)


@transaction.atomic
def discard_draft(*, key: str, account: str) -> None:
    """Delete one's own draft, as when it was sent; NoSuchDraft when there is none."""
    _own(key, account).delete()


@transaction.atomic
def discard_untouched(*, before: datetime) -> int:
    """Delete every draft not touched since a moment; how many went."""
    gone, _ = Draft.objects.filter(updated_at__lt=before).delete()
    return gone

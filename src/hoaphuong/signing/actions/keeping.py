"""A signed file on the shelf, under the name that its app gives it."""

from datetime import datetime

from hoaphuong.files import actions as files
from hoaphuong.files.contracts import StoredFileFacts
from hoaphuong.signing.making import Made
from hoaphuong.signing.signables import signables

RETENTION = "document"


def keep_made(made: Made, *, kind: str, paper: str, by: str, at: datetime) -> StoredFileFacts:
    """Store what signing or stamping made of a paper."""
    return files.keep(
        content=made.content,
        name=f"{signables()[kind].file_name(paper)}.{made.extension}",
        media_type=made.media_type,
        by=by,
        at=at,
        retention=RETENTION,
    )

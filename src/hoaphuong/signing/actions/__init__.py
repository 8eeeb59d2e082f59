"""The verbs of signing; the only writers of its rows."""

from hoaphuong.signing.actions.archive import archived, let_archive_wait, stamp_now
from hoaphuong.signing.actions.batches import (
    NoSuchBatch,
    NotAuthorised,
    NothingToSign,
    WaitsAlready,
    order_batch,
    try_again,
    withdraw,
)
from hoaphuong.signing.actions.certificates import (
    CertificateRefused,
    NoSuchCertificate,
    enrol,
    record_certificate,
    withdraw_certificate,
)
from hoaphuong.signing.actions.images import ImageRefused, keep_image, undo_image
from hoaphuong.signing.actions.items import (
    Claimed,
    claim,
    close_signed,
    fail,
    let_wait,
    put_back_of,
)
from hoaphuong.signing.actions.messages import NoSeal, seal_message
from hoaphuong.signing.actions.standing import (
    NoStandingOrder,
    give_standing_order,
    seal_again_as_ordered,
    seal_as_ordered,
    withdraw_standing_order,
)
from hoaphuong.signing.actions.tokens import (
    NotPrepared,
    finish_with_cms,
    forget_prepared,
    prepare_for_token,
)

__all__ = [
    "CertificateRefused",
    "Claimed",
    "ImageRefused",
    "NoSeal",
    "NoSuchBatch",
    "NoStandingOrder",
    "NoSuchCertificate",
    "NotAuthorised",
    "NotPrepared",
    "NothingToSign",
    "WaitsAlready",
    "archived",
    "claim",
    "close_signed",
    "enrol",
    "fail",
    "finish_with_cms",
    "forget_prepared",
    "give_standing_order",
    "keep_image",
    "let_archive_wait",
    "let_wait",
    "order_batch",
    "prepare_for_token",
    "put_back_of",
    "record_certificate",
    "seal_again_as_ordered",
    "seal_as_ordered",
    "seal_message",
    "stamp_now",
    "try_again",
    "undo_image",
    "withdraw",
    "withdraw_certificate",
    "withdraw_standing_order",
]

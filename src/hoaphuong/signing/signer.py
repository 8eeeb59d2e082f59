"""A signer: a process that signs what waits, stays a while for the next paper, and ends.

It loads the cores of signing once. It ends with the worker that started it.
"""

import fcntl
import logging
import os
import socket
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone

from hoaphuong.files import queries as files
from hoaphuong.kernel.faults import point
from hoaphuong.signing import actions, keyring, making, queries
from hoaphuong.signing.actions.archive import ArchiveClaimLost, ToStamp, claim_due
from hoaphuong.signing.actions.items import Claimed, ClaimLost
from hoaphuong.signing.providers.base import EvidenceMissing, KeyUnavailable, TimeStampFailed
from hoaphuong.signing.signables import NotSignable, signables

log = logging.getLogger("hoaphuong.signing")
PAUSE_S = 0.2
KEY_TRIES = 3  # a key place may be closed for a moment; a key that is not there stays away


def slots() -> int:
    """How many signers one machine runs: one a core, at most eight."""
    return max(1, min(8, int(os.environ.get("HOAPHUONG_SIGNERS", 0)) or os.cpu_count() or 1))


def name_of(slot: int) -> str:
    """The name under which a slot's signer claims: of this machine and this data folder."""
    folder = zlib.crc32(str(settings.HOME).encode())
    return f"{socket.gethostname()[:40]}-{folder:08x}-{slot}"


def hold(slot: int) -> IO[str] | None:
    """The slot's lock, held until it is closed or this process ends; None when another has it."""
    place = Path(settings.HOME) / "run" / f"signer-{slot}.lock"
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = place.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def sign_while(*, slot: int, alive: Callable[[], bool], linger_s: float) -> int:
    """Sign until nothing waits for ``linger_s`` or ``alive`` says no; how many papers it closed."""
    lock = hold(slot)
    if lock is None:
        return 0
    me, closed, idle_since = name_of(slot), 0, time.monotonic()
    try:
        actions.put_back_of(signer=me)
        while alive():
            if sign_next(me) or stamp_next(me):
                closed, idle_since = closed + 1, time.monotonic()
                continue
            if time.monotonic() - idle_since >= linger_s:
                break
            time.sleep(PAUSE_S)
    finally:
        lock.close()
    return closed


def sign_next(me: str) -> bool:
    """Sign one paper; False when none waits. A fault of one holds up no other."""
    at = timezone.now()
    if not queries.papers_wait(at):  # a look writes nothing
        return False
    claimed = actions.claim(by=me, at=at)
    if claimed is None:
        return False
    point("signing.claimed")
    try:
        _sign(claimed)
    except ClaimLost:
        log.warning("another signer has the paper", extra={"paper": claimed.subject})
    return True


def _sign(claimed: Claimed) -> None:
    """Close one claimed paper, whatever happens."""
    try:
        made_of, made, beside = _made(claimed)
    except NotSignable as refusal:
        actions.fail(claimed=claimed, reason=refusal.reason, at=timezone.now())
    except TimeStampFailed as fault:
        _outside(claimed, "time_stamp_failed", fault)
    except EvidenceMissing as fault:
        _outside(claimed, "evidence_missing", fault)
    except KeyUnavailable as fault:
        if claimed.failures < KEY_TRIES:
            _outside(claimed, "key_away", fault)
        else:
            actions.fail(
                claimed=claimed, reason="key_unavailable", detail=str(fault), at=timezone.now()
            )
    except making.PaperUnreadable as fault:
        actions.fail(claimed=claimed, reason=fault.reason, detail=str(fault), at=timezone.now())
    except Exception as fault:
        _program_fault(claimed, fault)
    else:
        _close(claimed, made_of, made, beside)


def _made(claimed: Claimed) -> tuple[bytes, making.Made, tuple[making.MadeBeside, ...]]:
    signable, at = signables().get(claimed.kind), timezone.now()
    if signable is None:
        raise NotSignable("unknown_kind")
    held = queries.certificate(claimed.certificate.key)
    if held is None or held.withdrawn_at or not held.not_before <= at <= held.not_after:
        raise NotSignable("certificate_not_in_force")
    key = keyring.key_of(held, claimed.reference)
    to_sign = signable.to_sign(claimed.subject, account=claimed.account, certificate=held)
    point("signing.prepared")
    with_what = {"key": key, "stamps": keyring.stamps(), "answers": keyring.answers(), "at": at}
    beside = making.make_beside(to_sign, **with_what)
    made = making.make(to_sign, **with_what)
    point("signing.signed")
    return to_sign.content, made, beside


def _close(
    claimed: Claimed, made_of: bytes, made: making.Made, beside: tuple[making.MadeBeside, ...]
) -> None:
    try:
        actions.close_signed(
            claimed=claimed, before=made_of, made=made, beside=beside, at=timezone.now()
        )
        point("signing.closed")
    except ClaimLost:
        raise
    except NotSignable as refusal:
        actions.fail(claimed=claimed, reason=refusal.reason, at=timezone.now())
    except Exception as fault:
        _program_fault(claimed, fault, reason="changed_meanwhile")


def _outside(claimed: Claimed, fault: str, said: Exception) -> None:
    wait = actions.let_wait(claimed=claimed, fault=fault, at=timezone.now())
    log.warning(
        "signing waits for the outside",
        extra={"fault": fault, "said": str(said)[:200], "wait_s": wait.total_seconds()},
    )


def _program_fault(claimed: Claimed, fault: Exception, *, reason: str = "program_fault") -> None:
    log.exception("a paper was not signed", extra={"paper": claimed.subject, "kind": claimed.kind})
    _drop_broken_connections()
    # The kind of fault only: its words may hold what a row must not.
    actions.fail(claimed=claimed, reason=reason, detail=type(fault).__name__, at=timezone.now())


def _drop_broken_connections() -> None:
    """A connection that the fault left unusable is made anew at the next question."""
    if not connection.in_atomic_block:
        close_old_connections()


def stamp_next(me: str) -> bool:
    """Stamp one paper of the archive again; False when none is due."""
    at = timezone.now()
    if not queries.stamps_wait(at):
        return False
    due = claim_due(by=me, at=at)
    if due is None:
        return False
    try:
        _stamp(due)
    except ArchiveClaimLost:
        log.warning("another signer has the paper", extra={"paper": due.paper})
    return True


def _stamp(due: ToStamp) -> None:
    """Stamp one claimed paper, or let it wait with the reason."""
    try:
        with files.open_file(due.file) as stored:
            content = stored.read()
        point("signing.archive_claimed")
        made = making.stamp_again(content, stamps=keyring.stamps(), answers=keyring.answers())
        if made.stamp_ends_at is None or made.stamp_ends_at <= due.ends_at:
            actions.let_archive_wait(stamped=due, reason="stamp_ends_no_later", at=timezone.now())
            return
        point("signing.archive_stamped")
        actions.archived(stamped=due, made=made, at=timezone.now())
        point("signing.archive_closed")
    except ArchiveClaimLost:
        raise
    except TimeStampFailed as fault:
        _archive_waits(due, "time_stamp_failed", fault)
    except EvidenceMissing as fault:
        _archive_waits(due, "evidence_missing", fault)
    except making.PaperUnreadable as fault:
        _archive_waits(due, fault.reason, fault)
    except files.NoSuchFile as fault:
        _archive_waits(due, "paper_unreadable", fault)
    except Exception:
        log.exception("a paper was not stamped again", extra={"paper": due.paper})
        _drop_broken_connections()
        actions.let_archive_wait(stamped=due, reason="program_fault", at=timezone.now())


def _archive_waits(due: ToStamp, reason: str, said: Exception) -> None:
    log.warning("the archive waits", extra={"fault": reason, "said": str(said)[:200]})
    actions.let_archive_wait(stamped=due, reason=reason, at=timezone.now())

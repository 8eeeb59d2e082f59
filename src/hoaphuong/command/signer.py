"""A signer of its own: signs what waits, then ends; the worker starts it."""

import argparse
import os
import signal

from hoaphuong.command.django_ready import ready


def run(asked: argparse.Namespace) -> int:
    stopping = False

    def stop(signum: int, frame: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which ends us
    ready()
    from hoaphuong.signing.signer import sign_while

    def alive() -> bool:
        """A parent that was killed cannot end us: its going is seen by who our parent is now."""
        return not stopping and asked.parent in (0, os.getppid())

    sign_while(slot=asked.slot, alive=alive, linger_s=asked.linger)
    return 0

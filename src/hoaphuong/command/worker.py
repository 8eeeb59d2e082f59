"""The worker: seals the journal, fills the lake, publishes the tables."""

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
    # Arrow's own allocator keeps fifty megabytes that nobody uses; the system's gives them back.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    ready()
    from hoaphuong.kernel.jobs import run_forever

    run_forever(stopped=lambda: stopping)
    return 0

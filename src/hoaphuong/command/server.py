"""The production server's command line: ``up`` and the benches start the same one."""

import sys

WORKERS, THREADS = 2, 4
APPLICATION = "hoaphuong.web.wsgi:application"


def words(*, host: str, port: int, application: str = APPLICATION) -> list[str]:
    """The words that start the web server on ``host`` and ``port``."""
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(WORKERS), "--blocking-threads", str(THREADS),
        "--no-ws", "--log-level", "warning", "--respawn-failed-workers", application,
    ]  # fmt: skip

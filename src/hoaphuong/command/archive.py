"""``archive``: how the queue of papers to be stamped again stands, and what it cannot renew."""

import argparse
import json
from dataclasses import asdict
from datetime import UTC, datetime

from hoaphuong.command.django_ready import ready

SHOWN = 50


def run(asked: argparse.Namespace) -> int:
    """1 when the stamp of a paper has ended, or will soon, without a further one."""
    ready()
    from hoaphuong.signing import actions, archive_queries, reasons

    at = datetime.now(UTC)
    tried = actions.stamp_now(at=at) if asked.now else 0
    queue = archive_queries.queue(at)
    papers = archive_queries.page_of_unrenewed(at, size=SHOWN)[:SHOWN]
    if asked.json:
        told = asdict(queue) | {"tried_now": tried, "unrenewed": [asdict(one) for one in papers]}
        print(json.dumps(told, ensure_ascii=False, default=str))
    else:
        print(f"{queue.papers:,} papers, {queue.due:,} due, {queue.waiting:,} wait after a fault")
        print(f"{queue.urgent:,} end within 30 days, {queue.lost:,} were not renewed in time")
        if tried:
            print(f"{tried:,} are tried at once / {tried:,} văn bản được thử lại ngay")
        for one in papers:
            why = reasons.said(one.kind, one.reason) if one.reason else "waits for its turn"
            state = "LOST" if one.is_lost else "SOON" if one.is_urgent else "due "
            print(f"  {state} {one.ends_at:%Y-%m-%d} {one.name} ({one.attempts} tries: {why})")
    return 1 if queue.urgent or queue.lost else 0

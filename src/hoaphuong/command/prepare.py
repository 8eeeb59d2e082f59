"""Brings a data folder up to date: migrations, agencies, procedures, the demonstration."""

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

from hoaphuong.command import stand_in
from hoaphuong.command.backups.upgrade import migrate
from hoaphuong.command.django_ready import behind, enter, ready
from hoaphuong.command.prepared import mark
from hoaphuong.command.refusal import Refusal

WEB_PORT = 8000


def run(asked: argparse.Namespace) -> int:
    if os.environ.get("HOAPHUONG_DEMO") == "1":
        home = Path(os.environ.get("HOAPHUONG_HOME", "var")).resolve()
        enter(home)
        stand_in.prepare(home, near=WEB_PORT)
    ready()
    from django.conf import settings

    _same_mode(settings.HOME / "mode", "demo" if settings.DEMO else "city")
    if behind():
        migrate(settings.HOME)
    load_city()
    if settings.DEMO:
        from hoaphuong.command.demo import load

        with stand_in.running(settings.HOME, os.environ):
            load(scale=asked.scale)
    mark(settings.HOME, os.environ, scale=asked.scale)
    return 0


def _same_mode(path, mode: str) -> None:
    """A folder made for one use is never opened for the other."""
    if path.exists():
        made_for = path.read_text().strip()
        if made_for != mode:
            raise Refusal(
                "this data folder holds a demonstration: name another HOAPHUONG_HOME for a city."
                if made_for == "demo"
                else "this data folder holds a real city: start it with --no-demo."
            )
    else:
        path.write_text(mode)


def load_city() -> None:
    """Agencies and shipped procedures as this version of the program knows them."""
    from django.conf import settings

    from hoaphuong.dossiers import actions as dossiers
    from hoaphuong.identity import actions as identity
    from hoaphuong.identity import queries as people
    from hoaphuong.identity.configuration import agencies_of

    try:
        agencies = agencies_of(settings.CITY)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise Refusal(
            f"the city's configuration {settings.CONFIG} is not complete: {error!r}."
            " / Tệp cấu hình của thành phố chưa đầy đủ."
        ) from error
    if {a.code: a for a in agencies} != people.agencies():
        identity.load_agencies(agencies)
        people.forget_agencies()
    dossiers.store_shipped(at=datetime.now(UTC))

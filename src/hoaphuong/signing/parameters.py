"""The amounts of ``parameters.toml``, read once."""

import tomllib
from datetime import timedelta
from pathlib import Path

_READ = tomllib.loads(Path(__file__).with_name("parameters.toml").read_text(encoding="utf-8"))
_SIGNING = _READ["signing"]

CLAIM = timedelta(seconds=_SIGNING["claim_seconds"])
ATTEMPTS: int = _SIGNING["attempts"]
LINGER = timedelta(seconds=_SIGNING["linger_seconds"])
LONGEST_WAIT = timedelta(seconds=_SIGNING["longest_wait_seconds"])
PREPARED_LASTS = timedelta(hours=_SIGNING["prepared_hours"])
RESTAMP_MARGIN = timedelta(days=_SIGNING["restamp_margin_days"])
RENEWAL_WAIT = timedelta(hours=_SIGNING["renewal_wait_hours"])
RENEWAL_ALARM = timedelta(days=_SIGNING["renewal_alarm_days"])

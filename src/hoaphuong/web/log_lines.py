"""Log lines as JSON: what happened and where in the program, nothing about a person."""

import json
import logging
import traceback
from datetime import UTC, datetime

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request", "server_time"}


class JsonLines(logging.Formatter):
    """One object a line; a trace gives types and places, never values."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.msg if record.name.startswith("hoaphuong") else record.name,
        }
        line |= {k: v for k, v in vars(record).items() if k not in _STANDARD}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            line["trace"] = [f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno}" for f in frames][-12:]
        return json.dumps(line, ensure_ascii=False, default=str)

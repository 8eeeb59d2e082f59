"""One turn of the warehouse: drain, compute, publish; then upkeep, out of the reader's way."""

from datetime import date
from pathlib import Path

from hoaphuong.warehouse.drain import drain
from hoaphuong.warehouse.engine import Engine
from hoaphuong.warehouse.lake import Lake
from hoaphuong.warehouse.publish import Publisher


class Warehouse:
    """What the worker keeps between turns; at most one process of a city writes the lake."""

    def __init__(self, home: Path) -> None:
        self.lake = Lake(home)
        self.publisher = Publisher(home)
        self.engine: Engine | None = None
        self.published: tuple[int, date] | None = None
        self._touched: set[str] = set()

    def turn(self, *, today: date) -> bool:
        """Carry what is sealed and publish it; False when there was nothing to do."""
        if not self.lake.hold():
            return False
        drained = drain(self.lake)
        if drained:
            self._touched |= set(drained.rows)
        if drained and drained.more:
            return True  # a backlog is carried first and computed once
        if self.published != (self.lake.cursor, today):
            self._publish(drained.rows if drained else {}, today)
            return True
        return self._tidy_one()

    def _publish(self, rows: dict, today: date) -> None:
        # Until it is published nothing is: a failure leaves no engine between two states.
        engine, self.engine, self.published = self.engine or Engine(self.lake), None, None
        computed = engine.follow(rows, today=today)
        cursor = self.lake.cursor
        self.publisher.publish(engine, computed, through_batch=cursor, today=today)
        self.engine, self.published = engine, (cursor, today)

    def _tidy_one(self) -> bool:
        """Upkeep of one table a turn, so that news never waits for more than one rewrite."""
        while self._touched:
            if self.lake.tidy(self._touched.pop()):
                return True
        return False

    def close(self) -> None:
        """Let another process take over."""
        self.lake.release()

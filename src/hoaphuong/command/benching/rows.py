"""What the machine's PostgreSQL gives: four rows a durable transaction, by psycopg alone.

``python -m hoaphuong.command.benching.rows WHO SECONDS`` tells how many transactions it made.
"""

import os
import sys
import time

from psycopg import connect


def write(who: int, seconds: float) -> int:
    """Transactions made in so many seconds, in a table of its own."""
    made, until, text = 0, time.monotonic() + seconds, "x" * 200
    with connect(os.environ["DATABASE_URL"], autocommit=True) as database:
        database.execute(f"CREATE TABLE rows_{who} (id bigserial PRIMARY KEY, t text)")
        while time.monotonic() < until:
            with database.transaction():
                for _row in range(4):
                    database.execute(f"INSERT INTO rows_{who} (t) VALUES (%s)", [text])
            made += 1
    return made


if __name__ == "__main__":
    print(write(int(sys.argv[1]), float(sys.argv[2])))

"""Puts a dump in the place of a PostgreSQL database: one transaction, the old schema kept."""

import subprocess
from pathlib import Path
from typing import Any

from hoaphuong.command.backups.pg_tools import environment, last_line, tool
from hoaphuong.command.refusal import Refusal

MARK = "hoaphuong restore "


class Target:
    """The database that DATABASE_URL names."""

    def __init__(self, url: str) -> None:
        self.url = url

    def _ask(self, query: str) -> Any:
        import psycopg

        try:
            with psycopg.connect(self.url, connect_timeout=10) as connection:
                row = connection.execute(query).fetchone()
        except psycopg.Error as error:
            reason = str(error).splitlines()[0]
            raise Refusal(f"the database does not answer: {reason}.") from error
        return row[0] if row else None

    def is_filled(self) -> bool:
        """Whether there is any table in it."""
        return bool(self._ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))

    def is_of(self, token: str) -> bool:
        """Whether the restore of this token has put its schema in place; it may still be at it."""
        self._refuse_others()
        said = self._ask("SELECT obj_description('public'::regnamespace, 'pg_namespace')")
        return said == MARK + token

    def _refuse_others(self) -> None:
        others = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        if count := self._ask(others):
            raise Refusal(
                f"{count} programs use the database: stop web and worker first."
                " / Hãy dừng chương trình trước."
            )

    def replace(self, script: Path, *, stamp: str, token: str) -> list[str]:
        """Run the dump; names the schema that keeps the old tables, if there were any."""
        self._refuse_others()
        major = self._ask("SELECT current_setting('server_version_num')::int / 10000")
        old = f"before_restore_{stamp.lower()}" if self.is_filled() else ""
        before = [f"ALTER SCHEMA public RENAME TO {old}", "CREATE SCHEMA public"] if old else []
        words = [str(tool("psql", server=major)), "-X", "-q", "-v", "ON_ERROR_STOP=1"]
        words += ["--single-transaction", *(f"--command={statement}" for statement in before)]
        words += [f"--file={script}", f"--command=COMMENT ON SCHEMA public IS '{MARK}{token}'"]
        done = subprocess.run(words, env=environment(self.url), capture_output=True, text=True)
        if done.returncode:
            raise Refusal(
                f"the database was not restored: {last_line(done.stderr)}. Nothing was changed."
                " / Chưa khôi phục được, dữ liệu cũ còn nguyên."
            )
        return [f"schema {old}"] if old else []

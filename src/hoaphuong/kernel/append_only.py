"""Triggers that keep a table's rows as they were written, on both databases."""

from collections.abc import Iterable


def append_only(vendor: str, tables: Iterable[str]) -> list[str]:
    """Statements after which a row can neither be changed nor deleted; for a migration.

    PostgreSQL's function is made by the kernel's migration ``0002_append_only``.
    """
    made = []
    for table in tables:
        if vendor == "sqlite":
            made += [
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                for verb in ("UPDATE", "DELETE")
            ]
        else:
            made += [
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION kernel_append_only()",
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION kernel_append_only()",
            ]
    return made

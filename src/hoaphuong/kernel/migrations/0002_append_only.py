"""Sealed tables are append-only on both databases, and their clock is the database's own."""

from django.db import migrations

APPEND_ONLY = (
    "kernel_journal",
    "kernel_journal_seal",
    "kernel_journal_batch",
    "kernel_access_line",
    "kernel_access_seal",
    "kernel_access_batch",
)
CLOCKS = (
    ("kernel_journal", "recorded_at"),
    ("kernel_access_line", "recorded_at"),
    ("kernel_journal_batch", "sealed_at"),
    ("kernel_access_batch", "sealed_at"),
)


def sqlite() -> list[str]:
    statements = []
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            statements.append(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    for table, column in CLOCKS:
        statements.append(
            f"CREATE TRIGGER {table}_clock BEFORE INSERT ON {table} "
            f"WHEN NEW.{column} <> STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW') "
            f"BEGIN SELECT RAISE(ABORT, '{table}.{column} is the database''s clock'); END"
        )
    return statements


def postgresql() -> list[str]:
    statements = [
        "CREATE FUNCTION kernel_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    ]
    for table in APPEND_ONLY:
        statements.append(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION kernel_append_only()"
        )
        statements.append(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION kernel_append_only()"
        )
    for table, column in CLOCKS:
        statements.append(
            f"CREATE FUNCTION {table}_clock() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN NEW.{column} := clock_timestamp(); RETURN NEW; END $$"
        )
        statements.append(
            f"CREATE TRIGGER {table}_clock BEFORE INSERT ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_clock()"
        )
    return statements


def create(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for statement in sqlite() if vendor == "sqlite" else postgresql():
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [migrations.RunPython(create, elidable=False)]

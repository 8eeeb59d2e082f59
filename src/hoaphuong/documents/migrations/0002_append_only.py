"""The chain of issued documents and its published heads are append-only on both databases."""

from django.db import migrations

TABLES = ("documents_registerentry", "documents_registerhead")


def statements(vendor: str) -> list[str]:
    made = []
    for table in TABLES:
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


def create(apps, schema_editor):
    for statement in statements(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial"), ("kernel", "0002_append_only")]
    operations = [migrations.RunPython(create, elidable=False)]

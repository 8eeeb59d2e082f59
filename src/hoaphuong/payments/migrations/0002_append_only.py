"""Entries, transfers and what came in are append-only on both databases."""

from django.db import migrations

from hoaphuong.kernel.append_only import append_only

TABLES = ("payments_ledgerentry", "payments_transfer", "payments_collection")


def create(apps, schema_editor):
    for statement in append_only(schema_editor.connection.vendor, TABLES):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial"), ("kernel", "0002_append_only")]
    operations = [migrations.RunPython(create, elidable=False)]

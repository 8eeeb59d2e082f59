"""A document is issued with all its attachments sealed, and they change in drafts only.

SQLite forgets the triggers of a table that a later migration makes anew: such a one calls
``create`` again. ``tests/test_attachments.py`` tries what they forbid.
"""

from django.db import migrations

UNSEALED = (
    "NEW.status = 'issued' AND OLD.status <> 'issued' AND EXISTS (SELECT 1 FROM "
    "documents_attachment a WHERE a.document_id = NEW.id AND a.sealed_at IS NULL)"
)
FROZEN = (
    "EXISTS (SELECT 1 FROM documents_document d WHERE d.id = {row}.document_id "
    "AND d.status NOT IN ('draft', 'review'))"
)
OPEN_ONLY = "attachments change in drafts only"
TOGETHER = "a document is issued with its attachments sealed"
# What of a row must stay once its document is on the signer's desk.
CHANGES = (("INSERT", "NEW"), ("DELETE", "OLD"), ("UPDATE OF title, position, source_key", "NEW"))


def sqlite() -> list[str]:
    made = [
        "CREATE TRIGGER documents_document_sealed_together BEFORE UPDATE ON documents_document "
        f"WHEN {UNSEALED} BEGIN SELECT RAISE(ABORT, '{TOGETHER}'); END"
    ]
    return made + [
        f"CREATE TRIGGER documents_attachment_{verb.split()[0].lower()} BEFORE {verb} ON "
        f"documents_attachment WHEN {FROZEN.format(row=row)} "
        f"BEGIN SELECT RAISE(ABORT, '{OPEN_ONLY}'); END"
        for verb, row in CHANGES
    ]


def postgresql() -> list[str]:
    made = [
        "CREATE FUNCTION documents_sealed_together() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF {UNSEALED} THEN RAISE EXCEPTION '{TOGETHER}'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER documents_document_sealed_together BEFORE UPDATE ON documents_document "
        "FOR EACH ROW EXECUTE FUNCTION documents_sealed_together()",
    ]
    for verb, row in CHANGES:
        name = f"documents_attachment_{verb.split()[0].lower()}"
        made += [
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {FROZEN.format(row=row)} THEN RAISE EXCEPTION '{OPEN_ONLY}'; END IF; "
            f"RETURN {row}; END $$",
            f"CREATE TRIGGER {name} BEFORE {verb} ON documents_attachment "
            f"FOR EACH ROW EXECUTE FUNCTION {name}()",
        ]
    return made


def create(apps, schema_editor):
    makers = {"sqlite": sqlite, "postgresql": postgresql}
    for statement in makers[schema_editor.connection.vendor]():
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_attachments")]
    operations = [migrations.RunPython(create, elidable=False)]

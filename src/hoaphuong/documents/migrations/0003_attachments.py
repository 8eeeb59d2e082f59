import django.db.models.deletion
import hoaphuong.kernel.keys
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        default=hoaphuong.kernel.keys.new_key, max_length=32, unique=True
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("title", models.CharField(max_length=200)),
                ("source_key", models.CharField(max_length=32)),
                ("file_key", models.CharField(blank=True, max_length=32)),
                ("sealed_sha256", models.CharField(blank=True, max_length=64)),
                ("sealed_at", models.DateTimeField(null=True)),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="documents.document",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
            },
        ),
        migrations.AddField(
            model_name="documentfile",
            name="attachment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="files",
                to="documents.attachment",
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sealed_at__isnull", True), ("file_key", ""), ("sealed_sha256", "")),
                    models.Q(
                        ("sealed_at__isnull", False),
                        models.Q(("file_key", ""), _negated=True),
                        models.Q(("sealed_sha256", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_sealed_attachment_has_its_file",
            ),
        ),
    ]

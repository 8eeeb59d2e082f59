import django.db.models.deletion
import hoaphuong.kernel.keys
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0005_changes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Copy",
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
                ("agency_code", models.CharField(max_length=13)),
                (
                    "form",
                    models.CharField(
                        choices=[("SY", "Sao Y"), ("SL", "Sao Luc"), ("TrS", "Trich Sao")],
                        max_length=3,
                    ),
                ),
                ("series", models.CharField(max_length=60)),
                ("number", models.PositiveIntegerField()),
                ("made_on", models.DateField()),
                ("pages", models.CharField(blank=True, max_length=60)),
                ("made_by_key", models.CharField(max_length=32)),
                ("source_key", models.CharField(max_length=32)),
                ("file_key", models.CharField(blank=True, max_length=32)),
                ("file_sha256", models.CharField(blank=True, db_index=True, max_length=64)),
                ("sealed_sha256", models.CharField(blank=True, db_index=True, max_length=64)),
                ("sealed_at", models.DateTimeField(null=True)),
                (
                    "document",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="copies",
                        to="documents.document",
                    ),
                ),
                (
                    "incoming",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="copies",
                        to="documents.incoming",
                    ),
                ),
            ],
            options={
                "ordering": ["made_on", "number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("series", "number"), name="a_copy_number_is_given_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("document__isnull", False), ("incoming__isnull", True)),
                            models.Q(("document__isnull", True), ("incoming__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_copy_is_of_one_paper",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("document__isnull", True), ("form", "TrS"), _connector="OR"
                        ),
                        name="an_issued_document_is_copied_in_part_only",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("sealed_at__isnull", True), ("file_key", ""), ("sealed_sha256", "")
                            ),
                            models.Q(
                                ("sealed_at__isnull", False),
                                models.Q(("file_key", ""), _negated=True),
                                models.Q(("sealed_sha256", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_sealed_copy_has_its_file",
                    ),
                ],
            },
        ),
    ]

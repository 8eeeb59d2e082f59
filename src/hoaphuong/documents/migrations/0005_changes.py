from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0004_sealed_together")]
    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("update", "Update"), ("replace", "Replace"), ("recall", "Recall")], max_length=7)),
                ("named", models.CharField(max_length=150)),
                ("former", models.ForeignKey(null=True, on_delete=models.deletion.PROTECT, related_name="changed_by", to="documents.incoming")),
                ("later", models.ForeignKey(on_delete=models.deletion.PROTECT, related_name="changes", to="documents.incoming")),
            ],
            options={
                "indexes": [models.Index(fields=["named"], name="changes_by_former_name")],
                "constraints": [
                    models.UniqueConstraint(fields=("later", "named"), name="one_change_per_document"),
                    models.CheckConstraint(condition=models.Q(("former__isnull", True), models.Q(("former", models.F("later")), _negated=True), _connector="OR"), name="no_arrival_changes_itself"),
                    models.CheckConstraint(condition=models.Q(("kind__in", ["update", "replace", "recall"])), name="a_change_is_of_a_known_kind"),
                ],
            },
        ),
    ]

from django.db import migrations, models

ROLES = [
    "citizen", "clerk", "case_officer", "accountant", "head", "leader", "steward", "administrator",
]


class Migration(migrations.Migration):
    """A role more: who compares the books with the bank."""

    dependencies = [("identity", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="grant", name="grant_names_a_role"),
        migrations.AlterField(
            model_name="grant",
            name="role",
            field=models.CharField(
                choices=[(one, one.replace("_", " ").title()) for one in ROLES], max_length=20
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                name="grant_names_a_role", condition=models.Q(role__in=ROLES)
            ),
        ),
    ]

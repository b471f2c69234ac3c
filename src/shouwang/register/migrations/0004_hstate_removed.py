from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("register", "0003_grants_by_function")]

    operations = [
        migrations.AddIndex(
            "householdstate",
            models.Index(
                condition=models.Q(
                    ("removed_date__isnull", False), ("superseded_at__isnull", True), ("valid_to__isnull", True)
                ),
                fields=["slot", "removed_date"],
                name="hstate_removed",
            ),
        ),
    ]

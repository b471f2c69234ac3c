from django.db import migrations, models

from shouwang.people import rls


class Migration(migrations.Migration):
    dependencies = [
        ("office", "0002_walls"),
        ("people", "0002_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sending",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sender", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=64)),
                ("body_blind", models.BinaryField(max_length=32)),
                ("organisation_id", models.BigIntegerField(null=True)),
                ("answer", models.JSONField(null=True)),
                ("sent_at", models.DateTimeField()),
                ("kept_until", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["kept_until"], name="office_send_kept_un_7de92a_idx")],
                "constraints": [models.UniqueConstraint(fields=("sender", "key"), name="sending_once")],
            },
        ),
        *rls.scoped("office_sending", slot=None, own_organisation="organisation_id"),
    ]

"""A recusal may be ended by another; what somebody worked on is found by her."""

from django.db import migrations, models

from shouwang.people import rls


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0014_transfer"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="recusal", name="recusal_once"),
        migrations.AddField(model_name="recusal", name="ended_at", field=models.DateTimeField(null=True)),
        migrations.AddField(
            model_name="recusal",
            name="ended_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(model_name="recusal", name="ended_by_user_id", field=models.BigIntegerField(null=True)),
        migrations.AddField(
            model_name="recusal",
            name="ended_reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=500),
        ),
        migrations.AddConstraint(
            model_name="recusal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)), fields=("household_id", "user_id"), name="recusal_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="recusal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("ended_by", ""), ("ended_reason", "")),
                    models.Q(
                        ("ended_at__isnull", False),
                        models.Q(("ended_by", ""), _negated=True),
                        models.Q(("ended_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="recusal_ended_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="recusal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_by_user_id__isnull", True),
                    models.Q(("ended_by_user_id", models.F("user_id")), _negated=True),
                    _connector="OR",
                ),
                name="recusal_ended_by_another",
            ),
        ),
        migrations.AddIndex(
            model_name="recusal",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)), fields=["user_id"], name="recusal_of_user"
            ),
        ),
        migrations.AddIndex(
            model_name="caseevent",
            index=models.Index(
                condition=models.Q(("user_id__isnull", False)), fields=["user_id", "case"], name="caseevent_user"
            ),
        ),
        migrations.RunSQL(
            f"grant update (ended_at, ended_by, ended_by_user_id, ended_reason) on casework_recusal to {rls.APP};",
            f"revoke update (ended_at, ended_by, ended_by_user_id, ended_reason) on casework_recusal from {rls.APP};",
        ),
    ]

import django.db.models.deletion
from django.db import migrations, models

from shouwang.people import rls
from shouwang.people.access import READS_REGISTER

# A village or township reads of its county's run how old the data is; a run says nothing of a household by name.
INSIDE = f"{rls.of_kinds(READS_REGISTER)} and {rls.setting('lo1', 'bigint')} between slot and hi"


class Migration(migrations.Migration):
    dependencies = [
        ("screening", "0003_checks_of_earlier_installations"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="run",
            name="compared",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="run",
            name="engine",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="run",
            name="is_daily",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="run",
            name="link",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="run",
            name="previous",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="screening.run"
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="storm",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="run",
            name="storm_reason",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="run",
            name="touched",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="run",
            name="touched_by",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="run",
            name="warnings_standing",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="run",
            name="why_full",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="warning",
            name="storm_run",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="stormed", to="screening.run"
            ),
        ),
        migrations.RunSQL(
            f"create policy screening_run_inside on screening_run for select to {rls.APP} using ({INSIDE});",
            "drop policy screening_run_inside on screening_run;",
        ),
    ]

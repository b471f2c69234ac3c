from django.db import migrations, models

from shouwang.people import rls
from shouwang.people.access import Kind

# Like the rows of a case: those who act there keep papers, everyone who reads the register reads, and the body that
# brought one sees its own.
WRITERS = frozenset({Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP})
READERS = f"{rls.in_scope('slot')} and {rls.of_kinds(rls.READS_REGISTER)}"


class Migration(migrations.Migration):
    dependencies = [
        ("office", "0003_sending"),
    ]

    operations = [
        migrations.CreateModel(
            name="Paper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("organisation_id", models.BigIntegerField(null=True)),
                ("appointment_id", models.BigIntegerField(null=True)),
                ("slot", models.BigIntegerField()),
                ("sealed_name", models.BinaryField()),
                ("sealed_thumb", models.BinaryField(null=True)),
                ("media_type", models.CharField(max_length=100)),
                ("size", models.BigIntegerField()),
                ("width", models.PositiveIntegerField(default=0)),
                ("height", models.PositiveIntegerField(default=0)),
                ("pages", models.PositiveIntegerField(default=0)),
                ("digest", models.CharField(max_length=64)),
                ("path", models.CharField(max_length=200, unique=True)),
                ("kept_at", models.DateTimeField()),
                ("kept_by", models.CharField(max_length=200)),
                ("user_id", models.BigIntegerField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["slot"], name="paper_slot")],
            },
        ),
        *rls.scoped("office_paper", kinds=WRITERS, own_organisation="organisation_id", also_read=READERS),
        *rls.insert_only("office_paper"),
    ]

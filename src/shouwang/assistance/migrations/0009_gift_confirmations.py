"""What households say of what givers gave them; what the bank paid is proved by its answer."""

import django.db.models.deletion
from django.db import migrations, models

from shouwang.people import rls
from shouwang.people.access import Kind

WRITERS = frozenset({Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE})
READERS = f"({rls.in_scope('slot')} and {rls.of_kinds(rls.READS_REGISTER)})"


class Migration(migrations.Migration):
    dependencies = [
        ("assistance", "0008_county_pays"),
    ]

    operations = [
        migrations.CreateModel(
            name="GiftConfirmation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                ("is_received", models.BooleanField()),
                ("told_by", models.CharField(max_length=60)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("on", models.DateField()),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=200)),
                ("user_id", models.BigIntegerField(null=True)),
                (
                    "allotment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmations",
                        to="assistance.allotment",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("told_by", ""), _negated=True), name="giftconfirmation_told_by_somebody"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_received", True), models.Q(("note", ""), _negated=True), _connector="OR"
                        ),
                        name="giftconfirmation_says_what_is_missing",
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint("allotment", "allotment_delivered_with_proof"),
        migrations.AddConstraint(
            "allotment",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("delivered_at__isnull", False),
                        ("delivered_on__isnull", False),
                        ("state", "DELIVERED"),
                        models.Q(
                            models.Q(("grant_id__isnull", False), ("paper_id__isnull", False)),
                            ("commitment_id__isnull", False),
                            _connector="OR",
                        ),
                    ),
                    models.Q(
                        models.Q(("state", "DELIVERED"), _negated=True),
                        ("delivered_at", None),
                        ("delivered_on", None),
                        ("thanks", None),
                    ),
                    _connector="OR",
                ),
                name="allotment_delivered_with_proof",
            ),
        ),
        *rls.scoped("assistance_giftconfirmation", kinds=WRITERS, also_read=READERS),
        *rls.insert_only("assistance_giftconfirmation"),
    ]

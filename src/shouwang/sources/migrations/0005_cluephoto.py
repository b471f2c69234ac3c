import django.db.models.deletion
from django.db import migrations, models

from shouwang.people import rls


class Migration(migrations.Migration):
    dependencies = [
        ("sources", "0004_call"),
    ]

    operations = [
        migrations.CreateModel(
            name="CluePhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(choices=[("PHOTO", "现场照片"), ("SIGNATURE", "承诺授权书签名")], max_length=10),
                ),
                ("paper_id", models.BigIntegerField()),
                ("signer", models.CharField(blank=True, max_length=60)),
                ("signed_text", models.CharField(blank=True, max_length=1000)),
                ("taken_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                (
                    "clue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="photos", to="sources.clue"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["clue", "id"], name="sources_clu_clue_id_ca9835_idx")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "SIGNATURE"), _negated=True),
                            models.Q(
                                models.Q(("signer", ""), _negated=True), models.Q(("signed_text", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="cluephoto_signature_whole",
                    )
                ],
            },
        ),
        *rls.scoped("sources_cluephoto"),
    ]

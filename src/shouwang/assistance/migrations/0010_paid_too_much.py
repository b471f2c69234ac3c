"""A month that a change written later makes worth less is found."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assistance", "0009_gift_confirmations")]

    operations = [
        migrations.AlterField(
            "entitlementfinding",
            "kind",
            models.CharField(
                max_length=12,
                choices=[
                    ("AFTER_DEATH", "死亡后仍发放"),
                    ("AFTER_END", "停发或暂停后仍发放"),
                    ("AFTER_EXIT", "销户后仍发放"),
                    ("TOO_MUCH", "比应发的多"),
                    ("DOUBLE", "同一项重复享受"),
                    ("EXCLUDED", "互斥的两项同时享受"),
                ],
            ),
        ),
    ]

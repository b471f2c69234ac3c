"""Care providers are a kind of organisation."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0005_deputy"),
    ]

    operations = [
        migrations.AlterField(
            model_name="organisation",
            name="kind",
            field=models.CharField(
                choices=[
                    ("VILLAGE", "村防贫工作站"),
                    ("TOWNSHIP", "乡镇防贫工作站"),
                    ("COUNTY_CENTRE", "县级防贫中心"),
                    ("LEADING_GROUP", "防贫领导小组"),
                    ("DEPARTMENT", "县级部门"),
                    ("INSURER", "保险公司"),
                    ("CARE_PROVIDER", "护理服务机构"),
                    ("CITY_CENTRE", "市级大数据中心"),
                    ("PROVINCE", "省级主管部门"),
                    ("AUDIT", "审计监督"),
                    ("OPERATOR", "系统管理"),
                    ("SYSTEM", "系统"),
                ],
                max_length=20,
            ),
        ),
    ]

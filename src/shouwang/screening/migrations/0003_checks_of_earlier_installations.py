"""Give installations of the first version the tables of the data-quality checks.

0001 and 0002 make these tables since; where they stand, nothing happens.
"""

from typing import Any

from django.db import migrations

from shouwang.people import rls

INSIDE = f"{rls.of_kinds(rls.READS_REGISTER)} and {rls.setting('lo1', 'bigint')} between slot and hi"
MODELS = ("CheckRun", "CheckRule", "CheckHit", "CheckTally", "CheckTrial", "CheckExport")
WALLS = [
    *rls.scoped("screening_checkrun", also_read=INSIDE),
    *rls.scoped("screening_checkhit"),
    *rls.scoped("screening_checktally"),
    *rls.scoped("screening_checkrule", also_read=INSIDE),
    *rls.scoped("screening_checktrial"),
    *rls.scoped("screening_checkexport"),
]


def checks_add(apps: Any, schema_editor: Any) -> None:
    """This function makes the tables and their walls where they are missing."""
    if "screening_checkrun" in schema_editor.connection.introspection.table_names():
        return
    for name in MODELS:
        schema_editor.create_model(apps.get_model("screening", name))
    for wall in WALLS:
        schema_editor.execute(wall.sql, params=None)


class Migration(migrations.Migration):
    dependencies = [("screening", "0002_walls"), ("standards", "0002_walls")]

    operations = [migrations.RunPython(checks_add, migrations.RunPython.noop)]

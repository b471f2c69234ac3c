from typing import Any

from django.db import migrations

from shouwang.people import rls


def trials_add(apps: Any, schema_editor: Any) -> None:
    """This function gives installations of the first version what 0001 makes since; elsewhere nothing happens."""
    if "standards_trialreport" in schema_editor.connection.introspection.table_names():
        return
    version, adoption = apps.get_model("standards", "PackVersion"), apps.get_model("standards", "Adoption")
    for name in ("changes", "basis"):
        schema_editor.add_field(version, version._meta.get_field(name))
    for name in ("reason", "withdrawn_by", "withdrawn_reason"):
        schema_editor.add_field(adoption, adoption._meta.get_field(name))
    schema_editor.create_model(apps.get_model("standards", "TrialReport"))


class Migration(migrations.Migration):
    dependencies = [("standards", "0001_initial"), ("people", "0002_walls")]

    operations = [
        migrations.RunPython(trials_add, migrations.RunPython.noop),
        *rls.insert_only("standards_packversion"),
        *rls.scoped("standards_trialreport"),
        *rls.insert_only("standards_trialreport"),
    ]

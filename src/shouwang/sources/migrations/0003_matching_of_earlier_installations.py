"""Give installations of the first version the queue of pairs and the counts of the matching steps.

0001 and 0002 make these since; where they stand, nothing happens.
"""

from typing import Any

from django.db import migrations

from shouwang.people import rls
from shouwang.people.access import Kind

AUDITED = f"{rls.of_kinds({Kind.AUDIT})} and {rls.in_scope('slot')}"
COUNTS = ("rows_repaired", "rows_similar", "rows_decided")
ADD_UP = "feedimport_counts_add_up"
WALLS = [
    *rls.scoped("sources_matchpair", kinds={Kind.COUNTY_CENTRE}, also_read=AUDITED),
    *rls.scoped("sources_matchdecision", kinds={Kind.COUNTY_CENTRE}, also_read=AUDITED),
]


def matching_add(apps: Any, schema_editor: Any) -> None:
    """This function makes tables, columns and walls where they are missing."""
    if "sources_matchdecision" in schema_editor.connection.introspection.table_names():
        return
    feed_import, feed_match = apps.get_model("sources", "FeedImport"), apps.get_model("sources", "FeedMatch")
    adds_up = next(rule for rule in feed_import._meta.constraints if rule.name == ADD_UP)
    schema_editor.remove_constraint(feed_import, adds_up)
    for name in COUNTS:
        schema_editor.add_field(feed_import, feed_import._meta.get_field(name))
    schema_editor.execute("set constraints all immediate")  # or the next change finds checks that wait
    schema_editor.add_constraint(feed_import, adds_up)
    for name in ("MatchDecision", "MatchPair"):
        schema_editor.create_model(apps.get_model("sources", name))
    schema_editor.execute("alter table sources_feedmatch alter column method type varchar(14)")
    schema_editor.add_field(feed_match, feed_match._meta.get_field("decision"))
    for wall in WALLS:
        schema_editor.execute(wall.sql, params=None)


class Migration(migrations.Migration):
    dependencies = [("sources", "0002_walls")]

    operations = [migrations.RunPython(matching_add, migrations.RunPython.noop)]

"""Which migrations get a few models and which the whole house, and that the few are as their state has them."""

from __future__ import annotations

import pytest
from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

from shouwang.config.upgrading import NearApps, NearState, is_near_enough

WORD = models.CharField(max_length=5, choices=[("a", "甲")])


def state() -> ProjectState:
    """Two models that point to each other, and one that both point to."""
    key = ("id", models.BigAutoField(primary_key=True))
    area = ModelState("house", "Area", [key, ("word", WORD.clone())])
    case = ModelState("house", "Case", [
        key, ("area", models.ForeignKey("house.Area", models.PROTECT)),
        ("last", models.ForeignKey("house.Event", models.PROTECT, null=True)),
    ])  # fmt: skip
    event = ModelState("house", "Event", [
        key, ("case", models.ForeignKey("house.Case", models.PROTECT)), ("areas", models.ManyToManyField("house.Area")),
        ("before", models.ForeignKey("self", models.PROTECT, null=True)),
    ])  # fmt: skip
    return ProjectState({(one.app_label, one.name_lower): one for one in (area, case, event)})


@pytest.mark.parametrize(
    ("operation", "is_near"),
    [
        (migrations.CreateModel("Visit", [("id", models.BigAutoField(primary_key=True))]), True),
        (migrations.AddField("area", "lo", models.BigIntegerField(default=0)), True),
        (migrations.AddIndex("area", models.Index(fields=["word"], name="area_word")), True),
        (migrations.RunSQL("select 1"), True),
        (migrations.RunSQL("select 1", state_operations=[migrations.RemoveField("area", "word")]), False),
        (migrations.AlterField("area", "word", models.CharField(max_length=5, choices=[("b", "乙")])), True),
        (migrations.AlterField("area", "word", models.CharField(max_length=6, choices=[("a", "甲")])), False),
        (migrations.AlterField("area", "word", models.TextField()), False),
        (migrations.AlterField("area", "absent", models.CharField(max_length=5)), False),
        (migrations.AlterField("visit", "word", models.CharField(max_length=5)), False),
        (migrations.RemoveField("area", "word"), False),
        (migrations.DeleteModel("area"), False),
        (migrations.RunPython(migrations.RunPython.noop), False),
        (migrations.SeparateDatabaseAndState(), False),
    ],
)
def test_a_migration_gets_a_few_models_only_where_it_adds(operation: Operation, is_near: bool) -> None:
    assert is_near_enough(operation, "house", state()) is is_near


def test_a_model_is_drawn_with_those_it_points_to_as_its_own_state_has_it() -> None:
    before = NearState(state().models, set(), NearApps())
    case = before.apps.get_model("house", "Case")
    assert case._meta.get_field("area").remote_field.model._meta.db_table == "house_area"
    after = before.clone()
    after.add_field("house", "area", "lo", models.BigIntegerField(default=0), preserve_default=True)
    after.add_field("house", "event", "lo", models.BigIntegerField(default=0), preserve_default=True)

    def names(of: NearState, model: str) -> set[str]:
        return {field.name for field in of.apps.get_model("house", model)._meta.get_fields() if field.concrete}

    assert names(after, "Area") == {"id", "word", "lo"} and names(before, "Area") == {"id", "word"}
    assert names(after, "Event") == {"id", "case", "areas", "before", "lo"}
    through = after.apps.get_model("house", "Event")._meta.get_field("areas").remote_field.through
    assert through._meta.db_table == "house_event_areas"
    with pytest.raises(LookupError):
        after.apps.get_model("house", "Visit")

"""The steps: their columns are the declared facts, and nothing is a float."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from tests.engine.populations import ON, policy_of, written

from shouwang.engine import screen
from shouwang.engine.shape import shape_of
from shouwang.engine.steps.facts import steps
from shouwang.rulebook.facts import COLUMNS, Kind

_TYPES = {
    Kind.MONEY: pa.int64(),
    Kind.PER_HEAD: pa.int64(),
    Kind.DATE: pa.date32(),
    Kind.TEXT: pa.string(),
    Kind.BOOL: pa.bool_(),
    Kind.SET: pa.list_(pa.string()),
}


def test_the_fact_row_has_the_declared_columns_and_types(tmp_path: Path) -> None:
    folder = written(tmp_path / "s", household=[{"household_key": 1, "village_code": 131102001001}])
    for place in ("xingtai", "hengshui"):
        schema = screen(folder, policy_of(place), on=ON).facts.schema
        assert schema.names == ["household_key", *COLUMNS]
        for name, fact in COLUMNS.items():
            found = schema.field(name).type
            if fact.kind is Kind.NUMBER:
                assert pa.types.is_integer(found), name
            elif fact.kind is Kind.SET:
                assert pa.types.is_list(found), name
            else:
                assert found == _TYPES[fact.kind], name


def test_thresholds_do_not_change_the_shape_of_the_facts() -> None:
    one, other = shape_of(policy_of("xingtai"), on=ON), shape_of(policy_of("hengshui"), on=ON)
    assert one.digest == shape_of(policy_of("xingtai"), on=ON).digest
    assert one.digest != other.digest


def test_every_step_can_be_written_for_spark() -> None:
    for name, query in steps(shape_of(policy_of("xingtai"), on=ON)).items():
        assert query.sql(dialect="spark"), name

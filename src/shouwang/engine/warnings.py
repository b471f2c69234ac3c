"""The warning rows as they leave the engine: the policy's names and sources joined to what the steps found."""

from __future__ import annotations

import json
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from shouwang.engine.steps.rules import unit_of
from shouwang.rulebook.conditions.render import value_text
from shouwang.rulebook.facts import Kind
from shouwang.rulebook.lines import Measure
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.program import Program, TriggerRule

_KINDS = {Measure.MONEY: Kind.MONEY, Measure.PER_HEAD: Kind.PER_HEAD, Measure.NUMBER: Kind.NUMBER}
EVIDENCE = pa.list_(pa.struct([("table", pa.string()), ("key", pa.int64())]))
FLAGS = pa.list_(pa.struct([(name, pa.string()) for name in ("key", "name", "action", "reason", "source")]))
SCHEMA = pa.schema(
    [
        ("household_key", pa.int64()),
        ("village_code", pa.int64()),
        ("type_key", pa.string()),
        ("type_name", pa.string()),
        ("trigger_key", pa.string()),
        ("trigger_name", pa.string()),
        ("trigger_keys", pa.list_(pa.string())),
        ("cause", pa.string()),
        ("measured", pa.int64()),
        ("threshold", pa.int64()),
        ("unit", pa.string()),
        ("is_undecided", pa.bool_()),
        ("evidence", EVIDENCE),
        ("flags", FLAGS),
        ("is_held", pa.bool_()),
        ("hold_reason", pa.string()),
        ("clause", pa.string()),
        ("source", pa.string()),
        ("mark", pa.string()),
        ("parameters", pa.string()),
        ("pack", pa.string()),
        ("policy_digest", pa.string()),
        ("snapshot_digest", pa.string()),
        ("facts", pa.string()),
        ("on", pa.date32()),
    ]
)


def parameters_json(rule: TriggerRule) -> str:
    """This function returns the lines and amounts of a trigger as JSON: key, name, value, unit, source, mark."""
    stated = [
        {
            "key": found.key,
            "name": found.name,
            "value": value_text(_KINDS[found.value.measure], found.value.value),
            "areas": len(found.value.areas),
            "unit": found.unit,
            "document": found.source.document,
            "clause": found.source.clause,
            "mark": found.mark or "",
            "pack": found.pack,
        }
        for found in rule.parameters
    ]
    return json.dumps(stated, ensure_ascii=False)


def _looked_up(program: Program, places: pa.Array, value: Callable[[TriggerRule], str]) -> pa.Array:
    values = pa.array([value(rule) for rule in program.triggers], pa.string())
    return values.take(places)


def _trigger_keys(program: Program, column: pa.Array) -> pa.Array:
    keys = pa.array([rule.stated.key for rule in program.triggers], pa.string())
    return pa.ListArray.from_arrays(column.offsets.cast(pa.int32()), keys.take(column.values))


def warnings_table(found: pa.Table, policy: Policy, program: Program, *, snapshot_digest: str) -> pa.Table:
    """This function returns the warnings in their declared columns from the rows of the last step."""
    found = found.combine_chunks()
    count = found.num_rows

    def column(name: str) -> pa.Array:
        chunks = found.column(name)
        return chunks.chunk(0) if chunks.num_chunks else pa.array([], chunks.type)

    def constant(text: str) -> pa.Array:
        return pa.array([text] * count, pa.string())

    places = column("place")
    types = pa.array(list(policy.types), pa.string())
    names = pa.array([stated.name for stated in policy.types.values()], pa.string())
    stated = {
        "type_name": names.take(pc.index_in(column("type_key"), types)) if len(types) else pa.nulls(count, pa.string()),
        "trigger_key": _looked_up(program, places, lambda rule: rule.stated.key),
        "trigger_name": _looked_up(program, places, lambda rule: rule.stated.name),
        "trigger_keys": _trigger_keys(program, column("places")) if count else pa.array([], pa.list_(pa.string())),
        "unit": _looked_up(program, places, unit_of),
        "clause": _looked_up(program, places, lambda rule: rule.stated.source.clause),
        "source": _looked_up(program, places, lambda rule: rule.stated.source.document),
        "mark": _looked_up(program, places, lambda rule: rule.mark),
        "parameters": _looked_up(program, places, parameters_json),
        "pack": _looked_up(program, places, lambda rule: rule.stated.pack),
        "policy_digest": constant(policy.digest),
        "snapshot_digest": constant(snapshot_digest),
        "on": pa.array([policy.on] * count, pa.date32()),
    }
    arrays = [(stated[field.name] if field.name in stated else column(field.name)).cast(field.type) for field in SCHEMA]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)

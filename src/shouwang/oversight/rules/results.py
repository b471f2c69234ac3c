"""What a trial came to, as it is shown and stored: plain numbers, the same for the page and for the saved trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import duckdb
import pyarrow as pa

from shouwang.engine.payouts import Payout, payout
from shouwang.engine.whatif import WhatIf, differences
from shouwang.kit.codes import Risk
from shouwang.rulebook.insurance import ladders_of, pools_of
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.values import MARKS

FORMAT = 1
NO_TYPE = "不属于任何类型"
LEVELS = {4: "township", 3: "county", 5: "village"}
SIZES = {3: 10**6, 4: 10**3, 5: 1}


def _paid(found: Payout) -> dict[str, Any]:
    return {
        "paid": found.paid, "paid_fen": found.paid_fen, "uncovered": found.uncovered,
        "ladders": [asdict(ladder) for ladder in found.ladders],
    }  # fmt: skip


def _insurance(policy: Policy) -> dict[str, Any]:
    """This function returns the ladders and pools in force, by name."""
    return {
        "ladders": [
            {"key": one.key, "name": one.name, "mark": MARKS.get(one.mark or "", ""), "causes": list(one.value.causes)}
            for one in ladders_of(policy)
        ],
        "pools": [
            {"key": one.key, "name": one.name, "mark": MARKS.get(one.mark or "", ""), "total_fen": one.value.total_fen,
             "causes": list(one.value.causes)}
            for one in pools_of(policy)
        ],
    }  # fmt: skip


def _warned(table: pa.Table) -> dict[str, int]:
    """This function counts warned households, their people, and those warned only because something is unknown."""
    columns = (table.column(name).to_pylist() for name in ("household_key", "is_undecided", "member_count"))
    unsure: dict[int, bool] = {}
    members: dict[int, int] = {}
    for key, is_undecided, count in zip(*columns, strict=True):
        unsure[key] = unsure.get(key, True) and is_undecided
        members[key] = count or 0
    return {"households": len(unsure), "people": sum(members.values()), "undecided": sum(unsure.values())}


def results_make(
    found: WhatIf,
    base: Policy,
    variants: Sequence[tuple[Mapping[str, str], Policy]],
    *,
    level: int,
    areas: Mapping[int, str],
    officers: Sequence[tuple[int, int]],
    weeks: int,
) -> dict[str, Any]:
    """This function returns what a trial came to as plain data that JSON holds without loss.

    `level` is that of the areas compared, `areas` their names by code as the engine cuts it, `officers` the pairs
    (user, slot) of the area. Every variant has households and people added and dropped in all, by area, type and cause,
    and what the ladders would pay.
    """
    size = SIZES[level]
    where: dict[int, set[int]] = {}
    for user, slot in officers:
        where.setdefault(slot // size, set()).add(user)
    told = []
    compared = differences(found.base, found.variants, level=LEVELS[level])
    for (values, policy), table, differs in zip(variants, found.variants, compared, strict=True):
        told.append(
            {"values": dict(values), "policy_digest": policy.digest, **asdict(differs), **_paid(payout(table, policy)),
             "undecided": _warned(table)["undecided"]}
        )  # fmt: skip
    return {
        "format": FORMAT, "households": found.households, "persons": found.persons, "level": level, "weeks": weeks,
        "officers": len({user for user, _ in officers}),
        "areas": [
            {"key": str(code), "name": name, "officers": len(where.get(code, ()))} for code, name in areas.items()
        ],
        "types": {key: stated.name for key, stated in base.types.items()}, **_insurance(base),
        "base": {**_warned(found.base), **_paid(payout(found.base, base))}, "variants": told,
    }  # fmt: skip


_ADDED = """
SELECT household_key, trigger_key, type_key, cause, measured, threshold FROM (
  SELECT *, row_number() OVER (PARTITION BY household_key ORDER BY cause) AS rank FROM has WHERE {key} = ?
) AS ranked
WHERE rank = 1 AND NOT EXISTS (
  SELECT 1 FROM lacks WHERE lacks.household_key = ranked.household_key AND {lacked} = ?
)
ORDER BY household_key
"""


def households_moved(has: pa.Table, lacks: pa.Table, *, group: str, key: str, level: int) -> list[dict[str, Any]]:
    """This function returns the households that the one table warns of and the other does not, as they are counted.

    `group` and `key` are those of a difference ("" and "": in all). One row a household, with the first of its causes:
    household_key, trigger_key, type_key, cause, measured, threshold.
    """
    keys = {
        "by_area": f"({{table}}.village_code // {SIZES[level]})::VARCHAR",
        "by_type": "coalesce({table}.type_key, '')",
        "by_cause": "{table}.cause",
    }
    text = keys.get(group, "''")
    with duckdb.connect() as connection:
        connection.register("has", has)
        connection.register("lacks", lacks)
        query = _ADDED.format(key=text.format(table="has"), lacked=text.format(table="lacks"))
        found = connection.execute(query, [key, key]).fetchall()
    names = ("household_key", "trigger_key", "type_key", "cause", "measured", "threshold")
    return [dict(zip(names, row, strict=True)) for row in found]


def per_week(visits: int, *, officers: int, weeks: int) -> str | None:
    """This function returns the visits an officer and week with one decimal, rounded half up; None without officers."""
    if not officers:
        return None
    exact = Fraction(visits, officers * weeks)
    rounded = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{rounded:,}"


def key_name(results: Mapping[str, Any], group: str, key: str) -> str:
    """This function returns what an area, a type or a cause of the results is called."""
    if group == "by_area":
        return next((area["name"] for area in results["areas"] if area["key"] == key), key)
    return type_name(results["types"], key) if group == "by_type" else cause_name(key)


def type_name(types: Mapping[str, str], key: str) -> str:
    """This function returns what a household type is called; "" is none of them."""
    return types.get(key, key or NO_TYPE)


def cause_name(key: str) -> str:
    """This function returns what a cause is called."""
    return str(Risk(key).label) if key in Risk.__members__ else key

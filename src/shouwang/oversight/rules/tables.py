"""Results of a trial as rows: for the page, for the saved trial, for the report that goes with a proposal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from shouwang.kit.money import wan_text
from shouwang.oversight.rules.results import key_name, per_week

GROUPS = {"by_area": "按辖区", "by_type": "按类型", "by_cause": "按原因"}
NO_LADDER = "这个政策包没有写赔付阶梯，算不出预计赔付。"
NO_OFFICER = "辖区里没有任职的预警员，算不出每人每周的户数。"
BASE_NAME = "现行标准"

Results = Mapping[str, Any]


@dataclass(frozen=True)
class DiffRow:
    """What a variant changes in one area, type or cause; `per_week` is an officer's visits there."""

    key: str
    name: str
    base_households: int
    variant_households: int
    added_households: int
    added_people: int
    dropped_households: int
    dropped_people: int
    officers: int | None = None
    per_week: str | None = None


@dataclass(frozen=True)
class LadderRow:
    """What one ladder would pay before and after: payments, and their sum in fen."""

    name: str
    mark: str
    base_paid: int
    base_fen: int
    paid: int
    fen: int


@dataclass(frozen=True)
class PoolUse:
    """A pool and what the variant's payments would take of it."""

    name: str
    mark: str
    total_fen: int
    paid_fen: int

    @property
    def share(self) -> str:
        """The share taken, in per cent with one decimal."""
        exact = Decimal(self.paid_fen * 100) / Decimal(self.total_fen) if self.total_fen else Decimal(0)
        return f"{exact.quantize(Decimal('0.1'), ROUND_HALF_UP):,}%"

    @property
    def is_short(self) -> bool:
        """The pool does not last."""
        return self.paid_fen > self.total_fen


@dataclass(frozen=True)
class CompareRow:
    """One variant beside the others; number 0 is the policy as it stands."""

    number: int
    name: str
    households: int
    people: int
    added_households: int
    dropped_households: int
    per_week: str | None
    paid: int
    paid_fen: int
    is_shown: bool = False


def amount_text(text: str) -> str:
    """This function returns a value of a pack with thousands: 12000 → 12,000."""
    return f"{Decimal(text):,}"


def variant_name(changes: Sequence[Mapping[str, str]]) -> str:
    """This function returns what a variant is called: each value with what it becomes."""
    parts = []
    for one in changes:
        where = f"（{one['area']}）" if one["area"] else ""
        parts.append(f"{one['name']}{where} {amount_text(one['after'])} {one['unit']}".strip())
    return "；".join(parts) or BASE_NAME


def bars_of(results: Results) -> tuple[str, list[tuple[str, int]]]:
    """This function returns the warned households by variant for a chart: what the names are, and (name, households).

    Variants of one and the same value stand by that value, from small to large, else in their order by number.
    """
    told = results["variants"]
    paths = {tuple(one["values"]) for one in told}
    base = results["base"]["households"]
    if len(paths) != 1 or len(next(iter(paths))) != 1:
        numbered = [(f"方案 {number}", one["total"]["variant_households"]) for number, one in enumerate(told, start=1)]
        return "方案", [(BASE_NAME, base), *numbered]
    changes = [one["changes"][0] for one in told]
    before, unit = changes[0]["before"], changes[0]["unit"]
    bars = [(Decimal(before), f"{amount_text(before)} {unit}（现行）", base)]
    for change, one in zip(changes, told, strict=True):
        bars.append(
            (Decimal(change["after"]), f"{amount_text(change['after'])} {unit}", one["total"]["variant_households"])
        )
    return changes[0]["name"], [(name, households) for _, name, households in sorted(bars)]


def diff_rows(results: Results, number: int, group: str) -> list[DiffRow]:
    """This function returns what a variant (from 1) changes by one of `GROUPS`, all rows, those moved most first."""
    officers = {area["key"]: area["officers"] for area in results["areas"]} if group == "by_area" else {}
    rows = []
    for change in results["variants"][number - 1][group]:
        here = officers.get(change["key"]) if group == "by_area" else None
        rows.append(
            DiffRow(
                name=key_name(results, group, change["key"]),
                officers=here,
                per_week=per_week(change["variant_households"], officers=here or 0, weeks=results["weeks"]),
                **{name: change[name] for name in DiffRow.__annotations__ if name in change},
            )
        )
    return sorted(rows, key=lambda row: (-(row.added_households + row.dropped_households), row.key))


def compare_rows(results: Results, *, shown: int = 0) -> list[CompareRow]:
    """This function returns the policy as it stands and every variant, in their order."""
    base, weeks, officers = results["base"], results["weeks"], results["officers"]

    def load(households: int) -> str | None:
        return per_week(households, officers=officers, weeks=weeks)

    rows = [
        CompareRow(0, BASE_NAME, base["households"], base["people"], 0, 0, load(base["households"]),
                   base["paid"], base["paid_fen"])
    ]  # fmt: skip
    for number, one in enumerate(results["variants"], start=1):
        total = one["total"]
        rows.append(
            CompareRow(number, variant_name(one["changes"]), total["variant_households"], total["variant_people"],
                       total["added_households"], total["dropped_households"], load(total["variant_households"]),
                       one["paid"], one["paid_fen"], number == shown)
        )  # fmt: skip
    return rows


def ladder_rows(results: Results, number: int) -> list[LadderRow]:
    """This function returns what each ladder would pay as it stands and under a variant (from 1)."""
    before = {one["key"]: one for one in results["base"]["ladders"]}
    after = {one["key"]: one for one in results["variants"][number - 1]["ladders"]}
    return [
        LadderRow(
            one["name"], one["mark"], before[one["key"]]["paid"], before[one["key"]]["paid_fen"],
            after[one["key"]]["paid"], after[one["key"]]["paid_fen"],
        )
        for one in results["ladders"]
    ]  # fmt: skip


def pools_used(results: Results, number: int) -> list[PoolUse]:
    """This function returns the pools with what a variant (0: the policy as it stands) would take of each."""
    told = results["variants"][number - 1] if number else results["base"]
    causes = {ladder["key"]: set(ladder["causes"]) for ladder in results["ladders"]}
    pools = []
    for pool in results["pools"]:
        own = [
            one["paid_fen"] for one in told["ladders"] if not pool["causes"] or causes[one["key"]] & {*pool["causes"]}
        ]
        pools.append(PoolUse(pool["name"], pool["mark"], pool["total_fen"], sum(own)))
    return pools


def report_tables(results: Results, number: int) -> list[dict[str, Any]]:
    """This function returns a variant's tables as a proposal keeps them: title, heads, rows of texts."""
    tables = []
    heads = ["现在", "改后", "增加户", "增加人", "减少户", "减少人"]
    for group, title in GROUPS.items():
        rows = [
            [row.name, *(f"{value:,}" for value in (
                row.base_households, row.variant_households, row.added_households, row.added_people,
                row.dropped_households, row.dropped_people))]
            for row in diff_rows(results, number, group)
        ]  # fmt: skip
        if rows:
            tables.append({"title": f"{title}（预警户）", "heads": [title.removeprefix("按"), *heads], "rows": rows})
    if results["ladders"]:
        rows = [
            [row.name, f"{row.base_paid:,}", wan_text(row.base_fen), f"{row.paid:,}", wan_text(row.fen)]
            for row in ladder_rows(results, number)
        ]
        heads = ["赔付阶梯", "现在笔数", "现在金额", "改后笔数", "改后金额"]
        tables.append({"title": "预计赔付（万元）", "heads": heads, "rows": rows})
    return tables

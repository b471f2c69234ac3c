"""What a change does to the tree, worked out before anything is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shouwang.kit import divisions
from shouwang.kit.errors import Refusal
from shouwang.people.services.division_file import ChangeFile, ChangeRow


class ChangeRefused(Refusal):
    """The change does not fit the tree, or would leave something nowhere."""


@dataclass(frozen=True)
class Known:
    """A current area as the plan needs it; `official` is its full official name."""

    id: int
    lo: int
    level: int
    official: str


@dataclass
class Plan:
    """Codes are 12-digit slots; `moves` holds every affected area that goes on, unchanged codes included."""

    moves: dict[int, int] = field(default_factory=dict)  # area id → new code
    merged: dict[int, int] = field(default_factory=dict)  # ended area id → code of the area that takes it in
    abolished: set[int] = field(default_factory=set)  # ended area ids without a successor
    founded: dict[int, str] = field(default_factory=dict)  # code → official name
    names: dict[int, str] = field(default_factory=dict)  # area id → new official name
    slots: dict[int, int] = field(default_factory=dict)  # old code → new code, for the rows


def plan_make(*, change: ChangeFile, affected: Iterable[Known], taken: Mapping[int, int]) -> Plan:
    """This function works out a change.

    `affected` are all current areas inside the areas the file names, `taken` the ids of all other current areas by
    code, at least those that the targets and their parents hit. Raises ChangeRefused.
    """
    areas = sorted(affected, key=lambda known: (known.level, known.lo))
    by_code = {known.lo: known for known in areas}
    rows = _rows_by_source(change, by_code)
    targets: dict[int, int | None] = {}
    for known in areas:
        targets[known.lo] = _target(known, rows, targets)
    plan = Plan()
    for row in change.rows:
        if row.source is None and row.target is not None:
            plan.founded[row.target] = row.name
        elif row.source is not None and row.name:
            plan.names[by_code[row.source].id] = row.name
    _place(plan, areas, targets, rows, taken)
    _check_parents(plan, targets, taken)
    return plan


def _rows_by_source(change: ChangeFile, by_code: Mapping[int, Known]) -> dict[int, ChangeRow]:
    rows: dict[int, ChangeRow] = {}
    for row in change.rows:
        if row.source is None:
            continue
        if row.source not in by_code:
            raise ChangeRefused(f"现行区划里没有代码 {divisions.text(row.source)}，请核对。").at(
                file=change.file, row=row.number
            )
        if row.source in rows:
            raise ChangeRefused(
                f"代码 {divisions.text(row.source)} 写了两次：一个区划只能变成一个；要拆分，请把它的下级逐个写明去向。"
            ).at(file=change.file, row=row.number)
        rows[row.source] = row
    return rows


def _target(known: Known, rows: Mapping[int, ChangeRow], targets: Mapping[int, int | None]) -> int | None:
    """This function returns the new code of an area; null when it is abolished, itself or with what lay above it."""
    if known.lo in rows:
        return rows[known.lo].target
    above = next(code for code in reversed(divisions.ancestors(known.lo)) if code in targets)
    moved = targets[above]
    return None if moved is None else moved + (known.lo - above)


def _place(
    plan: Plan,
    areas: list[Known],
    targets: Mapping[int, int | None],
    rows: Mapping[int, ChangeRow],
    taken: Mapping[int, int],
) -> None:
    arriving: dict[int, list[Known]] = defaultdict(list)
    for known in areas:
        target = targets[known.lo]
        if target is None:
            plan.abolished.add(known.id)
            continue
        plan.slots[known.lo] = target
        arriving[target].append(known)
    for target, group in arriving.items():
        if target in plan.founded:
            raise ChangeRefused(f"代码 {divisions.text(target)} 既写成新设，又有别的区划改成它。")
        stays = None if target in taken else _goes_on(group, target, rows)
        for known in group:
            if stays is not None and known is stays:
                plan.moves[known.id] = target
            elif known.lo in rows:
                plan.merged[known.id] = target
            else:
                raise ChangeRefused(
                    f"{known.official}（{divisions.text(known.lo)}）按上级的变动会变成 {divisions.text(target)}，"
                    "这个代码另有区划在用，请在变更文件里写明它的去向。"
                )
    for code in plan.founded:
        if code in taken:
            raise ChangeRefused(f"代码 {divisions.text(code)} 已有现行区划在用，不能再新设。")


def _goes_on(group: list[Known], target: int, rows: Mapping[int, ChangeRow]) -> Known:
    """This function returns the area that goes on under a code: the one that had it, else the first named."""
    for known in group:
        if known.lo == target:
            return known
    return min(group, key=lambda known: rows[known.lo].number if known.lo in rows else 0)


def _check_parents(plan: Plan, targets: Mapping[int, int | None], taken: Mapping[int, int]) -> None:
    known = {target for target in targets.values() if target is not None} | set(plan.founded) | set(taken)
    for code in [*plan.slots.values(), *plan.founded]:
        above = divisions.parent(code)
        if above and above not in known:
            raise ChangeRefused(f"新代码 {divisions.text(code)} 的上级 {divisions.text(above)} 不存在，请一并写明。")

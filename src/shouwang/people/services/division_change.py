"""Applies a change of divisions: tree, rows of every room, appointments and log, in one transaction of the owner."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connections, transaction
from django.db.models import Q

from shouwang.audit.services import entry_append
from shouwang.kit import divisions
from shouwang.people.access import MAX_RANGES, Viewer
from shouwang.people.models import Appointment, Area, AreaCode, DivisionChange, Organisation
from shouwang.people.rules import place_initials, place_name_short
from shouwang.people.services.division_file import ChangeFile
from shouwang.people.services.division_plan import ChangeRefused, Known, Plan, plan_make
from shouwang.people.services.division_slots import moves_stage, rows_check, rows_move, slot_columns, tables_lock

OWNER = "owner"


@dataclass
class Changed:
    """What a change did; `to_review` names appointments and organisations that somebody must look at."""

    areas: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    to_review: list[str] = field(default_factory=list)


def divisions_change(
    *, viewer: Viewer, change: ChangeFile, at: datetime, on: date, using: str = OWNER, is_trial: bool = False
) -> Changed:
    """This function applies a change file, or tries it and takes everything back (`is_trial`).

    It needs the owner's connection: the rows of all counties move together. Raises ChangeRefused, and then nothing has
    been changed.
    """
    if change.valid_from > on:
        raise ChangeRefused(f"生效日期 {change.valid_from} 还没有到，请到那一天再做变更。")
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        columns = slot_columns()
        tables_lock(cursor, columns)
        if DivisionChange.objects.using(using).filter(digest=change.digest).exists():
            raise ChangeRefused("这份变更文件已经执行过，不能再执行一次。")
        plan = _plan(change, using)
        moves_stage(cursor, plan.slots)
        rows_check(cursor, columns, [divisions.slot_range(row.source) for row in change.rows if row.source])
        done = Changed(areas=len(plan.moves) + len(plan.merged) + len(plan.abolished) + len(plan.founded))
        ended_children = _children_of_ended(plan, using)
        _tree_write(cursor, plan, change, using)
        done.rows = rows_move(cursor, columns)
        done.to_review = _appointments_follow(plan, ended_children, using)
        _log(viewer, change, done, at, using)
        if is_trial:
            transaction.set_rollback(True, using=using)
    return done


def _known(areas: Iterable[Area], official: dict[int, str]) -> list[Known]:
    return [Known(area.pk, area.lo, area.level, official.get(area.pk, area.name)) for area in areas]


def _plan(change: ChangeFile, using: str) -> Plan:
    inside = Q(pk__in=[])
    for row in change.rows:
        if row.source is not None:
            lo, hi = divisions.slot_range(row.source)
            inside |= Q(lo__gte=lo, hi__lte=hi)
    areas = list(Area.objects.using(using).filter(inside, is_current=True))
    ids = {area.pk for area in areas}
    official = dict(AreaCode.objects.using(using).filter(area_id__in=ids, valid_to=None).values_list("area_id", "name"))
    targets = {row.target for row in change.rows if row.target is not None}
    wanted = targets | {above for target in targets for above in divisions.ancestors(target)}
    near = Q(lo__in=wanted)
    for target in targets:
        lo, hi = divisions.slot_range(target)
        near |= Q(lo__gte=lo, hi__lte=hi)
    taken = dict(Area.objects.using(using).filter(near, is_current=True).exclude(pk__in=ids).values_list("lo", "pk"))
    return plan_make(change=change, affected=_known(areas, official), taken=taken)


def _children_of_ended(plan: Plan, using: str) -> dict[int, list[int]]:
    """This function returns, before the tree changes, the direct children of each area that ends."""
    ended = [*plan.merged, *plan.abolished]
    children: dict[int, list[int]] = {area: [] for area in ended}
    rows = Area.objects.using(using).filter(parent_id__in=ended, is_current=True).order_by("lo")
    for child, parent in rows.values_list("pk", "parent_id"):
        children[parent].append(child)
    return children


def _tree_write(cursor: Any, plan: Plan, change: ChangeFile, using: str) -> None:
    areas = Area.objects.using(using)
    before = {area.pk: (area.lo, area.parent_id, area.name) for area in areas.filter(pk__in=[*plan.moves, *plan.names])}
    _areas_move(plan, using)
    _areas_found(plan, using)
    touched = list(areas.filter(pk__in=plan.moves))
    by_code = dict(
        areas.filter(is_current=True, lo__in={divisions.parent(area.lo) for area in touched}).values_list("lo", "pk")
    )
    for area in touched:
        above = divisions.parent(area.lo)
        area.parent_id = by_code[above] if above else None
    areas.bulk_update(touched, ["parent_id"], batch_size=1000)
    _full_names_write(touched, using)
    _codes_write(plan, change, before, touched, using)


def _areas_move(plan: Plan, using: str) -> None:
    areas = Area.objects.using(using)
    moving = list(areas.filter(pk__in=plan.moves))
    # Out of the index of current codes first: two areas may change places.
    areas.filter(pk__in=[*plan.moves, *plan.merged, *plan.abolished]).update(is_current=False)
    for area in moving:
        area.lo, area.hi = divisions.slot_range(plan.moves[area.pk])
        area.is_current = True
        if area.pk in plan.names:
            area.name = place_name_short(plan.names[area.pk])
            area.initials = place_initials(area.name)
    areas.bulk_update(moving, ["lo", "hi", "is_current", "name", "initials"], batch_size=1000)


def _areas_found(plan: Plan, using: str) -> None:
    for code, official in sorted(plan.founded.items()):
        lo, hi = divisions.slot_range(code)
        name = place_name_short(official)
        parent = Area.objects.using(using).filter(is_current=True, lo=divisions.parent(lo)).first()
        area = Area.objects.using(using).create(
            level=divisions.level(lo), lo=lo, hi=hi, name=name, initials=place_initials(name), parent=parent
        )
        plan.moves[area.pk] = lo
        plan.names[area.pk] = official


def _full_names_write(touched: list[Area], using: str) -> None:
    parents = {
        area.pk: area.full_name
        for area in Area.objects.using(using).filter(pk__in={area.parent_id for area in touched if area.parent_id})
    }
    for area in sorted(touched, key=lambda area: area.level):
        area.full_name = (parents.get(area.parent_id, "") if area.parent_id else "") + area.name
        parents[area.pk] = area.full_name
    Area.objects.using(using).bulk_update(touched, ["full_name"], batch_size=1000)


def _codes_write(
    plan: Plan, change: ChangeFile, before: dict[int, tuple[int, int | None, str]], touched: list[Area], using: str
) -> None:
    codes = AreaCode.objects.using(using)
    current = {
        row.area_id: row
        for row in codes.filter(area_id__in=[*plan.moves, *plan.merged, *plan.abolished], valid_to=None)
    }
    closing, opening = [], []
    successors = {code: pk for pk, code in plan.moves.items()}
    missing = set(plan.merged.values()) - set(successors)
    successors |= dict(Area.objects.using(using).filter(is_current=True, lo__in=missing).values_list("lo", "pk"))
    for area_id in [*plan.merged, *plan.abolished]:
        if row := current.get(area_id):
            row.valid_to = change.valid_from
            row.successor_id = successors[plan.merged[area_id]] if area_id in plan.merged else None
            closing.append(row)
    for area in touched:
        row = current.get(area.pk)
        if row and before.get(area.pk, (0, None, ""))[:2] == (area.lo, area.parent_id) and area.pk not in plan.names:
            continue
        if row:
            row.valid_to = change.valid_from
            closing.append(row)
        opening.append(
            AreaCode(
                area=area,
                code=divisions.text(area.lo),
                name=plan.names.get(area.pk) or (row.name if row else area.name),
                parent_id=area.parent_id,
                valid_from=change.valid_from,
                source=change.document,
            )
        )
    late = next((row for row in closing if row.valid_from and row.valid_from >= change.valid_from), None)
    if late is not None:
        raise ChangeRefused(
            f"{late.name}（{late.code}）的现行代码自 {late.valid_from} 起才有效，不能从更早的日期变更。"
        )
    codes.bulk_update(closing, ["valid_to", "successor_id"], batch_size=1000)
    codes.bulk_create(opening, batch_size=1000)


def _appointments_follow(plan: Plan, children: dict[int, list[int]], using: str) -> list[str]:
    """This function gives appointments over an ended area exactly what lay in it, never more."""
    to_review = []
    targets = dict(
        Area.objects.using(using).filter(is_current=True, lo__in=plan.merged.values()).values_list("lo", "pk")
    )
    link = Appointment.areas.through.objects.using(using)
    for ended, inside in children.items():
        for appointment in Appointment.objects.using(using).filter(areas=ended, ended_at=None).select_related("user"):
            link.filter(appointment_id=appointment.pk, area_id=ended).delete()
            village = not inside and ended in plan.merged
            heirs = [targets[plan.merged[ended]]] if village else [child for child in inside if child in plan.moves]
            appointment.areas.add(*Area.objects.using(using).filter(pk__in=heirs))
            if len(appointment.slot_ranges()) > MAX_RANGES or not heirs:
                appointment.areas.clear()
                to_review.append(f"任职 {appointment.user} · {appointment}：原辖区已拆分，请重新指定辖区")
        for organisation in Organisation.objects.using(using).filter(area_id=ended, is_active=True):
            if ended in plan.merged:
                organisation.area_id = targets[plan.merged[ended]]
                to_review.append(f"机构 {organisation.name}：所在区划已并入新区划，请确认是否合并")
            else:
                organisation.is_active = False
                to_review.append(f"机构 {organisation.name}：所在区划已撤销，机构已停用")
            organisation.save(using=using)
    return to_review


def _log(viewer: Viewer, change: ChangeFile, done: Changed, at: datetime, using: str) -> None:
    rows = [
        [divisions.text(row.source) if row.source else "", divisions.text(row.target) if row.target else "", row.name]
        for row in change.rows
    ]
    applied = DivisionChange.objects.using(using).create(
        valid_from=change.valid_from,
        document=change.document,
        digest=change.digest,
        applied_at=at,
        applied_by=viewer.label[:120],
        rows=rows,
        moved={"rows": done.rows, "areas": done.areas, "to_review": done.to_review},
    )
    entry_append(
        viewer=viewer,
        action="division.change",
        subject_type="people.DivisionChange",
        subject_id=applied.pk,
        slot=None,
        at=at,
        purpose=change.document,
        after={"rows": done.rows, "areas": done.areas},
        using=using,
    )

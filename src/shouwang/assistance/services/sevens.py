"""What fills a household's slots: filled, replaced, ended, with history; and the list as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from shouwang.assistance.models import Filling
from shouwang.assistance.rules.contacts import (
    AlreadyEnded,
    AlreadyStanding,
    CadreMissing,
    ContactNotFound,
    DayAhead,
    DayBefore,
    FilledByOthers,
    KindUnknown,
    NotForHousehold,
    PurposeMissing,
    ReasonNeeded,
    TooManyRows,
    may_keep,
)
from shouwang.assistance.rules.sevens import missing_names
from shouwang.assistance.selectors.sevens import Sevens, sevens_of_household
from shouwang.assistance.services.contacts import household_kept
from shouwang.audit.services import entry_append
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.sheets import XLSX, Cell, workbook_bytes
from shouwang.kit.texts import numbers_refuse
from shouwang.office.services import file_store
from shouwang.people.access import StaleWrite, Viewer
from shouwang.register.selectors import household_cards
from shouwang.rulebook.sevens import Slot
from shouwang.rulebook.values import Provision

LIMIT = 20_000


def slot_fill(
    *, viewer: Viewer, household_id: int, kind: str, name: str, about: str, from_date: date, at: datetime
) -> Filling:
    """This function says what fills one slot of a household from a day on.

    Raises ContactNotFound, KindUnknown, NotForHousehold, FilledByOthers, AlreadyStanding, CadreMissing, DayAhead.
    """
    numbers_refuse(name, about)
    on = at.astimezone(SHANGHAI).date()
    if not name.strip():
        raise CadreMissing("请写名称。")
    if from_date > on:
        raise DayAhead
    with transaction.atomic():
        home = household_kept(viewer, household_id)
        stated = _slot(viewer, home.id, home.slot, kind, on)
        if Filling.objects.filter(household_id=home.id, kind=kind, until_date__isnull=True).exists():
            raise AlreadyStanding(f"“{stated.name}”已经有了；换了人或换了内容，先写明结束的原因。")
        filling = Filling(
            slot=home.slot, household_id=home.id, kind=kind, kind_name=stated.name[:60], name=name.strip()[:120],
            about=about.strip()[:200], from_date=from_date, made_at=at, made_by=viewer.label[:200],
        )  # fmt: skip
        try:
            with transaction.atomic():
                filling.save(force_insert=True)
        except IntegrityError:
            raise AlreadyStanding("别人刚刚填上了这一项，请刷新后再看。") from None
        entry_append(
            viewer=viewer, action="filling.add", subject_type="assistance.Filling", subject_id=filling.pk,
            slot=home.slot, at=at, after={"household": home.id, "kind": kind, "from_date": from_date.isoformat()},
        )  # fmt: skip
    return filling


def _slot(viewer: Viewer, household_id: int, slot: int, kind: str, on: date) -> Provision[Slot]:
    found = sevens_of_household(viewer, household_id=household_id, slot=slot, on=on)
    stated = next((one for one in found.policy.slots if one.key == kind), None)
    if stated is None:
        raise KindUnknown
    home = next(iter(found.homes), None)
    if home is None or home.group not in stated.value.whom:
        raise NotForHousehold
    if stated.value.contact is not None or found.held[home.id].statuses & set(stated.value.statuses):
        raise FilledByOthers
    return stated


def slot_empty(
    *, viewer: Viewer, filling_id: int, version: int, until_date: date, reason: str, at: datetime
) -> Filling:
    """This function ends what fills a slot; raises ContactNotFound, AlreadyEnded, StaleWrite, ReasonNeeded, DayAhead,
    DayBefore.
    """
    reason = reason.strip()[:200]
    numbers_refuse(reason)
    if not reason:
        raise ReasonNeeded
    if until_date > at.astimezone(SHANGHAI).date():
        raise DayAhead
    with transaction.atomic():
        found = Filling.objects.select_for_update().filter(viewer.q(), pk=filling_id).first()
        if found is None or not may_keep(viewer):
            raise ContactNotFound
        if found.until_date is not None:
            raise AlreadyEnded
        if found.version != version:
            raise StaleWrite("这一项")
        if until_date < found.from_date:
            raise DayBefore(found.from_date)
        found.until_date, found.ended_at, found.ended_by = until_date, at, viewer.label[:200]
        found.ended_reason = reason
        found.version += 1
        found.save()
        entry_append(
            viewer=viewer, action="filling.end", subject_type="assistance.Filling", subject_id=found.pk,
            slot=found.slot, at=at, after={"until_date": until_date.isoformat(), "reason": reason},
        )  # fmt: skip
    return found


def sevens_export(
    *, viewer: Viewer, sevens: Sevens, household_ids: Sequence[int], place: str, slot: int, purpose: str, at: datetime
) -> int:
    """This function keeps a sealed workbook of households and what each lacks, and returns the file's id.

    Raises PurposeMissing, TooManyRows.
    """
    purpose = purpose.strip()[:200]
    numbers_refuse(purpose)
    if not purpose:
        raise PurposeMissing
    if len(household_ids) > LIMIT:
        raise TooManyRows(len(household_ids), LIMIT)
    on = at.astimezone(SHANGHAI).date()
    names = sevens.names
    rows = _rows(viewer, sevens, household_ids, on)
    rows.append([f"导出：{viewer.label}，{on.isoformat()}，用途：{purpose}。含农户姓名，不要外传。"])
    headings = ["所在村", "户编号", "户主", "还缺", "收入来源（种）", "来源要求", *names.values()]
    content = workbook_bytes([("缺项清单", headings, rows)])
    stored = file_store(
        viewer=viewer, name=f"{place}_缺项清单_{on:%Y%m%d}.xlsx", content=content, at=at,
        days=settings.UPLOAD_KEEP_DAYS, slot=slot, purpose=purpose, media_type=XLSX,
    )  # fmt: skip
    entry_append(
        viewer=viewer, action="filling.export", subject_type="office.StoredFile", subject_id=stored.pk, slot=slot,
        at=at, purpose=purpose, after={"households": len(household_ids)},
    )  # fmt: skip
    return int(stored.pk)


def _rows(viewer: Viewer, sevens: Sevens, household_ids: Sequence[int], on: date) -> list[list[Cell]]:
    names, words = sevens.names, {True: "达到", False: "不足", None: "未知"}
    rows: list[list[Cell]] = []
    for pk, card in household_cards(viewer, household_ids, on=on).items():
        standing = sevens.standings[pk]
        cells = ["—" if key not in standing.wanted else "缺" if key in standing.missing else "有" for key in names]
        sources = words[standing.has_sources] if standing.asks_sources else "—"
        rows.append([
            card.place, card.number, card.head_name, missing_names(names, standing) or "不缺",
            standing.sources, sources, *cells,
        ])  # fmt: skip
    return rows

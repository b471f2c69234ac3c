"""The desk of assistance: what to plan, what is late, what is due, of what the household was not asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from shouwang.assistance.contexts import HelpDeskPage, HelpPart
from shouwang.assistance.selectors import (
    cases_to_plan,
    measures_due,
    measures_late,
    measures_missed,
    measures_to_confirm,
)
from shouwang.assistance.services import CONFIRMERS
from shouwang.kit.codes import Measure as MeasureKind
from shouwang.kit.codes import Risk
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.register.selectors import household_cards
from shouwang.ui.tables import Column, Row, Table, key_page

READERS = (
    Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.DEPARTMENT, Kind.INSURER, Kind.AUDIT
)  # fmt: skip
COUNTERS = (Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.DEPARTMENT, Kind.AUDIT)
PARTS = ("missed", "late", "plan", "due", "confirm")
WORKERS = {Role.OFFICER, Role.CLERK, Role.LEADER}
MEASURES = (
    Column("household", "农户", phone="title"),
    Column("place", "所在村", phone="hide"),
    Column("what", "措施", phone="fact"),
    Column("provider", "落实单位", phone="hide"),
    Column("day", "日期", kind="day", phone="fact"),
)
CASES = (
    Column("household", "农户", phone="title"),
    Column("place", "所在村", phone="hide"),
    Column("causes", "原因", phone="fact"),
    Column("day", "转入救助", kind="day", phone="fact"),
)


def _measures(
    viewer: Viewer, caption: str, found: QuerySet[Any], address: Callable[[Any], str], *, day: str, after: str | None
) -> Table:
    """This function returns a page of measures; without `after` (None) its beginning, without a pager."""
    page = key_page(found, order=(day,), after=after)
    cards = household_cards(viewer, {row.household_id for row in page.rows})
    rows = []
    for row in page.rows:
        card = cards.get(row.household_id)
        cells = {
            "household": card.head_name if card is not None else f"案件 {row.case_id}",
            "place": card.place if card is not None else "",
            "what": f"{MeasureKind(row.kind).label}：{row.summary}", "provider": row.provider_name,
            "day": getattr(row, day),
        }  # fmt: skip
        rows.append(Row(cells=cells, href=address(row), key=str(row.pk)))
    return Table(caption, MEASURES, rows, page=page if after is not None else None)


def _cases(viewer: Viewer, *, after: str | None) -> Table:
    page = key_page(cases_to_plan(viewer), order=("stage_since_at",), after=after)
    cards = household_cards(viewer, {case.household_id for case in page.rows})
    rows = []
    for case in page.rows:
        card = cards.get(case.household_id)
        cells = {
            "household": card.head_name if card is not None else f"案件 {case.pk}",
            "place": card.place if card is not None else "",
            "causes": "、".join(Risk(cause).label for cause in case.causes),
            "day": timezone.localdate(case.stage_since_at),
        }  # fmt: skip
        rows.append(Row(cells=cells, href=reverse("assistance:plan", args=[case.pk]), key=str(case.pk)))
    return Table("等安排措施的案件", CASES, rows, page=page if after is not None else None)


def _parts(
    viewer: Viewer, on: date, of_case: Callable[[Any], str], of_confirm: Callable[[Any], str]
) -> dict[str, tuple[str, QuerySet[Any], Callable[[Any], str], str, str]]:
    """This function returns the parts of a viewer's desk in order: title, rows, where one leads, their day, if none."""
    found: dict[str, tuple[str, QuerySet[Any], Callable[[Any], str], str, str]] = {}
    if viewer.reads_register:
        said = "没有农户说没收到。"
        found["missed"] = ("农户说没有收到", measures_missed(viewer), of_confirm, "delivered_on", said)
    found["late"] = ("逾期没有落实", measures_late(viewer, on), of_case, "due_on", "没有逾期的措施。")
    if viewer.kind is Kind.COUNTY_CENTRE:
        said = "在“救助”环节的案件都已安排措施。"
        found["plan"] = ("等安排措施的案件", cases_to_plan(viewer), of_case, "stage_since_at", said)
    found["due"] = ("等落实的措施", measures_due(viewer, on), of_case, "due_on", "没有等落实的措施。")
    if viewer.reads_register:
        found["confirm"] = (
            "等农户确认的措施", measures_to_confirm(viewer), of_confirm, "delivered_on", "落实的措施都已问过农户。"
        )  # fmt: skip
    return found


@require_GET
@requires(*READERS)
def desk(request: HttpRequest) -> HttpResponse:
    """This function shows what waits in help: for the centre and its areas, or for one provider."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on: date = timezone.localdate()

    def of_case(row: Any) -> str:
        if viewer.reads_register:
            return reverse("assistance:plan", args=[row.case_id])
        return reverse("assistance:deliver", args=[row.pk])

    def of_confirm(row: Any) -> str:
        if viewer.role in WORKERS and viewer.kind in CONFIRMERS:
            return reverse("assistance:confirm", args=[row.pk])
        return of_case(row)

    asked = request.GET.get("part", "")
    parts = []
    for key, (title, rows, address, day, empty) in _parts(viewer, on, of_case, of_confirm).items():
        if asked in PARTS and key != asked:
            continue
        after = request.GET.get("after", "") if key == asked else None
        table = (
            _cases(viewer, after=after) if key == "plan"
            else _measures(viewer, title, rows, address, day=day, after=after)
        )  # fmt: skip
        parts.append(HelpPart(key, title, rows.count(), table, empty))
    page = HelpDeskPage(
        parts=parts,
        is_whole=asked not in PARTS,
        may_count=viewer.kind in COUNTERS,
        may_see_counts=viewer.kind in COUNTERS and viewer.kind is not Kind.DEPARTMENT,
    )
    return render(request, "assistance/desk.html", {"page": page})

"""The list of cases: filters that stay in the address, fifty a page by key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from shouwang.casework.contexts import Choice, Filter, ListPage
from shouwang.casework.models import Case
from shouwang.casework.selectors import (
    Desk,
    case_about,
    cases_of_cause,
    cases_reported_by,
    cases_visible_to,
    desk_late,
    desk_returned,
    desk_soon,
    desk_waiting,
    lamp_filter,
    with_lamp,
)
from shouwang.casework.selectors.clocks import OVERRUN
from shouwang.casework.selectors.procedures import PASSIVE
from shouwang.casework.selectors.progress import PASSED, cases_passed
from shouwang.casework.views import READERS
from shouwang.casework.views.heads import days_late
from shouwang.kit import divisions
from shouwang.kit.codes import Risk
from shouwang.kit.errors import Refusal
from shouwang.people.access import KIND_LABELS, Kind, Viewer, requires
from shouwang.people.selectors import areas_visible_to
from shouwang.register.selectors import household_cards, household_search
from shouwang.ui.lamps import LAMPS
from shouwang.ui.numbers import numbers_of
from shouwang.ui.tables import Column, KeyPage, Row, Table, key_page, sort_order

SORTS = {"opened": "opened_at", "due": "due_on", "stage": ("stage_name", "due_on")}
ACTS = {
    "amend": "补充情况", "check": "核实上报", "dispatch": "分送核查", "answers": "等待反馈", "review": "综合研判",
    "decide": "会商", "help": "落实救助", "visit": "回访", "settle": "仍有风险", "closed": "已结案",
}  # fmt: skip
# What a statistic asks for by day; the pages of oversight link here.
DAYS = {"opened": "opened_on", "closed": "closed_on", "since": "opened_on__gte", "until": "opened_on__lte"}
DESKS: dict[str, tuple[str, Callable[[Viewer, date], Desk]]] = {
    "waiting": ("等我办", desk_waiting),
    "late": ("已逾期", desk_late),
    "soon": ("快到期", desk_soon),
    "returned": ("回到我这里", desk_returned),
}
COLUMNS = (
    Column("household", "农户", phone="title"),
    Column("lamp", "灯", kind="lamp", phone="fact"),
    Column("place", "住址", phone="hide"),
    Column("cause", "原因", phone="hide"),
    Column("stage", "环节", sort="stage", phone="hide"),
    Column("who", "谁在办", phone="hide"),
    Column("due", "期限", sort="due", phone="fact"),
    Column("opened", "预警日期", kind="day", sort="opened", phone="hide"),
)


COUNTED = 100_000  # more than anybody reads; counting on would cost seconds


@dataclass(frozen=True)
class Asked:
    """What the address asks for, as far as it is understood."""

    desk: str
    lamp: str
    cause: str
    act: str
    who: str
    area: str
    text: str
    is_late: bool
    is_overrun: bool
    is_mine: bool
    passed: str
    days: dict[str, date]
    on: date | None = None

    @property
    def has_days(self) -> bool:
        """Days or steps were asked for: such lists come from a statistic and say so."""
        return bool(self.days or self.passed)

    @property
    def kept(self) -> dict[str, str]:
        """What the filter row does not show but must keep in the address."""
        found = {name: day.isoformat() for name, day in self.days.items()}
        found |= {"on": self.on.isoformat()} if self.on else {}
        found |= {"overrun": "1"} if self.is_overrun else {}
        found |= {name: value for name, value in (("list", self.desk), ("passed", self.passed)) if value}
        return found

    @classmethod
    def of(cls, request: HttpRequest) -> Asked:
        """This function reads the filters of an address; what is no choice counts as not asked."""
        get = request.GET.get
        among = {"list": DESKS, "lamp": [lamp.key for lamp in LAMPS], "cause": list(Risk), "act": ACTS,
                 "who": list(Kind)}  # fmt: skip
        known = {name: value if (value := get(name, "")) in choices else "" for name, choices in among.items()}
        return cls(
            desk=known["list"], lamp=known["lamp"], cause=known["cause"], act=known["act"], who=known["who"],
            area=get("area", "").strip(), text=get("q", "").strip()[:40], is_late=get("late") == "1",
            is_overrun=get("overrun") == "1",
            is_mine=get("mine") == "1", passed=value if (value := get("passed", "")) in PASSED else "",
            days={name: day for name in DAYS if (day := _day(get(name, "")))}, on=_day(get("on", "")),
        )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


@require_GET
@requires(*READERS)
def cases(request: HttpRequest) -> HttpResponse:
    """This function shows the cases in sight, filtered by the address."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on, asked = timezone.localdate(), Asked.of(request)
    problem = ""
    try:
        found = _filtered(viewer, asked, on)
    except Refusal as refusal:
        found, problem = Case.objects.none(), refusal.message
    order = sort_order(request.GET.get("sort", ""), choices=SORTS, default="due" if asked.desk else "-opened")
    page = key_page(
        with_lamp(found, asked.on or on).prefetch_related("cause_rows"), order=order, after=request.GET.get("after")
    )
    context = ListPage(
        title="案件",
        total=found[: COUNTED + 1].count(),
        table=Table("案件列表", COLUMNS, _rows(viewer, page, on), page=page),
        page=page,
        filters=_filters(viewer, asked),
        text=asked.text,
        tabs=_tabs(viewer, asked, on),
        kept=asked.kept,
        is_filtered=any(
            (
                asked.lamp,
                asked.cause,
                asked.act,
                asked.who,
                asked.area,
                asked.text,
                asked.is_late,
                asked.is_overrun,
                asked.has_days,
            )
        ),
        problem=problem,
        counted=COUNTED,
    )
    return render(request, "casework/list.html", {"page": context})


def _filtered(viewer: Viewer, asked: Asked, on: date) -> QuerySet[Case]:
    found = DESKS[asked.desk][1](viewer, on).cases if asked.desk else cases_visible_to(viewer)
    found = found.order_by()
    if asked.is_mine:
        found = found.filter(pk__in=cases_reported_by(viewer).values("pk"))
    if asked.lamp:
        found = found.filter(lamp_filter(asked.lamp, asked.on or on))
    if asked.cause:
        found = cases_of_cause(found, asked.cause)
    if asked.act:
        found = found.filter(closed_on__isnull=False) if asked.act == "closed" else found.filter(act=asked.act)
    if asked.who:
        found = found.filter(holder_kind=asked.who)
    if asked.area:
        lo, hi = divisions.slot_range(asked.area)
        found = found.filter(slot__gte=lo, slot__lte=hi)
    for name, day in asked.days.items():
        found = found.filter(**{DAYS[name]: day})
    if asked.passed:
        found = cases_passed(found, asked.passed)
    if asked.is_late:
        found = found.filter(closed_on__isnull=True, due_on__lt=on)
        if asked.who:  # whose lateness it is: who waits for the answers of others is not late herself
            found = found.exclude(act__in=PASSIVE)
    if asked.is_overrun:
        found = found.filter(OVERRUN)
    if asked.text:
        hits = household_search(viewer, asked.text).rows
        found = found.filter(Q(household_id__in=[hit.id for hit in hits]))
    return found


def _rows(viewer: Viewer, page: KeyPage, on: date) -> list[Row]:
    cards = household_cards(viewer, {case.household_id for case in page.rows})
    rows = []
    for case in page.rows:
        card = cards.get(case.household_id)
        rows.append(
            Row(
                cells={
                    "lamp": case.lamp,
                    "household": card.head_name if card else "—",
                    "place": card.place if card else "",
                    "cause": "、".join(case_about(case)),
                    "stage": case.stage_name or case.end_name,
                    "who": KIND_LABELS[Kind(case.holder_kind)] if case.holder_kind else "",
                    "due": due_text(case.due_on, on) + ("（已暂停）" if case.paused_until else ""),
                    "opened": case.opened_on,
                },
                href=reverse("casework:case", args=[case.pk]),
                key=str(case.pk),
            )
        )
    return rows


def due_text(due_on: date | None, on: date) -> str:
    """This function shows a due day, with by how much it is late."""
    if due_on is None:
        return ""
    late = days_late(due_on, on)
    return f"{due_on:%Y-%m-%d}" + (f"（逾期 {late} 天）" if late else "")


def _tabs(viewer: Viewer, asked: Asked, on: date) -> list[tuple[str, str, bool, int | str]]:
    base = reverse("casework:list")
    tabs: list[tuple[str, str, bool, int | str]] = [("全部", base, not asked.desk, "")]
    counted = numbers_of(**{key: desk(viewer, on).cases for key, (_, desk) in DESKS.items()})
    for key, (label, _) in DESKS.items():
        tabs.append((label, f"{base}?list={key}", asked.desk == key, counted[key]))
    return tabs


def _filters(viewer: Viewer, asked: Asked) -> list[Filter]:
    def options(chosen: str, pairs: list[tuple[str, str]]) -> list[Choice]:
        return [Choice("", "全部", not chosen)] + [Choice(value, label, value == chosen) for value, label in pairs]

    found = [
        Filter("lamp", "灯", options(asked.lamp, [(lamp.key, f"{lamp.shape} {lamp.word}") for lamp in LAMPS])),
        Filter("cause", "原因", options(asked.cause, Risk.choices())),
        Filter("act", "环节", options(asked.act, list(ACTS.items()))),
    ]
    areas = _areas(viewer)
    if asked.area and asked.area not in dict(areas):
        areas.append((asked.area, _area_name(viewer, asked.area)))
    if len(areas) > 1 or asked.area:
        found.append(Filter("area", "辖区", options(asked.area, areas)))
    return found


def _areas(viewer: Viewer) -> list[tuple[str, str]]:
    """This function returns the areas one level below the viewer's own: counties, townships or villages."""
    widest = max((hi - lo for lo, hi in viewer.ranges), default=0)
    level = 3 if widest >= 10**6 else 4 if widest >= 10**3 else 5
    return [(str(area.lo), area.name) for area in areas_visible_to(viewer, level=level)[:300]]


def _area_name(viewer: Viewer, code: str) -> str:
    try:
        lo, hi = divisions.slot_range(code)
    except Refusal:
        return code
    area = areas_visible_to(viewer).filter(lo=lo, hi=hi).first()
    return area.name if area else code

"""What every household has to have: by township and village with what is missing, and one household's slots."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shouwang.assistance.contexts.contacts import (
    HomeLine,
    HouseholdSevensPage,
    PlaceLine,
    SevensPage,
    SlotLine,
)
from shouwang.assistance.forms.contacts import EndForm, FillingForm
from shouwang.assistance.rules.contacts import may_keep
from shouwang.assistance.rules.sevens import Tally, missing_names, sevens_title, tallies_by, tally_of
from shouwang.assistance.selectors.contacts import contacts_of_household
from shouwang.assistance.selectors.sevens import (
    SHOWN,
    Sevens,
    filling_get,
    fillings_of_household,
    homes_shown,
    sevens_in,
    sevens_of_household,
)
from shouwang.assistance.services import (
    ContactNotFound,
    ContactRefusal,
    sevens_export,
    slot_empty,
    slot_fill,
)
from shouwang.assistance.views.common import (
    KEEPERS,
    READERS,
    absent_as_404,
    area_asked,
    card_of,
    viewer_of,
)
from shouwang.kit.codes import STATUS_LABELS, IncomeKind
from shouwang.people.access import Kind, StaleWrite, Viewer, requires
from shouwang.people.selectors import AreaRow, area_by_code, areas_below
from shouwang.register.selectors import GroupedHousehold, HouseholdCard, household_cards, type_label
from shouwang.rulebook.sevens import FILLS
from shouwang.rulebook.values import Provision
from shouwang.standards.selectors import NoPolicyInForce
from shouwang.ui.forms import refusal_add, version_posted
from shouwang.ui.tables import PAGE_SIZE, KeyPage

COUNTY, TOWN, VILLAGE = 3, 4, 5
SIZES = {COUNTY: 10**3, TOWN: 1, VILLAGE: 1}
# A list with names leaves the house by those who keep it and those who oversee them.
EXPORTERS = (*KEEPERS, Kind.LEADING_GROUP)


@require_GET
@requires(*READERS)
def sevens(request: HttpRequest) -> HttpResponse:
    """This function shows what the households of an area have and lack."""
    return _page(request, viewer_of(request))


def _page(request: HttpRequest, viewer: Viewer, *, problem: str = "") -> HttpResponse:
    area = area_asked(request, viewer)
    if area is None:
        raise Http404
    today = timezone.localdate()
    found = _found(viewer, area, today)
    total = tally_of(found.standings.values()) if found else Tally()
    names = found.names if found else {}
    show = request.GET.get("show", "")
    show = show if show in {*names, *SHOWN} else "all" if area.level == VILLAGE else ""
    shown = homes_shown(found, show) if found and show else []
    homes = _paged(shown, request.GET.get("after", ""))
    page = SevensPage(
        area=area,
        title=_title(found),
        total=total,
        totals=_missing(total, names),
        lines=_lines(found, area) if found and area.level < VILLAGE and not show else [],
        homes=_homes(viewer, found, [home.id for home in homes.rows], today) if found else [],
        homes_page=homes,
        shown=len(shown),
        counties=areas_below(area, level=COUNTY) if area.level < COUNTY else [],
        above=_above(viewer, area),
        has_sources=found is not None and found.policy.sources is not None,
        is_stated=found is not None and bool(found.policy.groups),
        marks=_marks(found) if found else [],
        span=found.span if found else None,
        show=show,
        problem=problem,
        may_export=viewer.kind in EXPORTERS,
    )
    return render(request, "assistance/sevens.html", {"page": page}, status=422 if problem else 200)


def _paged(homes: Sequence[GroupedHousehold], after: str) -> KeyPage:
    """This function returns the page of households behind the one whose id is `after`; any other starts over."""
    ids = [str(home.id) for home in homes]
    first = ids.index(after) + 1 if after in ids else 0
    rows = homes[first : first + PAGE_SIZE]
    has_more = len(homes) > first + PAGE_SIZE
    return KeyPage(rows, rows[-1].id if has_more else None, first == 0)


def _found(viewer: Viewer, area: AreaRow, today: date) -> Sevens | None:
    if area.level < COUNTY:
        return None
    try:
        return sevens_in(viewer, lo=area.lo, hi=area.hi, on=today)
    except NoPolicyInForce:
        return None


def _title(found: Sevens | None) -> str:
    return sevens_title(len(found.policy.slots) if found else 0)


def _marks(found: Sevens) -> list[str]:
    stated: list[Provision[Any]] = [*found.policy.slots]
    if found.policy.sources is not None:
        stated.append(found.policy.sources)
    return list(dict.fromkeys(one.mark_text for one in stated if one.mark))


def _above(viewer: Viewer, area: AreaRow) -> AreaRow | None:
    parent = area_by_code(f"{area.parent_lo:012d}") if area.parent_lo is not None and area.level > COUNTY else None
    if parent is None or not viewer.covers(parent.lo, parent.hi):
        return None
    return parent if parent.level < area.level else None


def _missing(tally: Tally, names: Mapping[str, str]) -> list[tuple[str, str, int]]:
    return [(key, name, tally.missing.get(key, 0)) for key, name in names.items()]


def _lines(found: Sevens, area: AreaRow) -> list[PlaceLine]:
    size = SIZES[area.level]
    tallies = tallies_by({home.id: home.slot // size * size for home in found.homes}, found.standings)
    level = TOWN if area.level == COUNTY else VILLAGE
    names = areas_below(area, level=level)
    return [
        PlaceLine(place, tallies[place.lo], _missing(tallies[place.lo], found.names))
        for place in names
        if place.lo in tallies
    ]


def _homes(viewer: Viewer, found: Sevens, ids: Sequence[int], today: date) -> list[HomeLine]:
    cards = household_cards(viewer, ids, on=today)
    return [
        HomeLine(cards[pk], missing_names(found.names, found.standings[pk]), found.standings[pk])
        for pk in ids
        if pk in cards
    ]


@require_POST
@requires(*EXPORTERS)
def export(request: HttpRequest) -> HttpResponse:
    """This function makes a workbook of the households of an area that lack something."""
    viewer, today = viewer_of(request), timezone.localdate()
    area = area_asked(request, viewer)
    found = _found(viewer, area, today) if area is not None else None
    if area is None or found is None:
        return _page(request, viewer, problem="这里没有可以导出的户，请先选一个县、乡镇或村。")
    lacking = [home.id for home in homes_shown(found, "lacking")]
    try:
        file_id = sevens_export(
            viewer=viewer, sevens=found, household_ids=lacking, place=area.name, slot=area.lo,
            purpose=request.POST.get("purpose", ""), at=timezone.now(),
        )  # fmt: skip
    except ContactRefusal as refusal:
        return _page(request, viewer, problem=refusal.message)
    return redirect("office:file", file_id)


@require_http_methods(["GET", "POST"])
@requires(*READERS)
def household(request: HttpRequest, household_id: int) -> HttpResponse:
    """This function shows what one household has and lacks, and takes what fills a slot."""
    viewer, today = viewer_of(request), timezone.localdate()
    card = card_of(viewer, household_id)
    asked, form = request.POST.get("kind", ""), None
    if request.method == "POST":
        form = FillingForm(request.POST)
        if form.is_valid():
            said = form.cleaned_data
            with absent_as_404():
                try:
                    made = slot_fill(
                        viewer=viewer, household_id=household_id, kind=asked, name=said["name"], about=said["about"],
                        from_date=said["from_date"], at=timezone.now(),
                    )  # fmt: skip
                except ContactRefusal as refusal:
                    refusal_add(form, refusal)
                else:
                    messages.success(request, f"{made.kind_name}已填上：{made.name}。")
                    return redirect("assistance:household_sevens", household_id)
    return _household(request, viewer, card, today, asked=asked, form=form)


@require_POST
@requires(*KEEPERS)
def empty(request: HttpRequest, filling_id: int) -> HttpResponse:
    """This function ends what fills a slot."""
    viewer, today = viewer_of(request), timezone.localdate()
    with absent_as_404():
        filling = filling_get(viewer, filling_id)
        if filling is None or not may_keep(viewer):
            raise ContactNotFound
    form = EndForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            slot_empty(
                viewer=viewer, filling_id=filling_id, version=version_posted(request), until_date=said["until_date"],
                reason=said["reason"], at=timezone.now(),
            )  # fmt: skip
        except (ContactRefusal, StaleWrite) as refusal:
            refusal_add(form, refusal)
        else:
            messages.success(request, f"{filling.kind_name}已结束：{filling.name}。")
            return redirect("assistance:household_sevens", filling.household_id)
    card = card_of(viewer, filling.household_id)
    return _household(request, viewer, card, today, ending=filling_id, form=form)


def _household(
    request: HttpRequest,
    viewer: Viewer,
    card: HouseholdCard,
    today: date,
    *,
    asked: str = "",
    ending: int = 0,
    form: FillingForm | EndForm | None = None,
) -> HttpResponse:
    found = sevens_of_household(viewer, household_id=card.id, slot=card.slot, on=today)
    home = next(iter(found.homes), None)
    standing = found.standings[home.id] if home else None
    earned = found.held[home.id].earned if home else None
    sources = found.policy.sources
    lines = _slots(viewer, card, found, today, asked=asked, ending=ending, form=form)
    is_beside = any(form in (line.form, line.end_form) for line in lines)
    page = HouseholdSevensPage(
        card=card,
        title=_title(found),
        lacks=missing_names(found.names, standing) if standing else "",
        problem=""
        if form is None or is_beside
        else "".join(str(text) for texts in form.errors.values() for text in texts),
        group=type_label(home.group) if home else "",
        lines=lines,
        past=[row for row in fillings_of_household(viewer, card.id) if row.until_date is not None],
        standing=standing,
        earned="、".join(IncomeKind(kind).label for kind in sorted(earned)) if earned else "",
        sources_clause=str(sources.source) if sources else "",
        sources_of=str(sources.value) if sources else "",
        span=found.span,
        may_keep=may_keep(viewer) and card.ended_on is None,
    )
    return render(request, "assistance/household_sevens.html", {"page": page}, status=422 if form else 200)


def _slots(
    viewer: Viewer, card: HouseholdCard, found: Sevens, today: date, *, asked: str, ending: int,
    form: FillingForm | EndForm | None,
) -> list[SlotLine]:  # fmt: skip
    home = next(iter(found.homes), None)
    if home is None:
        return []
    standing = {row.kind: row for row in fillings_of_household(viewer, card.id) if row.until_date is None}
    contacts = {row.kind: row for row in contacts_of_household(viewer, card.id) if row.is_standing}
    statuses: Mapping[int, Collection[str]] = {home.id: found.held[home.id].statuses}
    may = may_keep(viewer) and card.ended_on is None
    lines = []
    for stated in found.policy.slots_for(home.group):
        slot, filling = stated.value, standing.get(stated.key)
        status = "、".join(STATUS_LABELS.get(one, one) for one in slot.statuses if one in statuses[home.id])
        contact = contacts.get(slot.contact) if slot.contact else None
        is_open = may and not filling and not slot.contact and not status
        own = form if isinstance(form, FillingForm) and asked == stated.key else None
        if own is not None and slot.asks:
            own["about"].label = slot.asks
        ends = form if isinstance(form, EndForm) and filling is not None and filling.pk == ending else None
        lines.append(
            SlotLine(
                stated.key, stated.name, FILLS[slot.fills], slot.asks, filling, contact, status,
                (own or FillingForm(asks=slot.asks, today=today, prefix=None, auto_id=f"{stated.key}_%s"))
                if is_open else None,
                (ends or EndForm(initial={"until_date": today}, auto_id=f"end_{stated.key}_%s"))
                if may and filling else None,
                str(stated.source), stated.mark_text, slot.contact is not None,
            )
        )  # fmt: skip
    return lines

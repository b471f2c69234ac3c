"""救助户次和人次: every time of help of an area and a period; the rows add up to the figures above them."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from shouwang.assistance.contexts import AidsPage
from shouwang.assistance.selectors import aid_count, aids_by_type, aids_in
from shouwang.people.access import Kind, Viewer, requires
from shouwang.people.selectors import area_by_code, top_area
from shouwang.register.selectors import household_cards
from shouwang.ui.tables import Column, Row, Table, key_page

READERS = (Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT)
YEAR = 365
COLUMNS = (
    Column("household", "农户", phone="title"),
    Column("place", "所在村", phone="hide"),
    Column("on", "落实日期", kind="day", phone="fact"),
    Column("measures", "措施", kind="number", phone="hide", unit="项"),
    Column("people", "帮到", kind="number", phone="fact", unit="人"),
    Column("case", "案件号", phone="hide"),
)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


@require_GET
@requires(*READERS)
def aids(request: HttpRequest) -> HttpResponse:
    """This function lists the times of help of the viewer's area, or of one inside it, over a period of days."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    today = timezone.localdate()
    code = request.GET.get("area", "")
    area = area_by_code(code) if code else top_area(viewer)
    if area is None or not viewer.covers(area.lo, area.hi):
        raise Http404
    until = _day(request.GET.get("until", "")) or today
    since = _day(request.GET.get("since", "")) or until - timedelta(days=YEAR - 1)
    found = aids_in(viewer, lo=area.lo, hi=area.hi, since=since, until=until)
    page = key_page(found, order=("-on",), after=request.GET.get("after"))
    cards = household_cards(viewer, {aid.household_id for aid in page.rows})
    rows = []
    for aid in page.rows:
        card = cards.get(aid.household_id)
        cells = {
            "household": card.head_name if card is not None else "（已迁出）",
            "place": card.place if card is not None else "",
            "on": aid.on, "measures": aid.measures, "people": aid.people, "case": str(aid.case_id),
        }  # fmt: skip
        rows.append(Row(cells=cells, href=reverse("casework:case", args=[aid.case_id]), key=str(aid.pk)))
    context = AidsPage(
        area=area, since=since, until=until, count=aid_count(found),
        by_type=aids_by_type(viewer, found, since=since, until=until),
        table=Table("救助户次", COLUMNS, rows, page=page),
        problem="开始日期晚于结束日期，请改一改。" if since > until else "",
    )  # fmt: skip
    return render(request, "assistance/aids.html", {"page": context})

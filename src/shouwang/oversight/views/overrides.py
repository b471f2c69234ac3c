"""放行的核实提示: which flags were overridden, by whom, where, why; with a workbook."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from shouwang.casework.selectors import OVERRIDDEN, VERDICTS, looked_flags, looks_asked
from shouwang.kit.sheets import XLSX
from shouwang.kit.texts import PersonalNumberInText
from shouwang.oversight.contexts import OverridesPage
from shouwang.oversight.selectors.overrides import look_cells
from shouwang.oversight.services.overrides import ReportPurposeMissing, ReportTooLong, overrides_export
from shouwang.people.access import Kind, Viewer, requires
from shouwang.ui.files import file_answer
from shouwang.ui.tables import Column, Row, Table, key_page

READERS = (Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT)
ALL = "all"
COLUMNS = (
    Column("head", "农户", phone="title"),
    Column("flag", "核实提示", phone="fact"),
    Column("verdict", "结论", phone="fact"),
    Column("why", "放行理由", phone="fact"),
    Column("reason", "查到的情况", phone="hide"),
    Column("actor", "谁核看的", phone="fact"),
    Column("at", "时间", kind="when", phone="hide"),
    Column("place", "所在村", phone="hide"),
    Column("now", "案件现在", phone="hide"),
)


def _asked(given: Mapping[str, str]) -> tuple[str, str]:
    """This function returns the verdict and the flag asked for; overridden ones when nothing is said."""
    said = given.get("verdict", "") or OVERRIDDEN
    verdict = "" if said == ALL else said if said in dict(VERDICTS) else OVERRIDDEN
    return verdict, given.get("flag", "")[:60]


def _list(request: HttpRequest, given: Mapping[str, str], *, problem: str = "", status: int = 200) -> HttpResponse:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    verdict, key = _asked(given)
    found = looks_asked(viewer, verdict=verdict, key=key)
    page = key_page(found, order=("-at",), after=given.get("after"))
    rows = [
        Row(cells=cells, href=reverse("casework:case", args=[look.case_id]), key=str(look.pk))
        for look, cells in look_cells(viewer, page.rows)
    ]
    flags = [("", "全部", not key), *((value, name, value == key) for value, name in looked_flags(viewer))]
    verdicts = [*((value, name, value == verdict) for value, name in VERDICTS), (ALL, "全部", not verdict)]
    context = OverridesPage(
        table=Table("核看过的提示", COLUMNS, rows, page=page),
        total=found.count(),
        filters=[("verdict", "结论", verdicts), ("flag", "核实提示", flags)],
        kept={"verdict": verdict or ALL, "flag": key},
        problem=problem,
    )
    return render(request, "oversight/overrides.html", {"page": context}, status=status)


@require_GET
@requires(*READERS)
def overrides(request: HttpRequest) -> HttpResponse:
    """This function lists the looks at flags in the viewer's areas, overridden ones first asked for."""
    return _list(request, request.GET.dict())


@require_POST
@requires(*READERS)
def export(request: HttpRequest) -> HttpResponse:
    """This function hands out the listed looks as a workbook."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    given = {name: str(value) for name, value in request.POST.items()}
    verdict, key = _asked(given)
    now = timezone.now()
    try:
        content = overrides_export(
            viewer=viewer, verdict=verdict, key=key, purpose=given.get("purpose", ""), at=now
        )  # fmt: skip
    except (ReportPurposeMissing, ReportTooLong, PersonalNumberInText) as refusal:
        return _list(request, given, problem=refusal.message, status=422)
    return file_answer(f"放行的核实提示_{timezone.localdate(now):%Y%m%d}.xlsx", content, media_type=XLSX)

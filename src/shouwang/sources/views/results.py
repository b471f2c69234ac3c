"""The rows behind each number of an import's result."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from shouwang.people.access import Kind, Viewer, requires
from shouwang.register.selectors import match_hits
from shouwang.sources.contexts import ResultLine, RowsPage
from shouwang.sources.models import FeedImport, FeedMatch, FeedRow
from shouwang.sources.selectors.feeds import import_get, rows_set_aside
from shouwang.sources.views.absence import absent_as_404
from shouwang.sources.views.lines import import_lines
from shouwang.ui.tables import key_page

Method = FeedMatch.Method
MATCHED = {
    "exact": ("身份证号和姓名都对上", (Method.EXACT_ID,)),
    "by_name": ("姓名、出生日期和村对上", (Method.NAME_BIRTH_VILLAGE,)),
    "repaired": ("身份证号错一位或两位颠倒，姓名和出生日期对上", (Method.ID_REPAIRED,)),
    "similar": ("姓名音同、形近或是异体字，身份证号或出生日期和村对上", (Method.SIMILAR_ID, Method.SIMILAR_BIRTH)),
    "decided": ("县里核对过是同一个人", (Method.LEARNT,)),
}
ASIDE = {
    "unmatched": ("没有对上人：需由县里核对", FeedRow.State.UNMATCHED),
    "refused": ("没有通过检查：改正后再上传", FeedRow.State.REFUSED),
}
ORDER = ("sheet_number", "row_number")
READERS = (Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT)


def counts_of(taken: FeedImport, viewer: Viewer) -> list[tuple[str, str, int]]:
    """This function returns the counts of an import: which rows ('' where there are none to show), words, number."""
    reads = viewer.kind in READERS
    counts = [
        (key if reads else "", f"导入：{label}", getattr(taken, f"rows_{key}")) for key, (label, _) in MATCHED.items()
    ]
    counts.append(("", "重复：以前已经导入，没有再算", taken.rows_duplicate))
    return counts + [(key, label, getattr(taken, f"rows_{key}")) for key, (label, _) in ASIDE.items()]


@require_GET
@requires(Kind.DEPARTMENT, *READERS)
def rows(request: HttpRequest, import_id: int, result: str) -> HttpResponse:
    """This function lists exactly the rows that one number of the result counts."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    with absent_as_404():
        taken = import_get(viewer, import_id)
    after = request.GET.get("after")
    if result in ASIDE:
        label, state = ASIDE[result]
        aside = rows_set_aside(viewer, taken).filter(state=state)
        page = key_page(aside, order=ORDER, after=after)
        lines = [ResultLine(row.sheet_number, row.row_number, "", "", None, row.reason) for row in page]
    elif result in MATCHED and viewer.kind in READERS:
        label, methods = MATCHED[result]
        matches = FeedMatch.objects.filter(viewer.q(), feed_import=taken, method__in=methods)
        page = key_page(matches, order=ORDER, after=after)
        people = match_hits({row.person_id for row in page})
        names = {row.person_id: person.name for row in page if (person := people.get(row.person_id))}
        lines = [
            ResultLine(
                row.sheet_number, row.row_number, names.get(row.person_id, "（已迁出）"), row.get_method_display(),
                row.score, household_id=row.household_id,
            )
            for row in page
        ]  # fmt: skip
    else:
        raise Http404
    shown = RowsPage(import_lines([taken])[0], label, getattr(taken, f"rows_{result}"), lines, page, result)
    return render(request, "sources/feed_rows.html", {"page": shown})

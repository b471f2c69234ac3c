"""What is to be posted and what hangs in one's area, and the sheets to print: one a village."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from shouwang.casework.contexts import NoticesPage, NoticeWaiting
from shouwang.casework.models import Notice
from shouwang.casework.selectors import cases_visible_to
from shouwang.casework.selectors.notices import cases_to_post, rule_of, sheets_of
from shouwang.casework.services import notice_printed
from shouwang.casework.views import READERS
from shouwang.casework.views.heads import case_heads
from shouwang.kit.errors import Refusal
from shouwang.office.services.prints import pdf_print
from shouwang.people.access import KIND_LABELS, Kind, Viewer, requires
from shouwang.ui.files import PDF, file_answer
from shouwang.ui.forms import key_read

TEMPLATE = Path(__file__).resolve().parents[1] / "data" / "notice.typ"
MOST = 200
OBJECTIONS = (
    f"对公示内容有异议的，请在公示期内向{KIND_LABELS[Kind.VILLAGE]}、{KIND_LABELS[Kind.TOWNSHIP]}或"
    f"{KIND_LABELS[Kind.COUNTY_CENTRE]}反映，当面、电话、书面都可以，可以不留姓名。"
)


class NothingToPrint(Refusal):
    """No case was ticked, or none of them stands at a notice any more."""

    sentence = "没有可以打印的公示：请勾选要公示的农户；已经转到下一步的不再打印。"


@require_GET
@requires(*READERS)
def notices(request: HttpRequest) -> HttpResponse:
    """This function shows the cases in sight that wait to be posted or hang now."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    cases = cases_to_post(viewer, on=on)
    hanging = {notice.case_id: notice for notice in Notice.objects.filter(case__in=cases, state=Notice.State.POSTED)}
    lines = []
    for head in case_heads(viewer, cases, on):
        known, notice = rule_of(head.case), hanging.get(head.case.pk)
        state = f"已张贴，到 {notice.ends_on:%Y-%m-%d} 满期" if notice else "等张贴"
        lines.append(NoticeWaiting(head, known[1] if known else "", state, notice is not None))
    return render(request, "casework/notices.html", {"page": NoticesPage(lines)})


@never_cache
@require_GET
@requires(*READERS)
def sheets(request: HttpRequest) -> HttpResponse:
    """This function hands out the sheets of the named cases as a PDF, one a village; the printing is logged."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    at = timezone.now()
    asked = (key_read(text) for text in request.GET.getlist("case")[:MOST])
    wanted = {key for key in asked if key is not None}
    cases = [case for case in cases_to_post(viewer, on=timezone.localdate(at)) if case.pk in wanted]
    if wanted and not cases_visible_to(viewer).filter(pk__in=wanted).exists():
        raise Http404
    found = sheets_of(viewer, cases)
    if not found:
        raise NothingToPrint
    numbers = [number for sheet in found for number in sheet.numbers]
    content = pdf_print(
        TEMPLATE,
        {"sheets": [asdict(sheet) for sheet in found], "objections": OBJECTIONS},
        title=found[0].name,
        number="案件号 " + "、".join(str(number) for number in numbers[:6]) + (" 等" if len(numbers) > 6 else ""),
        at=at,
    )
    notice_printed([case for case in cases if case.pk in numbers], viewer=viewer, at=at)
    return file_answer(f"{found[0].name} {found[0].village}.pdf", content, media_type=PDF)

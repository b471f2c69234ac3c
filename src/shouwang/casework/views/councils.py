"""Meetings of the leading group: called, decided case by case, recorded, signed by another person."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.casework.contexts import CouncilFormPage, CouncilItemPage, CouncilLine, CouncilPage, CouncilsPage
from shouwang.casework.errors import CaseStale, CouncilUnsound, NotOnAgenda
from shouwang.casework.forms import CouncilForm, PutOffForm
from shouwang.casework.models import Council
from shouwang.casework.selectors import case_decisions
from shouwang.casework.selectors.councils import (
    cases_for_agenda,
    council_get,
    council_items,
    councils_visible_to,
    item_get,
    minutes_text,
)
from shouwang.casework.services.councils import (
    CALL,
    WORKING,
    council_amend,
    council_call,
    council_read,
    council_record,
    council_return,
    council_sign,
    item_decide,
    item_put_off,
)
from shouwang.casework.services.minutes import minutes_pdf, minutes_word
from shouwang.casework.views.answers import overtaken, stale
from shouwang.casework.views.heads import case_evidence, case_head, case_shown, task_lines
from shouwang.casework.views.judge import judge_form, stated
from shouwang.kit.errors import Refusal
from shouwang.kit.papers import Ready
from shouwang.office.services import Shown, paper_open
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.register.selectors import household_cards
from shouwang.rulebook.workflow import Act
from shouwang.ui.files import file_answer
from shouwang.ui.forms import version_posted
from shouwang.ui.pages import confirm_page, is_resumed, typed_lines

READ = (Kind.LEADING_GROUP, Kind.COUNTY_CENTRE, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT)
MOST = 100


def _works(viewer: Viewer) -> bool:
    return viewer.kind in CALL and viewer.role in WORKING


@require_GET
@requires(*READ)
def councils(request: HttpRequest) -> HttpResponse:
    """This function lists the meetings in sight."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    page = CouncilsPage(
        lines=list(councils_visible_to(viewer)[:MOST]),
        may_call=_works(viewer),
        waiting=cases_for_agenda(viewer).count(),
    )
    return render(request, "casework/councils.html", {"page": page})


def _agenda_choices(viewer: Viewer, council: Council | None) -> dict[str, str]:
    taken = set(council.items.values_list("case_id", flat=True)) if council else set()
    cases = list(cases_for_agenda(viewer).exclude(pk__in=taken)[:MOST])
    cards = household_cards(viewer, {case.household_id for case in cases})
    found = {}
    for case in cases:
        card = cards.get(case.household_id)
        due = f"，期限 {case.due_on:%Y-%m-%d}" if case.due_on else ""
        found[str(case.pk)] = (
            f"{card.head_name if card else '—'}，{card.place if card else ''}（案件号 {case.pk}{due}）"
        )
    return found


@require_http_methods(["GET", "POST"])
@requires(*CALL, roles=WORKING)
def call(request: HttpRequest) -> HttpResponse:
    """This function calls a meeting with its agenda."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    today = timezone.localdate()
    choices = _agenda_choices(viewer, None)
    first = {"title": f"{today:%Y 年 %m 月}防贫会商会议", "met_on": today, "cases": list(choices)}
    form = CouncilForm(request.POST if request.method == "POST" else None, cases=choices, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            made = council_call(viewer=viewer, stated=form.stated, case_ids=form.case_ids, at=timezone.now())
        except (CouncilUnsound, NotOnAgenda) as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            decides = viewer.kind is Kind.LEADING_GROUP
            messages.success(request, f"已开始会议记录。{'请' if decides else '领导小组的人'}逐个议题登记决定。")
            return redirect("casework:council", made.pk)
    page = CouncilFormPage("开会商会议", form, "开始会议记录", reverse("casework:councils"))
    return render(request, "casework/council_form.html", {"page": page}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires(*CALL, roles=WORKING)
def amend(request: HttpRequest, council_id: int) -> HttpResponse:
    """This function corrects what is said of a meeting, and puts further cases on its agenda."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = council_get(viewer, council_id)
    members = "\n".join(f"{each.name} {each.post}".strip() for each in found.members.order_by("number"))
    first = {
        "version": found.version, "title": found.title, "met_on": found.met_on, "place": found.place,
        "chaired_by": found.chaired_by, "members": members,
    }  # fmt: skip
    posted = request.POST if request.method == "POST" else None
    form = CouncilForm(posted, cases=_agenda_choices(viewer, found), initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            council_amend(
                viewer=viewer, council_id=council_id, version=version_posted(request), stated=form.stated,
                case_ids=form.case_ids, at=timezone.now(),
            )  # fmt: skip
        except (CouncilUnsound, NotOnAgenda) as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, "会议情况已更新。")
            return redirect("casework:council", council_id)
    back = reverse("casework:council", args=[council_id])
    page = CouncilFormPage(f"修改：{found.title}", form, "保存会议情况", back)
    return render(request, "casework/council_form.html", {"page": page}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires(*READ)
def council(request: HttpRequest, council_id: int) -> HttpResponse:
    """This function shows a meeting; by `act` it closes the record or signs the minutes."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = council_get(viewer, council_id)
    acts: dict[str, Callable[[HttpRequest, Council], str]] = {"record": _record, "sign": _sign}
    if request.method == "POST":
        act = acts.get(request.POST.get("act", ""))
        if act is None or not _works(viewer):
            raise Http404
        messages.success(request, act(request, found))
        return redirect("casework:council", council_id)
    return render(request, "casework/council.html", {"page": _page(viewer, found)})


def _page(viewer: Viewer, found: Council) -> CouncilPage:
    said = minutes_text(viewer, found)
    texts = {text.number: text for text in said.items}
    is_open, works = found.state == Council.State.OPEN, _works(viewer)
    lines = []
    for each in council_items(found):
        waits = each.case.act == Act.DECIDE.value and each.decision_id is None
        may = is_open and works and waits and viewer.kind is Kind.LEADING_GROUP
        gone = is_open and not waits and each.decision_id is None
        lines.append(CouncilLine(each, texts[each.number], may_decide=may, is_gone=gone))
    leads = viewer.kind is Kind.LEADING_GROUP and viewer.role is Role.LEADER
    is_own = found.recorded_by_user_id in viewer.user_ids
    is_recorded = found.state == Council.State.RECORDED
    return CouncilPage(
        council=found,
        said=said,
        lines=lines,
        may_amend=is_open and works,
        may_record=is_open and works,
        may_sign=is_recorded and leads and not is_own,
        why_not_sign="" if not is_recorded or not (is_own or not leads) else _why_not_sign(is_own=is_own),
        unsettled=sum(1 for line in lines if not line.item.is_settled),
    )


def _why_not_sign(*, is_own: bool) -> str:
    return "会议记录是您整理的，等另一位负责人签发。" if is_own else "等领导小组的负责人签发。"


def _record(request: HttpRequest, found: Council) -> str:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    council_record(viewer=viewer, council_id=found.pk, version=version_posted(request), at=timezone.now())
    return "会议记录已结束，等另一位负责人签发。"


def _sign(request: HttpRequest, found: Council) -> str:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    at = timezone.now()

    def made(signed: Council) -> dict[str, Ready]:
        said = minutes_text(viewer, signed)
        return {"pdf": minutes_pdf(said, at=at), "word": minutes_word(said, at=at)}

    council_sign(viewer=viewer, council_id=found.pk, version=version_posted(request), minutes=made, at=at)
    return "会议纪要已签发，不再改动。"


@require_http_methods(["GET", "POST"])
@requires(Kind.LEADING_GROUP, roles={Role.LEADER})
def give_back(request: HttpRequest, council_id: int) -> HttpResponse:
    """This function gives the record of a meeting back to be corrected, asking why."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = council_get(viewer, council_id)
    form = PutOffForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        council_return(
            viewer=viewer, council_id=council_id, version=version_posted(request),
            reason=form.cleaned_data["reason"], at=timezone.now(),
        )  # fmt: skip
        messages.success(request, "会议记录已退回修改。")
        return redirect("casework:council", council_id)
    return confirm_page(
        request,
        title=f"退回会议记录：{found.title}",
        happens=["整理人可以改参会人、缓议和会议情况，改好后再送签发。", "已经作出的决定不变。"],
        button="退回修改",
        back=reverse("casework:council", args=[council_id]),
        hidden={"version": found.version},
        form=form,
    )


@require_http_methods(["GET", "POST"])
@requires(Kind.LEADING_GROUP, roles=WORKING)
def item(request: HttpRequest, item_id: int) -> HttpResponse:
    """This function decides one case of the agenda, or puts it off."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    found = item_get(viewer, item_id)
    case = case_shown(viewer, found.case_id, on)
    back = redirect("casework:council", found.council_id)
    if found.decision_id is not None or case.act != Act.DECIDE.value:
        messages.info(request, "这一户已经有决定，或者已转到别的环节。")
        return back
    form, put_off = judge_form(request, case, case.stage), PutOffForm()
    if request.method == "POST" and not is_resumed(request):
        if request.POST.get("act") == "put_off":
            form, put_off = judge_form(None, case, case.stage), PutOffForm(request.POST)
            if put_off.is_valid():
                item_put_off(viewer=viewer, item_id=item_id, reason=put_off.cleaned_data["reason"], at=timezone.now())
                messages.success(request, "已记为缓议，案件继续等候会商。")
                return back
        else:
            late = overtaken(request, case)
            if late is not None:
                return stale(request, error=late, mine=typed_lines(form), resume=request.path)
            if form.is_valid():
                try:
                    item_decide(viewer=viewer, item_id=item_id, at=timezone.now(), **stated(form))
                except CaseStale as error:
                    return stale(request, error=error, mine=typed_lines(form), resume=request.path)
                messages.success(request, f"已记下：{form.chosen.name}。")
                return back
    page = CouncilItemPage(
        item=found,
        head=case_head(viewer, case, on),
        form=form,
        put_off=put_off,
        tasks=task_lines(viewer, case, on),
        evidence=case_evidence(viewer, case),
        decisions=case_decisions(case),
        reasons=[(key, reason.name, reason.told) for key, reason in form.reasons.items()],
    )
    is_refused = request.method == "POST" and not is_resumed(request)
    return render(request, "casework/council_item.html", {"page": page}, status=422 if is_refused else 200)


class MinutesFormUnknown(Refusal):
    """Minutes come as PDF or Word."""

    is_absent = True
    sentence = "会议纪要只有 PDF 和 Word 两种。"


@never_cache
@require_GET
@requires(*READ)
def minutes(request: HttpRequest, council_id: int, form: str) -> HttpResponse:
    """This function hands out the minutes: the signed papers, or a draft while there are none; logged."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    at = timezone.now()
    makers: dict[str, Callable[..., Ready]] = {"pdf": minutes_pdf, "word": minutes_word}
    if form not in makers:
        raise MinutesFormUnknown
    found = council_get(viewer, council_id)
    paper_id = {"pdf": found.pdf_id, "word": found.word_id}[form]
    if paper_id is not None:
        shown = paper_open(viewer=viewer, paper_id=paper_id, at=at, purpose=f"会议纪要 {council_id}")
    else:
        council_read(viewer=viewer, council_id=council_id, at=at)
        shown = _draft(makers[form](minutes_text(viewer, found), at=at))
    return file_answer(shown.name, shown.content, media_type=shown.media_type)


def _draft(ready: Ready) -> Shown:
    return Shown(f"草稿 {ready.name}", ready.media_type, ready.content)

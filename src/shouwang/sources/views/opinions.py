"""Letters, petitions and the press: the queue with its clock, entering one, judging one."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.kit.errors import Refusal
from shouwang.people.access import READS_REGISTER, Kind, Role, Viewer, requires
from shouwang.register.selectors import household_cards, places_of
from shouwang.sources.contexts import OpinionLine, OpinionPage, OpinionsPage
from shouwang.sources.forms import JudgeForm, OpinionForm
from shouwang.sources.models import Opinion
from shouwang.sources.rules.report import ReportRefusal
from shouwang.sources.selectors.opinions import OpinionNotFound, opinion_get, opinions_visible_to
from shouwang.sources.selectors.reporting import burden_counted, causes_offered
from shouwang.sources.services.opinions import opinion_enter, opinion_judge
from shouwang.sources.views.calls import MARK, household_meant
from shouwang.ui.forms import version_posted
from shouwang.ui.tables import key_page

READERS = tuple(sorted(READS_REGISTER - {Kind.SYSTEM, Kind.VILLAGE}))
KEEPERS = (Kind.TOWNSHIP, Kind.COUNTY_CENTRE)
ROLES = {Role.CLERK, Role.LEADER}


def _may_keep(viewer: Viewer) -> bool:
    return viewer.kind in KEEPERS and viewer.role in ROLES


@require_GET
@requires(*READERS)
def opinions(request: HttpRequest) -> HttpResponse:
    """This function lists what is to be judged, the most urgent first, or what was judged."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    today = timezone.localdate()
    is_judged = request.GET.get("show") == "judged"
    waiting = opinions_visible_to(viewer, is_judged=False).order_by()
    rows = opinions_visible_to(viewer, is_judged=is_judged)
    page = key_page(rows, order=("-judged_at",) if is_judged else ("due_on",), after=request.GET.get("after"))
    late = waiting.filter(due_on__lt=today).count()
    context = OpinionsPage(_lines(viewer, page.rows), page, is_judged, waiting.count(), late, _may_keep(viewer))
    return render(request, "sources/opinions.html", {"page": context})


def _lines(viewer: Viewer, rows: Sequence[Opinion]) -> list[OpinionLine]:
    today = timezone.localdate()
    cards = household_cards(viewer, {row.household_id for row in rows if row.household_id})
    places = places_of({row.slot for row in rows})
    return [
        OpinionLine(
            row, cards[row.household_id].head_name if row.household_id in cards else "", places[row.slot],
            not row.verdict and row.due_on is not None and row.due_on < today,
        )
        for row in rows
    ]  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS, roles=ROLES)
def enter(request: HttpRequest) -> HttpResponse:
    """This function enters a letter, a petition or a report of the press."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    form = OpinionForm(
        request.POST if request.method == "POST" else None, viewer=viewer,
        initial={"received_on": timezone.localdate(), "channel": "LETTER"},
    )  # fmt: skip
    typed = request.POST.get("household", "").strip()[:60]
    cards = household_meant(viewer, typed)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if typed and len(cards) != 1:
            form.add_error("household", "不止一户，请写全名或户编号。" if cards else "没有找到这一户，可以先空着。")
        else:
            try:
                opinion_enter(
                    viewer=viewer, channel=said["channel"], origin=said["origin"], received_on=said["received_on"],
                    subject=said["subject"], household_id=cards[0].id if cards else None,
                    slot=said["village"].lo if said["village"] else None, at=timezone.now(),
                )  # fmt: skip
            except ReportRefusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            else:
                messages.success(request, "已登记，等待研判。")
                return redirect("sources:opinions")
    shown = f"{cards[0].head_name} · {cards[0].place}" if typed.startswith(MARK) and cards else ""
    return render(request, "sources/opinion_enter.html", {"form": form, "shown": shown},
                  status=422 if form.is_bound else 200)  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires(*READERS)
def opinion(request: HttpRequest, opinion_id: int) -> HttpResponse:
    """This function shows one, and takes the judgement of whoever may give it."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    try:
        found = opinion_get(viewer, opinion_id)
    except OpinionNotFound as refusal:
        raise Http404 from refusal
    may_judge = _may_keep(viewer) and not found.verdict
    (line,) = _lines(viewer, [found])
    form = None
    if may_judge:
        initial = {
            "occurred_on": found.received_on, "household": f"{MARK}{found.household_id}" if found.household_id else "",
        }  # fmt: skip
        form = JudgeForm(
            request.POST if request.method == "POST" else None, viewer=viewer,
            causes=causes_offered(slot=viewer.ranges[0][0], on=timezone.localdate()), initial=initial,
        )  # fmt: skip
    if form is not None and request.method == "POST" and form.is_valid() and _judged(request, form, found):
        messages.success(request, "研判已记下。")
        return redirect("sources:opinion", opinion_id)
    shown = f"{line.who} · {line.place}" if line.who else ""
    page = OpinionPage(line, form, shown)
    is_refused = request.method == "POST"
    return render(request, "sources/opinion.html", {"page": page}, status=422 if is_refused else 200)


def _judged(request: HttpRequest, form: JudgeForm, found: Opinion) -> bool:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    said = form.cleaned_data
    typed = said["household"]
    cards = household_meant(viewer, typed)
    if said["verdict"] == "CLUE" and typed and len(cards) != 1:
        form.add_error("household", "不止一户，请写全名或户编号。" if cards else "没有找到这一户。")
        return False
    household_id = cards[0].id if cards else None
    asked = form.asked(is_registered=household_id is not None)
    try:
        opinion_judge(
            viewer=viewer, opinion_id=found.pk, version=version_posted(request), verdict=said["verdict"],
            why=said["why"], cause=said["cause"] or "OTHER", cause_note=said["cause_note"],
            occurred_on=said["occurred_on"], household_id=household_id, person_name=said["person_name"],
            person_note=said["person_note"], slot=said["village"].lo if said["village"] else None, at=timezone.now(),
            burden=burden_counted(viewer, household_id, asked=asked, on=timezone.localdate()),
        )  # fmt: skip
    except ReportRefusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return False
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return False
    return True

"""The queue of pairs: the county centre decides who a department's row means, page by page, and can take it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.audit.services import entry_append
from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Viewer, requires
from shouwang.register.selectors import match_hits, places_of
from shouwang.sources.contexts import DecisionLine, DecisionsPage, PairsPage
from shouwang.sources.models import FeedMatch, MatchDecision
from shouwang.sources.selectors.pairs import decisions_visible_to, pairs_waiting
from shouwang.sources.services.deciding import DECIDERS, DIFFERENT, LATER, SAME, decisions_undo, pairs_decide
from shouwang.sources.views.pair_cards import pair_cards
from shouwang.ui.pages import confirm_page
from shouwang.ui.tables import key_page

ON_A_PAGE = 10
VERDICTS = frozenset({SAME, DIFFERENT, LATER})


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 18 else None


@require_http_methods(["GET", "POST"])
@requires(Kind.COUNTY_CENTRE, roles=DECIDERS)
def pairs(request: HttpRequest) -> HttpResponse:
    """This function shows the next pairs side by side and takes the decisions of one page."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    import_id = _number(request.GET.get("import"))
    if request.method == "POST":
        return _decided(request, viewer)
    waiting = pairs_waiting(viewer, import_id=import_id)
    shown = list(waiting[:ON_A_PAGE])
    page = PairsPage(
        cards=pair_cards(viewer, shown, on=timezone.localdate()),
        waiting=waiting.count(),
        import_id=import_id,
        batch=_batch(request.GET.get("batch", "")),
    )
    if shown:
        entry_append(
            viewer=viewer, action="match.read", subject_type="sources.MatchDecision", subject_id=shown[0].pk,
            slot=shown[0].slot, at=timezone.now(), purpose="核对部门数据里的人", after={"pairs": len(shown)},
        )  # fmt: skip
    return render(request, "sources/pairs.html", {"page": page})


def _batch(text: str) -> str:
    return text if len(text) == 32 and all(sign in "0123456789abcdef" for sign in text) else ""


def _decided(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    verdicts = {
        number: value
        for name, value in request.POST.items()
        if name.startswith("pair-") and (number := _number(name.removeprefix("pair-"))) and value in VERDICTS
    }
    done = pairs_decide(viewer=viewer, verdicts=verdicts, at=timezone.now())
    parts = [
        text
        for count, text in (
            (done.same, f"{done.same} 对是同一个人，{done.rows} 行数据已经导入"),
            (done.different, f"{done.different} 对不是同一个人"),
            (done.later, f"{done.later} 对以后再看"),
        )
        if count
    ]
    if parts:
        messages.success(request, "记下了：" + "；".join(parts) + "。")
    elif not done.overtaken and not done.refused:
        messages.warning(request, "这一页还没有选，一对也没有记下。")
    if done.overtaken:
        messages.warning(request, f"{done.overtaken} 对已经由别人核对过，以先核对的为准。")
    for sentence in dict.fromkeys(done.refused.values()):
        messages.error(request, sentence)
    query = [f"import={number}"] if (number := _number(request.GET.get("import"))) else []
    if done.same or done.different:
        query.append(f"batch={done.batch}")
    return redirect(reverse("sources:pairs") + ("?" + "&".join(query) if query else ""))


@require_GET
@requires(Kind.COUNTY_CENTRE, Kind.AUDIT)
def decided(request: HttpRequest) -> HttpResponse:
    """This function lists what was decided, newest first."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    rows = key_page(decisions_visible_to(viewer), order=("-pk",), after=request.GET.get("after"))
    page = DecisionsPage(
        lines=_lines(list(rows)), page=rows, may_decide=viewer.kind is Kind.COUNTY_CENTRE and viewer.role in DECIDERS
    )
    return render(request, "sources/pairs_decided.html", {"page": page})


def _lines(decisions: list[MatchDecision]) -> list[DecisionLine]:
    people = match_hits({decision.person_id for decision in decisions})
    places = places_of({decision.slot for decision in decisions})
    taken = list(
        FeedMatch.objects.filter(decision__in=[each.pk for each in decisions]).values_list("decision_id", flat=True)
    )
    return [
        DecisionLine(
            decision=decision,
            name=person.name if (person := people.get(decision.person_id)) else "（已迁出）",
            place=places[decision.slot],
            rows=taken.count(decision.pk),
        )
        for decision in decisions
    ]


@require_http_methods(["GET", "POST"])
@requires(Kind.COUNTY_CENTRE, roles=DECIDERS)
def undo(request: HttpRequest, batch: str) -> HttpResponse:
    """This function asks once, then takes back the decisions of one page, or one of them."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    one = _number(request.POST.get("decision") or request.GET.get("decision"))
    found = decisions_visible_to(viewer).filter(batch=batch, undone_at__isnull=True)
    found = found.filter(pk=one) if one else found
    if not found.exists():
        raise Http404
    if request.method == "POST":
        try:
            count = decisions_undo(viewer=viewer, batch=batch, decision_id=one, at=timezone.now())
            messages.success(request, f"撤回了 {count} 个决定，有关的行重新等待核对。")
        except Refusal as refusal:
            messages.error(request, refusal.message)
        return redirect("sources:pairs")
    same = found.filter(verdict=SAME).count()
    rows = FeedMatch.objects.filter(decision__in=found).count()
    return confirm_page(
        request,
        title="撤回核对的决定",
        happens=[
            f"{found.count()} 个决定撤回，其中 {same} 个是“同一个人”。",
            f"因此导入的 {rows} 行数据收回，不再参与筛查；已经开始的案件不会自动撤回。",
            "这些行重新等待核对；撤回的人和时间留在审计日志里。",
        ],
        button="撤回这些决定",
        back=reverse("sources:pairs"),
        hidden={"decision": one or ""},
    )

"""Hits of the checks: the list with its filters and workbook, one hit with its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from shouwang.engine.explanation import Explanation, node_explain
from shouwang.kit.sheets import XLSX
from shouwang.office.services import file_open
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.register.selectors import hits_of, household_cards, places_of
from shouwang.rulebook.checks import OWNERS
from shouwang.screening.contexts import Choice, HitPage, HitRow, HitsPage, Line
from shouwang.screening.models import CheckHit
from shouwang.screening.rules import over_label, owner_label
from shouwang.screening.selectors import Asked, export_get, hit_rule, hits_asked, hits_visible_to, rule_counts
from shouwang.screening.services import (
    PurposeMissing,
    TooManyHits,
    export_request,
    hit_accept,
    hit_reopen,
)
from shouwang.screening.views.checks import READERS, may_settle
from shouwang.ui.files import file_answer
from shouwang.ui.forms import version_posted
from shouwang.ui.tables import key_page

SETTLERS = frozenset({Role.CLERK, Role.LEADER})


def hit_rows(hits: list[CheckHit], viewer: Viewer) -> list[HitRow]:
    """This function joins hits with what the register shows of their persons, households and villages."""
    cards = household_cards(viewer, {hit.household_id for hit in hits if hit.household_id})
    persons = hits_of({hit.person_id for hit in hits if hit.person_id}, on=timezone.localdate())
    places = places_of({hit.slot for hit in hits})
    rows = []
    for hit in hits:
        card = cards.get(hit.household_id or 0)
        person = persons.get(hit.person_id or 0)
        place = places.get(hit.slot, "")
        head = card.head_name if card else "（已迁出）" if hit.household_id else ""
        who = head or place
        if person:
            who = person.name if person.relationship == "HEAD" or not head else f"{person.name}（户主 {head}）"
        rows.append(HitRow(hit, who, place, owner_label(hit.owner), card.number if card else ""))
    return rows


def _filters(viewer: Viewer, asked: Asked) -> list[tuple[str, str, list[Choice]]]:
    rules = [(one.rule_key, one.rule_name) for one in rule_counts(viewer)]
    states = [(value, label) for value, label in CheckHit.State.choices]

    def options(chosen: str, pairs: list[tuple[str, str]], every: str) -> list[Choice]:
        return [Choice("", every, not chosen)] + [Choice(value, label, value == chosen) for value, label in pairs]

    return [
        ("rule", "规则", options(asked.rule, rules, "全部规则")),
        ("state", "状态", options(asked.state, states, "待改和已认可")),
        ("owner", "谁来改", options(asked.owner, list(OWNERS.items()), "全部")),
    ]


def _list(request: HttpRequest, given: Mapping[str, str], *, problem: str = "", status: int = 200) -> HttpResponse:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    asked = Asked.of(given)
    found = hits_asked(viewer, asked)
    page = key_page(found, order=("slot", "rule_key"), after=given.get("after"))
    kept = asked.kept
    place = places_of({asked.lo}).get(asked.lo, "") if asked.lo else ""
    context = HitsPage(
        hit_rows(list(page.rows), viewer), page, found.count(), _filters(viewer, asked), kept, place, problem
    )
    return render(request, "screening/check_hits.html", {"page": context}, status=status)


@require_GET
@requires(*READERS)
def hits(request: HttpRequest) -> HttpResponse:
    """This function lists hits, filtered by rule, state, owner, area and run."""
    return _list(request, request.GET.dict())


@require_POST
@requires(*READERS)
def export(request: HttpRequest) -> HttpResponse:
    """This function hands a workbook of the listed hits to the worker."""
    given = {name: str(value) for name, value in request.POST.items()}
    try:
        made = export_request(
            viewer=request.viewer,  # type: ignore[attr-defined]
            asked=Asked.of(given),
            purpose=given.get("purpose", ""),
            at=timezone.now(),
        )
    except (PurposeMissing, TooManyHits) as refusal:
        return _list(request, given, problem=refusal.message, status=422)
    messages.success(request, "正在导出，做好后在这一页下载。")
    return redirect("screening:check_file", made.pk)


@require_GET
@requires(*READERS)
def file(request: HttpRequest, export_id: int) -> HttpResponse:
    """This function hands out a finished workbook to who asked for it, or shows how far it is."""
    from shouwang.office.selectors import progress_by_id

    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = export_get(viewer, export_id)
    if found is None:
        raise Http404
    if found.file_id is None or "get" not in request.GET:
        progress = progress_by_id(viewer, found.progress_id) if found.progress_id else None
        return render(request, "screening/check_file.html", {"export": found, "progress": progress})
    name, content = file_open(viewer=viewer, file_id=found.file_id, at=timezone.now())
    return file_answer(name, content, media_type=XLSX)


def _lines(explanation: Explanation, depth: int = 0) -> list[Line]:
    lines = [Line(depth, explanation.text, explanation.shown, explanation.result)]
    for part in explanation.parts:
        lines += _lines(part, depth + 1)
    return lines


def _hit_page(viewer: Viewer, found: CheckHit, **more: Any) -> HitPage:
    rule = hit_rule(found)
    lines = _lines(node_explain(rule.node, found.facts, on=rule.on)) if rule else []
    return HitPage(
        row=hit_rows([found], viewer)[0],
        over=over_label(found.over),
        text=rule.text if rule else "",
        lines=lines,
        may_settle=may_settle(viewer),
        **more,
    )


@require_GET
@requires(*READERS)
def hit(request: HttpRequest, hit_id: int) -> HttpResponse:
    """This function shows one hit with the conditions, the values they saw and what to do."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = hits_visible_to(viewer).select_related("first_run", "last_run").filter(pk=hit_id).first()
    if found is None:
        raise Http404
    return render(request, "screening/check_hit.html", {"page": _hit_page(viewer, found)})


@require_POST
@requires(Kind.COUNTY_CENTRE, roles=SETTLERS)
def settle(request: HttpRequest, hit_id: int) -> HttpResponse:
    """This function accepts a hit with a reason, or opens an accepted one again."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if not hits_visible_to(viewer).filter(pk=hit_id).exists():
        raise Http404
    version = version_posted(request)
    if request.POST.get("act") == "reopen":
        hit_reopen(viewer=viewer, hit_id=hit_id, version=version, at=timezone.now())
        messages.success(request, "已重新打开，仍要改。")
    else:
        reason = request.POST.get("reason", "")
        hit_accept(viewer=viewer, hit_id=hit_id, version=version, reason=reason, at=timezone.now())
        messages.success(request, "已认可，理由记录在案。")
    return redirect("screening:check_hit", hit_id)

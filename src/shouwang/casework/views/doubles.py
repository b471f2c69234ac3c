"""Possible doubles side by side, and the sources of a case, each of which a person may take out again."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.casework.contexts import DoubleLine, DoublesPage, PartPage
from shouwang.casework.errors import CaseNotFound
from shouwang.casework.forms import JoinForm, PartForm
from shouwang.casework.models import Case, CaseSource
from shouwang.casework.selectors import case_about
from shouwang.casework.selectors.doubles import Double, doubles_of, doubles_of_case
from shouwang.casework.services import cases_distinguish, cases_join, may_join, source_part
from shouwang.casework.views import READERS
from shouwang.casework.views.heads import case_evidence, case_head, case_shown
from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.register.selectors import household_cards, household_search
from shouwang.ui.forms import key_read, version_posted

JOINERS = (Kind.COUNTY_CENTRE,)
ROLES = {Role.CLERK, Role.LEADER}


@require_GET
@requires(*READERS)
def doubles(request: HttpRequest) -> HttpResponse:
    """This function lists pairs of open cases of one household that look alike."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    pairs = doubles_of(viewer)
    return render(request, "casework/doubles.html", {"page": DoublesPage(_lines(viewer, pairs), may_join(viewer))})


def _lines(viewer: Viewer, pairs: list[Double]) -> list[DoubleLine]:
    cards = household_cards(viewer, {pair.first.household_id for pair in pairs})
    return [
        DoubleLine(pair, cards.get(pair.first.household_id), (_causes(pair.first), _causes(pair.second)))
        for pair in pairs
    ]


def _causes(case: Case) -> str:
    return "、".join(case_about(case))


@require_http_methods(["GET", "POST"])
@requires(*JOINERS, roles=ROLES)
def join(request: HttpRequest, case_id: int) -> HttpResponse:
    """This function asks whether another open case of the household is about the same thing, and does what is said."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    found = case_shown(viewer, case_id, on)
    pairs = doubles_of_case(viewer, found)
    others = {pair.second.pk if pair.first.pk == case_id else pair.first.pk: pair for pair in pairs}
    form = JoinForm(
        request.POST if request.method == "POST" else None,
        others=[(str(pk), f"案件 {pk}（{_causes(_there(pair, found))}）") for pk, pair in others.items()],
    )
    if request.method == "POST" and form.is_valid():
        try:
            text = _joined(viewer, found, others, form.cleaned_data, version=version_posted(request))
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, text)
            return redirect("casework:case", case_id)
    page = DoublesPage(_lines(viewer, pairs), may_join(viewer), case_head(viewer, found, on), form)
    return render(request, "casework/join.html", {"page": page}, status=422 if form.is_bound else 200)


def _joined(viewer: Viewer, found: Case, others: dict[int, Double], said: dict[str, str], *, version: int) -> str:
    other, at = int(said["other"]), timezone.now()
    if said["verdict"] == "DIFFERENT":
        cases_distinguish(viewer=viewer, first_id=found.pk, second_id=other, reason=said["reason"], at=at)
        return f"已记下：和案件 {other} 不是一回事。"
    there = _there(others[other], found)
    cases_join(
        viewer=viewer, case_id=other, version=there.version, into_id=found.pk, into_version=version,
        reason=said["reason"], at=at,
    )  # fmt: skip
    return f"案件 {other} 已并入本案。并错了，可以把线索再分出去。"


def _there(pair: Double, found: Case) -> Case:
    return pair.second if pair.first.pk == found.pk else pair.first


@require_http_methods(["GET", "POST"])
@requires(*JOINERS, roles=ROLES)
def part(request: HttpRequest, case_id: int) -> HttpResponse:
    """This function takes a source out of a case: into one of its own, or to the household it belongs to."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    found = case_shown(viewer, case_id, on)
    if not found.is_open:
        raise Http404
    sources = list(CaseSource.objects.filter(case=found).order_by("pk"))
    evidence = {item.source_id: item for item in case_evidence(viewer, found)}
    form = PartForm(
        request.POST if request.method == "POST" else None,
        sources=[(str(row.pk), evidence[row.pk].title) for row in sources if row.pk in evidence],
        initial={"version": found.version},
    )
    if request.method == "POST" and form.is_valid():
        try:
            home = _home(viewer, form.cleaned_data["household"])
            moved = source_part(
                viewer=viewer, source_id=int(form.cleaned_data["source"]), version=version_posted(request),
                household_id=home, reason=form.cleaned_data["reason"], at=timezone.now(),
            )  # fmt: skip
        except CaseNotFound:
            raise Http404 from None
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"已分出，现在在案件 {moved.pk}。")
            return redirect("casework:case", moved.pk)
    page = PartPage(case_head(viewer, found, on), form, list(evidence.values()))
    return render(request, "casework/part.html", {"page": page}, status=422 if form.is_bound else 200)


def _home(viewer: Viewer, text: str) -> int | None:
    """This function returns the one household that was chosen or typed; None where nothing was."""
    text = text.strip()
    if not text:
        return None
    if text.startswith("@"):
        return key_read(text[1:])
    rows = household_search(viewer, text).rows
    if len(rows) != 1:
        raise Refusal("不止一户，请写全名或户编号。" if rows else "没有找到这一户。")
    return rows[0].id

"""The help of a case: what is planned, by whom, what has arrived."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from shouwang.assistance.contexts import MeasureRow, PlanPage
from shouwang.assistance.forms import PlanForm, ProviderChoice
from shouwang.assistance.rules import PROVIDER_KINDS, measure_suggested
from shouwang.assistance.selectors import (
    has_help_arrived,
    help_completion,
    measure_get,
    measures_of_case,
    suggestions_by_risk,
    suggestions_for,
)
from shouwang.assistance.services import (
    CONFIRMERS,
    NotInHelp,
    OfferNotInForce,
    OffersClash,
    OverCap,
    help_complete,
    measure_plan,
    primary_choose,
)
from shouwang.casework.selectors import case_get, case_stage_action, happened, policy_for_case
from shouwang.casework.selectors.cases import Case
from shouwang.casework.services import stale_of
from shouwang.funds.selectors import grants_by_ids
from shouwang.kit.codes import Measure as MeasureKind
from shouwang.kit.codes import Risk
from shouwang.kit.money import yuan_text
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.people.selectors import organisations_of_kind
from shouwang.register.selectors import household_card, members_of
from shouwang.rulebook.measures import OUTSIDE, Offer, offers_of
from shouwang.rulebook.values import Provision
from shouwang.rulebook.workflow import DEPARTMENTS, Act
from shouwang.ui.forms import version_posted
from shouwang.ui.pages import overtaken_page, typed_lines

READERS = (
    Kind.VILLAGE,
    Kind.TOWNSHIP,
    Kind.COUNTY_CENTRE,
    Kind.LEADING_GROUP,
    Kind.CITY_CENTRE,
    Kind.PROVINCE,
    Kind.AUDIT,
)
WORKERS = {Role.OFFICER, Role.CLERK, Role.LEADER}


def _people(viewer: Viewer, case: Case) -> list[tuple[str, str]]:
    return [
        (str(member.person_id), f"{member.name}（{member.relationship_label}）")
        for member in members_of(viewer, case.household_id, timezone.localdate())
    ]


def _providers(case: Case, viewer: Viewer, offers: Sequence[Offer]) -> list[ProviderChoice]:
    """This function returns who may give help, each with the kind of measure it mostly gives by the policy."""
    found = [ProviderChoice(str(viewer.organisation_id), f"{viewer.organisation_name}（本单位）")]
    for kind in PROVIDER_KINDS:
        for place in organisations_of_kind(slot=case.slot, kind=kind):
            measure = measure_suggested(offers, kind=kind, department=place.department)
            label = f"{place.name}（{MeasureKind(measure).label}）" if measure else place.name
            found.append(ProviderChoice(str(place.pk), label, measure))
    return found


def _rows(viewer: Viewer, case: Case, people: dict[str, str]) -> list[MeasureRow]:
    measures = list(measures_of_case(viewer, case.pk).prefetch_related("primaries", "proofs", "confirmations"))
    grants = grants_by_ids(viewer, [measure.grant_id for measure in measures if measure.grant_id])
    return [
        MeasureRow(
            measure=measure,
            grant=grants.get(measure.grant_id or 0),
            person=people.get(str(measure.person_id), "全家"),
            may_deliver=measure.state == "PLANNED"
            and (
                (viewer.kind is Kind.COUNTY_CENTRE and measure.is_outside)
                or measure.provider_organisation_id == viewer.organisation_id
            ),
            counted=len(measure.primaries.all()),
            proofs=tuple(proof.pk for proof in measure.proofs.all()),
            confirmation=max(measure.confirmations.all(), key=lambda row: row.pk, default=None),
            may_confirm=measure.state == "DELIVERED" and viewer.kind in CONFIRMERS and viewer.role in WORKERS,
        )
        for measure in measures
    ]


def _form(request: HttpRequest, viewer: Viewer, case: Case, people: list[tuple[str, str]], on: date) -> PlanForm:
    """This function returns the form, begun with the offer that was chosen in the address."""
    policy = policy_for_case(case, on=on)
    offers = offers_of(policy)
    providers = _providers(case, viewer, [offer.value for offer in offers])
    chosen: Provision[Offer] | None = policy.topic("measures").get(request.GET.get("offer", ""))
    risk = request.GET.get("risk", "")
    initial: dict[str, Any] = {"risk": risk if risk in case.causes else ""}
    if chosen is not None:
        offer = chosen.value
        initial |= {
            "offer": chosen.key, "kind": offer.kinds[0].value, "summary": offer.provides,
            "provider": _provider_of(case, offer),
            "amount": yuan_text(offer.amount) if offer.amount else "",
            "due_on": on + timedelta(days=offer.due_days) if offer.due_days else None,
        }  # fmt: skip
    return PlanForm(
        request.POST if request.method == "POST" else None, initial=initial, people=people, providers=providers,
        offers=[(stated.key, stated.name) for stated in offers],
        risks=[(cause, Risk(cause).label) for cause in case.causes],
    )  # fmt: skip


def _provider_of(case: Case, offer: Offer) -> str:
    """This function returns the first of the offer's providers that answers for the place, empty when none does."""
    for provider in offer.providers:
        if provider == OUTSIDE:
            return "0"
        kind = Kind.DEPARTMENT if provider in DEPARTMENTS else Kind(provider)
        for place in organisations_of_kind(slot=case.slot, kind=kind):
            if kind is not Kind.DEPARTMENT or place.department == provider:
                return str(place.pk)
    return ""


@require_http_methods(["GET", "POST"])
@requires(*READERS)
def plan(request: HttpRequest, case_id: int) -> HttpResponse:
    """This function shows the help of a case and plans one more measure."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    case = case_get(viewer, case_id)
    action = case_stage_action(viewer, case)
    may_plan = action.may_act and action.act == Act.HELP.value and viewer.kind is Kind.COUNTY_CENTRE
    people = _people(viewer, case)
    on = timezone.localdate()
    form = None
    if may_plan or (request.method == "POST" and viewer.kind is Kind.COUNTY_CENTRE):
        form = _form(request, viewer, case, people, on)
    if form is not None and not may_plan:
        return _overtaken(request, case, form)
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            measure_plan(viewer=viewer, case_id=case.pk, version=None, plan=form.plan(), at=timezone.now())
        except (OffersClash, OverCap, OfferNotInForce) as refusal:
            form.add_error("amount" if isinstance(refusal, OverCap) else "offer", refusal.message)
        else:
            messages.success(request, "已安排，落实单位的待办里已经有这一项。")
            return redirect("assistance:plan", case.pk)
    rows = _rows(viewer, case, dict(people))
    waiting = sum(row.measure.state == "PLANNED" for row in rows)
    page = PlanPage(
        case=case,
        household=household_card(viewer, case.household_id),
        rows=rows,
        form=form,
        may_complete=may_plan and not waiting and has_help_arrived(viewer, case),
        completion=help_completion(case),
        waiting=waiting,
        matched=suggestions_by_risk(suggestions_for(viewer, case, on=on), list(case.causes)) if may_plan else [],
        chosen=request.GET.get("offer", ""),
    )
    return render(request, "assistance/plan.html", {"page": page}, status=422 if form and form.errors else 200)


def _overtaken(request: HttpRequest, case: Case, form: PlanForm) -> HttpResponse:
    """This function shows what happened to a case that no longer waits for help, beside what was to be planned."""
    return overtaken_page(
        request,
        error=NotInHelp(),
        theirs=happened(stale_of(case, version_posted(request)).theirs),
        mine=typed_lines(form),
        back=reverse("casework:case", args=[case.pk]),
        label="看案件",
    )


@require_POST
@requires(Kind.COUNTY_CENTRE, roles={Role.CLERK, Role.LEADER})
def count(request: HttpRequest, measure_id: int) -> HttpResponse:
    """This function counts everybody whom a measure reaches by it, instead of by what they were counted by before."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    measure = measure_get(viewer, measure_id)
    if measure is None:
        raise Http404
    people = primary_choose(viewer=viewer, measure_id=measure_id, at=timezone.now())
    messages.success(request, f"已改：{people} 人今年按这项措施计数。")
    return redirect("assistance:plan", measure.case_id)


@require_POST
@requires(Kind.COUNTY_CENTRE, roles={Role.CLERK, Role.LEADER})
def complete(request: HttpRequest, case_id: int) -> HttpResponse:
    """This function sends a case whose help has arrived on: to the visit, or to the papers that help preceded."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    case = case_get(viewer, case_id)
    label = help_completion(case)
    help_complete(viewer=viewer, case_id=case.pk, version=version_posted(request), at=timezone.now())
    messages.success(request, f"已办理：{label}。")
    return redirect("casework:case", case.pk)

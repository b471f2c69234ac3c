"""Forms about somebody insured: her application, assessment, plan, end. One way through all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.insurance.care import services
from shouwang.insurance.care.contexts import CareFormPage
from shouwang.insurance.care.forms import AgainForm, ApplyForm, AssessForm, EndForm, PlanEndForm, PlanForm, ReasonForm
from shouwang.insurance.care.models import CareApplication, CareInsured, CarePlan
from shouwang.insurance.care.selectors import (
    application_get,
    insured_get,
    plan_get,
)
from shouwang.insurance.care.views.common import OFFICES, ROLES, frame_or_none, role_of, viewer_of
from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Viewer, requires
from shouwang.people.selectors import organisations_for
from shouwang.rulebook.care import Named
from shouwang.ui.forms import refusal_add, version_posted


def _named(named: tuple[Named, ...]) -> list[tuple[str, str]]:
    return [(one.key, one.name) for one in named]


def office_only(viewer: Viewer) -> services.Frame:
    """This function returns the scheme that the viewer runs; a page of anybody else's is none."""
    frame = frame_or_none(viewer, timezone.localdate())
    if frame is None or role_of(viewer, frame) != "office":
        raise Http404
    return frame


@dataclass(frozen=True)
class Work:
    """One form about somebody insured: whose it is, its words and fields, and the service that it is for.

    `row` finds what it is about by the key of its address (None: nothing yet) and `insured_id` whose page to go back
    to; `fields` makes the form from what was posted, and `given` what the service is called with.
    """

    title: Callable[[Any], str]
    lead: Callable[[Any, services.Frame], str]
    button: str
    done: str
    fields: Callable[[Any, services.Frame, Viewer], Form]
    call: Callable[..., Any]
    given: Callable[[Any, Any], dict[str, Any]]
    row: Callable[[Viewer, int], Any] | None
    insured_id: Callable[[Any], int] | None = None


def _assessor_only(viewer: Viewer) -> services.Frame:
    frame = frame_or_none(viewer, timezone.localdate())
    if frame is None or not services.is_body(viewer, frame.scheme.assessed_by):
        raise Http404
    return frame


def _work_page(
    request: HttpRequest, work: Work, key: int = 0, *, frame_of: Callable[[Viewer], services.Frame] | None = None
) -> HttpResponse:  # fmt: skip
    """This function shows a form, does what was asked, and goes on; a refusal stands beside its field."""
    viewer, now = viewer_of(request), timezone.now()
    frame = (frame_of or office_only)(viewer)
    found = work.row(viewer, key) if work.row is not None else None
    form = work.fields(request.POST if request.method == "POST" else None, frame, viewer)
    version = found.version if found is not None else None
    back = _person_href(work.insured_id(found)) if work.insured_id is not None else reverse("insurance:care")
    if request.method == "POST" and form.is_valid():
        seen = {"version": version_posted(request)} if version is not None else {}
        try:
            made = work.call(viewer=viewer, at=now, **seen, **work.given(found, form))
        except Refusal as refusal:
            refusal_add(form, refusal)
        else:
            messages.success(request, work.done)
            return redirect(_person_href(made.insured_id) if work.row is None else back)
    page = CareFormPage(work.title(found), work.lead(found, frame), form, work.button, back, version)
    return render(request, "insurance/care/form.html", {"page": page}, status=422 if form.errors else 200)


def _person_href(pk: int) -> str:
    return reverse("insurance:care_person", args=[pk])


def _own(found: CareInsured) -> int:
    return found.pk


def _its(found: CareApplication | CarePlan) -> int:
    return found.insured_id


def _plan_form(posted: Any, frame: services.Frame, viewer: Viewer) -> PlanForm:
    providers = organisations_for(slot=viewer.ranges[0][0], kind=Kind.CARE_PROVIDER)
    named = [("", "请选择"), *((str(one.pk), one.name) for one in providers)]
    return PlanForm(posted, modes=_named(frame.scheme.modes), providers=named, initial={"first": timezone.localdate()})


APPLY = Work(
    title=lambda _: "登记评定申请", lead=lambda _, __: "参保的居民和职工都可以申请，不限于监测户。",
    button="登记申请", done="已登记，等评定机构评定。", row=None,
    fields=lambda posted, frame, _: ApplyForm(
        posted, groups=_named(frame.scheme.groups), initial={"applied_on": timezone.localdate()}
    ),
    call=services.care_apply, given=lambda _, form: {"asking": form.asking()},
)  # fmt: skip
AGAIN = Work(
    title=lambda found: f"重新评定：{found.name}", button="登记申请", done="已登记，等评定机构评定。",
    lead=lambda _, __: "评定机构登记结果以前，原来的等级继续有效到它到期那天。",
    fields=lambda posted, _, __: AgainForm(posted, initial={"applied_on": timezone.localdate()}),
    call=services.care_apply_again, given=lambda found, form: {"insured_id": found.pk, **form.cleaned_data},
    row=insured_get, insured_id=_own,
)  # fmt: skip
WITHDRAW = Work(
    title=lambda found: f"撤回申请：{found.insured.name}", button="撤回申请", done="已撤回。",
    lead=lambda found, _: f"{found.applied_on:%Y-%m-%d} 的申请不再评定，以后可以重新申请。",
    fields=lambda posted, _, __: ReasonForm(posted), call=services.application_withdraw,
    given=lambda found, form: {"application_id": found.pk, **form.cleaned_data}, row=application_get, insured_id=_its,
)  # fmt: skip
ASSESS = Work(
    title=lambda found: f"评定结果：{found.insured.name}", button="登记结果", done="已登记评定结果。",
    lead=lambda found, frame: (
        f"{found.insured.id_shown} · {found.insured.place} · {found.applied_on:%Y-%m-%d} 申请。"
        f"等级有效 {frame.scheme.reassess_months} 个月，到期前要重新评定。"
    ),
    fields=lambda posted, frame, _: AssessForm(
        posted, levels=_named(frame.scheme.levels), initial={"assessed_on": timezone.localdate()}
    ),
    call=services.assessment_record, given=lambda found, form: {"application_id": found.pk, **form.cleaned_data},
    row=application_get,
)  # fmt: skip
PLAN = Work(
    title=lambda found: f"安排护理：{found.name}", button="安排护理", done="已安排，机构可以登记服务了。",
    lead=lambda _, __: "同一天只能有一个安排；换机构先结束原来的。", fields=_plan_form, call=services.plan_make,
    given=lambda found, form: {"insured_id": found.pk, "planning": form.planning()}, row=insured_get, insured_id=_own,
)  # fmt: skip
PLAN_END = Work(
    title=lambda found: f"结束护理安排：{found.insured_name}", button="结束安排", done="已结束。",
    lead=lambda found, _: (
        f"{found.mode_name} · {found.provider_name} · {found.from_date:%Y-%m-%d} 起。最后一天以后机构不能再登记服务。"
    ),
    fields=lambda posted, _, __: PlanEndForm(posted, initial={"last": timezone.localdate()}), call=services.plan_end,
    given=lambda found, form: {"plan_id": found.pk, **form.cleaned_data}, row=plan_get, insured_id=_its,
)  # fmt: skip
END = Work(
    title=lambda found: f"去世或停保：{found.name}", button="登记去世或停保", done="已登记。",
    lead=lambda _, __: "护理安排随之结束；之后登记的服务不算，已经结算的列出来追回。",
    fields=lambda posted, _, __: EndForm(posted, initial={"on": timezone.localdate()}), call=services.insured_end,
    given=lambda found, form: {"insured_id": found.pk, **form.end()}, row=insured_get, insured_id=_own,
)  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires(*OFFICES, roles=ROLES)
def apply(request: HttpRequest) -> HttpResponse:
    """This function takes an application down."""
    return _work_page(request, APPLY)


@require_http_methods(["GET", "POST"])
@requires(*OFFICES, roles=ROLES)
def again(request: HttpRequest, insured_id: int) -> HttpResponse:
    """This function asks that somebody be assessed again."""
    return _work_page(request, AGAIN, insured_id)


@require_http_methods(["GET", "POST"])
@requires(*OFFICES, roles=ROLES)
def withdraw(request: HttpRequest, application_id: int) -> HttpResponse:
    """This function takes an application back."""
    return _work_page(request, WITHDRAW, application_id)


@require_http_methods(["GET", "POST"])
@requires(*OFFICES, roles=ROLES)
def assess(request: HttpRequest, application_id: int) -> HttpResponse:
    """This function records what the body in charge found."""
    return _work_page(request, ASSESS, application_id, frame_of=_assessor_only)


@require_http_methods(["GET", "POST"])
@requires(*OFFICES, roles=ROLES)
def plan(request: HttpRequest, insured_id: int) -> HttpResponse:
    """This function plans care for somebody with a level."""
    return _work_page(request, PLAN, insured_id)


@require_http_methods(["GET", "POST"])
@requires(*OFFICES, roles=ROLES)
def plan_end(request: HttpRequest, plan_id: int) -> HttpResponse:
    """This function ends a plan."""
    return _work_page(request, PLAN_END, plan_id)


@require_http_methods(["GET", "POST"])
@requires(*OFFICES, roles=ROLES)
def end(request: HttpRequest, insured_id: int) -> HttpResponse:
    """This function records a death or the end of insurance."""
    return _work_page(request, END, insured_id)

"""The insured: the list, one person's page, her application, assessment, plan, end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.insurance.care import services
from shouwang.insurance.care.contexts import CareFormPage, PeoplePage, PersonPage
from shouwang.insurance.care.forms import AgainForm, ApplyForm, AssessForm, EndForm, PlanEndForm, PlanForm, ReasonForm
from shouwang.insurance.care.models import CareInsured, CareLine
from shouwang.insurance.care.rules import Asked, assessment_on
from shouwang.insurance.care.selectors import (
    application_get,
    insured_get,
    insured_visible_to,
    overpaid_days,
    plan_get,
    plans_visible_to,
)
from shouwang.insurance.care.services.common import audited
from shouwang.insurance.care.views.common import OFFICES, PEOPLE_READERS, ROLES, frame_or_none, role_of, viewer_of
from shouwang.insurance.contexts import Way
from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Viewer, requires
from shouwang.people.selectors import organisations_for
from shouwang.rulebook.care import Named
from shouwang.ui.forms import version_posted
from shouwang.ui.tables import key_page


def _named(named: tuple[Named, ...]) -> list[tuple[str, str]]:
    return [(one.key, one.name) for one in named]


def office_only(viewer: Viewer) -> services.Frame:
    """This function returns the scheme that the viewer runs; a page of anybody else's is none."""
    frame = frame_or_none(viewer, timezone.localdate())
    if frame is None or role_of(viewer, frame) != "office":
        raise Http404
    return frame


@require_GET
@requires(*PEOPLE_READERS)
def people(request: HttpRequest) -> HttpResponse:
    """This function lists the insured in sight, the latest first; by whole name where one is asked for."""
    viewer = viewer_of(request)
    if not role_of(viewer, frame_or_none(viewer, timezone.localdate())):
        raise Http404
    name = request.GET.get("name", "").strip()[:60]
    found = insured_visible_to(viewer).order_by()
    if name:
        found = found.filter(name=name)
    page = key_page(found, order=("-id",), after=request.GET.get("after"))
    return render(request, "insurance/care/people.html", {"page": PeoplePage(page, name)})


@require_GET
@requires(*PEOPLE_READERS)
def person(request: HttpRequest, insured_id: int) -> HttpResponse:
    """This function shows somebody insured, and logs that she was read."""
    viewer, today = viewer_of(request), timezone.localdate()
    found = insured_get(viewer, insured_id)
    audited(viewer, "care_insured.read", found, timezone.now(), purpose="查看护理参保人")
    role = role_of(viewer, frame_or_none(viewer, today))
    return render(request, "insurance/care/person.html", {"page": _page(viewer, found, role, today)})


def _page(viewer: Viewer, found: CareInsured, role: str, today: date) -> PersonPage:
    assessments = list(found.assessments.order_by("-from_date", "-pk"))
    level = assessment_on(assessments, today)
    waiting = found.applications.filter(state=Asked.OPEN).first()
    plans = list(plans_visible_to(viewer).filter(insured=found))
    is_over = found.died_on is not None or (found.ended_on is not None and found.ended_on <= today)
    ways = []
    if role == "office" and not is_over:
        if level is not None:
            ways.append(Way("安排护理", reverse("insurance:care_plan", args=[found.pk]), not plans))
        if waiting is None:
            ways.append(Way("登记重新评定申请", reverse("insurance:care_again", args=[found.pk]), level is None))
        else:
            ways.append(Way("撤回申请", reverse("insurance:care_withdraw", args=[waiting.pk])))
        ways.append(Way("登记去世或停保", reverse("insurance:care_end", args=[found.pk])))
    if role == "assessor" and waiting is not None:
        ways.append(Way("登记评定结果", reverse("insurance:care_assess", args=[waiting.pk]), is_main=True))
    latest: dict[int, CareLine] = {}  # a bill settled anew counts by its last settlement
    for line in found.lines.select_related("settlement__bill").order_by("-settlement__bill__month", "-pk")[:48]:
        latest.setdefault(line.settlement.bill_id, line)
    last = assessments[0] if assessments else None
    return PersonPage(
        insured=found, level=level, lapsed=last if level is None and last is not None and last.level else None,
        facts=_facts(found), waiting=waiting, assessments=assessments, plans=plans, lines=list(latest.values()),
        overpaid=list(overpaid_days(found)), ways=ways, may_end_plans=role == "office", today=today,
    )  # fmt: skip


def _facts(found: CareInsured) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        ("身份证号", found.id_shown),
        ("参保人群", found.group_name, f"{found.from_date:%Y-%m-%d} 起参保"),
        ("住在", found.place, "农户登记里有" if found.person_id else "农户登记里没有，按身份证号登记"),
    ]
    if found.died_on:
        rows.append(("去世", f"{found.died_on:%Y-%m-%d}", found.end_reason))
    elif found.ended_on:
        rows.append(("不再参保", f"{found.ended_on:%Y-%m-%d} 起", found.end_reason))
    return rows


def _form_page(
    request: HttpRequest, page: CareFormPage, act: Callable[[], Any], *, done: str, to: Callable[[Any], str]
) -> HttpResponse:  # fmt: skip
    """This function shows a form, does what was asked, and goes on; a refusal stands above the form."""
    form = page.form
    if request.method == "POST" and form.is_valid():
        try:
            made = act()
        except Refusal as refusal:
            if refusal.is_absent:
                raise
            form.add_error(None, refusal.message)
        else:
            messages.success(request, done)
            return redirect(to(made))
    return render(request, "insurance/care/form.html", {"page": page}, status=422 if form.errors else 200)


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _person_href(pk: int) -> str:
    return reverse("insurance:care_person", args=[pk])


@require_http_methods(["GET", "POST"])
@requires(*OFFICES, roles=ROLES)
def apply(request: HttpRequest) -> HttpResponse:
    """This function takes an application down."""
    viewer, now = viewer_of(request), timezone.now()
    frame = office_only(viewer)
    form = ApplyForm(_posted(request), groups=_named(frame.scheme.groups), initial={"applied_on": timezone.localdate()})
    page = CareFormPage("登记评定申请", "参保的居民和职工都可以申请，不限于监测户。", form, "登记申请",
                        reverse("insurance:care"))  # fmt: skip
    return _form_page(
        request, page, lambda: services.care_apply(viewer=viewer, asking=form.asking(), at=now),
        done="已登记，等评定机构评定。", to=lambda made: _person_href(made.insured_id),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires(*OFFICES, roles=ROLES)
def again(request: HttpRequest, insured_id: int) -> HttpResponse:
    """This function asks that somebody be assessed again."""
    viewer = viewer_of(request)
    office_only(viewer)
    found = insured_get(viewer, insured_id)
    form = AgainForm(_posted(request), initial={"applied_on": timezone.localdate()})
    page = CareFormPage(f"重新评定：{found.name}", "评定机构登记结果以前，原来的等级继续有效到它到期那天。", form,
                        "登记申请", _person_href(found.pk), found.version)  # fmt: skip
    return _form_page(
        request, page,
        lambda: services.care_apply_again(
            viewer=viewer, insured_id=found.pk, version=version_posted(request), at=timezone.now(), **form.cleaned_data
        ),
        done="已登记，等评定机构评定。", to=lambda _: _person_href(found.pk),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires(*OFFICES, roles=ROLES)
def withdraw(request: HttpRequest, application_id: int) -> HttpResponse:
    """This function takes an application back."""
    viewer = viewer_of(request)
    office_only(viewer)
    found = application_get(viewer, application_id)
    form = ReasonForm(_posted(request))
    lead = f"{found.applied_on:%Y-%m-%d} 的申请不再评定，以后可以重新申请。"
    page = CareFormPage(f"撤回申请：{found.insured.name}", lead, form, "撤回申请", _person_href(found.insured_id),
                        found.version)  # fmt: skip
    return _form_page(
        request, page,
        lambda: services.application_withdraw(
            viewer=viewer, application_id=found.pk, version=version_posted(request), at=timezone.now(),
            **form.cleaned_data,
        ),
        done="已撤回。", to=lambda _: _person_href(found.insured_id),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires(*OFFICES, roles=ROLES)
def assess(request: HttpRequest, application_id: int) -> HttpResponse:
    """This function records what the body in charge found."""
    viewer = viewer_of(request)
    frame = frame_or_none(viewer, timezone.localdate())
    if frame is None or not services.is_body(viewer, frame.scheme.assessed_by):
        raise Http404
    found = application_get(viewer, application_id)
    form = AssessForm(
        _posted(request), levels=_named(frame.scheme.levels), initial={"assessed_on": timezone.localdate()}
    )
    lead = f"{found.insured.id_shown} · {found.insured.place} · {found.applied_on:%Y-%m-%d} 申请"
    said = f"{lead}。等级有效 {frame.scheme.reassess_months} 个月，到期前要重新评定。"
    page = CareFormPage(f"评定结果：{found.insured.name}", said, form, "登记结果", reverse("insurance:care"),
                        found.version)  # fmt: skip
    return _form_page(
        request, page,
        lambda: services.assessment_record(
            viewer=viewer, application_id=found.pk, version=version_posted(request), at=timezone.now(),
            **form.cleaned_data,
        ),
        done="已登记评定结果。", to=lambda _: reverse("insurance:care"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires(*OFFICES, roles=ROLES)
def plan(request: HttpRequest, insured_id: int) -> HttpResponse:
    """This function plans care for somebody with a level."""
    viewer = viewer_of(request)
    frame = office_only(viewer)
    found = insured_get(viewer, insured_id)
    providers = organisations_for(slot=viewer.ranges[0][0], kind=Kind.CARE_PROVIDER)
    form = PlanForm(
        _posted(request), modes=_named(frame.scheme.modes),
        providers=[("", "请选择"), *((str(one.pk), one.name) for one in providers)],
        initial={"first": timezone.localdate()},
    )  # fmt: skip
    page = CareFormPage(f"安排护理：{found.name}", "同一天只能有一个安排；换机构先结束原来的。", form, "安排护理",
                        _person_href(found.pk), found.version)  # fmt: skip
    return _form_page(
        request, page,
        lambda: services.plan_make(
            viewer=viewer, insured_id=found.pk, version=version_posted(request), planning=form.planning(),
            at=timezone.now(),
        ),
        done="已安排，机构可以登记服务了。", to=lambda _: _person_href(found.pk),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires(*OFFICES, roles=ROLES)
def plan_end(request: HttpRequest, plan_id: int) -> HttpResponse:
    """This function ends a plan."""
    viewer = viewer_of(request)
    office_only(viewer)
    found = plan_get(viewer, plan_id)
    form = PlanEndForm(_posted(request), initial={"last": timezone.localdate()})
    lead = (
        f"{found.mode_name} · {found.provider_name} · {found.from_date:%Y-%m-%d} 起。最后一天以后机构不能再登记服务。"
    )
    page = CareFormPage(f"结束护理安排：{found.insured_name}", lead, form, "结束安排", _person_href(found.insured_id),
                        found.version)  # fmt: skip
    return _form_page(
        request, page,
        lambda: services.plan_end(
            viewer=viewer, plan_id=found.pk, version=version_posted(request), at=timezone.now(), **form.cleaned_data
        ),
        done="已结束。", to=lambda _: _person_href(found.insured_id),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires(*OFFICES, roles=ROLES)
def end(request: HttpRequest, insured_id: int) -> HttpResponse:
    """This function records a death or the end of insurance."""
    viewer = viewer_of(request)
    office_only(viewer)
    found = insured_get(viewer, insured_id)
    form = EndForm(_posted(request), initial={"on": timezone.localdate()})
    lead = "护理安排随之结束；之后登记的服务不算，已经结算的列出来追回。"
    page = CareFormPage(f"去世或停保：{found.name}", lead, form, "登记", _person_href(found.pk), found.version)

    def act() -> CareInsured:
        data = form.cleaned_data
        return services.insured_end(
            viewer=viewer, insured_id=found.pk, version=version_posted(request), is_death=data["what"] == "die",
            on=data["on"], reason=data["reason"], at=timezone.now(),
        )  # fmt: skip

    return _form_page(request, page, act, done="已登记。", to=lambda _: _person_href(found.pk))

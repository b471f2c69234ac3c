"""Organisations of an administrator: list, add, standard set of a county, page, close."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.kit.errors import Refusal
from shouwang.people.access import KIND_LABELS, Kind
from shouwang.people.contexts import OrganisationPage, OrganisationsPage
from shouwang.people.forms import ADDABLE, CountyForm, OrganisationForm
from shouwang.people.selectors import appointments_of_organisation, factor_resets_open, organisations_under
from shouwang.people.services import county_set_up, organisation_add, organisation_close
from shouwang.people.views.common import administrators, appointment_rows, organisation_or_404, viewer_of
from shouwang.ui.pages import confirm_page
from shouwang.ui.tables import Column, Row, Table, key_page, sort_order

COLUMNS = (
    Column("name", "机构", phone="title", sort="name"),
    Column("kind", "类型", sort="kind"),
    Column("area", "辖区", sort="area"),
    Column("people", "在任", kind="number", unit="人", sort="people"),
)
ORDERS = {"name": "name", "kind": ("kind", "area__lo"), "area": ("area__lo", "kind"), "people": "people"}


@require_GET
@administrators
def listing(request: HttpRequest) -> HttpResponse:
    """This function lists the organisations of the administrator's areas."""
    viewer = viewer_of(request)
    kind, text = request.GET.get("kind", ""), request.GET.get("q", "").strip()
    order = sort_order(request.GET.get("sort", ""), choices=ORDERS, default="area")
    found = key_page(organisations_under(viewer, kind=kind, text=text), order=order, after=request.GET.get("after"))
    rows = [
        Row(
            cells={
                "name": organisation.name,
                "kind": KIND_LABELS[Kind(organisation.kind)],
                "area": organisation.area.full_name,
                "people": organisation.people,
            },
            href=reverse("people:organisation", args=[organisation.pk]),
        )
        for organisation in found
    ]
    page = OrganisationsPage(
        table=Table(caption="机构", columns=COLUMNS, rows=rows, page=found),
        kinds=[(choice.value, KIND_LABELS[choice]) for choice in ADDABLE],
        kind=kind,
        text=text,
        resets=factor_resets_open().count(),
    )
    return render(request, "people/organisations.html", {"page": page})


@require_http_methods(["GET", "POST"])
@administrators
def add(request: HttpRequest) -> HttpResponse:
    """This function adds an organisation."""
    viewer = viewer_of(request)
    form = OrganisationForm(request.POST if request.method == "POST" else None, viewer=viewer)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = organisation_add(
                viewer=viewer,
                kind=Kind(data["kind"]),
                department=data["department"],
                area_id=data["area"].pk,
                name=data["name"],
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"已建立{made.name}，接着可以任命人员。")
            return redirect("people:organisation", made.pk)
    return render(request, "people/organisation_form.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@administrators
def county(request: HttpRequest) -> HttpResponse:
    """This function makes the standard organisations of a county."""
    viewer = viewer_of(request)
    form = CountyForm(request.POST if request.method == "POST" else None, viewer=viewer)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        added = county_set_up(
            viewer=viewer,
            county_id=data["county"].pk,
            insurer_name=data["insurer"],
            with_villages=data["with_villages"],
            at=timezone.now(),
        )
        messages.success(request, f"{data['county'].name}：新建 {added} 个机构，原有的没有改动。")
        return redirect("people:index")
    return render(request, "people/county_form.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@administrators
def page(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """This function shows one organisation and its appointments."""
    organisation = organisation_or_404(request, organisation_id)
    on = timezone.localdate()
    rows = appointment_rows(appointments_of_organisation(organisation.pk), on=on, viewer=viewer_of(request))
    context = OrganisationPage(organisation=organisation, kind=KIND_LABELS[Kind(organisation.kind)], rows=rows, on=on)
    return render(request, "people/organisation.html", {"page": context})


@require_http_methods(["GET", "POST"])
@administrators
def close(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """This function closes an organisation, after asking once."""
    organisation = organisation_or_404(request, organisation_id)
    if request.method == "POST":
        organisation_close(viewer=viewer_of(request), organisation_id=organisation.pk, at=timezone.now())
        messages.success(request, f"{organisation.name}已停用。")
        return redirect("people:index")
    return confirm_page(
        request,
        title=f"停用{organisation.name}",
        happens=["这个机构不再收到新任务，也不能再任命人员。", "它过去办的事都保留。"],
        button="停用机构",
        back=reverse("people:organisation", args=[organisation.pk]),
    )

"""What households need; and the public list of what was given."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shouwang.assistance.contexts.giving import (
    GivenPage,
    HouseholdNeedsPage,
    NeedLine,
    NeedsPage,
)
from shouwang.assistance.forms.giving import NeedForm, WhyForm
from shouwang.assistance.models import Measure
from shouwang.assistance.rules.giving import STATERS, amount_text, may_state
from shouwang.assistance.selectors.giving import (
    allotments_out,
    allotments_visible_to,
    given_publicly,
    giving_policy,
    measures_without_need,
    need_get,
    needs_open,
    needs_visible_to,
)
from shouwang.assistance.selectors.measures import measures_visible_to
from shouwang.assistance.services import (
    need_state,
    need_withdraw,
)
from shouwang.assistance.views.allotments import allotment_lines
from shouwang.assistance.views.common import READERS, card_of, viewer_of
from shouwang.kit.errors import Refusal
from shouwang.people.access import Viewer, requires
from shouwang.people.selectors import counties_served
from shouwang.register.selectors import HouseholdCard, household_cards
from shouwang.ui.forms import key_read, refusal_add, version_posted
from shouwang.ui.tables import key_page

ALLOTTED = 50


@require_GET
@requires(*READERS)
def needs(request: HttpRequest) -> HttpResponse:
    """This function lists the needs that nothing has met wholly, and social help that plans name without a need."""
    viewer = viewer_of(request)
    found = key_page(needs_open(viewer), order=("stated_on",), after=request.GET.get("after"))
    measures = measures_without_need(viewer) if may_state(viewer) else []
    cards = household_cards(
        viewer, {need.household_id for need in found.rows} | {row.household_id for row in measures}
    )  # fmt: skip
    page = NeedsPage(
        [NeedLine(need, cards.get(need.household_id)) for need in found.rows],
        found,
        [(row, cards.get(row.household_id)) for row in measures],
        may_state(viewer),
        allotments_out(viewer).count(),
    )
    return render(request, "assistance/needs.html", {"page": page})


@require_http_methods(["GET", "POST"])
@requires(*READERS)
def household(request: HttpRequest, household_id: int) -> HttpResponse:
    """This function shows what one household needs and got, and takes a need."""
    viewer, today = viewer_of(request), timezone.localdate()
    card = card_of(viewer, household_id)
    measure = _measure(viewer, request, household_id)
    if request.method == "POST" and not may_state(viewer):
        return redirect("assistance:household_needs", household_id)
    form = _form(viewer, card, today, measure, request.POST if request.method == "POST" else None)
    if form is not None and form.is_bound and form.is_valid():
        try:
            need_state(
                viewer=viewer, household_id=household_id, lack=form.lack(measure_id=measure.pk if measure else None),
                at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            refusal_add(form, refusal)
        else:
            messages.success(request, "需求已登记，有合适的捐赠时县级防贫中心或乡镇会分配。")
            return redirect("assistance:household_needs", household_id)
    return _household(request, viewer, card, form, measure)


def _form(
    viewer: Viewer, card: HouseholdCard, today: date, measure: Measure | None, posted: QueryDict | None
) -> NeedForm | None:
    if not may_state(viewer) or card.ended_on is not None:
        return None
    purposes = giving_policy(card.slot, today).purposes
    return NeedForm(
        posted, purposes=[(key, stated.name) for key, stated in purposes.items()],
        initial={"stated_on": today, "form": "MONEY", "note": measure.summary if measure else ""},
    )  # fmt: skip


def _measure(viewer: Viewer, request: HttpRequest, household_id: int) -> Measure | None:
    key = key_read(request.GET.get("measure", ""))
    return measures_visible_to(viewer).filter(pk=key, household_id=household_id).first() if key else None


def _household(
    request: HttpRequest, viewer: Viewer, card: HouseholdCard, form: NeedForm | None, measure: Measure | None = None,
    *, why_form: WhyForm | None = None, why_of: int = 0,
) -> HttpResponse:  # fmt: skip
    rows = needs_visible_to(viewer).filter(household_id=card.id).order_by("-pk")
    allotted = list(allotments_visible_to(viewer).filter(household_id=card.id).order_by("-pk")[:ALLOTTED])
    page = HouseholdNeedsPage(
        card, [NeedLine(need, card) for need in rows], allotment_lines(viewer, allotted), form, measure, why_form,
        why_of,
    )  # fmt: skip
    status = 422 if why_form is not None or (form is not None and form.is_bound) else 200
    return render(request, "assistance/household_needs.html", {"page": page}, status=status)


@require_POST
@requires(*STATERS)
def withdraw(request: HttpRequest, need_id: int) -> HttpResponse:
    """This function takes a need back."""
    viewer = viewer_of(request)
    need = need_get(viewer, need_id)
    if need is None or not may_state(viewer):
        raise Http404
    why = WhyForm(request.POST, auto_id=f"back{need_id}_%s")
    if why.is_valid():
        try:
            need_withdraw(
                viewer=viewer, need_id=need_id, version=version_posted(request), reason=why.cleaned_data["reason"],
                at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.is_absent:  # somebody else was faster
                messages.error(request, "这项需求已经撤回，不用再办。")
                return redirect("assistance:household_needs", need.household_id)
            refusal_add(why, refusal)
        else:
            messages.success(request, "这项需求已撤回。")
            return redirect("assistance:household_needs", need.household_id)
    card = card_of(viewer, need.household_id)
    form = _form(viewer, card, timezone.localdate(), None, None)
    return _household(request, viewer, card, form, why_form=why, why_of=need_id)


@never_cache
@require_GET
def given(request: HttpRequest, code: str) -> HttpResponse:
    """This function shows everybody what was given in a county and how much has arrived; it names no household."""
    area = next((county for county in counties_served() if county.code == code), None)
    if area is None:
        raise Http404
    lines = [
        (
            row, amount_text(row.total, form=row.form, unit=row.unit) + row.item,
            amount_text(row.delivered, form=row.form, unit=row.unit),
        )
        for row in given_publicly(lo=area.lo, hi=area.hi)
    ]  # fmt: skip
    page = GivenPage(area, lines, timezone.localdate())
    return render(request, "assistance/given.html", {"page": page})

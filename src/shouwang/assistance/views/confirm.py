"""What the household says of a delivered measure, asked by its officer; and the papers that prove a delivery."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.assistance.contexts import ConfirmPage
from shouwang.assistance.forms import ConfirmForm
from shouwang.assistance.selectors import confirmations_of, measure_get, proof_get
from shouwang.assistance.services import CONFIRMERS, ConfirmedTooEarly, measure_confirm
from shouwang.kit.codes import Measure as MeasureKind
from shouwang.office.services import paper_open
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.register.selectors import household_card
from shouwang.ui.files import paper_answer

WORKERS = {Role.OFFICER, Role.CLERK, Role.LEADER}
LOOKERS = (
    *CONFIRMERS, Kind.LEADING_GROUP, Kind.DEPARTMENT, Kind.INSURER, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT
)  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires(*CONFIRMERS, roles=WORKERS)
def confirm(request: HttpRequest, measure_id: int) -> HttpResponse:
    """This function records whether the household got what was delivered."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    measure = measure_get(viewer, measure_id)
    if measure is None or measure.state != "DELIVERED":
        raise Http404
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ConfirmForm(*posted, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        try:
            measure_confirm(viewer=viewer, measure_id=measure.pk, said=form.said(), at=timezone.now())
        except ConfirmedTooEarly as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, "已记下农户的话。")
            return redirect("assistance:plan", measure.case_id)
    page = ConfirmPage(
        measure=measure, kind=MeasureKind(measure.kind).label, form=form,
        household=household_card(viewer, measure.household_id), earlier=confirmations_of(viewer, measure.pk),
    )  # fmt: skip
    return render(request, "assistance/confirm.html", {"page": page}, status=422 if form.errors else 200)


@never_cache
@require_GET
@requires(*LOOKERS)
def proof(request: HttpRequest, proof_id: int) -> HttpResponse:
    """This function hands out one paper that proves a delivery; the look is logged."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = proof_get(viewer, proof_id)
    if found is None:
        raise Http404
    shown = paper_open(
        viewer=viewer, paper_id=found.paper_id, at=timezone.now(), purpose=f"帮扶措施 {found.measure_id} 的凭证"
    )
    return paper_answer(shown.name, shown.content, media_type=shown.media_type)

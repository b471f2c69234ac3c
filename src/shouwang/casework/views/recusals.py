"""Who stepped aside from a case's household, for the county centre, which may end it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.casework.contexts import RecusalsPage
from shouwang.casework.errors import OwnRecusal
from shouwang.casework.forms import WithdrawForm
from shouwang.casework.selectors.barred import recusals_of
from shouwang.casework.services.recusing import recusal_end
from shouwang.casework.views.heads import case_head, case_shown
from shouwang.people.access import Kind, Role, Viewer, requires


@require_http_methods(["GET", "POST"])
@requires(Kind.COUNTY_CENTRE, roles={Role.CLERK, Role.LEADER})
def recusals(request: HttpRequest, case_id: int) -> HttpResponse:
    """This function lists the recusals of a case's household and ends one with a reason."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    found = case_shown(viewer, case_id, on)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    form.fields["reason"].label = "为什么不用再回避"
    rows = recusals_of(viewer, found.household_id)
    chosen = next((row.pk for row in rows if str(row.pk) == request.POST.get("recusal")), None)
    if request.method == "POST" and chosen is None:
        form.add_error(None, "请选要结束的回避。")
    if request.method == "POST" and form.is_valid():
        try:
            recusal_end(
                viewer=viewer, recusal_id=chosen or 0, reason=form.cleaned_data["reason"], at=timezone.now()
            )  # fmt: skip
            messages.success(request, "回避已结束，记入案件的办理经过。")
            return redirect("casework:case", case_id)
        except OwnRecusal as refusal:
            form.add_error(None, refusal.message)
    page = RecusalsPage(head=case_head(viewer, found, on), rows=rows, form=form, chosen=chosen)
    return render(request, "casework/recusals.html", {"page": page}, status=422 if request.method == "POST" else 200)

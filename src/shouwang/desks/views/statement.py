"""The household's statement: what the state holds of it and has paid; opens only with a PIN an officer handed over."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from shouwang.audit.services import entry_append
from shouwang.casework.selectors import case_get
from shouwang.desks.contexts import StatementPage
from shouwang.desks.selectors import household
from shouwang.people.access import acting_as
from shouwang.public.pages import public_page
from shouwang.public.services import PassGone, pass_open
from shouwang.register.selectors import household_file


@require_POST
@public_page
def statement(request: HttpRequest) -> HttpResponse:
    """This function shows the household of an opened receipt what is registered and paid, and logs that it was read."""
    opened, on = pass_open(request.POST.get("opened", "")[:300]), timezone.localdate()
    if not opened.is_given or opened.case_id is None:
        raise PassGone
    viewer = opened.viewer
    with acting_as(viewer):
        case = case_get(viewer, opened.case_id)
        file = household_file(viewer, case.household_id, on)
        grants = household.grants(viewer, case.household_id)
        names = {member.person_id: member.name for member in file.members}
        page = StatementPage(
            file=file,
            on=on,
            money=[(part, part.totals(on)) for part in household.money(grants)],
            measures=household.measure_lines(household.measures(viewer, case.household_id), grants, names),
        )
        entry_append(
            viewer=viewer, action="household.read", subject_type="register.Household", subject_id=case.household_id,
            slot=opened.slot, at=timezone.now(), purpose="农户凭密码查看自己家",
        )  # fmt: skip
        return render(request, "desks/statement.html", {"page": page})

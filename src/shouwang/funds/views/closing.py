"""The end of a year: what is left is carried over, all of it at once."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.funds.contexts import ClosePage
from shouwang.funds.forms import CloseForm
from shouwang.funds.rules import year_is_over
from shouwang.funds.selectors import money_by_level
from shouwang.funds.selectors.ledger import year_left
from shouwang.funds.services import year_close
from shouwang.funds.views.common import HOLDERS, year_asked
from shouwang.kit.errors import Refusal
from shouwang.people.access import Role, Viewer, requires
from shouwang.ui.forms import refusal_add


@require_http_methods(["GET", "POST"])
@requires(*HOLDERS, roles={Role.CLERK, Role.LEADER})
def close(request: HttpRequest) -> HttpResponse:
    """This function shows what is left of a year and carries it over."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    year, _ = year_asked(viewer, request.GET.get("year", ""))
    today = timezone.localdate()
    form = CloseForm(request.POST or None, today=today, initial={"key": secrets.token_hex(16)})
    if request.method == "POST" and form.is_valid():
        try:
            count = year_close(viewer=viewer, year=year, ground=form.ground(), at=timezone.now())
        except Refusal as refusal:
            refusal_add(form, refusal)
        else:
            messages.success(request, f"{year} 年度已结转，{count} 个账户的余额转入 {year + 1} 年度。")
            return redirect(f"{reverse('funds:desk')}?year={year + 1}")
    own = [line for line in money_by_level(viewer, year=year) if line.organisation_id == viewer.organisation_id]
    left = year_left(viewer, year)
    page = ClosePage(
        year=year, left=left, total_fen=sum(account.balance_fen for account in left),
        open_fen=sum(line.committed_fen + line.transit_fen for line in own),
        is_over=year_is_over(year, on=today), form=form,
    )  # fmt: skip
    return render(request, "funds/close.html", {"page": page}, status=422 if form.errors else 200)

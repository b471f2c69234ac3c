"""Pools: which there are, one in numbers and movements, a new term, money in, what is left over."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shouwang.insurance.contexts import PoolPage, PoolsPage
from shouwang.insurance.forms import ListForm, OpenPoolForm, PoolMoneyForm
from shouwang.insurance.models import Pool
from shouwang.insurance.navigation import CLAIM_READERS
from shouwang.insurance.selectors import (
    pool_get,
    pool_months,
    pool_sums,
    pool_under_way_fen,
    pools_added_to,
    pools_adding_to,
    pools_visible_to,
)
from shouwang.insurance.services import (
    LIST_LIMIT,
    carry_waits,
    pool_carry,
    pool_following,
    pool_ledger_fen,
    pool_open,
    pool_pay_in,
    pools_stated,
)
from shouwang.insurance.views.common import ROLES, WORKING, refusal_add, viewer_of
from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Viewer, requires
from shouwang.people.selectors import organisations_for
from shouwang.standards.selectors import NoPolicyInForce
from shouwang.ui.charts import Series, TrendChart
from shouwang.ui.forms import version_posted

SHOWN = 100
FEWEST_MONTHS = 2
WAN_FEN = 1_000_000


def _may_work(viewer: Viewer) -> bool:
    return viewer.kind is Kind.COUNTY_CENTRE and viewer.role in ROLES


@require_GET
@requires(*CLAIM_READERS)
def pools(request: HttpRequest) -> HttpResponse:
    """This function lists the pools in sight, the latest terms first."""
    viewer = viewer_of(request)
    return render(
        request, "insurance/pools.html", {"page": PoolsPage(list(pools_visible_to(viewer)[:200]), _may_work(viewer))}
    )


@require_http_methods(["GET", "POST"])
@requires(Kind.COUNTY_CENTRE, roles=ROLES)
def open_pool(request: HttpRequest) -> HttpResponse:
    """This function opens a term of a pool that the policy states."""
    viewer, today = viewer_of(request), timezone.localdate()
    try:
        stated = pools_stated(viewer, today)
    except NoPolicyInForce:
        stated = ()
    insurers = list(organisations_for(slot=viewer.ranges[0][0], kind=Kind.INSURER))
    form = OpenPoolForm(
        request.POST if request.method == "POST" else None,
        keys=[(one.key, one.name) for one in stated],
        insurers=[(str(one.pk), one.name) for one in insurers],
    )
    if request.method == "POST" and form.is_valid():
        try:
            pool = pool_open(viewer=viewer, opening=form.opening(), at=timezone.now())
        except Refusal as refusal:
            refusal_add(form, refusal)
        else:
            messages.success(request, "已登记这一期，保费到账后请记一笔。")
            return redirect("insurance:pool", pool.pk)
    context = {"form": form, "has_pools": bool(stated), "has_insurers": bool(insurers)}
    return render(request, "insurance/open_pool.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires(*CLAIM_READERS)
def pool(request: HttpRequest, pool_id: int) -> HttpResponse:
    """This function shows one term of a pool, and records money that came in."""
    viewer, today = viewer_of(request), timezone.localdate()
    found = pool_get(viewer, pool_id)
    form = None
    if _may_work(viewer):
        form = PoolMoneyForm(
            request.POST if request.method == "POST" else None, initial={"on": today, "move": "PREMIUM"}
        )
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            pool_pay_in(
                viewer=viewer, pool_id=pool_id, version=version_posted(request), at=timezone.now(), **form.cleaned_data
            )  # fmt: skip
        except Refusal as refusal:
            refusal_add(form, refusal)
        else:
            messages.success(request, "已记账。")
            return redirect("insurance:pool", pool_id)
    status = 422 if form is not None and form.errors else 200
    return render(request, "insurance/pool.html", {"page": pool_page(found, viewer, form=form)}, status=status)


def _reads_ledger(viewer: Viewer, found: Pool) -> bool:
    """This function tells whether the pool stands in the ledger and its keeper's accounts are the viewer's to read."""
    return bool(found.purpose) and (viewer.reads_register or viewer.organisation_id == found.holder_id)


def pool_page(
    found: Pool, viewer: Viewer, *, form: PoolMoneyForm | None = None, list_form: ListForm | None = None
) -> PoolPage:
    """This function returns what the page of a pool shows; `list_form` where taking out its list was refused."""
    sums = pool_sums(found)
    may_carry = _may_work(viewer) and found.rolls_over and found.balance_fen > 0 and found.carried_to_id is None
    waits = carry_waits(found, pool_following(found).first(), on=timezone.localdate()) if may_carry else ""
    return PoolPage(
        pool=found,
        sums=sums,
        claims_count=sum(sums.claims.values()),
        entries=list(found.entries.order_by("-pk")[:SHOWN]),
        supplements=pools_adding_to(found),
        added_to=pools_added_to(found),
        list_form=list_form or ListForm(),
        list_limit=LIST_LIMIT,
        form=form,
        ledger_fen=pool_ledger_fen(viewer, found) if _reads_ledger(viewer, found) else None,
        under_way_fen=pool_under_way_fen(found),
        may_settle=viewer.kind in WORKING and viewer.role in ROLES,
        may_carry=may_carry and not waits,
        carry_waits=waits,
        more=max(0, found.entries.count() - SHOWN),
        chart=_chart(found),
    )


def _chart(found: Pool) -> TrendChart | None:
    """This function draws the balance at the end of each month; None where there are not two yet, or nothing moved."""
    months = pool_months(found, on=timezone.localdate())
    if len(months) < FEWEST_MONTHS or not any(one.balance_fen or one.paid_fen for one in months):
        return None
    lines = [
        Series("月底余额", [round(one.balance_fen / WAN_FEN) for one in months]),
        Series("累计已付", [round(one.paid_fen / WAN_FEN) for one in months]),
    ]
    return TrendChart(
        "months", "每个月底的余额和累计已付（万元）", [f"{one.month:%Y-%m}" for one in months], lines, "万元"
    )


@require_POST
@requires(Kind.COUNTY_CENTRE, roles=ROLES)
def carry(request: HttpRequest, pool_id: int) -> HttpResponse:
    """This function carries what a term left over into the next one."""
    viewer = viewer_of(request)
    found = pool_get(viewer, pool_id)
    following = pool_carry(
        viewer=viewer, pool_id=found.pk, version=version_posted(request), on=timezone.localdate(),
        at=timezone.now(),
    )  # fmt: skip
    messages.success(request, "结余已转入下一期。")
    return redirect("insurance:pool", following.pk)

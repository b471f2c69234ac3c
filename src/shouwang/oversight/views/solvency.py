"""Whether a pool lasts: what is still to be paid, by scenario, and what another ladder would change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from shouwang.insurance.services import ladders_try
from shouwang.kit.errors import Refusal
from shouwang.oversight.contexts.solvency import SolvencyPage, SolvencyPoolsPage
from shouwang.oversight.forms import SolvencyForm
from shouwang.oversight.rules.solvency import PERIOD_DAYS, Solvency
from shouwang.oversight.rules.solvency import solvency as estimate
from shouwang.oversight.selectors.solvency import claim_facts, pool_facts, pools_listed
from shouwang.oversight.views.lab import READERS
from shouwang.people.access import Viewer, requires
from shouwang.ui.charts import Series, TrendChart


@require_GET
@requires(*READERS)
def pools(request: HttpRequest) -> HttpResponse:
    """This function lists the pools in sight."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return render(request, "oversight/solvency_pools.html", {"page": SolvencyPoolsPage(pools_listed(viewer))})


@require_GET
@requires(*READERS)
def solvency(request: HttpRequest, pool_id: int) -> HttpResponse:
    """This function shows a pool's solvency today, and under a ladder that is typed."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    pool, fact = pool_facts(viewer, pool_id)
    form = SolvencyForm(request.GET if "confidence" in request.GET else None)
    is_wrong = form.is_bound and not form.is_valid()
    confidence = form.sureness
    on = timezone.localdate()
    found = estimate(claim_facts(viewer, pool), fact, on=on, confidence=confidence / 100)
    page = SolvencyPage(
        pool,
        fact.has_fen,
        found,
        confidence,
        _chart(found, fact.has_fen, last=pool.until_date - timedelta(days=1)),
        form,
    )
    if form.is_bound and not is_wrong and not form.change.is_nothing:
        try:
            tried = ladders_try(viewer=viewer, pool=pool, change=form.change)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            is_wrong = True
        else:
            facts = claim_facts(viewer, pool, amounts=tried.amounts)
            under = estimate(facts, fact, on=on, confidence=confidence / 100)
            page = replace(page, tried=tried.ladders, under=under)
    return render(request, "oversight/solvency.html", {"page": page}, status=422 if is_wrong else 200)


def _chart(found: Solvency, has_fen: int, *, last: date) -> TrendChart | None:
    """This function draws the balance from today to the last day as the usual scenario has it; None after the term."""
    if not found.periods_left:
        return None
    path = [(has_fen,) * 3, *found.outlooks[0].path]
    days = [f"{min(last, found.on + timedelta(days=PERIOD_DAYS * number)):%m-%d}" for number in range(len(path))]
    wan = [[round(fen / 1_000_000) for fen in column] for column in zip(*path, strict=True)]
    names = ("二十次里有一次比这低", "一半比这低", "二十次里有一次比这高")
    series = [Series(name, values) for name, values in zip(names, wan, strict=True)]
    return TrendChart("balance", "到期满前的余额（万元，照现在这样）", days, series, unit="万元")

"""Back-test: how sizes of a value would have done on past months, and which is best for so many visits a week."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.engine.scores import Terms, missing_months, months_needed
from shouwang.kit.errors import Refusal
from shouwang.office.selectors import progress_visible_to
from shouwang.oversight.contexts import BacktestPage, ResultPage, SourceChoice
from shouwang.oversight.forms import FIELD, WEEKS, BacktestForm, VisitsForm
from shouwang.oversight.models import PolicyBacktest
from shouwang.oversight.rules.backtests import MADE, best_of, is_flat, name_of, rows_of, scores_of
from shouwang.oversight.selectors import (
    Past,
    area_of_run,
    backtest_by_key,
    backtests_visible_to,
    pasts_visible_to,
    versions_for,
)
from shouwang.oversight.services import Asked, backtest_request
from shouwang.oversight.services.backtesting import ADDRESS, UNDER_WAY
from shouwang.oversight.views.lab import READERS, TRIERS
from shouwang.people.access import Viewer, requires
from shouwang.rulebook.variants import Threshold, thresholds_of
from shouwang.standards.selectors import policy_by_version_id
from shouwang.ui.charts import CurveChart, CurvePoint
from shouwang.ui.forms import key_read
from shouwang.ui.tables import key_page

SHORTEST = months_needed(Terms(window_months=1))


class NothingToTry(Refusal):
    """There are too few past months over the viewer's areas."""

    sentence = "过去的月份还不够，不能回测。"


@dataclass(frozen=True)
class Source:
    """On what is tried: past months of an area, from a version."""

    past: Past
    pasts: tuple[Past, ...]
    version: Any
    versions: tuple[Any, ...]

    @cached_property
    def thresholds(self) -> tuple[Threshold, ...]:
        """The values that can be tried: those in force on the last day."""
        policy = policy_by_version_id(self.version.pk, on=self.past.days[-1])
        return thresholds_of(policy, lo=self.past.slot, hi=self.past.hi)


def _source(viewer: Viewer, given: Mapping[str, str]) -> Source | None:
    """This function returns what an address asks to try on, None without any month; raises Http404 for what is not
    the viewer's."""
    pasts = tuple(pasts_visible_to(viewer))
    asked = key_read(given.get("area", "")) if given.get("area") else None
    if given.get("area"):
        past = next((one for one in pasts if one.slot == asked), None)
        if past is None:
            raise Http404
    elif not pasts:
        return None
    else:
        past = pasts[0]
    latest = past.runs[-1]
    area = area_of_run(latest)
    versions = versions_for(area, on=latest.on) if area is not None else []
    if latest.pack_version not in versions:
        versions.insert(0, latest.pack_version)
    wanted = key_read(given["version"]) if given.get("version") else latest.pack_version_id
    version = next((one for one in versions if one.pk == wanted), None)
    if version is None:
        raise Http404
    return Source(past, pasts, version, tuple(versions))


def _page(
    request: HttpRequest, source: Source | None, form: BacktestForm | None = None, *, status: int = 200
) -> HttpResponse:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    may_try = viewer.kind in TRIERS
    more: dict[str, Any] = {}
    if source is not None:
        more = {
            "areas": [
                SourceChoice(one.slot, f"{one.area_name}，{one.span} 个月", one is source.past) for one in source.pasts
            ],
            "versions": [
                SourceChoice(one.pk, f"{one.name} {one.digest[:8]}", one.pk == source.version.pk)
                for one in source.versions
            ],
            "version": source.version,
            "missing": missing_months(source.past.days),
        }
        if may_try and source.past.span >= SHORTEST and source.thresholds:
            more["form"] = form or BacktestForm(thresholds=source.thresholds, days=source.past.days)
    under_way = progress_visible_to(viewer).filter(href__startswith=ADDRESS, state__in=UNDER_WAY).first()
    page = BacktestPage(
        past=source.past if source else None,
        needed=SHORTEST,
        usual=months_needed(Terms()),
        months=settings.SNAPSHOT_KEEP_MONTHS,
        may_try=may_try,
        stored=key_page(backtests_visible_to(viewer), order=["-pk"], after=request.GET.get("after"), size=20),
        under_way=under_way,
        **more,
    )
    return render(request, "oversight/backtest.html", {"page": page}, status=status)


@require_http_methods(["GET", "POST"])
@requires(*READERS)
def backtest(request: HttpRequest) -> HttpResponse:
    """This function shows on which past months a policy can be tried, and hands a back-test to the worker."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if request.method == "GET":
        return _page(request, _source(viewer, request.GET))
    if viewer.kind not in TRIERS:
        raise Http404
    source = _source(viewer, request.POST)
    if source is None or source.past.span < SHORTEST:
        raise NothingToTry
    form = BacktestForm(request.POST, thresholds=source.thresholds, days=source.past.days)
    if not form.is_valid():
        return _page(request, source, form, status=422)
    terms = form.cleaned_data["terms"]
    asked = Asked(
        slot=source.past.slot, hi=source.past.hi, area_name=source.past.area_name, version_id=source.version.pk,
        path=form.cleaned_data["path"], values=_moved(source, form),
        runs=tuple(run.pk for run in source.past.runs), window_months=terms.window_months,
        rest_months=terms.rest_months, by_cause=terms.by_cause,
    )  # fmt: skip
    key = backtest_request(viewer=viewer, past=source.past, asked=asked, at=timezone.now())
    messages.success(request, "已开始回测，算完后结果就在这一页，也会保存下来。")
    return redirect("oversight:backtest_result", key)


def _moved(source: Source, form: BacktestForm) -> tuple[str, ...]:
    """This function returns the sizes asked for but for the one in force, which is tried anyway."""
    in_force = {one.path: one.text for one in source.thresholds}[form.cleaned_data["path"]]
    return tuple(text for text in form.cleaned_data["values"] if text != in_force)


def _chart(results: Mapping[str, Any], best: int | None) -> CurveChart:
    points = []
    for number, score in enumerate(scores_of(results)):
        interval = score.found.interval
        if score.found.value is None or interval is None:
            continue
        points.append(
            CurvePoint(
                name=name_of(results, number), x=round(score.visits_a_week, 2), y=round(score.found.value * 100, 1),
                low=round(interval[0] * 100, 1), high=round(interval[1] * 100, 1),
                mark="current" if number == 0 else "best" if number == best else "",
            )
        )  # fmt: skip
    return CurveChart(
        key="curve", title="多入户几户，能多找到多少", x_name="每周入户（户）", y_name="困难发生之前找到的（%）",
        current=name_of(results, 0), best=name_of(results, best) if best else "", points=points,
    )  # fmt: skip


def _try_address(viewer: Viewer, stored: PolicyBacktest, number: int | None) -> str:
    """This function returns where the best value is tried on today's data, empty where there is none to try."""
    if not number or viewer.kind not in TRIERS or stored.inputs["hardships"] == MADE:
        return ""
    text = stored.results["candidates"][number]["candidate"]
    query = {"version": stored.pack_version_id, "weeks": WEEKS, FIELD + stored.inputs["path"]: text}
    return f"{reverse('oversight:whatif')}?{urlencode(query)}#result"


@require_GET
@requires(*READERS)
def result(request: HttpRequest, key: str) -> HttpResponse:
    """This function shows a stored back-test with the best value for `?visits=`, or the progress of one under way."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    stored = backtest_by_key(viewer, key)
    if stored is None:
        progress = progress_visible_to(viewer).filter(href=f"{ADDRESS}{key}/").first()
        if progress is None:
            raise Http404
        return render(request, "oversight/backtest_result.html", {"page": ResultPage(key, progress=progress)})
    form = VisitsForm(request.GET if "visits" in request.GET else None)
    best = None
    status = 200
    if form.is_bound:
        if form.is_valid():
            best = best_of(stored.results, float(form.cleaned_data["visits"]))
        else:
            status = 422
    number = best.number if best else None
    page = ResultPage(
        key, stored=stored, rows=rows_of(stored.results, number), chart=_chart(stored.results, number), best=best,
        form=form, try_href=_try_address(viewer, stored, number), is_flat=is_flat(stored.results),
        is_made=stored.inputs["hardships"] == MADE,
    )  # fmt: skip
    return render(request, "oversight/backtest_result.html", {"page": page}, status=status)

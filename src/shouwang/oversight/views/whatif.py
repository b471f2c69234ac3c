"""What-if: move the values of a policy and see at once, on a screening's data, what would change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.kit.errors import Refusal
from shouwang.office.selectors import progress_visible_to
from shouwang.oversight.contexts import SourceChoice, WhatIfPage
from shouwang.oversight.forms import FIELD, WEEKS, GridForm, SaveForm, VariantForm, typed_of
from shouwang.oversight.models import PolicyDraft
from shouwang.oversight.rules.variants import NothingMoved, Values, is_of, values_moved
from shouwang.oversight.selectors import area_of_run, draft_of, versions_for
from shouwang.oversight.services import draft_change, trial_results, trial_store
from shouwang.oversight.views.lab import TRIERS
from shouwang.oversight.views.shown import comparison, shown
from shouwang.people.access import Viewer, requires
from shouwang.rulebook import Policy
from shouwang.rulebook.variants import Threshold, thresholds_of
from shouwang.screening.selectors import runs_triable
from shouwang.screening.services import SnapshotGone, run_is_ready, run_whatif_request
from shouwang.standards.selectors import policy_by_version_id, versions_revoked
from shouwang.ui.forms import key_read

RUNS = 200  # looked through for the latest of each area
OF_ONE_AREA = 3
UNDER_WAY = ("WAITING", "RUNNING")


class NothingToTry(Refusal):
    """No screening of the viewer's areas has its data any more."""

    sentence = "还没有可以推演的数据：先筛查一次，完成后再来。"


@dataclass(frozen=True)
class Source:
    """What is tried: a version on the data of a screening, by a viewer on a day."""

    viewer: Viewer
    run: Any
    version: Any
    versions: tuple[Any, ...]
    runs: tuple[Any, ...]
    today: date

    @cached_property
    def policy(self) -> Policy:
        """The version's policy on the day of the screening."""
        return policy_by_version_id(self.version.pk, on=self.run.on)

    @cached_property
    def thresholds(self) -> tuple[Threshold, ...]:
        """The values that can be moved."""
        return thresholds_of(self.policy, lo=self.run.slot, hi=self.run.hi)

    @cached_property
    def draft(self) -> PolicyDraft | None:
        """The viewer's variants over the version."""
        return draft_of(self.viewer, version_id=self.version.pk)

    @property
    def kept(self) -> list[dict[str, str]]:
        """The variants of the draft that can be tried on this day's policy."""
        return [values for values in (self.draft.variants if self.draft else []) if is_of(values, self.policy)]

    def address(self, *, weeks: int, values: Values) -> str:
        """This function returns the address of the page with a variant typed in, at its results."""
        query = {"run": self.run.pk, "version": self.version.pk, "weeks": weeks, **typed_of(values, self.thresholds)}
        return f"{reverse('oversight:whatif')}?{urlencode(query)}#result"

    def rows_address(self, *, weeks: int, values: Values) -> str:
        """This function returns the address of the households that a variant moves; a way is to be added."""
        query = {"run": self.run.pk, "version": self.version.pk, "weeks": weeks, **typed_of(values, self.thresholds)}
        return f"{reverse('oversight:whatif_households')}?{urlencode(query)}"

    @property
    def bare_address(self) -> str:
        """The address of the page with nothing typed in."""
        query = {"run": self.run.pk, "version": self.version.pk}
        return f"{reverse('oversight:whatif')}?{urlencode(query)}"


def _runs(viewer: Viewer, asked: int | None) -> tuple[Any, tuple[Any, ...]]:
    """This function returns the asked (else the latest) screening, and those to choose from: a few of each area."""
    offered: list[Any] = []
    count: dict[int, int] = {}
    for run in runs_triable(viewer).select_related("snapshot")[:RUNS]:
        count[run.slot] = count.get(run.slot, 0) + 1
        if count[run.slot] <= OF_ONE_AREA or run.pk == asked:
            offered.append(run)
    if asked is not None:
        return next((run for run in offered if run.pk == asked), None), tuple(offered)
    return (offered[0] if offered else None), tuple(offered)


def source_asked(viewer: Viewer, given: Mapping[str, str]) -> Source | None:
    """This function returns what an address or a form asks to try on; None when there is nothing at all.

    Raises Http404 for a screening or a version that is not the viewer's to try.
    """
    run, runs = _runs(viewer, key_read(given["run"]) if given.get("run") else None)
    if run is None:
        if given.get("run"):
            raise Http404
        return None
    area = area_of_run(run)
    versions = versions_for(area, on=run.on) if area is not None else []
    if run.pack_version not in versions:
        versions.insert(0, run.pack_version)
    asked = key_read(given["version"]) if given.get("version") else run.pack_version_id
    version = next((one for one in versions if one.pk == asked), None)
    if version is None:
        raise Http404
    return Source(viewer, run, version, tuple(versions), runs, timezone.localdate())


def _run_name(run: Any) -> str:
    households = f"，{run.households:,} 户" if run.households is not None else ""
    return f"{run.area_name}，截至 {run.on:%Y-%m-%d}{households}"


def _version_name(version: Any, run: Any) -> str:
    own = "（这次筛查用的）" if version.pk == run.pack_version_id else ""
    if own and version.pk in versions_revoked(lo=run.slot, hi=run.hi):
        own = "（这次筛查用的，已经撤销）"
    amended = "，提出修改的" if version.basis_id else ""
    return f"{version.name} {version.digest[:8]}，{timezone.localdate(version.loaded_at):%Y-%m-%d}{amended}{own}"


def _blank(source: Source, *, form: VariantForm, values: Values | None) -> WhatIfPage:
    """This function returns the page without results."""
    weeks = _weeks(form)
    return WhatIfPage(
        run=source.run,
        version=source.version,
        runs=[SourceChoice(run.pk, _run_name(run), run.pk == source.run.pk) for run in source.runs],
        versions=[
            SourceChoice(one.pk, _version_name(one, source.run), one.pk == source.version.pk)
            for one in source.versions
        ],
        form=form,
        grid=GridForm(thresholds=source.thresholds),
        save=SaveForm(),
        draft=source.draft,
        kept=len(source.kept),
        hidden=[
            ("run", str(source.run.pk)), ("version", str(source.version.pk)), ("weeks", str(weeks)),
            ("seen", str(source.draft.version if source.draft else 0)),
            *typed_of(values or {}, source.thresholds).items(),
        ],
    )  # fmt: skip


def _weeks(form: VariantForm) -> int:
    return int(form.cleaned_data["weeks"]) if form.is_bound and form.is_valid() else WEEKS


def _page(source: Source, *, form: VariantForm) -> WhatIfPage:
    """This function returns the page with results as far as the data is ready."""
    values = form.values if form.is_bound and form.is_valid() else {}
    page = _blank(source, form=form, values=values)
    try:
        is_ready = run_is_ready(run=source.run, policy=source.policy)
    except SnapshotGone as refusal:
        return replace(page, gone=refusal.message)
    if not is_ready:
        under_way = progress_visible_to(source.viewer).filter(href=source.bare_address, state__in=UNDER_WAY)
        return replace(page, progress=under_way.first())
    if form.is_bound and not form.is_valid():
        return replace(page, is_ready=True)
    variants = source.kept
    if values and values not in variants:
        variants = [*variants, values]
    number = variants.index(values) + 1 if values else 0
    tried = trial_results(
        run=source.run, version_id=source.version.pk, variants=variants, weeks=_weeks(form), on=source.today
    )
    full = shown(tried.results, number)
    return replace(
        page, is_ready=True, results=tried.results, comparison=comparison(tried.results, number=number),
        shown=replace(full, rows_address=source.rows_address(weeks=_weeks(form), values=values)) if full else None,
    )  # fmt: skip


def _form(source: Source, given: Mapping[str, str]) -> VariantForm:
    """This function returns the form with what was typed; values left out stand as they are."""
    if "weeks" not in given:
        return VariantForm(thresholds=source.thresholds)
    data = {FIELD + one.path: given.get(FIELD + one.path, one.text) for one in source.thresholds}
    return VariantForm({**data, "weeks": given["weeks"]}, thresholds=source.thresholds)


def values_asked(source: Source, given: Mapping[str, str]) -> dict[str, str]:
    """This function returns the variant that an address states, empty when it states none that can be read."""
    form = _form(source, given)
    return form.values if form.is_bound and form.is_valid() else {}


@require_http_methods(["GET", "POST"])
@requires(*TRIERS)
def whatif(request: HttpRequest) -> HttpResponse:
    """This function shows what moved values would change, and keeps, saves or prepares what is asked for."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    given = request.POST if request.method == "POST" else request.GET
    source = source_asked(viewer, given)
    if source is None:
        if request.method == "POST":
            raise NothingToTry
        return render(request, "oversight/whatif.html", {"page": WhatIfPage()})
    form = _form(source, given)
    if request.method == "POST":
        act, _, argument = request.POST.get("act", "try").partition(":")
        if act == "prepare":
            return _prepare(source)
        if form.is_bound and not form.is_valid():
            return _again(request, source, form)
        return ACTS.get(act, _try)(request, source, form, argument)
    is_wrong = form.is_bound and not form.is_valid()
    # A part that is renewed while one types is swapped in only when the answer says that all is well.
    status = 422 if is_wrong and not request.htmx else 200  # type: ignore[attr-defined]
    return render(request, "oversight/whatif.html", {"page": _page(source, form=form)}, status=status)


def _again(request: HttpRequest, source: Source, form: VariantForm, **parts: Any) -> HttpResponse:
    page = replace(_page(source, form=form), **parts)
    return render(request, "oversight/whatif.html", {"page": page}, status=422)


def _values(form: VariantForm) -> dict[str, str]:
    return form.values if form.is_bound else {}


def _seen(request: HttpRequest) -> int:
    return key_read(request.POST.get("seen", "")) or 0


def _back(source: Source, form: VariantForm, values: Values | None = None) -> HttpResponseRedirect:
    shown_values = _values(form) if values is None else values
    return HttpResponseRedirect(source.address(weeks=_weeks(form), values=shown_values))


def _prepare(source: Source) -> HttpResponse:
    run_whatif_request(
        viewer=source.viewer, run=source.run, version_id=source.version.pk, href=source.bare_address, at=timezone.now()
    )
    return redirect(source.bare_address)


def _try(request: HttpRequest, source: Source, form: VariantForm, argument: str) -> HttpResponse:
    return _back(source, form)


def _keep(request: HttpRequest, source: Source, variants: list[dict[str, str]]) -> None:
    draft_change(
        viewer=source.viewer, version_id=source.version.pk, variants=variants, seen=_seen(request), at=timezone.now()
    )


def _add(request: HttpRequest, source: Source, form: VariantForm, argument: str) -> HttpResponse:
    """This function keeps the typed variant for comparison."""
    values = _values(form)
    if not values:
        raise NothingMoved
    _keep(request, source, [*source.kept, values])
    return _back(source, form)


def _drop(request: HttpRequest, source: Source, form: VariantForm, argument: str) -> HttpResponse:
    """This function takes one variant off the comparison."""
    number = key_read(argument) or 0
    _keep(request, source, [one for place, one in enumerate(source.kept, start=1) if place != number])
    return _back(source, form)


def _clear(request: HttpRequest, source: Source, form: VariantForm, argument: str) -> HttpResponse:
    """This function takes all variants off the comparison."""
    _keep(request, source, [])
    return _back(source, form)


def _show(request: HttpRequest, source: Source, form: VariantForm, argument: str) -> HttpResponse:
    """This function types a kept variant in."""
    number = key_read(argument) or 0
    kept = source.kept
    return _back(source, form, kept[number - 1] if 1 <= number <= len(kept) else None)


def _grid(request: HttpRequest, source: Source, form: VariantForm, argument: str) -> HttpResponse:
    """This function keeps a whole grid of variants for comparison."""
    grid = GridForm(request.POST, thresholds=source.thresholds)
    if not grid.is_valid():
        return _again(request, source, form, grid=grid)
    path, texts = grid.cleaned_data["path"], grid.cleaned_data["values"]
    made = [values_moved({**_values(form), path: text}, source.thresholds) for text in texts]
    _keep(request, source, [*source.kept, *(values for values in made if values)])
    return _back(source, form)


def _save(request: HttpRequest, source: Source, form: VariantForm, argument: str) -> HttpResponse:
    """This function saves the trial as it stands: the typed variant and those kept for comparison."""
    save = SaveForm(request.POST)
    if not save.is_valid():
        return _again(request, source, form, save=save)
    values, variants = _values(form), source.kept
    if values and values not in variants:
        variants = [values, *variants]
    trial = trial_store(
        viewer=source.viewer, run=source.run, version_id=source.version.pk, variants=variants, weeks=_weeks(form),
        title=save.cleaned_data["title"], on=source.today, at=timezone.now(),
    )  # fmt: skip
    messages.success(request, "已保存，内容不会再变。")
    return redirect("oversight:trial", trial.pk)


Act = Callable[[HttpRequest, Source, VariantForm, str], HttpResponse]
ACTS: dict[str, Act] = {"try": _try, "add": _add, "drop": _drop, "clear": _clear, "show": _show, "grid": _grid,
                        "save": _save}  # fmt: skip

"""What the measures did to income, beside like households that did not get them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from shouwang.evaluation.contexts import Bar, EffectLine, EffectRow, EffectsPage
from shouwang.evaluation.rules import Estimate
from shouwang.evaluation.selectors.effects import MeasureEffect, effects_of, levels_of
from shouwang.people.access import Kind, Viewer, requires
from shouwang.rulebook.visits import comparison_of
from shouwang.standards.selectors import NoPolicyInForce, policy_for

READERS = (Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.AUDIT)
LEFT, STEP, ROOM = 8, 52, 384  # of the drawing, in its units
BALANCED = 0.1  # standard deviations by which means before may differ and still count as alike


@require_safe
@requires(*READERS)
def effects(request: HttpRequest) -> HttpResponse:
    """This function shows the comparison of every kind of measure in the viewer's area."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    try:
        _, policy = policy_for(slot=viewer.ranges[0][0], on=on)
    except NoPolicyInForce as refusal:
        return render(request, "evaluation/effects.html", {"page": EffectsPage([], [], 0, None, refusal.message)})
    matching = comparison_of(policy)
    if matching is None:
        page = EffectsPage([], [], 0, None, "现行政策没有写明帮扶成效怎样比较。")
        return render(request, "evaluation/effects.html", {"page": page})
    found = effects_of(viewer, matching=matching, policy=policy, on=on)
    bars = _bars(found)
    page = EffectsPage([_line(one) for one in found], bars, STEP * len(bars) + 40, matching, "")
    return render(request, "evaluation/effects.html", {"page": page})


def _said(estimate: Estimate) -> str:
    """This function returns an estimate in a sentence; what the interval cannot tell from zero is no effect."""
    if not estimate.is_clear:
        return "看不出差别"
    return f"{'多增' if estimate.effect > 0 else '少增'} {abs(estimate.effect):,.0f} 元"


def _signed(value: float) -> str:
    """This function returns a whole number of yuan with its sign; nothing has none."""
    return f"{round(value):+,}" if round(value) else "0"


def _line(one: MeasureEffect) -> EffectLine:
    found = one.found
    if found is None:
        return EffectLine(one, (), "", "")
    rows = tuple(
        EffectRow(
            name=level.name,
            helped_before=f"{level.helped_before:,.0f}",
            helped_after=f"{level.helped_after:,.0f}",
            matched_before=f"{level.matched_before:,.0f}",
            matched_after=f"{level.matched_after:,.0f}",
            said=_said(each),
            interval=f"{_signed(each.low)} 至 {_signed(each.high)}",
        )
        for level, each in zip(levels_of(found), found.estimates, strict=True)
    )
    balance = "前期情况对得上"
    if found.balance > BALANCED:
        balance = f"前期情况还差 {found.balance:.2f} 个标准差，已用回归扣除，结果要慎用"
    return EffectLine(one, rows, balance, _said(found.estimates[-1]))


def _bars(found: list[MeasureEffect]) -> list[Bar]:
    """This function returns the drawing: one line a measure, its interval and its estimate of net income."""
    shown = [(one.name, one.found.estimates[-1]) for one in found if one.found is not None]
    if not shown:
        return []
    low = min(0.0, *(each.low for _, each in shown))
    high = max(0.0, *(each.high for _, each in shown))
    wide = max(high - low, 1.0)

    def place(value: float) -> int:
        return LEFT + round((value - low) / wide * ROOM)

    return [
        Bar(
            name, 34 + STEP * number, place(each.low), place(each.high), place(each.effect), place(0), _said(each),
            words=place(0) + 6, is_zero_right=place(0) > LEFT + ROOM // 3,
        )
        for number, (name, each) in enumerate(shown)
    ]  # fmt: skip

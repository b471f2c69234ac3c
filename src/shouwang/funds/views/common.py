"""What the pages of money share."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from shouwang.funds.contexts import Tab
from shouwang.funds.models import Batch
from shouwang.funds.rules import TREASURY_ROLES
from shouwang.funds.selectors.desk import batches_for_me, years_of
from shouwang.funds.services.batches import tier_of
from shouwang.people.access import Kind, Viewer
from shouwang.rulebook.funds import Step

READ = (
    Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT, Kind.INSURER,
)  # fmt: skip
PAYERS = (Kind.COUNTY_CENTRE, Kind.INSURER)
ACTORS = (Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.INSURER)
STEP_AT: dict[str, Step] = {Batch.State.DRAFT.value: "check", Batch.State.CHECKED.value: "release"}
MOST_WAITING = 500
HOLDERS = (Kind.PROVINCE, Kind.CITY_CENTRE, Kind.COUNTY_CENTRE, Kind.INSURER)


def money_tabs(viewer: Viewer, now: str) -> list[Tab]:
    """This function returns the tabs of the pages of money that a viewer has."""
    tabs = [
        ("desk", "资金"), ("owed", "待支付"), ("batches", "支付批次"), ("flow", "走势和停留"), ("findings", "核查事项"),
    ]  # fmt: skip
    if viewer.kind not in PAYERS or viewer.role not in TREASURY_ROLES:
        tabs.remove(("owed", "待支付"))
    if viewer.kind is Kind.INSURER:
        tabs.remove(("findings", "核查事项"))
    return [(label, reverse(f"funds:{name}"), name == now) for name, label in tabs]


def may_act(viewer: Viewer) -> bool:
    """This function tells whether a viewer takes steps with payments, or only watches."""
    return viewer.role in TREASURY_ROLES and viewer.kind in ACTORS


def batches_to_do(viewer: Viewer, state: str) -> list[int]:
    """This function returns the batches in a state that wait for this viewer and nobody else's post."""
    if not may_act(viewer):
        return []
    if state == Batch.State.RELEASED:
        own = batches_for_me(viewer, state).filter(organisation_id=viewer.organisation_id or 0)
        return [batch.pk for batch in own] if viewer.kind in PAYERS else []
    step, who = STEP_AT[state], {"kind": str(viewer.kind), "role": str(viewer.role)}
    return [batch.pk for batch in batches_for_me(viewer, state)[:MOST_WAITING] if tier_of(batch).lets(step, **who)]


def year_asked(viewer: Viewer, text: str) -> tuple[int, list[int]]:
    """This function returns the year a page was asked for (the newest by default) and those there are."""
    years = years_of(viewer) or [timezone.localdate().year]
    known = {str(year): year for year in years}
    return known.get(text, years[0]), years

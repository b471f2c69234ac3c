"""Which batches and payments wait for somebody: for her post, and not for a step that she may not take any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from shouwang.funds.models import Batch
from shouwang.funds.rules import TREASURY_ROLES
from shouwang.funds.selectors.desk import batches_for_me
from shouwang.funds.selectors.payments import commitments_waiting, payments_unknown
from shouwang.kit.money import yuan_plain
from shouwang.people.access import Kind, Viewer
from shouwang.rulebook.funds import Step, Tier

PAYERS = (Kind.COUNTY_CENTRE, Kind.INSURER)
ACTORS = (Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.INSURER)
STEP_AT: dict[str, Step] = {Batch.State.DRAFT.value: "check", Batch.State.CHECKED.value: "release"}
TO_DO = (Batch.State.DRAFT.value, Batch.State.CHECKED.value, Batch.State.RELEASED.value)
MOST_WAITING = 500


def tier_of(batch: Batch) -> Tier:
    """This function returns the tier under which a batch was made."""
    kept = {name: value for name, value in batch.tier.items() if name not in {"name", "mark", "source"}}
    # The model reads amounts in yuan; what was kept is fen.
    kept["from"] = yuan_plain(int(kept["from"]))
    return Tier.model_validate(kept)


def may_act(viewer: Viewer) -> bool:
    """This function tells whether a viewer takes steps with payments, or only watches."""
    return viewer.role in TREASURY_ROLES and viewer.kind in ACTORS


def batches_to_do(viewer: Viewer, states: Sequence[str] = TO_DO) -> dict[str, list[int]]:
    """This function returns, by state, the batches that wait for this viewer and nobody else's post."""
    found: dict[str, list[int]] = defaultdict(list)
    for batch in batches_for_me(viewer, states)[:MOST_WAITING] if may_act(viewer) else ():
        if batch.state == Batch.State.RELEASED:
            is_hers = viewer.kind in PAYERS and batch.organisation_id == viewer.organisation_id
        else:
            is_hers = tier_of(batch).lets(STEP_AT[batch.state], kind=str(viewer.kind), role=str(viewer.role))
        if is_hers:
            found[batch.state].append(batch.pk)
    return found


def money_waiting(viewer: Viewer) -> list[tuple[int, str, str, str]]:
    """This function counts what waits for a viewer in payments: number, unit, what it is, and the page with its query.

    Nothing that waits is left out; nobody who only watches money is waited for.
    """
    if not may_act(viewer):
        return []
    batches = batches_to_do(viewer)
    counts = [
        (len(batches[state]), "批", f"支付{Batch.State(state).label}", f"funds:batches?state={state}&mine=1")
        for state in TO_DO
    ]
    if viewer.kind in PAYERS:
        counts.append((commitments_waiting(viewer).count(), "笔", "款项待支付", "funds:owed"))
    counts.append((payments_unknown(viewer).count(), "笔", "支付结果不明", "funds:unknown"))
    return [count for count in counts if count[0]]

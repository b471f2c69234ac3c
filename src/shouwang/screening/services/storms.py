"""A changed line that would raise a storm: what it newly warns of is held until a person releases or dismisses it."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
from django.db import transaction
from django.db.models import QuerySet

from shouwang.audit.services import entry_append
from shouwang.engine import screen
from shouwang.kit.errors import Refusal
from shouwang.people.access import SYSTEM, Viewer
from shouwang.rulebook import Policy
from shouwang.screening.models import HandledEvidence, Run, Snapshot, Warning
from shouwang.screening.rules import policy_carried, policy_changes, storm_limit
from shouwang.screening.services.following import run_before
from shouwang.screening.services.holding import REASON_LENGTH, ReasonMissing
from shouwang.screening.services.snapshot import snapshot_folder
from shouwang.standards.selectors import policy_by_version_id

NAMED = 3  # changed values named in the reason


class StormNotFound(Refusal):
    """No such run for this viewer."""

    is_absent = True

    def __init__(self) -> None:
        super().__init__("找不到这次筛查。")


class StormSettled(Refusal):
    """The run held nothing, or somebody settled what it had held."""

    def __init__(self) -> None:
        super().__init__("这次筛查没有压住的预警，或者别人已经处理过，不用再办。")


@dataclass(frozen=True)
class Storm:
    """Warnings, by household key and cause, that only the changed policy raises; `reason` says what changed."""

    pairs: AbstractSet[tuple[int, str]]
    reason: str


def _pairs(warnings: pa.Table, *, with_held: bool = True) -> set[tuple[int, str]]:
    rows = warnings.select(["household_key", "cause", "is_held"]).to_pylist()
    return {(row["household_key"], row["cause"]) for row in rows if with_held or not row["is_held"]}


def _reason(before: Policy, after: Policy, households: int, limit: int) -> str:
    names = policy_changes(before, after)
    more = "等" if len(names) > NAMED else ""
    changed = "、".join(names[:NAMED]) + more if names else "政策文本"
    return f"{changed}有变动，一次多出 {households} 户预警，超过 {limit} 户，先由人核实再放行。"


def storm_find(run: Run, *, policy: Policy, snapshot: Snapshot, warnings: pa.Table, handled: pa.Table) -> Storm | None:
    """This function returns what a changed policy raises beyond the policy's limit of households at once, if it does.

    The run's snapshot is screened once more under what the area's last run went by: a new version and a dated change
    of a line are told apart from a change of the data. What the policy holds for reasons of its own counts, but waits
    for those.
    """
    before, limit = run_before(run), storm_limit(policy, run.slot)
    if before is None or limit is None or before.policy_digest == policy.digest:
        return None
    found = _pairs(warnings)
    if len({household for household, _ in found}) <= limit:
        return None
    earlier = policy_carried(policy_by_version_id(before.pack_version_id, on=before.on), on=run.on)
    as_before = screen(snapshot_folder(snapshot), earlier, on=run.on, facts="warned", handled=handled)
    new = found - _pairs(as_before.warnings)
    households = len({household for household, _ in new})
    if households <= limit:
        return None
    reason = _reason(earlier, policy, households, limit)
    return Storm(new & _pairs(warnings, with_held=False), reason)


def storm_waiting(run: Run) -> QuerySet[Warning]:
    """This function returns what a run held as a storm and nobody has settled yet; not what waits for more besides."""
    return Warning.objects.filter(
        storm_run=run,
        is_held=True,
        hold_reason=run.storm_reason,
        settled_at__isnull=True,
        collected_case_id__isnull=True,
    ).order_by("pk")


def storm_settle(*, viewer: Viewer, run_id: int, is_released: bool, reason: str, at: datetime) -> int:
    """This function releases or dismisses, with a reason, all that a run held as a storm, and returns how many.

    What is dismissed is not handled: under another line the same events may warn. Raises StormNotFound, StormSettled,
    ReasonMissing.
    """
    with transaction.atomic():
        run = Run.objects.filter(pk=run_id).first()
        if run is None or not (viewer.can_see(run.slot) and viewer.can_see(run.hi)):
            raise StormNotFound
        waiting = list(storm_waiting(run).select_for_update().values_list("pk", flat=True))
        if not waiting:
            raise StormSettled
        if not reason.strip():
            raise ReasonMissing
        _settle(waiting, is_released=is_released, reason=reason.strip(), by=viewer.label, at=at)
        entry_append(
            viewer=viewer, action="storm.release" if is_released else "storm.dismiss", subject_type="screening.Run",
            subject_id=run.pk, slot=run.slot, at=at,
            after={"reason": reason.strip()[:REASON_LENGTH], "warnings": waiting},
        )  # fmt: skip
    return len(waiting)


def storms_withdraw(*, run: Run, warnings: pa.Table, snapshot: Snapshot, at: datetime) -> int:
    """This function dismisses what an earlier run held as a storm and this one does not find, and returns how many."""
    found = {(key ^ snapshot.salt, cause) for key, cause in _pairs(warnings)}
    held = Warning.objects.filter(
        slot__gte=run.slot, slot__lte=run.hi, storm_run__isnull=False, is_held=True, settled_at__isnull=True,
        collected_case_id__isnull=True,
    ).values_list("pk", "household_id", "cause")  # fmt: skip
    gone = [pk for pk, household, cause in held if (household, cause) not in found]
    if gone:
        _settle(gone, is_released=False, reason="按新的筛查不再达到标准，撤下。", by=SYSTEM.label, at=at)
        entry_append(
            viewer=SYSTEM, action="storm.withdraw", subject_type="screening.Run", subject_id=run.pk, slot=run.slot,
            at=at, after={"warnings": gone},
        )  # fmt: skip
    return len(gone)


def _settle(warnings: list[int], *, is_released: bool, reason: str, by: str, at: datetime) -> None:
    Warning.objects.filter(pk__in=warnings).update(
        is_held=not is_released, is_dismissed=not is_released, settled_at=at, settled_by=by,
        settled_reason=reason[:REASON_LENGTH],
    )  # fmt: skip
    if not is_released:
        HandledEvidence.objects.filter(warning_id__in=warnings).delete()

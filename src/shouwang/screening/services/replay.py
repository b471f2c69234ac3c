"""Replay: a warning computed again from what it kept, and from its snapshot while that is still there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.timezone import localdate

from shouwang.audit.services import entry_append
from shouwang.engine import Explanation, SnapshotError, explain_nearest
from shouwang.engine.replaying import (
    Difference,
    amounts_differ,
    amounts_of,
    evidence_differs,
    facts_differ,
    parameters_differ,
)
from shouwang.engine.single import household_screen
from shouwang.engine.snapshot import folder_digest
from shouwang.kit.errors import Refusal
from shouwang.people.access import Viewer
from shouwang.rulebook import Policy
from shouwang.screening.models import Run, Snapshot, Warning
from shouwang.screening.services.handled import handled_before, handled_table
from shouwang.screening.services.snapshot import snapshot_folder
from shouwang.standards.selectors import policy_by_version_id


class WarningNotFound(Refusal):
    """No such warning for this viewer."""

    is_absent = True

    def __init__(self) -> None:
        super().__init__("找不到这条预警。")


@dataclass(frozen=True)
class Replay:
    """What a warning says and everything that comes out otherwise today, the deepest cause first.

    `same_from_snapshot` is None where the snapshot was not asked or is gone; `why_not` then says why.
    """

    warning: Warning
    explanation: Explanation
    differences: tuple[Difference, ...]
    same_from_snapshot: bool | None
    why_not: str = ""

    @property
    def holds(self) -> bool:
        """The warning comes out again as it was."""
        return not self.differences

    @property
    def first(self) -> Difference | None:
        """The first difference, None when all is as it was."""
        return self.differences[0] if self.differences else None

    @property
    def same_policy(self) -> bool:
        """The stored policy says what it said."""
        return not any(found.what in {"policy", "threshold"} for found in self.differences)


def _from_policy(warning: Warning, policy: Policy) -> Iterator[Difference]:
    if policy.digest == warning.policy_digest:
        return
    found = list(parameters_differ(policy, warning.trigger_key, warning.parameters))
    yield from found
    if not found:
        yield Difference("policy", "政策文本的摘要", warning.policy_digest[:12], policy.digest[:12])


def _from_facts(warning: Warning, policy: Policy, explanation: Explanation) -> Iterator[Difference]:
    """This function yields what the warning's own fact row gives otherwise."""
    yield from amounts_differ(
        (warning.measured, warning.threshold), amounts_of(policy, warning.trigger_key, warning.facts)
    )
    # A warning that the policy raises because something is unknown comes out as unknown again.
    expected = None if warning.is_undecided else True
    if explanation.result is not expected:
        words = {True: "预警", False: "不预警", None: "尚难判断"}
        yield Difference("result", "结果", words[expected], words[explanation.result])


def _gone(warning: Warning, run: Run | None) -> str:
    """This function says why the snapshot cannot be asked, empty when it can."""
    if run is None or (run.snapshot_id is not None and run.snapshot is None):  # out of the viewer's sight
        return "快照由县级保管，这里按预警自带的事实重算。"
    snapshot = run.snapshot
    if snapshot is None:
        return "这次筛查没有留下快照，只按预警自带的事实重算。"
    if snapshot.removed_at is not None:
        day = localdate(snapshot.removed_at)
        return f"快照已于 {day:%Y-%m-%d} 按保存期限清除，只按预警自带的事实重算。"
    return ""


def _evidence(row: dict[str, Any], salt: int) -> Iterator[tuple[str, int]]:
    for item in row["evidence"]:
        yield item["table"], item["key"] if item["table"] == "income" else item["key"] ^ salt


def _from_snapshot(warning: Warning, run: Run, snapshot: Snapshot, policy: Policy) -> Iterator[Difference]:
    """This function yields what the files of the snapshot give otherwise, for this household alone."""
    folder: Path = snapshot_folder(snapshot)
    if not folder.is_dir():
        yield Difference("file", f"快照目录“{folder.name}”", "在", "不在，也没有到保存期限")
        return
    try:
        digest = folder_digest(folder)
    except SnapshotError as changed:
        yield Difference("file", "快照文件", "与清单一致", changed.message)
        return
    if digest != warning.snapshot_digest:
        yield Difference("file", "快照的摘要", warning.snapshot_digest[:12], digest[:12])
    handled = handled_table(handled_before(run), run, snapshot)
    key = warning.household_id ^ snapshot.salt
    single = household_screen([folder], policy, household_key=key, digest=digest, handled=handled)
    if single is None:
        yield Difference("fact", "这一户", "在快照里", "不在快照里")
        return
    yield from facts_differ(warning.facts, single.facts)
    row = next((found for found in single.warnings if found["cause"] == warning.cause), None)
    if row is None:
        yield Difference("result", "按快照重算的结果", "预警", "不预警")
        return
    if row["trigger_key"] != warning.trigger_key:
        yield Difference("result", "触发的标准", warning.trigger_name, row["trigger_name"])
    yield from amounts_differ((warning.measured, warning.threshold), (row["measured"], row["threshold"]))
    before = [(item["table"], item["id"]) for item in warning.evidence]
    yield from evidence_differs(before, _evidence(row, snapshot.salt))


def warning_replay(*, viewer: Viewer, warning_id: int, at: datetime, with_snapshot: bool = False) -> Replay:
    """This function computes a warning again from its own fact row, and with `with_snapshot` from the files too."""
    warning = Warning.objects.select_related("pack_version").defer("pack_version__files").filter(pk=warning_id).first()
    if warning is None:
        raise WarningNotFound
    policy = policy_by_version_id(warning.pack_version_id, on=warning.on)
    entry_append(
        viewer=viewer,
        action="warning.replay",
        subject_type="screening.Warning",
        subject_id=warning.pk,
        slot=warning.slot,
        at=at,
    )
    explanation = explain_nearest(policy, warning.trigger_key, warning.facts)
    found = [*_from_policy(warning, policy)]
    same, why_not = None, ""
    if with_snapshot:
        run = Run.objects.select_related("snapshot").filter(pk=warning.run_id).first()
        why_not = _gone(warning, run)
        if not why_not and run is not None and run.snapshot is not None:
            stored = list(_from_snapshot(warning, run, run.snapshot, policy))
            same, found = not stored, found + stored
    found += _from_facts(warning, policy, explanation)
    return Replay(warning, explanation, tuple(dict.fromkeys(found)), same, why_not)

"""Replay: a warning computed again from what it kept, and from its snapshot while that is still there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shouwang.audit.services import entry_append
from shouwang.engine import Explanation, explain, screen
from shouwang.kit.errors import Refusal
from shouwang.people.access import Viewer
from shouwang.screening.models import Warning
from shouwang.screening.services.snapshot import snapshot_folder
from shouwang.standards.selectors import policy_by_version_id


class WarningNotFound(Refusal):
    """No such warning for this viewer."""

    is_absent = True

    def __init__(self) -> None:
        super().__init__("找不到这条预警。")


@dataclass(frozen=True)
class Replay:
    """What a warning says, what its facts say today, and what its snapshot says (None: the snapshot is gone)."""

    warning: Warning
    explanation: Explanation
    same_policy: bool
    same_from_snapshot: bool | None

    @property
    def holds(self) -> bool:
        """The warning comes out again as it was."""
        # A warning that the policy raises because something is unknown comes out as unknown again.
        expected = None if self.warning.is_undecided else True
        return self.explanation.result is expected and self.same_policy and self.same_from_snapshot is not False


def _from_snapshot(warning: Warning) -> bool | None:
    snapshot = warning.run.snapshot
    if snapshot is None or snapshot.removed_at is not None or not snapshot_folder(snapshot).is_dir():
        return None
    policy = policy_by_version_id(warning.pack_version_id, on=warning.on)
    result = screen(snapshot_folder(snapshot), policy, on=warning.on)
    key = warning.household_id ^ snapshot.salt
    return any(
        row["household_key"] == key
        and row["cause"] == warning.cause
        and row["trigger_key"] == warning.trigger_key
        and row["threshold"] == warning.threshold
        for row in result.warnings.select(["household_key", "cause", "trigger_key", "threshold"]).to_pylist()
    )


def warning_replay(*, viewer: Viewer, warning_id: int, at: datetime, with_snapshot: bool = False) -> Replay:
    """This function computes a warning again from its own fact row, and with `with_snapshot` from the files too."""
    warning = Warning.objects.select_related("pack_version").filter(pk=warning_id).first()
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
    return Replay(
        warning=warning,
        explanation=explain(policy, warning.trigger_key, warning.facts),
        same_policy=policy.digest == warning.policy_digest,
        same_from_snapshot=_from_snapshot(warning) if with_snapshot else None,
    )

"""A computed amount computed again from what it kept: every difference by its name, the deepest cause first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from shouwang.audit.services import entry_append
from shouwang.engine.replaying import Difference
from shouwang.insurance.errors import NotComputed
from shouwang.insurance.models import Claim, Computation
from shouwang.insurance.selectors import claim_get, computation_latest
from shouwang.kit.money import yuan_text
from shouwang.people.access import Viewer
from shouwang.rulebook.ladders import Ladder
from shouwang.rulebook.policy import Policy, plain
from shouwang.rulebook.settlements import Settlement, claim_settle
from shouwang.standards.selectors import policy_by_version_id

KEPT = ("loss_fen", "offsets", "paid_year_fen", "advance_fen")


@dataclass(frozen=True)
class Replay:
    """A computation beside what comes out of the same figures today; `settlement` None: the ladder is gone."""

    claim: Claim
    computation: Computation
    settlement: Settlement | None
    differences: tuple[Difference, ...]

    @property
    def holds(self) -> bool:
        """The amount comes out again as it was."""
        return not self.differences


def claim_replay(*, viewer: Viewer, claim_id: int, at: datetime) -> Replay:
    """This function computes a claim again from its last computation; the look is put on record. Raises NotComputed."""
    claim = claim_get(viewer, claim_id)
    computation = computation_latest(claim)
    if computation is None:
        raise NotComputed("这件理赔还没有定损，算出金额以后才能重算。")
    entry_append(
        viewer=viewer,
        action="claim.replay",
        subject_type="insurance.Claim",
        subject_id=claim.pk,
        slot=claim.slot,
        at=at,
    )
    policy = policy_by_version_id(computation.pack_version_id, on=computation.policy_on)
    stated = policy.topic("insurance").get(computation.ladder_key)
    ladder = stated.value if stated is not None and isinstance(stated.value, Ladder) else None
    if ladder is None:
        gone = Difference("policy", f"赔付阶梯“{computation.ladder_name}”", "在政策里", "不在政策里")
        return Replay(claim, computation, None, (gone,))
    found = claim_settle(ladder, **{name: computation.inputs[name] for name in KEPT})
    differences = (*_policy(computation, policy, ladder), *_amounts(computation, found))
    return Replay(claim, computation, found, tuple(dict.fromkeys(differences)))


def _policy(kept: Computation, policy: Policy, ladder: Ladder) -> Iterator[Difference]:
    before, after = kept.inputs["ladder"], plain(ladder)
    for part in dict.fromkeys((*before, *after)):
        if before.get(part) != after.get(part):
            yield Difference("threshold", f"阶梯的 {part}", str(before.get(part)), str(after.get(part)))
    if before == after and policy.digest != kept.policy_digest:
        yield Difference("policy", "政策文本的摘要", kept.policy_digest[:12], policy.digest[:12])


def _amounts(kept: Computation, found: Settlement) -> Iterator[Difference]:
    before: list[dict[str, Any]] = kept.steps
    after = [asdict(step) for step in found.steps]
    for number in range(max(len(before), len(after))):
        one = before[number] if number < len(before) else None
        other = after[number] if number < len(after) else None
        if one != other:
            yield Difference(
                "step", f"第 {number + 1} 步", one["text"] if one else "没有", other["text"] if other else "没有"
            )
    if kept.paid_fen != found.paid_fen:
        yield Difference("result", "应赔金额", f"{yuan_text(kept.paid_fen)} 元", f"{yuan_text(found.paid_fen)} 元")

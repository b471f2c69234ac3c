"""A computed amount computed again from what it kept: every difference by its name, the deepest cause first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from shouwang.audit.services import entry_append
from shouwang.engine.replaying import Difference
from shouwang.insurance.errors import NotComputed
from shouwang.insurance.models import Claim, Computation
from shouwang.insurance.selectors import claim_get, computation_latest, computations_of
from shouwang.kit.codes import Risk
from shouwang.kit.money import yuan_text
from shouwang.people.access import Viewer
from shouwang.rulebook.ladders import OFFSETS, Ladder
from shouwang.rulebook.policy import Policy, plain
from shouwang.rulebook.settlements import Settlement, claim_settle, share_text
from shouwang.standards.selectors import policy_by_version_id

# What a settlement rests on; an earlier payment is stated only where there was one.
KEPT = ("loss_fen", "offsets", "paid_year_fen", "advance_fen", "earlier_fen")
AMOUNTS = {
    "loss_fen": "核定损失",
    "paid_year_fen": "本年已赔",
    "advance_fen": "先行救助",
    "earlier_fen": "申诉以前已赔付",
}
# The parts of a ladder, as a clerk calls them.
PARTS = {
    "causes": "原因", "types": "类型", "fixed": "定额", "line": "起赔线", "deductible": "免赔额", "bands": "各段比例",
    "cap": "每次封顶", "floor": "保底", "year_cap": "年封顶", "keeps": "不扣除的", "documents": "要的材料",
    "before_papers": "先救助后补材料", "papers_within_days": "补材料期限", "pool": "资金池",
}  # fmt: skip
FEN_PARTS = {"fixed", "line", "deductible", "cap", "floor", "year_cap"}


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


def claim_replay(*, viewer: Viewer, claim_id: int, at: datetime, computation_id: int | None = None) -> Replay:
    """This function computes a claim again from one of its computations, the last where none is named.

    The policy is that of the computation's day. The look is put on record. Raises NotComputed.
    """
    claim = claim_get(viewer, claim_id)
    computation = computation_latest(claim)
    if computation_id is not None:
        computation = claim.computations.filter(pk=computation_id).first()
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
    found = claim_settle(ladder, **{name: computation.inputs[name] for name in KEPT if name in computation.inputs})
    differences = (*_policy(computation, policy, ladder), *_amounts(computation, found))
    return Replay(claim, computation, found, tuple(dict.fromkeys(differences)))


def _policy(kept: Computation, policy: Policy, ladder: Ladder) -> Iterator[Difference]:
    before, after = kept.inputs["ladder"], plain(ladder)
    yield from _parts(before, after)
    if before == after and policy.digest != kept.policy_digest:
        yield Difference("policy", "政策文本的摘要", kept.policy_digest[:12], policy.digest[:12])


def _parts(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Difference]:
    """This function yields which parts of a ladder are not the same."""
    for part in dict.fromkeys((*before, *after)):
        one, other = before.get(part), after.get(part)
        if one != other:
            yield Difference("threshold", f"阶梯的{PARTS.get(part, part)}", _said(part, one), _said(part, other))


def _said(part: str, value: Any) -> str:
    """This function says a part of a ladder in words."""
    if value in (None, "", [], (), False):
        return "没有写"
    if part in FEN_PARTS:
        return f"{yuan_text(int(value))} 元"
    if part == "bands":
        return "，".join(
            f"{yuan_text(int(band['above']))} 元以上 {share_text(Fraction(band['share']))}" for band in value
        )
    if part == "causes":
        return "、".join(str(Risk(cause).label) for cause in value)
    if part == "keeps":
        return "、".join(OFFSETS[kind] for kind in value)
    return "、".join(map(str, value)) if isinstance(value, list | tuple) else "是" if value is True else str(value)


@dataclass(frozen=True)
class Reckoned:
    """One of a claim's computations, and what was otherwise than in the one before (the first: nothing)."""

    computation: Computation
    number: int
    changes: tuple[Difference, ...]


def claim_reckonings(claim: Claim) -> list[Reckoned]:
    """This function returns everything a claim was computed to, latest first, each beside what changed before it."""
    rows = computations_of(claim)
    found = []
    for place, row in enumerate(rows):
        before = rows[place + 1] if place + 1 < len(rows) else None
        changes = tuple(_changes(before, row)) if before is not None else ()
        found.append(Reckoned(row, len(rows) - place, changes))
    return found


def _changes(before: Computation, after: Computation) -> Iterator[Difference]:
    """This function yields what went into a computation otherwise than into the one before."""
    one, other = before.inputs, after.inputs
    if (before.pack_version_id, before.policy_on) != (after.pack_version_id, after.policy_on):
        yield Difference("policy", "政策", _policy_said(before), _policy_said(after))
    yield from _parts(one["ladder"], other["ladder"])
    for name, label in AMOUNTS.items():
        if one.get(name, 0) != other.get(name, 0):
            yield _fen_changed(label, one.get(name, 0), other.get(name, 0))
    for kind, label in OFFSETS.items():
        if one["offsets"].get(kind, 0) != other["offsets"].get(kind, 0):
            yield _fen_changed(label, one["offsets"].get(kind, 0), other["offsets"].get(kind, 0))
    if one["loss_fen"] == other["loss_fen"] and one["items"] != other["items"]:
        yield Difference("input", "损失的项目", f"{len(one['items'])} 项", f"{len(other['items'])} 项，内容改过")
    if before.paid_fen != after.paid_fen:
        yield _fen_changed("应赔金额", before.paid_fen, after.paid_fen)


def _policy_said(row: Computation) -> str:
    return f"{row.policy_on:%Y-%m-%d} 的政策（{row.policy_digest[:8]}）"


def _fen_changed(label: str, before: int, after: int) -> Difference:
    return Difference("input", label, f"{yuan_text(before)} 元", f"{yuan_text(after)} 元")


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

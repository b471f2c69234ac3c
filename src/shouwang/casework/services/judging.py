"""Decisions on a case: township check, review 综合研判, the leading group's 会商, what follows when risk remains."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from shouwang.casework.errors import MoveUnknown
from shouwang.casework.models import Case
from shouwang.casework.services.machine import (
    Statement,
    actor_check,
    case_audit,
    case_locked,
    case_move,
    stage_at,
)
from shouwang.casework.services.scope import writing_for
from shouwang.kit.errors import Refusal
from shouwang.people.access import StaleWrite, Viewer
from shouwang.rulebook.workflow import Act

# Moves that nobody takes by hand: the machine does when enough answers are in.
AUTOMATIC = frozenset({"complete"})


def case_judge(
    *,
    viewer: Viewer,
    case_id: int,
    version: int,
    move: str,
    at: datetime,
    acts: tuple[Act, ...] = (Act.AMEND, Act.CHECK, Act.ANSWERS, Act.REVIEW, Act.DECIDE, Act.SETTLE),
    wanted: str = "这一步",
    clause: str = "",
    reason_key: str = "",
    reason: str = "",
    told: str = "",
    figures: Mapping[str, int] | None = None,
    confirmed: Collection[str] = (),
) -> Case:
    """This function takes one of the moves that the case's stage offers, with what is stated for it.

    `confirmed` are the keys of the questions that the decider answers with yes. Raises CaseStale, CaseClosed,
    WrongStage, NotYourTurn, OwnWork, MoveUnknown, StatementMissing, ReasonUnknown, RequirementsOpen.
    """
    with writing_for(viewer):
        case = case_locked(viewer=viewer, case_id=case_id, version=version)
        stage = stage_at(case, *acts, wanted=wanted)
        actor_check(case, stage, viewer)
        if move in AUTOMATIC:
            raise MoveUnknown(stage=stage.name)
        before, case.version = case.stage, case.version + 1
        statement = Statement(clause, reason_key, reason, told, dict(figures or {}), frozenset(confirmed))
        case_move(case, viewer=viewer, at=at, move_key=move, statement=statement)
        case_audit(case, viewer=viewer, at=at, action=f"case.{stage.act.value}", before=before, move=move)
    return case


def case_check(*, viewer: Viewer, case_id: int, version: int, passes: bool, reason: str = "", at: datetime) -> Case:
    """This function records the township's check: passed on to the county, or sent back for more."""
    return case_judge(
        viewer=viewer, case_id=case_id, version=version, at=at, acts=(Act.CHECK,), wanted="核实上报",
        move="pass_on" if passes else "send_back", reason=reason,
    )  # fmt: skip


def case_amend(*, viewer: Viewer, case_id: int, version: int, reason: str, at: datetime) -> Case:
    """This function records what the reporter added, and puts the case back to who asked."""
    return case_judge(
        viewer=viewer, case_id=case_id, version=version, at=at, acts=(Act.AMEND,), wanted="补充情况",
        move="amended", reason=reason,
    )  # fmt: skip


def case_review(
    *,
    viewer: Viewer,
    case_id: int,
    version: int,
    conforms: bool,
    at: datetime,
    reason: str = "",
    reason_key: str = "",
    told: str = "",
    clause: str = "",
) -> Case:
    """This function records the review 综合研判: conforms, or rejected with the reason told (blue, closed)."""
    return case_judge(
        viewer=viewer, case_id=case_id, version=version, at=at, acts=(Act.REVIEW,), wanted="综合研判",
        move="conform" if conforms else "reject", reason=reason, reason_key=reason_key, told=told, clause=clause,
    )  # fmt: skip


def case_decide(
    *,
    viewer: Viewer,
    case_id: int,
    version: int,
    approve: bool,
    clause: str,
    reason: str,
    at: datetime,
    reason_key: str = "",
    told: str = "",
    figures: Mapping[str, int] | None = None,
) -> Case:
    """This function records the leading group's decision 会商 under a clause, with its reason."""
    return case_judge(
        viewer=viewer, case_id=case_id, version=version, at=at, acts=(Act.DECIDE,), wanted="会商",
        move="approve" if approve else "refuse", clause=clause, reason=reason, reason_key=reason_key, told=told,
        figures=figures,
    )  # fmt: skip


def case_help_again(*, viewer: Viewer, case_id: int, version: int, reason: str, at: datetime) -> Case:
    """This function sends a household that is still at risk into further help."""
    return case_judge(
        viewer=viewer, case_id=case_id, version=version, at=at, acts=(Act.SETTLE,), wanted="继续救助",
        move="help_again", reason=reason,
    )  # fmt: skip


def case_hand_over(*, viewer: Viewer, case_id: int, version: int, reason: str, told: str, at: datetime) -> Case:
    """This function hands a household that is still at risk after everything over to 建档立卡 (grey, closed)."""
    return case_judge(
        viewer=viewer, case_id=case_id, version=version, at=at, acts=(Act.SETTLE,), wanted="转入建档立卡",
        move="hand_over", reason=reason, told=told,
    )  # fmt: skip


@dataclass(frozen=True)
class Decided:
    """What became of a batch: decided cases, and the refusals by case."""

    done: tuple[int, ...]
    refused: dict[int, Refusal]


def cases_decide(
    *,
    viewer: Viewer,
    versions: Mapping[int, int],
    approve: bool,
    clause: str,
    reason: str,
    at: datetime,
    reason_key: str = "",
    told: str = "",
) -> Decided:
    """This function decides several cases alike; each by itself (`versions`: case id → version seen)."""
    done: list[int] = []
    refused: dict[int, Refusal] = {}
    for case_id, version in versions.items():
        try:
            case_decide(
                viewer=viewer, case_id=case_id, version=version, approve=approve, clause=clause, reason=reason,
                reason_key=reason_key, told=told, at=at,
            )  # fmt: skip
            done.append(case_id)
        except (Refusal, StaleWrite) as refusal:
            refused[case_id] = refusal
    return Decided(tuple(done), refused)

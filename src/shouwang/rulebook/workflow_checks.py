"""Checks of one procedure as a graph: reachable, able to end, nobody judges her own work, green only after help."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shouwang.rulebook.workflow import Procedure

REPORT, ANSWER = "report", "answer"
JUDGING = frozenset({"check", "review", "decide", "settle", "appraise"})
# Decisions on the household; who passes a report on or settles what follows a visit decides nothing about her own work.
APPROVING = frozenset({"check", "review", "decide", "appraise"})
# What must have been passed before help is given: the county's review or the leading group's decision.
DECIDING = frozenset({"review", "decide"})
ENDING_OF_MOVE = {
    "reject": "REJECTED", "refuse": "REJECTED", "disagreed": "REJECTED", "risk_gone": "HELPED",
    "hand_over": "HANDED_OVER",
}  # fmt: skip


def stages_check(procedure: Procedure) -> None:
    """This function raises ValueError (Chinese, naming the stage) for the first thing that is not sound."""
    _targets_known(procedure)
    _reachable(procedure)
    _can_end(procedure)
    _nobody_approves_her_own_work(procedure)
    _endings_fit(procedure)
    _decided_before_help(procedure)


def _refuse(place: str, sentence: str) -> None:
    raise ValueError(f"{place}：{sentence}")


def _targets_known(procedure: Procedure) -> None:
    for channel, entry in procedure.entries.items():
        if entry not in procedure.stages:
            _refuse(f"entries.{channel}", f"没有“{entry}”这个环节")
    for key, stage in procedure.stages.items():
        for move_key, move in stage.moves.items():
            place = f"stages.{key}.moves.{move_key}"
            if move.to is not None and move.to not in procedure.stages:
                _refuse(place, f"没有“{move.to}”这个环节")
            if move.end is not None and move.end not in procedure.ends:
                _refuse(place, f"没有“{move.end}”这种结案")
        for work in stage.not_by:
            known = work in (REPORT, ANSWER) or (
                work in procedure.stages and str(procedure.stages[work].act) in JUDGING
            )
            if not known:
                _refuse(f"stages.{key}.not_by", f"“{work}”不是 {REPORT}、{ANSWER}，也不是作出判断的环节")
    for key, closing in procedure.closings.items():
        if closing.end not in procedure.ends:
            _refuse(f"closings.{key}", f"没有“{closing.end}”这种结案")


def _followers(procedure: Procedure, key: str) -> set[str]:
    return {move.to for move in procedure.stages[key].moves.values() if move.to is not None}


def _spread(procedure: Procedure, starts: Iterable[str]) -> set[str]:
    seen, waiting = set(starts), list(starts)
    while waiting:
        for follower in _followers(procedure, waiting.pop()) - seen:
            seen.add(follower)
            waiting.append(follower)
    return seen


def _reachable(procedure: Procedure) -> None:
    reached = _spread(procedure, procedure.entries.values())
    for key in procedure.stages:
        if key not in reached:
            _refuse(f"stages.{key}", "没有任何一条路走得到这个环节")


def _can_end(procedure: Procedure) -> None:
    ending = {key for key, stage in procedure.stages.items() if any(move.end for move in stage.moves.values())}
    for key in procedure.stages:
        if not _spread(procedure, [key]) & ending:
            _refuse(f"stages.{key}", "从这个环节出发永远结不了案")


def _nobody_approves_her_own_work(procedure: Procedure) -> None:
    for key, stage in procedure.stages.items():
        if str(stage.act) not in APPROVING:
            continue
        before = {other for other in procedure.stages if other != key and key in _spread(procedure, [other])}
        work = {REPORT}
        work |= {ANSWER for other in before if str(procedure.stages[other].act) == "answers"}
        work |= {other for other in before if _is_judged_by(procedure, other, key)}
        for missing in sorted(work - set(stage.not_by)):
            _refuse(f"stages.{key}.not_by", f"缺少“{missing}”：自己经手的事不能由自己审定")


def _is_judged_by(procedure: Procedure, earlier: str, key: str) -> bool:
    """This function tells whether a judging stage comes before another on the way in, not only on a way back."""
    if str(procedure.stages[earlier].act) not in APPROVING:
        return False
    starts = set(procedure.entries.values())
    without = _spread_without(procedure, starts, {key})
    return earlier in without


def _decided_before_help(procedure: Procedure) -> None:
    deciding = {key for key, stage in procedure.stages.items() if str(stage.act) in DECIDING}
    for key in _spread_without(procedure, set(procedure.entries.values()), deciding):
        if str(procedure.stages[key].act) == "help":
            _refuse(f"stages.{key}", "有一条路没有经过研判或会商就到了救助")


def _spread_without(procedure: Procedure, starts: set[str], removed: set[str]) -> set[str]:
    seen = starts - removed
    waiting = list(seen)
    while waiting:
        for follower in _followers(procedure, waiting.pop()) - seen - removed:
            seen.add(follower)
            waiting.append(follower)
    return seen


def _endings_fit(procedure: Procedure) -> None:
    for key, stage in procedure.stages.items():
        for move_key, move in stage.moves.items():
            place = f"stages.{key}.moves.{move_key}"
            if move.end is not None:
                ending = procedure.ends[move.end].ending
                wanted = ENDING_OF_MOVE.get(move_key)
                if wanted is None or ending != wanted:
                    _refuse(place, f"这条出路不能以“{ending}”结案")
                if ending == "REJECTED" and "told" not in move.needs:
                    _refuse(place, "不予救助要写明告知农户的话：needs 里缺少 told")
            elif str(procedure.stages[move.to or ""].act) == "visit" and move_key != "assisted":
                _refuse(place, "先救助、后回访：只有 assisted 之后才能进入回访")
            if move.to is not None and (str(procedure.stages[move.to].act) == "answers") != (move_key == "sent"):
                _refuse(place, "送出核查（sent）之后才等待反馈，等待反馈之前要先送出核查")
    for key, closing in procedure.closings.items():
        if procedure.ends[closing.end].ending in ("HELPED", "REJECTED"):
            _refuse(f"closings.{key}", "办理途中结案不能算作已救助或审核未通过")
    if any(str(procedure.stages[stage].act) == "visit" for stage in procedure.entries.values()):
        _refuse("entries", "案件不能从回访开始")

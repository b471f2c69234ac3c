"""Checks of one procedure as a graph: reachable, able to end, nobody judges her own work, green only after help.

A move that branches leads to each of its branches. What must hold on every road is checked on all roads at once; that
every case can end is checked for each branch taken always, and never.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shouwang.rulebook.workflow_procedure import Procedure
    from shouwang.rulebook.workflow_stages import Branch, Move, Stage

REPORT, ANSWER = "report", "answer"
JUDGING = frozenset({"check", "review", "decide", "settle", "appraise"})
# Decisions on the household; who passes a report on or settles what follows a visit decides nothing about her own work.
APPROVING = frozenset({"check", "review", "decide", "appraise"})
# What must have been passed before help is given: the county's review or the leading group's decision.
DECIDING = frozenset({"review", "decide"})
# The endings that a move may lead to; approval and a notice that has run end a case that removes a risk.
ENDINGS_OF_MOVE: dict[str, frozenset[str]] = {
    "reject": frozenset({"REJECTED"}), "refuse": frozenset({"REJECTED"}), "disagreed": frozenset({"REJECTED"}),
    "risk_gone": frozenset({"HELPED"}), "hand_over": frozenset({"HANDED_OVER"}), "approve": frozenset({"REMOVED"}),
    "unopposed": frozenset({"REMOVED"}),
}  # fmt: skip


# In a procedure that removes a risk a no ends nothing for the household: it stays watched.
REFUSALS = frozenset({"reject", "refuse", "disagreed"})
KEPT = frozenset({"OTHER"})


def stages_check(procedure: Procedure) -> None:
    """This function raises ValueError (Chinese, naming the stage) for the first thing that is not sound."""
    _targets_known(procedure)
    _reachable(procedure)
    _can_end(procedure)
    _nobody_approves_her_own_work(procedure)
    _endings_fit(procedure)
    _decided_before_help(procedure)
    _posted_before_help(procedure)
    _papers_after_urgent_help(procedure)
    _total_is_met(procedure)
    _removed_soundly(procedure)


def _refuse(place: str, sentence: str) -> None:
    raise ValueError(f"{place}：{sentence}")


def _targets_known(procedure: Procedure) -> None:
    for channel, entry in procedure.entries.items():
        if entry not in procedure.stages:
            _refuse(f"entries.{channel}", f"没有“{entry}”这个环节")
    for key, stage in procedure.stages.items():
        for move_key, move in stage.moves.items():
            place = f"stages.{key}.moves.{move_key}"
            for way in move.ways:
                if way.to is not None and way.to not in procedure.stages:
                    _refuse(place, f"没有“{way.to}”这个环节")
                if way.end is not None and way.end not in procedure.ends:
                    _refuse(place, f"没有“{way.end}”这种结案")
        if stage.lapse is not None and stage.lapse not in stage.moves:
            _refuse(f"stages.{key}.lapse", f"没有“{stage.lapse}”这条出路")
        for work in stage.not_by:
            known = work in (REPORT, ANSWER) or (
                work in procedure.stages and str(procedure.stages[work].act) in JUDGING
            )
            if not known:
                _refuse(f"stages.{key}.not_by", f"“{work}”不是 {REPORT}、{ANSWER}，也不是作出判断的环节")
    for key, closing in procedure.closings.items():
        if closing.end not in procedure.ends:
            _refuse(f"closings.{key}", f"没有“{closing.end}”这种结案")


def _ways(stage: Stage) -> Iterator[Move | Branch]:
    for move in stage.moves.values():
        yield from move.ways


def _followers(procedure: Procedure, key: str) -> set[str]:
    return {way.to for way in _ways(procedure.stages[key]) if way.to is not None}


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
    for world in _worlds(procedure):
        ending = {key for key, stage in world.stages.items() if any(way.end for way in _ways(stage))}
        reached = _spread(world, world.entries.values())
        for key in world.stages:
            if key in reached and not _spread(world, [key]) & ending:
                _refuse(f"stages.{key}", "从这个环节出发永远结不了案")


def _worlds(procedure: Procedure) -> Iterator[Procedure]:
    """This function yields the procedure, and what is left of it if a branching move always takes one of its ways."""
    yield procedure
    for key, stage in procedure.stages.items():
        for move_key, move in stage.moves.items():
            for way in move.ways if move.branches else ():
                only = move.model_copy(update={"branches": (), "to": way.to, "end": way.end})
                changed = stage.model_copy(update={"moves": {**stage.moves, move_key: only}})
                yield procedure.model_copy(update={"stages": {**procedure.stages, key: changed}})


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


def stages_before(procedure: Procedure, key: str) -> list[str]:
    """This function returns the stages that every road to a stage leads through, in the order of the pack."""
    starts = set(procedure.entries.values())
    return [
        other for other in procedure.stages if other != key and key not in _spread_without(procedure, starts, {other})
    ]


def _decided_before_help(procedure: Procedure) -> None:
    deciding = {key for key, stage in procedure.stages.items() if str(stage.act) in DECIDING}
    for key in _spread_without(procedure, set(procedure.entries.values()), deciding):
        if str(procedure.stages[key].act) == "help":
            _refuse(f"stages.{key}", "有一条路没有经过研判或会商就到了救助")


def _posted_before_help(procedure: Procedure) -> None:
    notices = {key for key, stage in procedure.stages.items() if str(stage.act) == "notice"}
    if not notices:
        return
    for key in _spread_without(procedure, set(procedure.entries.values()), notices):
        if str(procedure.stages[key].act) == "help" and not procedure.stages[key].urgent:
            _refuse(f"stages.{key}", "有一条路没有公示就到了救助；先救助、后补手续的环节要写 urgent: true")


def _papers_after_urgent_help(procedure: Procedure) -> None:
    deciding = {key for key, stage in procedure.stages.items() if str(stage.act) in DECIDING}
    for key, stage in procedure.stages.items():
        if not stage.urgent:
            continue
        for after in _spread_without(procedure, {key}, deciding):
            if any(way.end and procedure.ends[way.end].ending == "HELPED" for way in _ways(procedure.stages[after])):
                _refuse(f"stages.{key}", f"先救助之后没有补办审定，就能从“{after}”结案")


def _total_is_met(procedure: Procedure) -> None:
    for key in procedure.total.until if procedure.total else ():
        if key not in procedure.stages:
            _refuse("total.until", f"没有“{key}”这个环节")
        if key in procedure.entries.values():
            _refuse("total.until", f"案件从“{key}”开始，全程期限一开始就算完了")


def removes(procedure: Procedure) -> bool:
    """This function tells whether a procedure removes the risk of a watched household."""
    return any(_is_removal(procedure, way) for stage in procedure.stages.values() for way in _ways(stage))


def _is_removal(procedure: Procedure, way: Move | Branch) -> bool:
    return way.end is not None and procedure.ends[way.end].ending == "REMOVED"


def _removed_soundly(procedure: Procedure) -> None:
    """This function refuses a removal without its conditions, its questions, a notice or a decision before it."""
    if not removes(procedure):
        return
    helping = next((key for key, stage in procedure.stages.items() if str(stage.act) in ("help", "visit")), None)
    if helping is not None:
        _refuse(f"stages.{helping}", "标注风险消除的流程里没有救助和回访的环节")
    asked = _without_moves(procedure, lambda move: move.confirms)
    posted = _spread_without(procedure, set(procedure.entries.values()), _acting(procedure, "notice"))
    judged = _spread_without(procedure, set(procedure.entries.values()), _acting(procedure, "decide"))
    for key, stage in procedure.stages.items():
        for move_key, move in stage.moves.items():
            if not any(_is_removal(procedure, way) for way in move.ways):
                continue
            place = f"stages.{key}.moves.{move_key}"
            if move.holds != "removal":
                _refuse(place, "标注风险消除要写 holds: removal，那一天再核对一遍条件")
            if key in asked:
                _refuse(place, "有一条路没有人回答要人判断的条件（confirms），就标注了风险消除")
            if key in posted and str(stage.act) != "notice":
                _refuse(place, "有一条路没有公示，就标注了风险消除")
            if key in judged and str(stage.act) != "decide":
                _refuse(place, "有一条路没有经过审定，就标注了风险消除")


def _acting(procedure: Procedure, act: str) -> set[str]:
    return {key for key, stage in procedure.stages.items() if str(stage.act) == act}


def _without_moves(procedure: Procedure, taken: Callable[[Move], bool]) -> set[str]:
    """This function returns the stages that can be reached without any of some moves."""
    stages = {
        key: stage.model_copy(update={"moves": {name: move for name, move in stage.moves.items() if not taken(move)}})
        for key, stage in procedure.stages.items()
    }
    return _spread(procedure.model_copy(update={"stages": stages}), procedure.entries.values())


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
            for way in move.ways:
                _way_fits(procedure, f"stages.{key}.moves.{move_key}", move_key, move, way)
    for key, closing in procedure.closings.items():
        if procedure.ends[closing.end].ending in ("HELPED", "REJECTED", "REMOVED"):
            _refuse(f"closings.{key}", "办理途中结案不能算作已救助、审核未通过或风险消除")
    if any(str(procedure.stages[stage].act) == "visit" for stage in procedure.entries.values()):
        _refuse("entries", "案件不能从回访开始")


def _way_fits(procedure: Procedure, place: str, move_key: str, move: Move, way: Move | Branch) -> None:
    if way.end is not None:
        ending = procedure.ends[way.end].ending
        is_refused = move_key in REFUSALS
        fitting = KEPT if is_refused and removes(procedure) else ENDINGS_OF_MOVE.get(move_key, frozenset())
        if ending not in fitting:
            _refuse(place, f"这条出路不能以“{ending}”结案")
        if is_refused and "told" not in move.needs:
            _refuse(place, "不予救助要写明告知农户的话：needs 里缺少 told")
        if is_refused and move.reasons is None:
            _refuse(place, "不予救助要列出可选的理由：缺少 reasons")
        return
    act = str(procedure.stages[way.to or ""].act)
    if act == "visit" and move_key != "assisted":
        _refuse(place, "先救助、后回访：只有 assisted 之后才能进入回访")
    if (act == "answers") != (move_key == "sent"):
        _refuse(place, "送出核查（sent）之后才等待反馈，等待反馈之前要先送出核查")

"""Checks of a workflow: what does not stand up is refused with file and key."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from shouwang.kit.codes import Risk
from shouwang.people.access import Kind, Role
from shouwang.rulebook import PackError, PackSource
from shouwang.rulebook.check import pack_check
from shouwang.rulebook.policy import policy_resolve
from shouwang.rulebook.workflow import CHANNELS, KINDS, MOVES, ROLES, Act, Meeting
from shouwang.rulebook.workflow_policy import Workflow, workflow_of
from shouwang.rulebook.yamls import yaml_read

PACKS = Path(__file__).resolve().parents[2] / "packs"
ON = date(2020, 6, 30)
PROCEDURE = ("township_first", "values", 0, "value", "procedure")

Tree = dict[str, Any]


def tree() -> Tree:
    text = (PACKS / "xingtai/workflow.yaml").read_text(encoding="utf-8")
    found: Tree = yaml_read(text, file="xingtai/workflow.yaml")
    return found


def source(changed: Tree) -> PackSource:
    files = dict(PackSource.from_directory(PACKS).files)
    files["xingtai/workflow.yaml"] = yaml.safe_dump(changed, allow_unicode=True, sort_keys=False)
    return PackSource.from_files(files)


def flow_of(changed: Tree, place: str = "xingtai") -> Workflow:
    return workflow_of(policy_resolve(source(changed), place=place, on=ON))


def procedure(changed: Tree) -> Tree:
    node: Any = changed
    for key in PROCEDURE:
        node = node[key]
    found: Tree = node
    return found


def stages(changed: Tree) -> Tree:
    found: Tree = procedure(changed)["stages"]
    return found


def _unshared(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _unshared(value) for key, value in node.items()}
    return [_unshared(value) for value in node] if isinstance(node, list) else node


def broken(change: Callable[[Tree], object]) -> Tree:
    # YAML anchors give shared objects: what one test changes must not change elsewhere.
    changed = _unshared(tree())
    change(changed)
    found: Tree = changed
    return found


def unreachable(changed: Tree) -> None:
    stages(changed)["lost"] = copy.deepcopy(stages(changed)["help"])


def endless(changed: Tree) -> None:
    stages(changed)["visit"]["moves"]["risk_gone"] = {"name": "再看", "to": "settle"}
    stages(changed)["settle"]["moves"] = {"hand_over": {"name": "再救助", "to": "help"}}


def branch(changed: Tree, when: str, to: str = "review") -> None:
    way = {"when": when, "name": "另一条路", "to": to}
    stages(changed)["township_check"]["moves"]["pass_on"]["branches"] = [way]


def endless_branch(changed: Tree) -> None:
    """Where this always branches, nothing but the township's own refusal to pass on is left, and there is none."""
    branch(changed, "is_low_income", to="amend")


FAULTS: dict[str, tuple[Callable[[Tree], object], str, str]] = {
    "a stage no road leads to": (unreachable, "stages.lost", "没有任何一条路走得到这个环节"),
    "a stage that never ends": (endless, "stages.help", "永远结不了案"),
    "a reviewer of her own report": (
        lambda t: stages(t)["review"].update(not_by=["answer", "township_check"]),
        "stages.review.not_by",
        "缺少“report”：自己经手的事不能由自己审定",
    ),
    "a leader who decides what she answered": (
        lambda t: stages(t)["decide"].update(not_by=["report", "township_check", "review"]),
        "stages.decide.not_by",
        "缺少“answer”",
    ),
    "a leader who decides what she reviewed": (
        lambda t: stages(t)["decide"].update(not_by=["report", "answer", "township_check"]),
        "stages.decide.not_by",
        "缺少“review”",
    ),
    "a township that checks its own report": (
        lambda t: stages(t)["township_check"].update(not_by=[]),
        "stages.township_check.not_by",
        "缺少“report”",
    ),
    "an unknown kind of organisation": (
        lambda t: stages(t)["help"]["who"].update(kind="COUNCIL"),
        "stages.help.who.kind",
        "没有“COUNCIL”这种机构",
    ),
    "an unknown role": (
        lambda t: stages(t)["help"]["who"].update(roles=["BOSS"]),
        "stages.help.who.roles",
        "没有“BOSS”这种角色",
    ),
    "an unknown department": (
        lambda t: t["check_medical"]["values"][0]["value"]["task"].update(department="finance"),
        "check_medical",
        "没有“finance”这种部门",
    ),
    "a department on a task to the township": (
        lambda t: t["check_township"]["values"][0]["value"]["task"].update(department="health"),
        "check_township",
        "只有 to 是 DEPARTMENT 时才写 department",
    ),
    "an unknown field of the household": (
        lambda t: t["check_medical"]["values"][0]["value"]["task"].update(fields=["diary"]),
        "check_medical",
        "没有“diary”这种可查看的内容",
    ),
    "an unknown channel": (
        lambda t: procedure(t)["entries"].update(PIGEON="dispatch"),
        "entries",
        "没有“PIGEON”这种来源渠道",
    ),
    "no stage for the other channels": (
        lambda t: procedure(t).update(entries={"OFFICER": "township_check"}),
        "entries",
        "entries 要写明 ANY",
    ),
    "a move to nowhere": (
        lambda t: stages(t)["decide"]["moves"]["approve"].update(to="moon"),
        "stages.decide.moves.approve",
        "没有“moon”这个环节",
    ),
    "a move that goes on and ends": (
        lambda t: stages(t)["decide"]["moves"]["approve"].update(end="rejected"),
        "moves.approve",
        "要写一个，也只能写一个",
    ),
    "a missing way out": (
        lambda t: stages(t)["review"]["moves"].pop("reject"),
        "stages.review",
        "这个环节要有“reject”这条出路",
    ),
    "a move the act does not know": (
        lambda t: stages(t)["review"]["moves"].update(approve={"name": "同意", "to": "help"}),
        "stages.review",
        "没有“approve”这种出路",
    ),
    "a rejection that tells nobody": (
        lambda t: stages(t)["decide"]["moves"]["refuse"].update(needs=["clause", "reason"]),
        "moves.refuse",
        "要写明告知农户的话",
    ),
    "a rejection that ends green": (
        lambda t: stages(t)["decide"]["moves"]["refuse"].update(end="risk_gone"),
        "moves.refuse",
        "不能以“HELPED”结案",
    ),
    "a visit without help": (
        lambda t: stages(t)["decide"]["moves"]["approve"].update(to="visit"),
        "stages",
        "",
    ),
    "answers nobody was asked for": (
        lambda t: stages(t)["township_check"]["moves"]["pass_on"].update(to="checking"),
        "moves.pass_on",
        "等待反馈之前要先送出核查",
    ),
    "a closing that ends blue": (
        lambda t: procedure(t).update(closings={"withdrawn": {"name": "撤", "end": "rejected", "by": ["TOWNSHIP"]}}),
        "closings.withdrawn",
        "办理途中结案不能算作",
    ),
    "a clock nobody wound": (
        lambda t: stages(t)["help"].update(clock="clock_moon"),
        "township_first",
        "没有“clock_moon”这个时限",
    ),
    "reasons nobody wrote": (
        lambda t: stages(t)["review"]["moves"]["reject"].update(reasons="excuses"),
        "township_first",
        "没有“excuses”这组理由",
    ),
    "a task nobody wrote": (
        lambda t: t["verify_illness"]["values"][0]["value"]["verify"]["tasks"].update(check_moon="看月亮"),
        "verify_illness",
        "没有“check_moon”这项任务",
    ),
    "a route to nowhere": (
        lambda t: t["route"]["values"][0].update(value={"route": "shortcut"}),
        "route",
        "没有“shortcut”这个流程",
    ),
    "a value of two shapes": (
        lambda t: t["route"]["values"][0].update(value={"route": "township_first", "clock": {"days": 3}}),
        "route",
        "每个值要写成其中一种",
    ),
    "help that nobody decided": (
        lambda t: stages(t)["township_check"]["moves"]["pass_on"].update(to="help"),
        "stages.help",
        "没有经过研判或会商就到了救助",
    ),
    "a meeting where nothing is appraised": (
        lambda t: stages(t)["review"].update(meeting={"least": 3}),
        "stages.review",
        "评议的环节要写 meeting",
    ),
    "a notice where nothing is posted": (
        lambda t: stages(t)["review"].update(notice="village_notice", subject="农户"),
        "stages.review",
        "公示的环节要写 notice",
    ),
    "a refusal without reasons to choose from": (
        lambda t: stages(t)["decide"]["moves"]["refuse"].pop("reasons"),
        "moves.refuse",
        "要列出可选的理由",
    ),
    "ends that nobody wrote": (
        lambda t: procedure(t).update(shares="moon_ends"),
        "township_first",
        "没有“moon_ends”这组结案方式",
    ),
    "an end neither shared nor stated": (
        lambda t: procedure(t).pop("shares"),
        "moves.reject",
        "没有“rejected”这种结案",
    ),
    "papers nobody named": (
        lambda t: stages(t)["township_check"]["moves"]["pass_on"].update(requires=["moon_map"]),
        "moves.pass_on.requires",
        "没有“moon_map”这种材料",
    ),
    "more answers than questions": (
        lambda t: stages(t)["checking"].update(enough=5),
        "stages.checking.enough",
        "等不到 5 个反馈",
    ),
    "no answer is enough": (lambda t: stages(t)["checking"].update(enough=0), "enough", ""),
    "enough where nobody answers": (
        lambda t: stages(t)["review"].update(enough="any"),
        "stages.review",
        "只有等反馈的环节才写 enough",
    ),
    "urgency where nobody helps": (
        lambda t: stages(t)["review"].update(urgent=True),
        "stages.review",
        "只有救助的环节才写 urgent",
    ),
    "urgent help without papers after it": (
        lambda t: stages(t)["help"].update(urgent=True),
        "stages.help",
        "先救助之后没有补办审定",
    ),
    "a decision by lapse of time": (
        lambda t: stages(t)["decide"].update(lapse="approve"),
        "stages.decide",
        "决定和公示不能因为到期就算办完",
    ),
    "a lapse on no day": (
        lambda t: stages(t)["amend"].update(lapse="amended"),
        "stages.amend.lapse",
        "期限没有写 expire",
    ),
    "a total clock that nobody owns": (
        lambda t: procedure(t).update(total={"clock": "clock_help", "until": ["help"]}),
        "total",
        "没有人负责的期限不算数",
    ),
    "a total clock that nobody wound": (
        lambda t: procedure(t).update(total={"clock": "clock_moon", "owner": "TOWNSHIP", "until": ["help"]}),
        "total.clock",
        "没有“clock_moon”这个时限",
    ),
    "a total clock that is met at once": (
        lambda t: procedure(t).update(total={"clock": "clock_help", "owner": "TOWNSHIP", "until": ["dispatch"]}),
        "total.until",
        "一开始就算完了",
    ),
    "a total clock that runs to nowhere": (
        lambda t: procedure(t).update(total={"clock": "clock_help", "owner": "TOWNSHIP", "until": ["moon"]}),
        "total.until",
        "没有“moon”这个环节",
    ),
    "a branch on no fact of a case": (
        lambda t: branch(t, "net_income > 0"),
        "branches.0.when",
        "不认识的事实“net_income”",
    ),
    "a branch on no cause": (lambda t: branch(t, "has(causes, 'FLOOD')"), "branches.0.when", "没有“FLOOD”这个代码"),
    "a branch that is no condition": (lambda t: branch(t, "member_count"), "branches.0.when", "要写成成立与否的条件"),
    "a branch to nowhere": (lambda t: branch(t, "is_low_income", to="moon"), "moves.pass_on", "没有“moon”这个环节"),
    "a branch that never ends": (endless_branch, "从这个环节出发永远结不了案", ""),
    "help by a branch that nobody decided": (
        lambda t: branch(t, "is_low_income", to="help"),
        "stages.help",
        "没有经过研判或会商就到了救助",
    ),
    "an unknown key": (lambda t: stages(t)["help"].update(colour="red"), "stages.help", "不认识的项“colour”"),
    "a missing source": (lambda t: t["route"]["values"][0].pop("source"), "route", "缺少“source（来源）”"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_what_does_not_stand_up_is_refused_with_file_and_key(name: str) -> None:
    change, key, sentence = FAULTS[name]
    with pytest.raises(PackError) as refused:
        flow_of(broken(change))
    assert refused.value.file == "xingtai/workflow.yaml"
    assert key in f"{refused.value.key} {refused.value.sentence}"
    assert sentence in refused.value.message


def five_steps(change: Callable[[Tree], object]) -> Workflow:
    """This function reads 连云港's workflow with its stages changed."""
    changed = yaml_read((PACKS / "lianyungang/workflow.yaml").read_text(encoding="utf-8"), file="workflow.yaml")
    change(changed["five_steps"]["values"][0]["value"]["procedure"]["stages"])
    files = dict(PackSource.from_directory(PACKS).files)
    files["lianyungang/workflow.yaml"] = yaml.safe_dump(changed, allow_unicode=True, sort_keys=False)
    return workflow_of(policy_resolve(PackSource.from_files(files), place="lianyungang", on=ON))


POSTING_FAULTS: dict[str, tuple[Callable[[Tree], object], str]] = {
    "an appraisal without a rule": (lambda s: s["appraise"].pop("meeting"), "评议的环节要写 meeting"),
    "more than all": (lambda s: s["appraise"]["meeting"].update(over="3/3"), "写成小于 1 的分数"),
    "a share that is no fraction": (lambda s: s["appraise"]["meeting"].update(over="half"), "写成小于 1 的分数"),
    "a meeting of nobody": (lambda s: s["appraise"]["meeting"].update(least=0), "least"),
    "a notice nobody wrote": (lambda s: s["notice"].update(notice="poster"), "没有“poster”这种公示"),
    "a sheet about nothing": (lambda s: s["notice"].pop("subject"), "公示的环节要写 notice"),
    "a village that appraises its own report": (
        lambda s: s["appraise"].update(not_by=["answer"]), "缺少“report”：自己经手的事不能由自己审定",
    ),
    "a township that reviews its own appraisal": (
        lambda s: s["township_review"].update(not_by=["report", "answer"]), "缺少“appraise”",
    ),
    "help that was never posted": (
        lambda s: s["appraise"]["moves"]["agreed"].update(s["township_review"]["moves"]["send_back"].update(to="notice")
                                                          or {"to": "township_review"}),
        "没有公示就到了救助",
    ),
    "an objection that leads nowhere": (lambda s: s["notice"]["moves"].pop("opposed"), "要有“opposed”这条出路"),
    "a vote against that helps": (
        lambda s: s["appraise"]["moves"]["disagreed"].update(end="risk_gone"), "不能以“HELPED”结案",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", POSTING_FAULTS)
def test_an_appraisal_or_a_notice_that_does_not_stand_up_is_refused(name: str) -> None:
    change, sentence = POSTING_FAULTS[name]
    with pytest.raises(PackError) as refused:
        five_steps(change)
    assert refused.value.file == "lianyungang/workflow.yaml"
    assert sentence in f"{refused.value.key} {refused.value.message}"


@pytest.mark.parametrize(
    ("over", "attended", "in_favour", "is_carried"),
    [
        ("1/2", 10, 5, False), ("1/2", 10, 6, True), ("1/2", 9, 9, False), ("2/3", 12, 8, False), ("2/3", 12, 9, True),
    ],
)  # fmt: skip
def test_a_vote_carries_above_the_share_of_those_who_came(
    over: str, attended: int, in_favour: int, is_carried: bool
) -> None:
    assert Meeting(least=10, over=over).is_carried(attended=attended, in_favour=in_favour) is is_carried


@pytest.mark.parametrize(
    ("unit", "posted", "ends"),
    [("calendar_day", date(2020, 6, 24), date(2020, 6, 29)), ("working_day", date(2020, 6, 24), date(2020, 7, 2))],
)
def test_a_notice_ends_after_its_full_days_by_its_own_unit(unit: str, posted: date, ends: date) -> None:
    flow = five_steps(lambda stages: None)
    changed = {"village_notice": replace(flow.notices["village_notice"], unit=unit)}
    assert replace(flow, notices=changed).notice_ends("village_notice", posted).day == ends


def test_pack_check_names_the_fault_of_a_workflow() -> None:
    faults = pack_check(source(broken(unreachable)))
    assert [(fault.file, "没有任何一条路走得到" in fault.message) for fault in faults] == [
        ("xingtai/workflow.yaml", True)
    ]


def test_a_clock_has_a_unit_and_nothing_else_has() -> None:
    clock = {"values": [{"from": date(2020, 1, 1), "source": "演示", "value": {"clock": {"days": 3}}, "unit": "moons"}]}
    with pytest.raises(PackError, match="没有“moons”这种单位"):
        flow_of(broken(lambda t: t.update(clock_check=clock)))
    with pytest.raises(PackError, match="只有 clock"):
        flow_of(broken(lambda t: t["route"]["values"][0].update(unit="working_day")))


def test_a_clock_does_not_warn_before_it_starts() -> None:
    entry = {"from": date(2020, 1, 1), "source": "演示", "unit": "working_day"}
    clock = {"values": [{**entry, "value": {"clock": {"days": 3, "warn": 4}}}]}
    with pytest.raises(PackError, match="不能多于"):
        flow_of(broken(lambda t: t.update(clock_check=clock)))


def test_a_cause_is_verified_in_one_place_only() -> None:
    def twice(changed: Tree) -> None:
        changed["verify_again"] = copy.deepcopy(changed["verify_illness"])

    with pytest.raises(PackError, match="原因“ILLNESS”已经写在“verify_illness”里"):
        flow_of(broken(twice))


def test_every_cause_has_somebody_who_verifies_it() -> None:
    def narrow(changed: Tree) -> None:
        verify = changed["verify_illness"]["values"][0]["value"]["verify"]
        verify["causes"] = ["STUDY"]
        changed["verify_study"]["values"][0]["value"]["verify"]["causes"] = ["ACCIDENT"]
        changed["verify_accident"]["values"][0]["value"]["verify"]["causes"] = ["DISASTER"]
        changed["verify_disaster"]["values"][0]["value"]["verify"]["causes"] = ["DISABILITY"]
        changed["verify_disability"]["values"][0]["value"] = None

    with pytest.raises(PackError, match="ILLNESS"):
        flow_of(broken(narrow))
    flow = flow_of(tree())
    assert set(flow.verify) == {risk.value for risk in Risk}


@pytest.mark.parametrize("place", ["xingtai", "hengshui", "hebei"])
def test_every_place_of_hebei_has_a_workflow(place: str) -> None:
    flow = workflow_of(policy_resolve(PackSource.from_directory(PACKS), place=place, on=ON))
    assert flow.route == ("township_first" if place == "xingtai" else "county_straight")


def test_both_routes_of_the_sources_are_in_the_pack() -> None:
    flow = flow_of(tree())
    officer = {key: stated.value.entry("OFFICER") for key, stated in flow.procedures.items()}
    assert officer == {"county_straight": "dispatch", "township_first": "township_check"}
    acts = {key: {str(stage.act) for stage in stated.value.stages.values()} for key, stated in flow.procedures.items()}
    assert "decide" in acts["township_first"]
    assert "decide" not in acts["county_straight"]


def test_a_branch_is_taken_where_its_condition_holds_and_not_where_it_is_unknown() -> None:
    flow = flow_of(broken(lambda t: branch(t, "is_without_labour and member_count >= 2")))
    move = flow.stage("township_first", "township_check").moves["pass_on"]
    for known, size, to in ((True, 2, "review"), (True, 1, "dispatch"), (False, 2, "dispatch"), (None, 2, "dispatch")):
        way = flow.way(move, {"is_without_labour": known, "member_count": size}, on=ON)
        assert way.to == to


@pytest.mark.parametrize(
    ("enough", "asked", "least"), [(None, 4, 4), ("all", 4, 4), ("any", 4, 1), (2, 4, 2), (2, 1, 1)]
)
def test_a_stage_goes_on_after_all_any_or_so_many_answers(enough: Any, asked: int, least: int) -> None:
    flow = flow_of(broken(lambda t: stages(t)["checking"].update(enough=enough) if enough else None))
    stage = flow.stage("township_first", "checking")
    assert [stage.is_enough(asked=asked, answered=count) for count in (least - 1, least)] == [False, True]


def test_shared_endings_are_those_of_the_block_and_what_a_procedure_states_comes_first() -> None:
    def renamed(changed: Tree) -> None:
        procedure(changed)["ends"] = {"withdrawn": {"name": "误报", "ending": "WITHDRAWN"}}

    ends = flow_of(broken(renamed)).procedures["township_first"].value.ends
    assert (ends["withdrawn"].name, ends["handed_over"].sets) == ("误报", {"poverty_status": "POOR"})


def test_a_day_before_the_first_period_has_no_workflow() -> None:
    flow = workflow_of(policy_resolve(PackSource.from_directory(PACKS), place="xingtai", on=date(2018, 12, 31)))
    assert (flow.route, flow.procedures) == ("", {})


def test_the_words_of_the_rulebook_are_those_of_the_house() -> None:
    from shouwang.sources.models import Channel

    assert {kind.value for kind in Kind} >= set(KINDS)
    assert {role.value for role in Role} >= set(ROLES)
    assert set(Channel.values) <= set(CHANNELS)
    assert set(MOVES) == set(Act)

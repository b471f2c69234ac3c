"""A procedure that removes a risk: refused where it could do so without conditions, questions, notice or approval."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from shouwang.rulebook import PackError, PackSource
from shouwang.rulebook.policy import policy_resolve
from shouwang.rulebook.requirements import requirements_judge
from shouwang.rulebook.workflow_policy import Workflow, workflow_of
from shouwang.rulebook.yamls import yaml_read

PACKS = Path(__file__).resolve().parents[2] / "packs"
ON = date(2021, 6, 30)
FILE = "national/workflow.yaml"

Tree = dict[str, Any]


def flow_of(change: Callable[[Tree], object]) -> Workflow:
    files = dict(PackSource.from_directory(PACKS).files)
    changed: Tree = yaml_read(files[FILE], file=FILE)
    change(changed)
    files[FILE] = yaml.safe_dump(changed, allow_unicode=True, sort_keys=False)
    return workflow_of(policy_resolve(PackSource.from_files(files), place="national", on=ON))


def stages(changed: Tree) -> Tree:
    found: Tree = changed["removal"]["values"][0]["value"]["procedure"]["stages"]
    return found


def moves(changed: Tree, stage: str) -> Tree:
    found: Tree = stages(changed)[stage]["moves"]
    return found


def past_the_questions(changed: Tree) -> None:
    del moves(changed, "removal_check")["pass_on"]["confirms"]


def past_the_conditions(changed: Tree) -> None:
    del moves(changed, "removal_approve")["approve"]["holds"]


def past_the_notice(changed: Tree) -> None:
    moves(changed, "removal_appraise")["agreed"]["to"] = "removal_review"
    moves(changed, "removal_review")["send_back"]["to"] = "removal_notice"


def past_the_approval(changed: Tree) -> None:
    found = moves(changed, "removal_notice")["unopposed"]
    del found["to"]
    found |= {"end": "removed", "holds": "removal"}
    moves(changed, "removal_notice")["opposed"]["to"] = "removal_review"


def counted_as_rejected(changed: Tree) -> None:
    moves(changed, "removal_approve")["refuse"]["end"] = "rejected"


def without_a_word(changed: Tree) -> None:
    moves(changed, "removal_review")["reject"]["needs"] = ["reason"]


def without_a_reason(changed: Tree) -> None:
    del moves(changed, "removal_review")["reject"]["reasons"]


def questions_alone(changed: Tree) -> None:
    moves(changed, "removal_review")["pass_on"] = {
        "name": "审核同意", "to": "removal_approve", "confirms": True,
    }  # fmt: skip


def nowhere(changed: Tree) -> None:
    changed["removal_route"]["values"][0]["value"]["removal"] = "elsewhere"


def never_in_force(changed: Tree) -> None:
    del changed["removal_route"]


def help_that_removes(changed: Tree) -> None:
    changed["removal_route"]["values"][0]["value"]["removal"] = "identification"


def twice(changed: Tree) -> None:
    changed["removal_again"] = dict(changed["removal_route"])


def no_ends_kept(changed: Tree) -> None:
    """In a procedure that helps a no is a rejection, nothing milder."""
    found = changed["identification"]["values"][0]["value"]["procedure"]
    found["stages"]["township_review"]["moves"]["reject"]["end"] = "moved"


FAULTS: dict[str, tuple[Callable[[Tree], object], str]] = {
    "questions": (past_the_questions, "没有人回答要人判断的条件"),
    "conditions": (past_the_conditions, "holds: removal"),
    "notice": (past_the_notice, "没有公示"),
    "approval": (past_the_approval, "没有经过审定"),
    "rejected": (counted_as_rejected, "不能以“REJECTED”结案"),
    "word": (without_a_word, "告知农户的话"),
    "reason": (without_a_reason, "可选的理由"),
    "alone": (questions_alone, "要和 holds"),
    "nowhere": (nowhere, "没有“elsewhere”这个流程"),
    "never": (never_in_force, "要由 removal 启用"),
    "help": (help_that_removes, "要由 removal 启用"),
    "twice": (twice, "只能有一个风险消除的流程"),
    "kept": (no_ends_kept, "不能以“OTHER”结案"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_removal_that_does_not_stand_up_is_refused_with_its_reason(name: str) -> None:
    change, sentence = FAULTS[name]
    with pytest.raises(PackError) as refused:
        flow_of(change)
    assert sentence in refused.value.message
    assert FILE in refused.value.message


def test_the_shipped_removal_stands_up_and_every_place_of_the_nation_has_it() -> None:
    assert flow_of(lambda _: None).removal == "removal"
    for place in ("hebei", "xingtai", "julu", "lianyungang", "shanxi"):
        flow = workflow_of(policy_resolve(PackSource.from_directory(PACKS), place=place, on=ON))
        assert flow.removal == "removal", place


def test_requirements_are_those_of_the_decision_and_questions_are_left_open() -> None:
    policy = policy_resolve(PackSource.from_directory(PACKS), place="national", on=ON)
    facts = {"member_count": 3, "net_income_fen": 1_800_000, "watch_type": "UNSTABLE", "is_without_labour": False}
    found = {one.key: one for one in requirements_judge(policy, decides="removal", facts=facts, on=ON)}
    assert found["income_above"].result is False  # exactly the line, three times
    assert found["has_labour"].result is True
    assert found["housing"].result is None
    assert found["seen"].is_asked and found["seen"].result is None
    assert found["income_steady"].result is None and "收入记录没有那么早" in found["income_steady"].missing[0]
    assert found["income_above"].parts[0].shown == "6,000.00 元 与 6,000.00 元"
    assert "helped" not in found and "unhelped" not in found  # of one way of removal
    assert "within_line" not in found  # of identification
    raised = requirements_judge(policy, decides="removal", facts={**facts, "net_income_fen": 1_800_001}, on=ON)
    assert next(one for one in raised if one.key == "income_above").result is True


def test_requirements_of_another_kind_of_household_are_left_out() -> None:
    policy = policy_resolve(PackSource.from_directory(PACKS), place="national", on=ON)
    kinds = {
        kind: {
            one.key for one in requirements_judge(policy, decides="identification", facts={"watch_type": kind}, on=ON)
        }
        for kind in ("UNSTABLE", "SUDDEN")
    }
    assert "unstable_origin" in kinds["UNSTABLE"] and "unstable_origin" not in kinds["SUDDEN"]
    assert "struck" in kinds["SUDDEN"] and "struck" not in kinds["UNSTABLE"]

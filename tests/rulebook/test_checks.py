"""The checks topic: what a rule may speak of, and how a faulty one is refused, with its place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from shouwang.rulebook import ConditionError, PackError, PackSource, Policy, load_policy
from shouwang.rulebook.check_facts import Heading, Tally
from shouwang.rulebook.check_program import check_parse, checks_compile
from shouwang.rulebook.checks import OWNERS, Over
from shouwang.rulebook.conditions.nodes import facts_of
from shouwang.rulebook.conditions.render import node_text
from shouwang.rulebook.workflow import DEPARTMENTS

ON = date(2020, 6, 30)


def stated(over: str = "person", when: str = "age > 5", owner: str = "village", more: str = "") -> str:
    return (
        "a:\n  name: 甲\n  values:\n"
        f'    - {{from: 2019-01-01, value: {{over: {over}, when: "{when}", on_unknown: report, owner: {owner}, '
        f"action: 改正{more}}}, source: 乙}}\n"
    )


def policy_of(small: dict[str, str], text: str) -> Policy:
    return load_policy(PackSource.from_files({**small, "low/checks.yaml": text}), place="low", on=ON)


def test_a_check_is_resolved_with_its_owner_and_compiled(small: dict[str, str]) -> None:
    policy = policy_of(small, stated(owner="civil_affairs"))
    (rule,) = checks_compile(policy).rules
    assert (rule.stated.key, rule.over, rule.stated.value.owner) == ("a", Over.PERSON, "civil_affairs")
    assert [fact.key for fact in rule.facts] == ["age"]


def test_every_department_can_own_a_check() -> None:
    assert set(DEPARTMENTS) <= set(OWNERS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (stated(over="county"), "over"),
        (stated(owner="nobody"), "nobody"),
        (stated(when="member_count >"), "第 14 个字处"),
        (stated(when="age > 5 and labour = 'IDLE'"), "“labour”没有“IDLE”这个代码"),
        (stated(over="household", when="age > 5"), "不认识的事实“age”（第 1 个字处）"),
        (stated(over="village", when="named('甲') = ''"), "不认识的函数“named”"),
        (stated(over="person", when="households(is_watched) > 1"), "不认识的函数“households”"),
        (stated(when="members(members(age > 1) > 2) > 1"), "不认识的函数“members”"),
        (stated(when="members(age) > 1"), "要写一个成立与否的条件"),
        (stated(when="named(labour) = ''"), "带单引号的栏目名"),
        (stated(when="named(' ') = ''"), "栏目名是空的"),
        (stated(when="known(age)", more=", extra: 1"), "extra"),
    ],
)
def test_a_faulty_check_is_refused_with_file_and_place(small: dict[str, str], text: str, said: str) -> None:
    with pytest.raises(PackError, match=r"low/checks\.yaml") as caught:
        policy_of(small, text)
    assert said in caught.value.message


def test_a_value_without_unknown_handling_is_refused(small: dict[str, str]) -> None:
    with pytest.raises(PackError, match="on_unknown"):
        policy_of(small, stated().replace("on_unknown: report, ", ""))


@pytest.mark.parametrize(
    ("text", "column"),
    [("age > 5 and laber = 'NONE'", 13), ("age >\n 5 and (labour = 'NONE'", 24), ("age > yuan(5)", 1)],
)
def test_a_refusal_points_at_the_column(
    small: dict[str, str], policy_at: Callable[[date], Policy], text: str, column: int
) -> None:
    with pytest.raises(ConditionError) as caught:
        check_parse(policy_at(ON), over=Over.PERSON, text=text)
    assert caught.value.column == column


def test_a_person_has_the_facts_of_her_household_and_counts_of_its_members(
    policy_at: Callable[[date], Policy],
) -> None:
    node = check_parse(
        policy_at(ON),
        over=Over.PERSON,
        text="named('学历') = '' and household_named('耕地') is null and is_watched and members(age < 18) = 0",
    )
    named, outside, watched, tally = facts_of(node)
    assert isinstance(named, Heading)
    assert (named.heading, named.over) == ("学历", Over.PERSON)
    assert isinstance(outside, Heading)
    assert outside.over is Over.HOUSEHOLD
    assert watched.key == "is_watched"
    assert isinstance(tally, Tally)
    assert [fact.key for fact in facts_of(tally.when)] == ["age"]
    assert "户内成员中“周岁低于18”的数目等于0" in node_text(node)


def test_equal_counts_are_one_column_and_others_another(policy_at: Callable[[date], Policy]) -> None:
    policy = policy_at(ON)

    def column(text: str) -> str:
        return facts_of(check_parse(policy, over=Over.HOUSEHOLD, text=text))[0].column

    assert column("members(age  <  18) > 0") == column("members(age < 18) = 3")
    assert column("members(age < 18) > 0") != column("members(age < 19) > 0")

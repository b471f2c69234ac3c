"""Packs: every fault is one Chinese sentence that names file and key."""

from __future__ import annotations

from datetime import date

import pytest

from shouwang.rulebook import PackError, PackSource, load_policy
from shouwang.rulebook.check import pack_check
from shouwang.rulebook.packs import blocks_read, head_read
from shouwang.rulebook.source import packs_directory

ON = date(2020, 6, 30)


def broken(small: dict[str, str], file: str, text: str) -> PackError:
    with pytest.raises(PackError) as caught:
        load_policy(PackSource.from_files({**small, file: text}), place="low", on=ON)
    assert file in caught.value.message
    return caught.value


def test_a_missing_source_names_file_and_key(small: dict[str, str]) -> None:
    error = broken(small, "low/amounts.yaml", "limit: {name: 限额, values: [{from: 2019-01-01, value: 5, unit: 元}]}")
    assert error.message == "政策包文件“low/amounts.yaml”的“limit.values.0”：缺少“source（来源）”"


def test_an_empty_source_is_refused(small: dict[str, str]) -> None:
    text = "limit: {name: 限额, values: [{from: 2019-01-01, value: 5, unit: 元, source: ''}]}"
    assert "limit.values.0.source" in broken(small, "low/amounts.yaml", text).key


def test_a_missing_unit_names_file_and_key(small: dict[str, str]) -> None:
    error = broken(small, "low/amounts.yaml", "limit: {values: [{from: 2019-01-01, value: 5, source: 乙}]}")
    assert "缺少“unit（单位）”" in error.message
    assert error.key == "limit.values.0"


def test_overlapping_periods_are_refused(small: dict[str, str]) -> None:
    text = (
        "limit:\n  name: 限额\n  values:\n"
        "    - {from: 2019-01-01, until: 2020-01-02, value: 5, unit: 元, source: 乙}\n"
        "    - {from: 2020-01-01, value: 6, unit: 元, source: 乙}\n"
    )
    error = broken(small, "low/amounts.yaml", text)
    assert "两个时段重叠" in error.message
    assert error.key == "limit"


def test_an_open_period_followed_by_another_overlaps(small: dict[str, str]) -> None:
    text = (
        "limit:\n  name: 限额\n  values:\n"
        "    - {from: 2019-01-01, value: 5, unit: 元, source: 乙}\n"
        "    - {from: 2020-01-01, value: 6, unit: 元, source: 乙}\n"
    )
    assert "两个时段重叠" in broken(small, "low/amounts.yaml", text).message


def test_periods_that_touch_do_not_overlap(small: dict[str, str]) -> None:
    assert blocks_read(PackSource.from_files(small), "top")


def test_a_period_that_ends_before_it_begins_is_refused(small: dict[str, str]) -> None:
    text = "limit: {values: [{from: 2020-01-01, until: 2020-01-01, value: 5, unit: 元, source: 乙}]}"
    assert "until 要晚于 from" in broken(small, "low/amounts.yaml", text).message


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("net_incom > yuan(5)", "不认识的事实“net_incom”"),
        ("net_income_fen > yuan(5)", "金额的名字后面不加 _fen"),
        ("sqrt(member_count) > 2", "不认识的函数“sqrt”"),
        ("read_csv('a') = 'b'", "不认识的函数“read"),
        ("net_income > line('national')", "金额不能与人均金额比较"),
        ("per_capita_net_income > yuan(5)", "人均金额不能与金额比较"),
        ("net_income > 5", "金额不能与数比较"),
        ("net_income * net_income > yuan(5)", "金额不能与金额相乘"),
        ("line('nowhere') > line('national')", "没有名为“nowhere”的线"),
        ("line('national', -1) > line('national', -2)", "2018 年没有名为“national”的线"),
        ("illness_self_paid > amount('none')", "没有名为“none”的限额"),
        ("poverty_status = 'RICH'", "没有“RICH”这个代码"),
        ("poverty_status < 'POOR'", "只能用 = 或 <> 比较"),
        ("poverty_status in listed('none')", "没有名为“none”的名单"),
        ("has(poverty_status, 'POOR')", "第一项要是集合"),
        ("member_count", "整个条件是数"),
        ("member_count + 1", "整个条件是数"),
        ("member_count > ", "不是合格的条件"),
        ("member_count / 2 > 1", "条件里不能用"),
        ("(select 1) = 1", "条件里不能用"),
        ("household_type = 'POOR'", "不认识的事实“household_type”"),
        ("yuan(0.001) > yuan(1)", "最多到分"),
        ("member_count is 3", "is 后面只能写"),
        ("cast(member_count as text) = 'a'", "不认识的函数"),
        ("person.member_count > 1", "不认识的事实"),
        ("member_count > 1 -- 附注", "条件里不能写注释"),
        ("member_count > 1 /* or true */", "条件里不能写注释"),
        ("coalesce(per_capita_net_income, 0) > line('national')", "coalesce() 不能用于人均金额"),
    ],
)
def test_a_bad_condition_names_file_and_key(small: dict[str, str], when: str, said: str) -> None:
    text = f'POOR:\n  values:\n    - {{from: 2019-01-01, value: {{when: "{when}"}}, source: 乙}}\n'
    error = broken(small, "low/types.yaml", text)
    assert said in error.message
    assert error.key == "POOR.when"


def test_a_condition_nested_without_end_is_refused(small: dict[str, str]) -> None:
    when = "not " * 500 + "is_low_income"
    text = f'POOR:\n  values:\n    - {{from: 2019-01-01, value: {{when: "{when}"}}, source: 乙}}\n'
    assert broken(small, "low/types.yaml", text).key == "POOR.when"


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("low/amounts.yaml", "limit: {values: []}", "写法不对"),
        ("low/amounts.yaml", "a: 1\na: 2\n", "键“a”写了两次（第 2 行）"),
        ("low/amounts.yaml", "a: [1\n", "不是合格的 YAML"),
        ("low/amounts.yaml", "- a\n", "要写成“键: 值”的形式"),
        ("low/amounts.yaml", "limit: {values: [{from: 昨天, value: 5, unit: 元, source: 乙}]}", "要写成日期"),
        ("low/amounts.yaml", "limit: {values: [{from: 2019-01-01, value: 五, unit: 元, source: 乙}]}", "看不懂"),
        ("low/amounts.yaml", "limit: {values: [{from: 2019-01-01, value: 1e3, unit: 元, source: 乙}]}", "看不懂"),
        ("low/amounts.yaml", "limit: {values: [{from: 2019-01-01, value: 0.001, unit: 元, source: 乙}]}", "最多到分"),
        ("low/amounts.yaml", "limit: {values: [{from: 2019-01-01, value: true, unit: 元, source: 乙}]}", "看不懂"),
        ("low/amounts.yaml", "limit: {values: [{from: 2019-01-01, value: 5, unit: 里, source: 乙}]}", "单位“里”"),
        ("low/amounts.yaml", "limit: {value: [{from: 2019-01-01, value: 5, unit: 元, source: 乙}]}", "“values”"),
        (
            "low/amounts.yaml",
            "limit: {values: [{from: 2019-01-01, value: 5, unit: 元, source: 乙, extra: 1}]}",
            "不认识的项“extra”",
        ),
        (
            "low/amounts.yaml",
            "limit: {values: [{from: 2019-01-01, value: 5, unit: 元, areas: {'99x': 3}, source: 乙}]}",
            "区划代码",
        ),
        ("low/other.yaml", "a: 1", "不认识的主题文件"),
        ("low/pack.yaml", "name: 下级\ndivision: '1305'\nextends: nowhere\nowner: 测试\n", "上级政策包“nowhere”不存在"),
        ("low/pack.yaml", "name: 下级\ndivision: '1305'\nextends: low\nowner: 测试\n", "绕成了圈"),
        ("low/pack.yaml", "name: 下级\ndivision: '7'\nowner: 测试\n", "区划代码"),
        ("low/pack.yaml", "division: '1305'\nowner: 测试\n", "缺少“name”"),
        (
            "low/causes.yaml",
            "ILLNESS: {values: [{from: 2019-01-01, value: {counts_as: BAD}, source: 乙}]}",
            "允许的范围",
        ),
        (
            "low/watch.yaml",
            "a: {values: [{from: 2019-01-01, value: {level: county, at_least: 7%}, source: 乙}]}",
            "缺少“when”",
        ),
    ],
)
def test_a_fault_is_one_sentence_that_names_the_file(small: dict[str, str], file: str, text: str, said: str) -> None:
    assert said in broken(small, file, text).message


def test_a_trigger_of_an_unknown_type_is_refused(small: dict[str, str]) -> None:
    text = (
        "t:\n  name: 标准\n  values:\n    - from: 2019-01-01\n      source: 乙\n      value: {types: [RICH],"
        " cause: ILLNESS, when: member_count > 1, on_unknown: report, evidence: [{table: household}]}\n"
    )
    assert "没有“RICH”这个类型" in broken(small, "low/triggers.yaml", text).message


def test_a_trigger_must_say_what_unknown_does(small: dict[str, str]) -> None:
    text = (
        "t:\n  name: 标准\n  values:\n    - from: 2019-01-01\n      source: 乙\n      value: {cause: ILLNESS,"
        " when: member_count > 1, evidence: [{table: household}]}\n"
    )
    assert "缺少“on_unknown”" in broken(small, "low/triggers.yaml", text).message


def test_an_unknown_place_is_refused(small: dict[str, str]) -> None:
    with pytest.raises(PackError, match="没有名为“nowhere”的政策包，现有：low、top"):
        head_read(PackSource.from_files(small), "nowhere")


def test_the_check_names_every_broken_file(small: dict[str, str]) -> None:
    small["top/lines.yaml"] = "national: {values: [{from: 2019-01-01, value: 5, unit: 元}]}"
    small["low/amounts.yaml"] = "limit: {values: [{from: 2019-01-01, value: 5, source: 乙}]}"
    assert [fault.file for fault in pack_check(PackSource.from_files(small))] == ["low/amounts.yaml", "top/lines.yaml"]


def test_the_check_tries_every_day_on_which_something_changes(small: dict[str, str]) -> None:
    text = (
        "t:\n  name: 标准\n  values:\n    - from: 2019-01-01\n      source: 乙\n      value: {cause: ILLNESS,"
        " when: illness_self_paid > amount('limit'), on_unknown: report, evidence: [{table: household}]}\n"
    )
    faults = pack_check(PackSource.from_files({**small, "low/triggers.yaml": text}))
    assert [fault.key for fault in faults] == ["t.when"]
    assert "按 2020-07-01 的政策" in faults[0].message


def test_the_packs_of_the_house_are_sound() -> None:
    assert pack_check(PackSource.from_directory(packs_directory())) == []


def test_a_folder_without_packs_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(PackError, match="没有政策包"):
        PackSource.from_directory(tmp_path)
    with pytest.raises(PackError, match="找不到政策包目录"):
        PackSource.from_directory(tmp_path / "nowhere")

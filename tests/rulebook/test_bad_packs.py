"""Packs written to do harm, or by a tired hand: refused at check time with file and key, soon, never by a crash."""

from __future__ import annotations

import json
import time
from datetime import date

import pytest

from shouwang.rulebook import PackError, PackSource, load_policy
from shouwang.rulebook.check import pack_check

ON = date(2020, 6, 30)
DEEP = 10_000
SOON = 20.0  # CPU seconds: a bomb would take hours


def refused(small: dict[str, str], **files: str) -> PackError:
    began = time.process_time()
    with pytest.raises(PackError) as caught:
        load_policy(PackSource.from_files({**small, **{f"low/{name}.yaml": text for name, text in files.items()}}),
                    place="low", on=ON)  # fmt: skip
    assert time.process_time() - began < SOON
    assert any(f"low/{name}.yaml" == caught.value.file for name in files)
    return caught.value


def type_when(when: str) -> str:
    text = json.dumps(when, ensure_ascii=False)
    return f"POOR:\n  values:\n    - {{from: 2019-01-01, value: {{when: {text}}}, source: 乙}}\n"


def limit(value: str, *, unit: str = "元", begins: str = "2019-01-01") -> str:
    return f"limit: {{name: 限额, values: [{{from: {begins}, value: {value}, unit: {unit}, source: 乙}}]}}"


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("exists (select 1)", "不认识的函数“exists”"),
        ("is_low_income and 1 = (select count(*) from household)", "条件里不能用"),
        ("poverty_status in (select 'POOR')", "没有写任何代码"),
        ("is_low_income union select true", "条件里不能用"),
        ("with a as (select 1) select true", "条件里不能用"),
        ("insert into household values (1)", "条件里不能用"),
        ("attach 'elsewhere.db'", "条件里不能用"),
        ("copy household to 'file.csv'", "条件里不能用"),
        ("read_parquet('/etc/passwd') is null", "不认识的函数“read_parquet”"),
        ("glob('*') = 'a'", "不认识的函数“glob”"),
        ("poverty_status = getenv('HOME')", "不认识的函数“getenv”"),
        ("random() > 1", "不认识的函数"),
        ("nextval('s') > 1", "不认识的函数“nextval”"),
        ("now() > today()", "不认识的函数“now”"),
        ("sum(member_count) over () > 1", "条件里不能用"),
        ("poverty_status like 'P%'", "条件里不能用"),
        ("case when is_low_income then true end", "不认识的函数“case”"),
        ("is_low_income::text = 'a'", "不认识的函数“cast”"),
        ("poverty_status = e'POOR'", "条件里不能用“e'…'”"),
        ("is_low_income; drop table household", "条件里不能写注释"),
        ("is_low_income -- and member_count > 1", "条件里不能写注释"),
        ("is_low_income /* and member_count > 1 */", "条件里不能写注释"),
        ("ｉs_low_income", "不认识的事实"),
        ("member_count > " + "9" * 40, "位数太多"),
        ("member_count > 0.00000001", "位数太多"),
        ("yuan(" + "9" * 20 + ") > net_income", "位数太多"),
        ("months_ago(99999) > today()", "太大，最多 1200"),
        ("days_ago(-99999999) > today()", "太大，最多 36500"),
        ("member_count = null", "条件里不能用"),
        ("identified_date > '2020-01-01'", "日期不能与代码比较"),
        ("member_count > amount('limit')", "数不能与金额比较"),
        ("per_capita_net_income > amount('limit')", "人均金额不能与金额比较"),
        ("net_income > line('national')", "金额不能与人均金额比较"),
    ],
)
def test_what_stands_outside_the_white_list_is_refused_with_its_place(
    small: dict[str, str], when: str, said: str
) -> None:
    error = refused(small, types=type_when(when))
    assert said in error.message
    assert error.key == "POOR.when"


@pytest.mark.parametrize(
    "when",
    [
        "(" * DEEP + "is_low_income" + ")" * DEEP,
        "(" * 1900 + "is_low_income" + ")" * 1900,
        "not " * DEEP + "is_low_income",
        "not " * 990 + "is_low_income",
        "net_income > " + "- " * 1500 + "yuan(1)",
        "coalesce(" * 150 + "is_low_income" + ", true)" * 150,
    ],
)
def test_a_condition_nested_ten_thousand_deep_is_refused_soon(small: dict[str, str], when: str) -> None:
    error = refused(small, types=type_when(when))
    assert error.key == "POOR.when"
    assert "嵌套太深" in error.message or "太长" in error.message


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]\n" for number in range(1, 30)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("limit: " + "[" * DEEP + "]" * DEEP, "嵌套太深"),
        ("limit: " + "{a: " * DEEP + "1" + "}" * DEEP, "嵌套太深"),
        ("".join(" " * depth + "a:\n" for depth in range(60)), "嵌套太深"),
        (BOMB, "引用展开以后超过"),
        (f"{BOMB}limit: {{values: *a29}}\n", "引用展开以后超过"),
        ("limit: &again\n  values: *again\n", "不是合格的 YAML"),
        ("# " + "x" * 2_000_001, "太长"),
        ("limit: !!python/object/apply:os.system ['true']\n", "不是合格的 YAML"),
        ("a: 1\n---\nb: 2\n", "第 2 行不是合格的 YAML"),
        ("limit: 1\nmore: \x00", "第 2 行有看不见的字符（U+0000）"),
        ("limit: 1 # \u202e5 元\n", "第 1 行有看不见的字符（U+202E）"),
        ("li\u200bmit: 1\n", "第 1 行有看不见的字符（U+200B）"),
        (limit("9" * 5000), "数太长"),
        (limit("'" + "9" * 5000 + ".5'"), "看不懂"),
        (limit("9999999999999999"), "最多 15 位"),
        (limit("'0.0000001'", unit="比例"), "看不懂"),
        (limit("5", begins="2019-02-30"), "没有这一天"),
        (limit("5", begins="0001-01-01"), "不在 1949 年到 2199 年之间"),
        (limit("5", begins="9999-12-31"), "不在 1949 年到 2199 年之间"),
        (limit("5", unit="元/人/月"), "单位“元/人/月”不在允许的范围里"),
        (limit("5", unit="万元"), "单位“万元”不在允许的范围里"),
        (limit("'150%'"), "不能是百分数"),
        ("limit: {values: [{from: 2019-01-01, value: 5, unit: null, source: 乙}]}", "缺少“unit（单位）”"),
        ("limit: {values: [{from: null, value: 5, unit: 元, source: 乙}]}", "要写成日期"),
        ("limit: {values: [{from: 2019-01-01, value: 5, unit: 元, source: null}]}", "source（来源）"),
        ("limit: {values: [{from: 2019-01-01, value: 5, unit: 元, areas: {'1305': null}, source: 乙}]}", "看不懂"),
    ],
)
def test_a_file_that_bombs_hides_or_slips_is_one_sentence(small: dict[str, str], text: str, said: str) -> None:
    assert said in refused(small, amounts=text).message


def test_ten_repeated_aliases_are_still_fine(small: dict[str, str]) -> None:
    text = "one: &one {values: [{from: 2019-01-01, value: 5, unit: 元, source: 乙}]}\n" + "".join(
        f"more{number}: *one\n" for number in range(10)
    )
    assert load_policy(PackSource.from_files({**small, "low/amounts.yaml": text}), place="low", on=ON)


PERIODS = (
    "limit:\n  values:\n"
    "    - {{from: 2019-01-01, until: {until}, value: 5, unit: 元, source: 乙}}\n"
    "    - {{from: 2020-01-01, value: {value}, unit: 元, source: 乙}}\n"
)


@pytest.mark.parametrize(
    ("until", "said"),
    [("2020-01-02", "两个时段重叠"), ("2019-12-31", "2019-12-31 到 2020-01-01 之间没有写值")],
)
def test_periods_that_overlap_or_leave_a_day_open_are_refused(small: dict[str, str], until: str, said: str) -> None:
    error = refused(small, amounts=PERIODS.format(until=until, value=6))
    assert said in error.message
    assert error.key == "limit"


def test_periods_that_touch_are_taken_and_null_says_that_nothing_holds(small: dict[str, str]) -> None:
    for value in ("6", "null"):
        small["low/amounts.yaml"] = PERIODS.format(until="2020-01-01", value=value)
        assert pack_check(PackSource.from_files(small)) == []


TRIGGER = (
    "t:\n  name: 标准\n  values:\n    - from: 2019-01-01\n      source: 乙\n      value: {{cause: ILLNESS,"
    " when: illness_self_paid > yuan(1), measured: {measured}, threshold: {threshold}, on_unknown: report,"
    " evidence: [{{table: household}}]}}\n"
)


@pytest.mark.parametrize(
    ("measured", "threshold", "key", "said"),
    [
        ("illness_self_paid", "line('national')", "t.measured", "要是同一类的数"),
        ("member_count", "amount('limit')", "t.measured", "要是同一类的数"),
        ("illness_self_paid", "null", "t.values.0.value.threshold", "threshold"),
        ("null", "amount('limit')", "t.values.0.value.measured", "measured"),
        ("is_low_income", "is_low_income", "t.measured", "要是同一类的数"),
        ("illness_self_paid", "amount('none')", "t.threshold", "没有名为“none”的限额"),
    ],
)
def test_a_threshold_that_does_not_fit_what_is_measured_is_refused(
    small: dict[str, str], measured: str, threshold: str, key: str, said: str
) -> None:
    error = refused(small, triggers=TRIGGER.format(measured=measured, threshold=threshold))
    assert error.key == key
    assert said in error.message


@pytest.mark.parametrize("loop", [("low",), ("top", "low"), ("top", "middle", "low")])
def test_a_cycle_of_parents_is_named_whole(small: dict[str, str], loop: tuple[str, ...]) -> None:
    around = dict(zip(("low", *loop), loop, strict=False))
    for place, parent in around.items():
        small[f"{place}/pack.yaml"] = f"name: 包\ndivision: '13'\nextends: {parent}\nowner: 测试\n"
    (fault, *_) = [fault for fault in pack_check(PackSource.from_files(small)) if fault.file == "low/pack.yaml"]
    assert fault.key == "extends"
    assert f"extends 绕成了圈：{' → '.join(('low', *loop))}" in fault.message


@pytest.mark.parametrize(("parent", "said"), [("[top]", "extends"), ("nowhere", "不存在"), ("../top", "extends")])
def test_a_parent_that_is_none_is_refused(small: dict[str, str], parent: str, said: str) -> None:
    error = refused(small, pack=f"name: 下级\ndivision: '1305'\nextends: {parent}\nowner: 测试\n")
    assert said in error.message

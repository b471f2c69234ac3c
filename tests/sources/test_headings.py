from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.sources.rules.headings import Column, HeadingsNotFound, Layout, heading_key, layout_find
from shouwang.sources.rules.kinds import feed_kind, feed_kinds

INPATIENT = feed_kind("inpatient")
DIBAO = feed_kind("dibao_household")
PLAIN = ["姓名", "身份证号码", "医疗费总额（元）", "基金支付总额（元）", "个人支付金额（元）", "结算时间"]


def fields_of(layout: Layout) -> dict[str, int]:
    return {name: column.index for name, column in layout.fields.items()}


def test_a_heading_row_under_banner_rows_is_found() -> None:
    rows = [["巨鹿县医疗保障局住院费用明细表"], ["填报单位：医保局", None, None, "2020年6月"], PLAIN, ["张三", "x"]]
    layout = layout_find(rows, INPATIENT, sheet="Sheet1")
    assert layout.heading_row == 3
    assert layout.missing(INPATIENT) == ()
    assert fields_of(layout)["settled_on"] == 5


def test_merged_headings_over_two_rows_are_joined() -> None:
    rows = [
        ["住院信息"],
        ["姓名", "身份证号码", "就医时间", None, "费用（元）", None, None],
        [None, None, "开始", "结束", "医疗费总额", "基金支付总额", "个人支付金额"],
        ["张三"],
    ]
    found = fields_of(layout_find(rows, INPATIENT))
    assert found == {
        "name": 0, "resident_id": 1, "started_on": 2, "ended_on": 3, "gross": 4, "fund_total": 5, "self_paid": 6,
    }  # fmt: skip


@pytest.mark.parametrize(
    "spelling", ["医疗费总额(元)", " 医疗费 总额 （元）", "医疗费总额", "总费用", "医疗费总额：", "*医疗费总额"]
)
def test_a_heading_is_known_in_its_spellings(spelling: str) -> None:
    rows = [["姓名", "身份证号码", spelling]]
    assert fields_of(layout_find(rows, INPATIENT))["gross"] == 2


def test_published_variants_of_a_heading_are_known() -> None:
    rows = [["户主姓名", "户主身份证号", "家庭人口数", "保障人口数", "最初享受月份", "所属街道", "所属社区"]]
    found = fields_of(layout_find(rows, DIBAO))
    assert found["since"] == 4
    assert found["village"] == 6


def test_two_columns_never_claim_one_field() -> None:
    rows = [["户主姓名", "户主身份证号", "家庭成员姓名", "家庭成员身份证号", "姓名", "最初享受月"]]
    found = fields_of(layout_find(rows, DIBAO))
    assert found["name"] == 0
    assert found["resident_id"] == 1


def test_a_column_in_ten_thousand_yuan_says_so() -> None:
    layout = layout_find([["姓名", "身份证号码", "医疗费总额（万元）"]], INPATIENT)
    assert layout.fields["gross"].unit == "万元"


def test_what_the_department_taught_wins() -> None:
    rows = [["姓名", "证件", "医疗费总额（元）", "合计"]]
    remembered = {heading_key("证件"): "resident_id", heading_key("合计"): "self_paid", heading_key("姓名"): "name"}
    found = fields_of(layout_find(rows, INPATIENT, remembered=remembered))
    assert found["resident_id"] == 1
    assert found["self_paid"] == 3


def test_a_sheet_without_headings_is_refused_and_says_which_are_wanted() -> None:
    with pytest.raises(HeadingsNotFound) as caught:
        layout_find([["说明", None], ["本表由医保局填报", None], [1, 2, 3]], INPATIENT)
    assert "“姓名”" in caught.value.message
    assert "“身份证号码”" in caught.value.message


def test_a_missing_required_column_is_named() -> None:
    layout = layout_find([["姓名", "身份证号码", "结算时间"]], INPATIENT)
    assert layout.missing(INPATIENT) == ("医疗费总额（元）",)


def test_name_birth_date_and_village_stand_in_for_the_id_column() -> None:
    layout = layout_find([["姓名", "出生日期", "行政村", "医疗费总额"]], INPATIENT)
    assert layout.missing(INPATIENT) == ()


def test_a_stored_layout_reads_back_the_same() -> None:
    layout = layout_find([PLAIN], INPATIENT, sheet="表", sheet_number=1)
    assert Layout.from_json(layout.as_json()) == layout


def test_corrected_fields_replace_the_found_ones() -> None:
    layout = layout_find([PLAIN], INPATIENT).with_fields({3: "self_paid", 4: ""})
    assert layout.fields["self_paid"].index == 3


@pytest.mark.parametrize(("index", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_a_column_has_the_letter_of_the_spreadsheet(index: int, letter: str) -> None:
    assert Column(index, "x").letter == letter


@pytest.mark.parametrize("key", list(feed_kinds()))
def test_every_kind_finds_its_own_headings(key: str) -> None:
    kind = feed_kinds()[key]
    layout = layout_find([["表名"], [field.heading for field in kind.fields.values()]], kind)
    assert layout.heading_row == 2
    assert set(layout.fields) == set(kind.fields)
    assert layout.missing(kind) == ()


@given(
    st.lists(st.lists(st.one_of(st.none(), st.text(max_size=12), st.integers(), st.floats()), max_size=8), max_size=8)
)
def test_any_rows_give_a_layout_or_a_refusal(rows: list[list[object]]) -> None:
    try:
        layout = layout_find(rows, INPATIENT)
    except HeadingsNotFound:
        return
    assert len(layout.fields) >= 2

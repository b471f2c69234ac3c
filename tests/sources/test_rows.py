from __future__ import annotations

from datetime import date

import pytest

from shouwang.kit.errors import Place, Refusal
from shouwang.sources.rules.facts import row_facts, row_identity
from shouwang.sources.rules.headings import layout_find
from shouwang.sources.rules.kinds import feed_kind
from shouwang.sources.rules.repairs import BrokenId
from shouwang.sources.rules.rows import Row, row_is_footnote, row_read

ON = date(2020, 7, 1)
DATA_DATE = date(2020, 6, 30)
INPATIENT = feed_kind("inpatient")
HEADINGS = [
    "姓名", "身份证号码", "出生日期", "就医开始时间", "就医结束时间", "医疗费总额（元）", "基金支付总额（元）",
    "个人支付金额（元）", "病种名称",
]  # fmt: skip
LAYOUT = layout_find([HEADINGS], INPATIENT, sheet="Sheet1")


def check_digit_of(first17: str) -> str:
    from shouwang.kit.resident_id import check_digit

    return first17 + check_digit(first17)


ID = check_digit_of("13059919700307031")
GOOD: list[object] = ["张胜坤", ID, "1970-03-07", "2020-05-01", "2020/5/9", "24,269.13", 14269.13, "１００００", "胃癌"]


def read(**changed: object) -> Row:
    names = ["name", "id", "birth", "start", "end", "gross", "fund", "own", "disease"]
    cells = [changed.get(name, value) for name, value in zip(names, GOOD, strict=True)]
    return row_read(cells, kind=INPATIENT, layout=LAYOUT, number=5, on=ON)


def refusal(**changed: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        row_facts(read(**changed), kind=INPATIENT, data_date=DATA_DATE)
    return caught.value


def column_of(error: Refusal) -> str:
    assert isinstance(error.place, Place)
    return error.place.column


def test_a_good_row_is_a_spending_event_net_of_what_was_reimbursed() -> None:
    facts = row_facts(read(), kind=INPATIENT, data_date=DATA_DATE)
    (spending,) = facts.spendings
    assert (spending.cause, spending.event_date, spending.detail) == ("ILLNESS", date(2020, 5, 9), "胃癌")
    assert (spending.gross_fen, spending.reimbursed_fen, spending.self_paid_fen) == (2_426_913, 1_426_913, 1_000_000)


def test_self_paid_is_the_rest_when_only_the_whole_and_the_fund_are_known() -> None:
    (spending,) = row_facts(read(own=None), kind=INPATIENT, data_date=DATA_DATE).spendings
    assert spending.self_paid_fen == 1_000_000


def test_an_unknown_reimbursement_stays_unknown() -> None:
    (spending,) = row_facts(read(own=None, fund="—"), kind=INPATIENT, data_date=DATA_DATE).spendings
    assert spending.self_paid_fen is None
    assert spending.reimbursed_fen is None


@pytest.mark.parametrize("value", [130599197003070312.0, 130599197003070312, "1.30599197003070E+17"])
def test_an_id_in_a_numeric_cell_is_refused(value: object) -> None:
    error = refusal(id=value)
    assert "数字格式" in error.message
    assert column_of(error) == "身份证号码"


def test_a_wrong_check_digit_is_kept_for_matching_with_its_refusal_and_never_shown() -> None:
    wrong = ID[:17] + ("1" if ID[17] != "1" else "2")
    kept = next(value for value in read(id=wrong).values.values() if isinstance(value, BrokenId))
    assert "校验位" in kept.refusal.message
    assert wrong not in f"{kept}{kept!r}{kept.refusal}"


@pytest.mark.parametrize(
    ("value", "word"),
    [("-0.01", "负数"), (-5, "负数"), ("一万多", "看不懂"), ("100000000", "不合常理"), ("12.345", "到分")],
)
def test_a_wrong_amount_is_refused_with_its_column(value: object, word: str) -> None:
    error = refusal(gross=value)
    assert word in error.message
    assert column_of(error) == "医疗费总额（元）"


@pytest.mark.parametrize("value", ["99999999.99", 0, "0", "0.00"])
def test_amounts_on_the_right_side_are_taken(value: object) -> None:
    facts = row_facts(read(gross=value, fund=None, own=None), kind=INPATIENT, data_date=DATA_DATE)
    assert facts.spendings[0].gross_fen in (0, 9_999_999_999)


def test_a_birth_date_in_the_future_is_refused_and_today_is_not() -> None:
    born_today = check_digit_of("13059920200701031")
    assert read(id=born_today, birth="2020-07-01").get("birth_date") == ON
    error = refusal(id=None, birth="2020-07-02")
    assert "还没有到" in error.message
    assert column_of(error) == "出生日期"


def test_a_birth_date_that_differs_from_the_id_is_left_to_matching() -> None:
    assert read(birth="1970-03-08").get("birth_date") == date(1970, 3, 8)


def test_a_stay_that_ends_tomorrow_is_refused() -> None:
    assert column_of(refusal(end="2020-07-02")) == "就医结束时间"


def test_a_row_without_a_name_is_refused() -> None:
    error = refusal(name="  ")
    assert error.message == "“姓名”没有填写。"


def test_a_row_without_any_day_is_refused() -> None:
    assert "日期" in refusal(start=None, end="-").message


@pytest.mark.parametrize(("own", "is_taken"), [("10000.00", True), ("10000.01", False)])
def test_parts_may_reach_the_whole_but_not_exceed_it(own: str, is_taken: bool) -> None:
    if is_taken:
        assert row_facts(read(own=own), kind=INPATIENT, data_date=DATA_DATE).count == 1
    else:
        assert "超过了总费用" in refusal(own=own).message


def test_an_error_value_of_the_spreadsheet_is_refused() -> None:
    assert "错误值" in refusal(disease="#REF!").message


def test_the_same_stay_is_the_same_event_whatever_it_cost() -> None:
    first, second = read(), read(own="9000")
    identities = [
        row_identity(row, row_facts(row, kind=INPATIENT, data_date=DATA_DATE), kind=INPATIENT, person_id=7)
        for row in (first, second, read(end="2020-05-10"))
    ]
    assert identities[0] == identities[1]
    assert identities[0] != identities[2]


def facts_of(key: str, cells: dict[str, object]):  # type: ignore[no-untyped-def]
    kind = feed_kind(key)
    layout = layout_find([list(cells)], kind)
    return row_facts(
        row_read(list(cells.values()), kind=kind, layout=layout, number=2, on=ON), kind=kind, data_date=DATA_DATE
    )


def test_a_dibao_household_is_a_status_of_the_household() -> None:
    facts = facts_of(
        "dibao_household", {"户主姓名": "张三", "户主身份证号": ID, "户月保障金额（元）": "235", "最初享受月": "202001"}
    )
    (status,) = facts.statuses
    assert (status.kind, status.value, status.from_date) == ("DIBAO", "235.00", date(2020, 1, 1))
    assert status.is_household
    assert status.until_date is None


@pytest.mark.parametrize(
    ("word", "code"),
    [("低保", "DIBAO"), ("特困分散供养", "TEKUN_DISPERSED"), ("特困集中供养", "TEKUN_CENTRAL"), (None, "DIBAO")],
)
def test_the_kind_of_relief_decides_the_status(word: str | None, code: str) -> None:
    facts = facts_of("dibao_person", {"姓名": "张三", "身份证号": ID, "救助类型": word, "最初享受月": "2019年12月"})
    assert facts.statuses[0].kind == code


@pytest.mark.parametrize(("state", "count"), [("正常", 1), ("注销", 0), ("已注销", 0), (None, 1)])
def test_a_cancelled_certificate_is_no_status(state: str | None, count: int) -> None:
    facts = facts_of(
        "certificate",
        {
            "姓名": "张三",
            "证件号码": ID,
            "状态": state,
            "残疾类别": "肢体",
            "残疾等级": "二级",
            "初次申领日期": "2018.3.1",
        },
    )
    assert len(facts.statuses) == count
    if count:
        assert (facts.statuses[0].kind, facts.statuses[0].value) == ("DISABILITY_CERT", "肢体 二级")


@pytest.mark.parametrize(("result", "code"), [("死亡", "DEATH"), ("重伤", "INJURY"), (None, "INJURY")])
def test_an_incident_is_an_injury_or_a_death(result: str | None, code: str) -> None:
    facts = facts_of(
        "incident",
        {"姓名": "张三", "身份证号": ID, "事件类型": "交通事故", "伤亡情况": result, "发生日期": "2020年5月3日"},
    )
    assert facts.statuses[0].kind == code


def test_a_disaster_is_a_damaged_house_and_a_loss_net_of_relief_and_claims() -> None:
    facts = facts_of(
        "disaster",
        {
            "户主姓名": "张三", "身份证号": ID, "灾害种类": "暴雨", "受灾日期": "20200615", "房屋损坏程度": "严重损坏",
            "直接经济损失（元）": "30000", "救助金额（元）": 2000, "保险赔付（元）": None,
        },
    )  # fmt: skip
    assert facts.statuses[0].kind == "HOUSE_DAMAGED"
    (loss,) = facts.spendings
    assert (loss.cause, loss.gross_fen, loss.reimbursed_fen, loss.self_paid_fen) == (
        "DISASTER", 3_000_000, 200_000, 2_800_000,
    )  # fmt: skip


def test_a_job_is_a_status_that_ends_on_the_day_after_its_last() -> None:
    facts = facts_of(
        "work",
        {
            "证件号码": ID,
            "开始时间": "2020-03-01",
            "结束时间": "2020-05-31",
            "务工月收入": 3200,
            "务工企业名称": "某厂",
        },
    )
    (status,) = facts.statuses
    assert (status.kind, status.from_date, status.until_date) == ("WORKING", date(2020, 3, 1), date(2020, 6, 1))
    assert ("务工月收入", "3200.00") in facts.named


@pytest.mark.parametrize(
    ("cells", "is_footnote"),
    [
        (["合计", None, 3], True),
        ([None, None, "本页合计", 3], True),
        (["审核人：", "填表人："], True),
        (["审核人：", "", "填表人："], True),
        (["备注：本表由医保局提供"], True),
        (["张合计", None, None], False),
        (["合计", ID], False),
        (["注小明", None], False),
        ([1, None], False),
    ],
)
def test_totals_signatures_and_remarks_are_no_rows(cells: list[object], is_footnote: bool) -> None:
    assert row_is_footnote(cells, kind=INPATIENT, layout=LAYOUT) is is_footnote

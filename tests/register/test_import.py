"""Imports of the national system's exports: what goes in, what is refused and why, kills, repetition, walls."""

from __future__ import annotations

from datetime import date

import pytest
from tests.factories.cast import Cast
from tests.factories.exports import DAY, one_refusal, person, persons, ran, refusals, workbook
from tests.factories.register import household_make, person_make, resident_id_make

from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import (
    Household,
    HouseholdState,
    Identifier,
    Income,
    Membership,
    NamedFact,
    Person,
    PersonState,
    RegisterFinding,
    RegistrationConflict,
    Status,
)
from shouwang.register.selectors import household_file


def test_a_household_goes_in_with_fields_named_facts_incomes_and_sealed_numbers(cast: Cast) -> None:
    head, wife = resident_id_make(date(1970, 1, 1)), resident_id_make(date(1972, 1, 1), sex="F")
    shared = {
        "户类型": "脱贫户", "监测对象类别": "脱贫不稳定户", "识别监测时间": date(2020, 3, 1), "致贫/返贫风险1": "因病",
        "是否危房户": "否", "是否解决安全饮用水": "是", "工资性收入": 12000.05, "生产经营性支出": 300,
        "耕地面积（亩）": 3.5, "信息采集人联系电话": "16000000009", "享受低保政策情况": "是",
        "是否非持续稳定脱贫户": "是", "退出时核定纯收入": -20.5,
    }  # fmt: skip
    run = ran(
        cast.county,
        persons(
            person(head, "户主", "张胜坤", 健康状况="长期慢性病、残疾", 劳动技能="弱劳动力或半劳动力", 文化程度="小学",
                   家庭成员联系电话="16000000001", 民族="汉族", **shared),
            person(wife, "配偶", "李秀兰", 健康状况="健康", 务工所在地="天津市", **{"务工时间（月）": 6}, **shared),
        ),
    )  # fmt: skip
    assert (run.state, refusals(run)) == ("DONE", [])
    with acting_as(cast.officer):
        household = Household.objects.get(number="H1")
        assert household.slot == cast.slot
        state = HouseholdState.objects.get(household=household)
        assert (state.poverty_status, state.watch_type, state.risks) == ("EXITED", "UNSTABLE", ["ILLNESS"])
        assert (state.housing_safe, state.water_safe, state.is_low_income) == (True, True, None)
        assert (state.is_exit_unstable, state.verified_income_fen) == (True, -2050)
        first = PersonState.objects.get(person__name="张胜坤")
        assert (first.is_chronic, first.is_seriously_ill, first.is_disabled) == (True, False, True)
        assert (first.labour, first.education) == ("WEAK", "PRIMARY")
        second = PersonState.objects.get(person__name="李秀兰")
        assert (second.work_place, second.work_months, second.is_disabled) == ("天津市", 6, False)
        wages = list(Income.objects.filter(kind="WAGE").order_by("month"))
        assert (len(wages), sum(row.amount_fen for row in wages)) == (12, 1200005)
        assert (wages[0].month, wages[-1].month) == (date(2019, 6, 1), date(2020, 5, 1))
        assert NamedFact.objects.get(person=None).facts["耕地面积（亩）"] == "3.5"
        assert Status.objects.get().kind == "DIBAO"
        file = household_file(cast.officer, household.pk, DAY)
        assert (file.net.net_fen, file.net.members) == (1200005 - 30000, 2)
        kinds = sorted(Identifier.objects.values_list("kind", flat=True))
        assert kinds == ["OTHER", "PHONE", "RESIDENT_ID", "RESIDENT_ID"]
        plain = str(list(NamedFact.objects.values())) + str(list(Person.objects.values()))
        assert not any(number in plain for number in (head, wife, "16000000009", "16000000001"))


def test_the_same_file_again_changes_nothing_and_a_newer_one_only_what_differs(cast: Cast) -> None:
    head = resident_id_make(date(1970, 1, 1))
    row = person(
        head,
        "户主",
        "张胜坤",
        监测对象类别="边缘易致贫户",
        工资性收入=1200,
        耕地面积="3",
        家庭成员联系电话="16000000001",
    )
    ran(cast.county, persons(row))

    def counted() -> list[int]:
        with acting_as(SYSTEM):
            models = (Person, Household, Membership, Identifier, Income, NamedFact, HouseholdState, PersonState)
            return [model.objects.count() for model in models]

    before = counted()
    run = ran(cast.county, persons(row))
    assert counted() == before
    assert run.counts["households_known"] == 1
    ran(
        cast.county,
        persons(row | {"监测对象类别": "突发严重困难户", "工资性收入": 2400, "家庭成员联系电话": "16000000002"}),
        on=DAY,
    )
    with acting_as(cast.county):
        assert HouseholdState.objects.get(superseded_at=None, valid_to=None).watch_type == "SUDDEN"
        assert HouseholdState.objects.get(superseded_at=None, valid_to=DAY).watch_type == "MARGINAL"
        assert sum(Income.objects.filter(superseded_at=None).values_list("amount_fen", flat=True)) == 240000
        assert Identifier.objects.filter(kind="PHONE", superseded_at=None).count() == 1
        assert Person.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "column", "sentence"),
    [
        ({"证件号码": 130529197005201234.0}, "证件号码", "存成了数字格式"),
        ({"证件号码": "130529197005201230"}, "证件号码", "校验位"),
        ({"证件号码": "13052919700520"}, "证件号码", "应是 18 位"),
        ({"出生日期": date(2020, 7, 1)}, "出生日期", "还没有到"),
        ({"出生日期": "昨天"}, "出生日期", "日期看不懂"),
        ({"与户主关系": "邻居"}, "与户主关系", "不在代码表中"),
        ({"工资性收入": "很多"}, "工资性收入", "金额看不懂"),
        ({"工资性收入": -1}, "工资性收入", "不能是负数"),
        ({"工资性收入": 100_000_000}, "工资性收入", "大得不合常理"),
        ({"人编号": 130529101214000777.0}, "人编号", "存成了数字格式"),
    ],
)
def test_a_bad_member_row_is_refused_with_its_column_and_the_rest_goes_in(
    cast: Cast, change: dict, column: str, sentence: str
) -> None:
    good = person(resident_id_make(date(1970, 1, 1)), "户主", "张胜坤")
    bad = person(resident_id_make(date(1990, 1, 1)), "子女", "张小") | change
    run = ran(cast.county, persons(good, bad))
    row, named, message = one_refusal(run)
    assert (row, named) == (5, column)
    assert sentence in message
    with acting_as(cast.county):
        assert [found.name for found in Person.objects.all()] == ["张胜坤"]


@pytest.mark.parametrize("change", [{"工资性收入": 99_999_999.99}, {"出生日期": date(1990, 1, 1)}, {"工资性收入": 0}])
def test_values_on_the_right_side_of_the_boundary_go_in(cast: Cast, change: dict) -> None:
    good = person(resident_id_make(date(1990, 1, 1)), "户主", "张胜坤") | change
    assert refusals(ran(cast.county, persons(good))) == []


def test_two_heads_refuse_their_household_and_no_other(cast: Cast) -> None:
    run = ran(
        cast.county,
        persons(
            person(resident_id_make(date(1970, 1, 1)), "户主", "张一"),
            person(resident_id_make(date(1971, 1, 1)), "户主", "张二"),
            person(resident_id_make(date(1980, 1, 1)), "户主", "李三", household="H2"),
        ),
    )
    found = refusals(run)
    assert [row for row, _, _ in found] == [4, 5]
    assert all("2 位户主（第 4 行、第 5 行）" in message for _, _, message in found)
    with acting_as(cast.county):
        assert [person.name for person in Person.objects.all()] == ["李三"]


def test_a_household_whose_head_is_refused_waits_whole(cast: Cast) -> None:
    run = ran(
        cast.county,
        persons(person("13", "户主", "张一"), person(resident_id_make(date(1990, 1, 1)), "子女", "张二")),
    )
    assert [row for row, _, _ in refusals(run)] == [4, 5]
    with acting_as(cast.county):
        assert not Household.objects.exists()


def test_a_person_registered_elsewhere_reads_needs_checking_and_the_city_gets_the_pair(cast: Cast) -> None:
    number = resident_id_make(date(1990, 1, 1))
    household_make(cast.neighbour_slot, head="张外", resident_id=number)
    run = ran(
        cast.county,
        persons(person(resident_id_make(date(1970, 1, 1)), "户主", "张一"), person(number, "配偶", "张外")),
    )
    row, _, message = one_refusal(run)
    assert (row, "需要县级核对" in message) == (5, True)
    assert "平乡" not in message
    with acting_as(cast.county):
        assert not RegistrationConflict.objects.exists()
    with acting_as(cast.city):
        assert RegistrationConflict.objects.get().relationship == "SPOUSE"


def test_a_person_of_another_household_in_sight_moves_with_the_import(cast: Cast) -> None:
    number = resident_id_make(date(1990, 1, 1))
    old = household_make(cast.places.sibling_village.lo, head="李老")
    daughter = person_make(old, "李女", "CHILD", birth_date=date(1990, 1, 1), resident_id=number)
    run = ran(
        cast.county,
        persons(person(resident_id_make(date(1970, 1, 1)), "户主", "张一"), person(number, "配偶", "李女")),
    )
    assert refusals(run) == []
    with acting_as(cast.county):
        rows = Membership.objects.filter(person=daughter, superseded_at=None).order_by("valid_from")
        assert [(row.relationship, row.valid_to) for row in rows] == [("CHILD", DAY), ("SPOUSE", None)]
        assert Person.objects.get(pk=daughter.pk).slot == cast.slot


def test_a_head_of_others_elsewhere_is_refused_with_the_reason(cast: Cast) -> None:
    number = resident_id_make(date(1990, 1, 1))
    household_make(cast.places.sibling_village.lo, head="李头", members=[("李子", "CHILD")], resident_id=number)
    run = ran(
        cast.county,
        persons(person(resident_id_make(date(1970, 1, 1)), "户主", "张一"), person(number, "配偶", "李头")),
    )
    assert "户主，户里还有其他人" in one_refusal(run)[2]


def test_an_unknown_village_and_a_missing_household_number_are_refused(cast: Cast) -> None:
    number = resident_id_make(date(1990, 1, 1))
    run = ran(
        cast.county,
        persons(
            person(number, "户主", "张一", village="不存在村"),
            person(resident_id_make(date(1970, 1, 1)), "户主", "张二", household=None),
        ),
    )
    messages = {row: message for row, _, message in refusals(run)}
    assert "没有找到“王虎寨镇不存在村”" in messages[4]
    assert "户编号没有填写" in messages[5]


def test_the_same_id_twice_in_the_files_counts_once(cast: Cast) -> None:
    number = resident_id_make(date(1990, 1, 1))
    run = ran(
        cast.county,
        persons(person(number, "户主", "张一")),
        persons(person(number, "户主", "张一", household="H2")),
    )
    row, _, message = one_refusal(run)
    assert (row, "重复" in message) == (4, True)


def test_a_word_in_no_list_leaves_the_fact_unknown_and_is_kept(cast: Cast) -> None:
    run = ran(cast.county, persons(person(resident_id_make(date(1990, 1, 1)), "户主", "张一", 劳动技能="看情况")))
    assert refusals(run) == []
    ((row, column, _),) = refusals(run, notices=True)
    assert (row, column) == (4, "劳动技能")
    with acting_as(cast.county):
        assert not PersonState.objects.exclude(labour=None).exists()
        assert NamedFact.objects.get().facts["劳动技能"] == "看情况"


def test_work_rows_give_place_months_and_wages_only_where_no_yearly_wage_is_known(cast: Cast) -> None:
    first, second = resident_id_make(date(1990, 1, 1)), resident_id_make(date(1991, 1, 1))
    work = ["县", "乡", "行政村", "户编号", "证件号码", "开始时间", "结束时间", "务工月收入", "务工所在县", "就业渠道"]
    rows = [
        ["巨鹿县", "王虎寨镇", "大寨村", "H1", first, date(2020, 1, 5), date(2020, 3, 5), 3000, "天津市", "自发"],
        ["巨鹿县", "王虎寨镇", "大寨村", "H2", second, date(2020, 1, 5), None, 2000, "北京市", "自发"],
        ["巨鹿县", "王虎寨镇", "大寨村", "H2", second, date(2020, 5, 5), date(2020, 1, 5), 2000, "北京市", "自发"],
    ]
    run = ran(
        cast.county,
        persons(person(first, "户主", "张一"), person(second, "户主", "张二", household="H2", 工资性收入=1200)),
        workbook({"已外出务工信息": (work, rows)}),
    )
    assert one_refusal(run)[1:] == ("结束时间", "结束时间早于开始时间，请核对。")
    with acting_as(cast.county):
        state = PersonState.objects.get(person__name="张一")
        assert (state.work_place, state.work_months) == ("天津市", 3)
        wages = Income.objects.filter(household__number="H1")
        assert sorted(wages.values_list("month", "amount_fen")) == [
            (date(2020, 1, 1), 300000), (date(2020, 2, 1), 300000), (date(2020, 3, 1), 300000),
        ]  # fmt: skip
        yearly = Income.objects.filter(household__number="H2")
        assert sum(yearly.values_list("amount_fen", flat=True)) == 120000


def test_the_household_sheet_alone_registers_heads_and_completes_others(cast: Cast) -> None:
    number = resident_id_make(date(1970, 1, 1))
    sheet = (["县(市、区、旗)", "乡(镇)", "行政村", "户编号", "证件号码", "户类型"],
             [["巨鹿县", "王虎寨镇", "大寨村", "H1", number, "脱贫户"]])  # fmt: skip
    ran(cast.county, workbook({"户信息": sheet}))
    run = ran(
        cast.county,
        persons(person(number, "户主", "张一"), person(resident_id_make(date(1990, 1, 1)), "子女", "张二")),
    )
    assert refusals(run) == []
    with acting_as(cast.county):
        household = Household.objects.get()
        assert HouseholdState.objects.get(household=household, superseded_at=None).poverty_status == "EXITED"
        members = Membership.objects.filter(superseded_at=None)
        assert {row.person.name: row.relationship for row in members} == {"张一": "HEAD", "张二": "CHILD"}


def test_a_household_of_children_becomes_a_task(cast: Cast) -> None:
    ran(cast.county, persons(person(resident_id_make(date(2010, 1, 1)), "户主", "张小")))
    with acting_as(cast.township):
        assert RegisterFinding.objects.get().kind == "NO_ADULT"

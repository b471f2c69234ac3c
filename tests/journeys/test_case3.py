"""张胜坤's two events, from spreadsheets to two green lamps; every step by a page, every actor signed in as herself."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from tests.factories.cast import Cast
from tests.journeys import steps
from tests.journeys.conftest import PHONE, WALL, SignIn
from tests.journeys.files import HEAD, HOMES, SPOUSE, export_write, stays_write

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"]),
]
GREEN, BLUE = "已救助回访", "审核未通过"


@pytest.fixture
def today() -> date:
    return timezone.localdate()


def register_and_feeds(sign_in: SignIn, county: Cast, folder: Path, today: date) -> None:
    """The county begins: its register from the national system's workbooks, 医保's stays from a table of theirs."""
    steps.register_imported(
        sign_in(county.county), export_write(folder, on=today - timedelta(days=2)), data_date=today - timedelta(days=2),
        households=len(HOMES), people=sum(len(home.people) for home in HOMES),
    )  # fmt: skip
    month = today.replace(day=1) - timedelta(days=20)
    medical = sign_in(county.medical)
    steps.feed_imported(
        medical, kind="个人住院信息表", data_date=today - timedelta(days=1),
        file=stays_write(folder, started=month, ended=month + timedelta(days=12)),
    )  # fmt: skip
    medical.sees("3 行的结果", "身份证号和姓名都对上")
    expect(medical.main().get_by_role("row").filter(has_text="身份证号和姓名都对上")).to_contain_text("2")
    expect(medical.main().get_by_role("row").filter(has_text="合计读取")).to_contain_text("3")


def screening_finds_the_neighbour(sign_in: SignIn, county: Cast, today: date) -> None:
    """Under 邢台's pack the bill of 李建国 is a warning, and becomes a case that waits for the county."""
    clerk = sign_in(county.county)
    steps.screened(clerk, county.places.county.full_name, on=today)
    clerk.sees("预警 1 条", "李建国", "因病达到启动标准")
    steps.work_away()
    clerk.desk().sees("李建国", "送核查")
    clerk.sees_not(HEAD)


def first_event(sign_in: SignIn, county: Cast, today: date) -> None:
    """The spouse's stomach cancer: 医保局 pays 14,269.13, 民政局 235 a month; both are only reported to us."""
    officer, township, clerk = sign_in(county.officer, width=PHONE), sign_in(county.township), sign_in(county.county)
    steps.warning_reported(
        officer, initials="zsk", household=HEAD, person=SPOUSE, cause="因病", on=today - timedelta(days=3),
        summary="爱人患胃癌多次住院，治疗费近十万元", amounts={"总共花费": "100000"},
    )  # fmt: skip
    officer.desk().sees(f"{HEAD}家：因病", "当日预警", "乡镇核实上报")
    steps.passed_on(township, HEAD)
    steps.sent_out(
        clerk, HEAD, to=("巨鹿县医疗保障局", "巨鹿县民政局", "王虎寨镇防贫工作站", "承保公司巨鹿支公司"),
    )  # fmt: skip
    medical, civil, insurer = sign_in(county.medical), sign_in(county.civil), sign_in(county.insurer)
    steps.answered(
        medical, HEAD, verdict="符合救助条件", reasons="住院费用属实，可医疗救助",
        figures={"总费用": "100,000", "拟医疗救助": "14,269.13"},
    )  # fmt: skip
    steps.answered(civil, HEAD, verdict="符合救助条件", reasons="符合低保条件", figures={"拟纳入低保": "235"})
    steps.answered(township, HEAD, verdict="符合救助条件", reasons="家中无其他收入来源")
    steps.answered(insurer, HEAD, verdict="不符合赔付条件", reasons="未达到防贫保险赔付条件")
    steps.reviewed(clerk, HEAD)
    steps.approved(sign_in(county.leader), HEAD)
    steps.help_planned(
        clerk, HEAD, kind="健康", summary="医疗救助", person=f"{SPOUSE}（配偶）", provider="巨鹿县医疗保障局",
    )  # fmt: skip
    steps.help_planned(
        clerk, HEAD, kind="综合保障", summary="纳入农村低保", person="全家", provider="巨鹿县民政局",
    )  # fmt: skip
    steps.help_delivered(medical, HEAD, result="救助金已打入一卡通", amount="14269.13", unit="一次")
    steps.help_delivered(civil, HEAD, result="已纳入低保，按月发放", amount="235", unit="每月")
    steps.help_completed(clerk, HEAD)
    steps.visited(clerk, HEAD, way="实地走访", spoke_with=HEAD, note="救助金和低保都已收到，治疗费有了着落")
    clerk.sees(GREEN)


def second_event(sign_in: SignIn, county: Cast, today: date) -> None:
    """No income is left but the 235; the officer reports by phone; 人社局 trains and places her, 60 yuan a day."""
    officer, township, clerk = sign_in(county.officer, width=PHONE), sign_in(county.township), sign_in(county.county)
    officer.desk().sees("风险消除", GREEN)
    steps.warning_reported(
        officer, initials=HEAD, household=HEAD, person=HEAD, cause="因务工就业不稳", on=today - timedelta(days=1),
        summary="受疫情影响不能务工，除低保金外没有任何收入", amounts={"一年少收入多少": "26000"},
    )  # fmt: skip
    steps.passed_on(township, HEAD)
    steps.sent_out(
        clerk, HEAD, to=("巨鹿县人力资源和社会保障局", "巨鹿县民政局", "王虎寨镇防贫工作站"),
    )  # fmt: skip
    labour = sign_in(county.labour)
    steps.answered(
        labour, HEAD, verdict="符合救助条件", reasons="有劳动能力和意愿，可培训后推荐到附近加工厂",
        figures={"可帮扶就业人数": "1", "预计工资": "60"},
    )  # fmt: skip
    steps.answered(sign_in(county.civil), HEAD, verdict="不符合救助条件", reasons="已享受低保，不重复救助")
    steps.answered(township, HEAD, verdict="符合救助条件", reasons="情况属实，除低保外没有收入")
    steps.reviewed(clerk, HEAD)
    steps.approved(sign_in(county.leader), HEAD)
    steps.help_planned(
        clerk, HEAD, kind="就业", summary="培训操作技能，推荐到附近加工厂", person=f"{HEAD}（户主）",
        provider="巨鹿县人力资源和社会保障局",
    )  # fmt: skip
    steps.help_delivered(labour, HEAD, result="培训 7 天后到村东加工厂上班", amount="60", unit="每天")
    steps.help_completed(clerk, HEAD)
    steps.visited(clerk, HEAD, way="电话回访", spoke_with=HEAD, note="工资每天60元，一个月近2000元，开支够了")
    clerk.sees(GREEN)


def household_file_tells_both(sign_in: SignIn, county: Cast) -> None:
    """One page: both lamps green, whose money it was, and the whole way in one column of time."""
    clerk = sign_in(county.county)
    steps.household_opened(clerk, HEAD)
    clerk.sees("没有在办的案件")
    cases = clerk.section("案件")
    assert clerk.lamps_in("案件") == [GREEN, GREEN]
    expect(cases).to_contain_text("因病")
    expect(cases).to_contain_text("因务工就业不稳")
    money = clerk.section("救助资金（元）")
    ours, reported = money.inner_text().split("其他单位发放", 1)
    assert "本级支付" in ours and "没有。" in ours
    for text in ("14,269.13", "235.00", "60.00", "一次性合计 14,269.13 元", "每月 235.00 元", "每天 60.00 元"):
        assert text in reported, text
    expect(clerk.section("帮扶措施")).to_contain_text("培训操作技能，推荐到附近加工厂")
    expect(clerk.section("回访")).to_contain_text("一个月近2000元")
    told = clerk.section("经过").inner_text()
    for text in ("预警员上报：因病", "预警员上报：因务工就业不稳", "未达到防贫保险赔付条件", "领导小组会商：同意救助",
                 "14,269.13", "235.00", "60.00", "结案：风险消除", "大寨村防贫工作站 吴同科"):  # fmt: skip
        assert text in told, text
    assert told.index("每天 60.00 元") < told.index("每月 235.00 元"), "newest first"


def city_screen_counts(sign_in: SignIn, county: Cast) -> None:
    """The city's screen shows two green and one open; a click leads to the cases, another to the household."""
    city = sign_in(county.city, width=WALL)
    city.desk().follow("看大屏")  # the desk has lamps of its own
    assert city.lamps() == {"当日预警": 1, "处理中": 0, GREEN: 2, BLUE: 0, "其他结案": 0}
    with city.turning():
        city.main().get_by_role("link", name="已救助回访").first.click()
    expect(city.main().get_by_role("row").filter(has_text=HEAD)).to_have_count(2)
    with city.turning():
        city.main().get_by_role("row").filter(has_text=HEAD).first.get_by_role("link").first.click()
    city.follow("户档案")
    city.section_sees("案件", "因病", "因务工就业不稳")
    assert city.lamps_in("案件") == [GREEN, GREEN]


@pytest.mark.worked_case(3)
def test_both_events_of_zhang_shengkun_end_green(sign_in: SignIn, county: Cast, tmp_path: Path, today: date) -> None:
    register_and_feeds(sign_in, county, tmp_path, today)
    screening_finds_the_neighbour(sign_in, county, today)
    first_event(sign_in, county, today)
    second_event(sign_in, county, today)
    household_file_tells_both(sign_in, county)
    city_screen_counts(sign_in, county)

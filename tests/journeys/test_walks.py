"""One case from the first stage to the last under each procedure, every actor signed in as herself.

邢台's four steps are walked by `test_case3`. Each walk begins on another channel.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from tests.factories.cast import Cast
from tests.factories.papers import photo
from tests.factories.people import viewer_make
from tests.factories.register import household_make
from tests.journeys import stages, steps
from tests.journeys.conftest import PHONE, SignIn
from tests.journeys.days import DaysPass
from tests.journeys.stages import Help

from shouwang.people.access import Kind, Role, Viewer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"]),
]
GREEN = "已救助回访"
WHO, SPOUSE = "李守信", "赵桂英"
LABOUR, CIVIL, MEDICAL = "巨鹿县人力资源和社会保障局", "巨鹿县民政局", "巨鹿县医疗保障局"
TOWNSHIP, INSURER = "王虎寨镇防贫工作站", "承保公司巨鹿支公司"
LOW = Help("综合保障", "临时救助", CIVIL, "救助金已打入一卡通", "3000")


@pytest.fixture
def today(county: Cast) -> date:
    """The day a walk begins; the household is registered, with nobody else in the village."""
    household_make(county.slot, head=WHO, members=[(SPOUSE, "SPOUSE")])
    return timezone.localdate()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A photo from somebody's phone."""
    file = tmp_path / "现场.jpg"
    file.write_bytes(photo(320, 240))
    return file


def another(county: Cast, kind: Kind, role: Role, name: str) -> Viewer:
    """Somebody else of the village or the township: who did one step may not judge the next."""
    area, organisation = {
        Kind.VILLAGE: (county.places.village, county.officer.organisation_name),
        Kind.TOWNSHIP: (county.places.town, county.township.organisation_name),
    }[kind]
    return viewer_make(kind, role, area, name=name, organisation_name=organisation)


@pytest.mark.parametrize("place", ["julu"])
def test_julu_goes_from_officer_to_department(at_desk: SignIn, county: Cast, today: date) -> None:
    officer, township, clerk = at_desk(county.officer, width=PHONE), at_desk(county.township), at_desk(county.county)
    steps.warning_reported(
        officer, initials="lsx", household=WHO, person=WHO, cause="因务工就业不稳", on=today - timedelta(days=1),
        summary="厂里停工，回家没有收入", amounts={"一年少收入多少": "26000"},
    )  # fmt: skip
    stages.judged(township, WHO, do="核实上报", stage="乡镇平台核实", move="核实属实，报县")
    steps.sent_out(clerk, WHO, to=(LABOUR, CIVIL, TOWNSHIP))
    labour = at_desk(county.labour)
    stages.answers_given(
        {labour: "符合救助条件", at_desk(county.civil): "不符合救助条件", township: "符合救助条件"}, WHO
    )
    stages.judged(clerk, WHO, do="综合研判", stage="汇总核查情况", move="报领导小组", reason="建议由人社落实")
    stages.is_not_asked_for_help(clerk, WHO)
    stages.judged(
        at_desk(county.leader), WHO, do="会商决定", stage="领导小组会商", move="同意，交部门落实", reason="符合条件"
    )
    stages.helped(clerk, labour, WHO, Help("就业", "介绍到村东加工厂", LABOUR, "已经上班", "60", "每天"),
                  move="部门已落实，转回访")  # fmt: skip
    steps.visited(clerk, WHO, way="电话回访", spoke_with=WHO, note="每月有工资")
    stages.way_told(
        clerk, WHO, "预警员上报：因务工就业不稳", "乡镇平台核实：核实属实，报县", "汇总核查情况：报领导小组",
        "领导小组会商：同意，交部门落实", "结案：风险消除", lamp=GREEN,
    )  # fmt: skip


@pytest.mark.parametrize("place", ["lianyungang"])
def test_lianyungang_pays_after_the_notice_has_run(
    at_desk: SignIn, county: Cast, today: date, picture: Path, days_pass: DaysPass
) -> None:
    clerk, village, insurer = at_desk(county.county), at_desk(county.officer, width=PHONE), at_desk(county.insurer)
    hotline_called(clerk, cause="因病", words="老人脑出血住院，押金交不上")
    steps.sent_out(clerk, WHO, to=(MEDICAL, CIVIL, TOWNSHIP, INSURER))
    bodies = {at_desk(body): "符合救助条件" for body in (county.medical, county.civil, county.township)}
    stages.answers_given({**bodies, insurer: "符合赔付条件"}, WHO)
    stages.appraised(village, WHO, stage="村民代表评议", move="评议同意，公示", on=today.isoformat())
    stages.posted(village, WHO, photo=picture)
    days_pass(5)
    stages.still_hangs(village, WHO)
    stages.is_not_asked_for_help(clerk, WHO)
    days_pass(1)
    stages.ran_out(village, WHO)
    reviewer = at_desk(another(county, Kind.TOWNSHIP, Role.LEADER, "孙镇长"))
    stages.judged(reviewer, WHO, do="核实上报", stage="乡镇审核", move="审核同意，报县级审批")
    stages.is_not_asked_for_help(clerk, WHO)
    stages.judged(
        at_desk(county.leader), WHO, do="会商决定", stage="县级审批备案", move="同意，备案发放", reason="符合条件"
    )
    stages.helped(clerk, insurer, WHO, Help("综合保障", "防贫保险赔付", INSURER, "赔付款已到账", "18000"),
                  move="资金已发放，转回访")  # fmt: skip
    steps.visited(clerk, WHO, way="实地走访", spoke_with=SPOUSE, note="赔付款收到了，出院在家")
    stages.way_told(
        clerk, WHO, "12317 热线：因病", "村民代表评议：评议同意，公示", "张贴在村委会公示栏", "18,000.00", lamp=GREEN
    )


@pytest.mark.full
@pytest.mark.parametrize("place", ["national"])
def test_the_national_way_identifies_and_announces_before_help(
    at_desk: SignIn, county: Cast, today: date, picture: Path, days_pass: DaysPass
) -> None:
    officer, township, clerk = at_desk(county.officer, width=PHONE), at_desk(county.township), at_desk(county.county)
    steps.warning_reported(
        officer, initials="lsx", household=WHO, person=SPOUSE, cause="因病", on=today - timedelta(days=1),
        summary="手术住院，花费很大", amounts={"总共花费": "80000"},
    )  # fmt: skip
    stages.paper_attached(township, WHO, kind="承诺授权书", file=picture)
    stages.judged(township, WHO, do="核实上报", stage="入户核实、签承诺授权书", move="核实属实，已签承诺授权书")
    identified(at_desk, county, today, picture, days_pass, asked=(MEDICAL, CIVIL, TOWNSHIP, INSURER))
    stages.helped(clerk, at_desk(county.civil), WHO, LOW, move="帮扶已落实，转回访")
    steps.visited(clerk, WHO, way="实地走访", spoke_with=WHO, note="救助金收到，欠账还清")
    stages.way_told(
        clerk, WHO, "村民代表评议：评议同意，公示", "县级审定：同意认定，公告", "结案：风险消除", lamp=GREEN
    )


@pytest.mark.full
@pytest.mark.parametrize("place", ["shanxi"])
def test_shanxi_helps_first_after_a_disaster_and_does_the_papers_then(
    at_desk: SignIn, county: Cast, today: date, picture: Path, days_pass: DaysPass
) -> None:
    township, clerk, civil = at_desk(county.township), at_desk(county.county), at_desk(county.civil)
    disaster_swept(clerk, at_desk(county.officer, width=PHONE), county)
    stages.paper_attached(township, WHO, kind="承诺授权书", file=picture)
    stages.judged(
        township, WHO, do="核实上报", stage="入户核实、签承诺授权书", move="核实属实，已签承诺授权书",
        turns=("突发严重困难，先救助、后补手续",),
    )  # fmt: skip
    stages.judged(clerk, WHO, do="综合研判", stage="先行救助研判", move="先行救助", reason="房屋进水，先救助")
    stages.helped(clerk, civil, WHO, LOW, move="先行救助已落实，补办手续")
    identified(at_desk, county, today, picture, days_pass, asked=(CIVIL, TOWNSHIP, INSURER))
    stages.helped(clerk, civil, WHO, Help("住房", "修缮房屋", CIVIL, "西屋已修好", "20000"),
                  move="帮扶已落实，转回访")  # fmt: skip
    steps.visited(clerk, WHO, way="实地走访", spoke_with=WHO, note="房屋修好，搬回去住了")
    stages.way_told(clerk, WHO, "先行救助研判", "先行救助已落实，补办手续", "县级审定：同意认定，公告", lamp=GREEN)


def hotline_called(clerk: steps.Actor, *, cause: str, words: str) -> None:
    """Somebody calls 12317; the county's clerk takes it down and reads a number to the caller."""
    clerk.desk().menu("热线和微信群")
    clerk.main().get_by_label("哪一户").fill(WHO)
    clerk.main().get_by_role("option", name=re.compile(WHO)).first.click()
    clerk.main().get_by_label(re.compile(f"^{cause}")).first.check()
    clerk.fill("来电人怎么说", words).press("登记并取号码").sees("已登记", WHO)
    steps.work_away()


def disaster_swept(clerk: steps.Actor, officer: steps.Actor, county: Cast) -> None:
    """After a storm the county sends cadres to every household; the officer finds one flooded."""
    name = "灾后逐村逐户排查"
    clerk.desk().menu("排查").follow("发起一次排查")
    clerk.tick(name).fill("因为哪次灾情", "7 月 21 日暴雨").fill("或者贴上村名", f"{county.slot:012d}")
    clerk.press("发起排查").sees(name, "没走到")
    officer.desk().sees("排查还没走到")
    with officer.turning():
        officer.main().get_by_role("link", name=re.compile("^1")).first.click()
    officer.follow(f"{county.places.town.name}{county.places.village.name}")
    with officer.turning():
        officer.main().get_by_role("link", name=re.compile(f"有情况.*{WHO}")).click()
    officer.tick("因自然灾害").fill("看到了什么", "西屋进水，墙裂了").press("上报这家的情况").sees("已上报")
    steps.work_away()


def identified(
    at_desk: SignIn, county: Cast, today: date, picture: Path, days_pass: DaysPass, *, asked: tuple[str, ...]
) -> None:
    """From comparison to announcement: every step by whom the pack names, nothing given before it has run."""
    clerk, officer = at_desk(county.county), at_desk(county.officer, width=PHONE)
    steps.sent_out(clerk, WHO, to=asked)
    bodies = {MEDICAL: county.medical, CIVIL: county.civil, TOWNSHIP: county.township, INSURER: county.insurer}
    verdicts = {INSURER: "符合赔付条件"}
    stages.answers_given({at_desk(bodies[name]): verdicts.get(name, "符合救助条件") for name in asked}, WHO)
    village = at_desk(another(county, Kind.VILLAGE, Role.CLERK, "周会计"))
    stages.appraised(village, WHO, stage="村民代表评议", move="评议同意，公示", on=today.isoformat())
    stages.posted(officer, WHO, photo=picture)
    days_pass(5)
    stages.still_hangs(officer, WHO)
    days_pass(1)
    stages.ran_out(officer, WHO)
    reviewer = at_desk(another(county, Kind.TOWNSHIP, Role.LEADER, "孙镇长"))
    stages.judged(reviewer, WHO, do="核实上报", stage="乡镇审核", move="审核同意，报县级审定")
    leader = at_desk(county.leader)
    stages.judged(leader, WHO, do="会商决定", stage="县级审定", move="同意认定，公告", reason="符合监测对象条件")
    stages.is_not_asked_for_help(clerk, WHO)
    stages.posted(clerk, WHO)
    days_pass(2)
    stages.ran_out(clerk, WHO)

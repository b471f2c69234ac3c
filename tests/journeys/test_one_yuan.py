"""One yuan from the city's budget to the household's statement, everybody at her own desk; what an auditor finds.

The household was helped and its case waits for the visit; what happens to the money from there on is done by pages.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer
from tests.factories.casework import case_make
from tests.factories.cast import Cast
from tests.factories.funds import Desk, allocated, batched, desk_make, owed
from tests.journeys.conftest import PHONE, SignIn
from tests.journeys.steps import Actor

from shouwang.funds.models import Account, Posting
from shouwang.people.access import SYSTEM, acting_as
from shouwang.people.models import User

HEAD = "张胜坤"
COUNTY, VILLAGE_ACCOUNT = "巨鹿县防贫中心", "6228480600000007777"


def budgeted(city: Actor, today: date) -> None:
    """The city's treasurer records that one yuan came, and passes it on to the county."""
    city.desk().menu("资金").follow("下达预算")
    city.choose("资金来源", "市级资金").fill("用途", "防贫救助").fill("金额", "1").fill(
        "依据的文件", "邢财社〔2020〕1 号"
    )
    city.fill("项目选定日期", (today - timedelta(days=20)).isoformat())
    city.press("记入预算").sees("已记入预算", "余额 1.00 元", "邢财社〔2020〕1 号")
    city.follow("拨付下级").choose("拨给", COUNTY).fill("金额", "1").fill("依据的文件", "邢财社〔2020〕2 号")
    city.fill("项目选定日期", (today - timedelta(days=20)).isoformat())
    city.press("拨付").sees(f"已拨给{COUNTY}", "余额 0.00 元", "-1.00")


def asked(clerk: Actor, household_id: int) -> None:
    """The county's clerk asks, from the household's file, for the payment of what it was granted."""
    clerk.page.goto(f"{clerk.base}/households/{household_id}/")
    clerk.main().get_by_role("link", name=re.compile("^申请支付")).click()
    clerk.sees("可用 1.00 元").fill("金额", "1").fill("批准的依据", "会议纪要〔2020〕7 号")
    clerk.fill("开户行", "农业银行巨鹿县支行").fill("银行账号", "6228480600000000123")
    clerk.press("留出这笔钱，等支付").sees("这笔钱已留出", "待支付款项", HEAD)


def paid(clerk: Actor, checker: Actor, leader: Actor, tmp_path: Path) -> None:
    """Made, checked and released by three people; the file goes to the bank and its answer comes back."""
    clerk.main().get_by_role("checkbox", name=f"选{HEAD}这一笔").check()
    clerk.press("把选中的制成一批").sees("已制单，共 1 笔", "您已为这一批办过制单，复核要换人。")
    address = clerk.page.url
    for actor, does, said in ((checker, "复核通过，交放行", "已复核"), (leader, "放行 1.00 元", "已放行，可以送银行")):
        actor.desk().menu("资金")
        actor.main().get_by_role("link", name=re.compile("批待(复核|放行)")).click()
        actor.main().get_by_role("row").filter(has_text="1.00").get_by_role("link").first.click()
        actor.press(does).sees(said)
    clerk.page.goto(address)
    clerk.press("记为送银行").sees("已记为送银行")
    with clerk.page.expect_download() as download:
        clerk.press("取银行文件（CSV）")
    lines = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    reference = next(cell for cell in lines[1].split(",") if re.fullmatch(r"\d{25}", cell.strip("'")))
    file = tmp_path / "回盘.csv"
    file.write_text(f"付款编号,金额,结果\n{reference},1.00,成功\n", encoding="utf-8")
    clerk.main().get_by_label("银行回盘文件").set_input_files(file)
    clerk.press("读回盘文件").sees("回盘已读：记了 1 笔", "每一笔都有了结果")


def told(officer: Actor, phone: Actor, case_id: int) -> None:
    """The officer hands receipt and PIN over; the household reads its own statement and takes it along as a sheet."""
    officer.page.goto(f"{officer.base}/public/desk/cases/{case_id}/pin/")
    officer.main().get_by_label(re.compile("^已经看过身份证件")).check()
    officer.main().get_by_role("button").first.click()
    codes = officer.main().locator(".sw-code")
    expect(codes).to_have_count(2)
    receipt, pin = (text.replace(" ", "") for text in codes.all_inner_texts())
    phone.page.goto(f"{phone.base}/public/status/")
    phone.fill("回执号", receipt).fill("查询密码", pin).press("查一查").sees("您的申请办得怎么样了")
    phone.press("看国家登记了我家什么").sees("批给我家、发给我家的钱", "1.00 元", "已经打到账上", f"{COUNTY}")
    phone.sees("一共批准 1.00 元，已经打到账上 1.00 元")
    with phone.page.expect_download() as download:
        phone.press("打印对账单（PDF）")
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")


def planted(desk: Desk, cast: Cast, at: date) -> None:
    """Money that has lain too long, money kept back from the insurer, and one account for two households."""
    now, insurer = timezone.now(), cast.insurer.organisation_id
    allocated(desk, cast, 500_00, on=at - timedelta(days=60), earmarked_for=insurer, at=now)
    dues = [owed(cast, desk.maker, fen, head=head, number=VILLAGE_ACCOUNT, at=now)
            for fen, head in ((30_00, "李建国"), (40_00, "王秀兰"))]  # fmt: skip
    batched(desk, *dues, at=now)


def found(auditor: Actor) -> None:
    """The auditor finds all three, looks at the evidence and gives one out to be mended."""
    auditor.desk().menu("资金").follow("核查事项")
    auditor.sees("滞留", "到账 60 天", "截留", "应拨给承保公司巨鹿支公司的防贫救助少拨 500.00 元")
    shared = auditor.main().get_by_role("region", name=re.compile("一个账户多户"))
    expect(shared).to_contain_text("收了 2 户的钱")
    shared.get_by_text("证据 2 条").click()
    expect(shared).to_contain_text("李建国")
    expect(shared).to_contain_text("王秀兰")
    shared.get_by_text("交办、整改或容错").click()
    expect(shared.get_by_label("责任单位")).to_have_value(COUNTY)
    shared.get_by_label("整改期限").fill((timezone.localdate() + timedelta(days=10)).isoformat())
    shared.get_by_label("要求、结果或容错的依据").fill("核实是不是监护人代领，十天内改发到各户")
    shared.get_by_role("button", name="记下这一项的处理").click()
    auditor.sees("已记下", "已交办：巨鹿县防贫中心", "十天内改发到各户")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_one_yuan_reaches_the_household_and_what_was_planted_is_found(
    at_desk: SignIn, county: Cast, browser: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    today, desk = timezone.localdate(), desk_make(county)
    walk = case_make(county, upto="visit")
    city, clerk = at_desk(desk.city), at_desk(desk.maker)
    budgeted(city, today)
    asked(clerk, walk.case.household_id)
    paid(clerk, at_desk(desk.checker), at_desk(county.leader), tmp_path)
    phone = Actor(browser, live_server.url, name=HEAD, width=PHONE)
    told(at_desk(county.officer), phone, walk.case_id)
    phone.leave()
    clerk.desk().menu("资金")
    clerk.sees("1.00", "从选定项目到资金到位", "20 天")
    with acting_as(SYSTEM):
        assert sum(Posting.objects.values_list("amount_fen", flat=True)) == 0
        stages = dict(Account.objects.filter(balance_fen__gt=0).values_list("stage", "balance_fen"))
    assert stages == {"PAID": 1_00}, "the yuan is where it should be and nowhere else"
    planted(desk, county, today)
    TOTP.activate(User.objects.get(pk=county.auditor.user_id), "JBSWY3DPEHPK3PXP")
    found(at_desk(county.auditor))

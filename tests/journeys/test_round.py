"""A disaster sweep: the county opens it, the officer walks it on her phone, the county sees who was not met."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from tests.factories.cast import Cast
from tests.factories.register import household_make
from tests.journeys.conftest import PHONE, SignIn

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"]),
]
NAME = "灾后逐村逐户排查"


def test_a_disaster_sweep_is_walked_household_by_household(sign_in: SignIn, county: Cast) -> None:
    for head in ("张胜坤", "李守信", "王大山"):
        household_make(county.slot, head=head)
    clerk = sign_in(county.county)
    clerk.desk().menu("排查").follow("发起一次排查")
    clerk.tick(NAME).fill("因为哪次灾情", "7 月 21 日暴雨").fill("或者贴上村名", f"{county.slot:012d}")
    clerk.press("发起排查").sees(NAME, "7 月 21 日暴雨", "没走到")
    officer = sign_in(county.officer, width=PHONE)
    officer.desk().sees("排查还没走到")
    with officer.turning():
        officer.main().get_by_role("link", name=re.compile("^3")).first.click()
    officer.follow(f"{county.places.town.name}{county.places.village.name}")
    officer.main().get_by_label(re.compile("^张胜坤")).check()
    officer.press("走访过，没有异常").sees("还有 2 户")
    with officer.turning():
        officer.main().get_by_role("link", name=re.compile("有情况.*李守信")).click()
    officer.tick("因自然灾害").fill("看到了什么", "西屋进水，墙裂了").press("上报这家的情况").sees("还有 1 户")
    officer.main().get_by_label(re.compile("^王大山")).check()
    officer.press("没见到人").sees("还有 1 户", "去过，没见到人")
    clerk.desk().menu("排查").follow(NAME)
    clerk.press("结束排查").sees("还有 1 户没有走到")
    clerk.fill("还有 1 户没有走到", "户主外出，已电话联系，月底补走").press("结束排查").sees("结束时没有走到的原因")
    clerk.desk().menu("线索")
    expect(clerk.main().get_by_role("row").filter(has_text="李守信").filter(has_text="干部排查")).to_have_count(1)

"""A call on the hotline, taken down without touching the mouse; the number the caller gets finds it again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from tests.factories.cast import Cast
from tests.factories.register import household_make
from tests.journeys.conftest import DESK, SignIn

from shouwang.people.access import SYSTEM, acting_as
from shouwang.sources.models import Clue

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"]),
]
WORDS = "父亲脑出血住院，押金交不上"


def test_a_call_is_taken_by_keyboard_alone(sign_in: SignIn, county: Cast) -> None:
    home = household_make(county.slot, head="张胜坤", members=[("李秀兰", "SPOUSE")]).pk
    household_make(county.slot, head="李守信")
    clerk = sign_in(county.county, width=DESK)
    clerk.desk().menu("热线和微信群")
    page, keys = clerk.page, clerk.page.keyboard
    expect(page.get_by_label("哪一户")).to_be_focused()
    keys.type("zsk")
    expect(page.get_by_role("option", name=re.compile("张胜坤"))).to_have_attribute("aria-selected", "true")
    keys.press("Enter")
    expect(page.get_by_label("哪一户")).to_have_value(re.compile("^张胜坤"))
    page.wait_for_load_state()  # the picker may be quicker than the keys of the rest
    for _ in range(2):  # past the part for somebody who is not registered
        keys.press("Tab")
    keys.press("1")
    expect(page.locator("input[name=cause]:checked")).to_have_value("ILLNESS")
    keys.press("Tab")
    keys.type(WORDS)
    keys.press("Tab")
    keys.press("Space")
    keys.press("Control+Enter")
    number = page.locator(".sw-told-number").inner_text()
    assert re.fullmatch(r"\d{3} \d{3} \d{3}", number)
    expect(page.get_by_label("哪一户")).to_be_focused()  # the next call
    with acting_as(SYSTEM):
        clue = Clue.objects.select_related("call").get()
    assert (clue.household_id, clue.summary, clue.call.is_urgent) == (home, WORDS, True)
    clerk.desk().menu("热线和微信群").follow("按号码查")
    clerk.sees("来电人报的号码").sees_not("张胜坤").fill("来电人报的号码", number).press("查")
    clerk.sees("张胜坤", "因病", "12317 热线")

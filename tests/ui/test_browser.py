"""The gallery in a real browser: phone, desk and wall; large text; keyboard; paper; without JavaScript."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = pytest.mark.browser
PAGES = ("", "form/", "household/", "screen/", "screen/?map=1", "states/", "confirm/", "refusal/", "stale/", "login/")
PLAIN = ("plain/404/", "plain/500/", "ui/offline/")
COMPLAINT = re.compile("Content Security Policy|Refused to|Uncaught|is not defined")


def probe(name: str) -> str:
    return (Path(__file__).parent / "probes" / f"{name}.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def context(browser: Browser, gallery: str) -> Iterator[BrowserContext]:
    opened = browser.new_context(base_url=gallery, service_workers="block")
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    opened = context.new_page()
    opened.set_viewport_size({"width": 1280, "height": 900})
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if COMPLAINT.search(message.text) else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    opened.evaluate("localStorage.clear()")
    opened.close()
    assert complaints == []


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("path", PAGES + PLAIN)
def test_nothing_scrolls_sideways(page: Page, path: str) -> None:
    page.goto(f"/{path}")
    for width in (1920, 1280, 768, 375, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert overflow(page) <= 0, width
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert overflow(page) <= 0, "text of twice the size on the smallest phone"


@pytest.mark.parametrize("path", PAGES + PLAIN)
def test_a_page_can_be_read_aloud(page: Page, path: str) -> None:
    page.goto(f"/{path}")
    found: dict[str, Any] = page.evaluate(probe("reading"))
    assert found["language"] == "zh-CN"
    assert found["nameless"] == []
    assert found["silent"] == []
    assert found["pictures"] == 0
    assert found["mains"] == 1
    assert found["twice"] == []
    assert found["title"].endswith("守望") and found["title"] != "守望"
    headings = found["headings"]
    assert headings.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(headings)), headings


@pytest.mark.parametrize("path", PAGES + PLAIN)
def test_every_text_stands_out_from_its_ground(page: Page, path: str) -> None:
    page.goto(f"/{path}")
    for width in (1280, 375):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(probe("contrast")) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_thumb_hits_every_button(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 375, "height": 812})
    page.goto(f"/{path}")
    small = page.evaluate(probe("thumbs"))
    assert small == []
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 17


def test_the_first_key_offers_the_way_to_the_text(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(".sw-skip")).to_be_focused()
    expect(page.locator(".sw-skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_what_has_the_focus_is_seen(page: Page) -> None:
    page.goto("/")
    for _ in range(25):
        page.keyboard.press("Tab")
        width = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style == "solid" and width >= 2, page.evaluate("document.activeElement.outerHTML")


def test_a_table_becomes_cards_on_the_phone(page: Page) -> None:
    page.set_viewport_size({"width": 375, "height": 812})
    page.goto("/")
    row = page.locator(".sw-cards tbody tr").first
    expect(row.get_by_role("link", name="张胜坤")).to_be_visible()
    expect(row.locator(".is-hidden").first).to_be_hidden()
    assert row.locator(".is-fact").first.evaluate("one => getComputedStyle(one, '::before').content") == '"状态"'


def test_paper_has_the_table_and_not_the_frame(page: Page) -> None:
    page.goto("/")
    page.set_viewport_size({"width": 718, "height": 1010})
    page.emulate_media(media="print")
    expect(page.locator(".sw-nav")).to_be_hidden()
    expect(page.locator(".sw-batch")).to_be_hidden()
    assert page.locator(".sw-cards thead").evaluate("one => getComputedStyle(one).display") == "table-header-group"
    assert page.locator(".sw-lamp-yellow").first.evaluate("one => getComputedStyle(one).color") == "rgb(0, 0, 0)"
    assert overflow(page) <= 0


def test_picking_rows_counts_them(page: Page) -> None:
    page.goto("/")
    boxes = page.locator("tbody input[type=checkbox]")
    boxes.first.check()
    expect(page.locator("[data-picked]")).to_have_text("1")
    page.locator("[data-pick-all]").check()
    expect(page.locator("[data-picked]")).to_have_text("18")


def test_the_summary_of_errors_is_read_first_and_leads_to_the_field(page: Page) -> None:
    page.goto("/form/")
    expect(page.locator("#error-summary")).to_be_focused()
    page.get_by_role("link", name="自付支出：要填数字").click()
    expect(page.get_by_label("自付支出")).to_be_focused()
    expect(page.get_by_label("自付支出")).to_have_value("十万")


def test_a_village_is_picked_by_its_initials_and_the_keyboard(page: Page) -> None:
    page.goto("/form/?clean=1")
    box = page.get_by_role("combobox", name="村")
    box.press_sequentially("zwt")
    expect(page.get_by_role("option", name="张王疃村")).to_be_visible()
    box.press("ArrowDown")
    expect(page.get_by_role("option", name="张王疃村")).to_have_attribute("aria-selected", "true")
    box.press("Enter")
    expect(box).to_have_value("张王疃村")
    expect(page.locator("input[name=village]")).to_have_value("130529103201")
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_a_village_that_is_not_found_says_what_to_try(page: Page) -> None:
    page.goto("/form/?clean=1")
    page.get_by_role("combobox", name="村").press_sequentially("石家庄")
    expect(page.get_by_text("没有找到“石家庄”")).to_be_visible()


def test_an_unsent_form_asks_before_it_is_left(page: Page) -> None:
    page.goto("/form/?clean=1")
    page.get_by_label("户主姓名").press_sequentially("张")
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    with page.expect_event("dialog"):
        page.evaluate("setTimeout(() => { window.location.href = '/'; }, 0)")
    assert asked == ["beforeunload"]
    expect(page.get_by_label("户主姓名")).to_have_value("张")
    page.remove_listener("dialog", stay)
    page.on("dialog", lambda dialog: dialog.accept())


def test_a_form_is_not_sent_into_the_void(page: Page) -> None:
    page.goto("/form/?clean=1")
    page.get_by_label("户主姓名").press_sequentially("张胜坤")
    page.route("**/ui/alive/", lambda route: route.abort())
    page.get_by_role("button", name="上报县级防贫中心").click()
    expect(page.locator("#offline-bar")).to_contain_text("还没有提交")
    expect(page.get_by_label("户主姓名")).to_have_value("张胜坤")
    page.unroute("**/ui/alive/")
    page.get_by_role("button", name="上报县级防贫中心").click()
    expect(page.locator("#error-summary")).to_be_visible()
    expect(page.get_by_label("户主姓名")).to_have_value("张胜坤")


def test_nothing_of_a_form_is_kept_in_the_browser(page: Page) -> None:
    page.goto("/form/?clean=1")
    page.get_by_label("户主姓名").press_sequentially("张胜坤")
    page.wait_for_timeout(300)
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.on("dialog", lambda dialog: dialog.accept())


def test_charts_draw_and_lead_to_their_cases(page: Page) -> None:
    page.goto("/screen/")
    expect(page.locator("figure[data-chart=trend] svg")).to_be_visible()
    expect(page.locator("figure[data-chart=trend] details")).not_to_have_attribute("open", "")
    bar = page.locator("figure[data-chart=funnel] svg path[fill='#2d3350']").first
    bar.click()
    page.wait_for_url("**/?s=*")


def test_the_map_draws_when_there_are_boundaries(page: Page) -> None:
    page.goto("/screen/?map=1")
    expect(page.locator("figure[data-chart=areas] svg")).to_be_visible()
    page.locator("figure[data-chart=areas] svg").get_by_text("平乡县").click(force=True)
    page.wait_for_url("**/?county=*")


def test_a_screen_that_cannot_renew_itself_says_so(page: Page) -> None:
    page.goto("/screen/")
    page.route("**/screen/", lambda route: route.abort())
    page.evaluate("htmx.ajax('GET', '/screen/', {source: '#screen', target: '#screen'}).catch(() => null)")
    expect(page.locator(".sw-updated")).to_contain_text("没有更新成功")


def test_a_renewed_screen_draws_its_charts_again(page: Page) -> None:
    page.goto("/screen/")
    expect(page.locator("figure[data-chart=trend] svg")).to_be_visible()
    page.evaluate(
        "htmx.ajax('GET', '/screen/', {source: '#screen', target: '#screen', select: '#screen', swap: 'outerHTML'})"
    )
    page.wait_for_timeout(500)
    expect(page.locator("figure[data-chart=trend] svg")).to_have_count(1)
    expect(page.locator("figure[data-chart=funnel] svg")).to_be_visible()


def test_progress_renews_itself(page: Page) -> None:
    page.goto("/states/")
    with page.expect_response("**/states/", timeout=5000):
        pass
    expect(page.locator("#progress-1")).to_have_count(1)


def test_keys_search_jump_and_explain_themselves(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Alt+2")
    expect(page.locator("[data-section]").nth(1)).to_be_focused()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="键盘操作")
    expect(dialog).to_contain_text("等我办的")
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="关上").click()
    expect(dialog).to_have_count(0)
    page.keyboard.press("?")
    expect(dialog).to_have_count(0)


def test_the_keys_of_the_parts_stand_beside_headings_only_while_help_is_open(page: Page) -> None:
    page.goto("/")
    expect(page.locator(".sw-key")).to_have_count(0)
    page.keyboard.press("?")
    sections = page.locator("[data-section]").count()
    assert sections > 1
    expect(page.locator(".sw-key")).to_have_count(sections)
    expect(page.locator("h1 kbd, h2 kbd:not(dialog kbd), h3 kbd")).to_have_count(0)
    assert all(page.locator(".sw-key").evaluate_all("keys => keys.map(key => key.ariaHidden === 'true')"))
    page.keyboard.press("Escape")
    expect(page.locator(".sw-key")).to_have_count(0)


def test_the_menu_of_the_phone_closes_on_escape(page: Page) -> None:
    page.set_viewport_size({"width": 375, "height": 812})
    page.goto("/")
    page.get_by_text("菜单").click()
    expect(page.locator(".sw-menu-panel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".sw-menu-panel")).to_be_hidden()


@pytest.mark.parametrize("path", PAGES)
def test_every_page_works_without_javascript(browser: Browser, gallery: str, path: str) -> None:
    context = browser.new_context(base_url=gallery, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/{path}")
    assert page.locator("h1").inner_text()
    if path.startswith("screen"):
        expect(page.get_by_role("link", name="巨鹿县")).to_be_visible()
        expect(page.get_by_role("link", name="1,230")).to_be_visible()
    if path == "form/":
        page.get_by_label("村").fill("张王疃村")
        page.get_by_role("button", name="上报县级防贫中心").click()
        expect(page.get_by_label("村")).to_have_value("张王疃村")
    if path == "states/":
        expect(page.get_by_role("link", name="刷新进度").first).to_be_visible()
    context.close()


def test_the_offline_page_answers_when_the_network_is_gone(browser: Browser, gallery: str) -> None:
    context = browser.new_context(base_url=gallery)
    page = context.new_page()
    page.goto("/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    context.set_offline(True)
    page.goto("/household/")
    expect(page.get_by_role("heading", name="现在没有网络")).to_be_visible()
    assert "张胜坤" not in page.content()
    kept = page.evaluate(
        "caches.open('offline-1').then((s) => s.keys()).then((k) => k.map((r) => new URL(r.url).pathname))"
    )
    assert not [path for path in kept if not path.startswith(("/static/", "/ui/offline/"))]
    context.close()

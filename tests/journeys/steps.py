"""Steps that several journeys take, each by the page its actor would use."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect
from procrastinate.contrib.django import app

from shouwang.casework.tasks import collect_sources
from shouwang.people.access import Viewer
from shouwang.people.models import User

PASSWORD = "一次旅程用的口令-2026"


def account_open(viewer: Viewer) -> tuple[str, str]:
    """This function gives a member of the cast a password (set-up; a real one comes by a one-time link)."""
    User.objects.filter(pk=viewer.user_id).update(password=make_password(PASSWORD))
    return User.objects.values_list("username", flat=True).get(pk=viewer.user_id), PASSWORD


class Actor:
    """Somebody at her own browser."""

    def __init__(self, browser: Browser, base: str, *, name: str, width: int) -> None:
        self.base, self.name, self.is_phone = base, name, width < 768
        self.context = browser.new_context(
            viewport={"width": width, "height": 800 if self.is_phone else 900},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=self.is_phone,
        )
        self.context.set_default_timeout(30_000)  # as patient as the machine is busy
        self.page: Page = self.context.new_page()
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))

    def sign_in(self, username: str, password: str) -> None:
        self.page.goto(f"{self.base}/")
        self.page.get_by_label("账号").fill(username)
        self.page.get_by_label("密码", exact=True).fill(password)
        self.page.get_by_role("button", name="登录").click()
        expect(self.page.get_by_text(self.name).first).to_be_attached()

    def leave(self) -> None:
        """Closes the browser; scripts must not have failed on any page."""
        self.context.close()
        assert not self.problems, self.problems

    def desk(self) -> Actor:
        self.page.goto(f"{self.base}/")
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        return self

    @contextmanager
    def turning(self) -> Iterator[None]:
        """What is done inside leads to another page; that page is there, and whole, when this ends.

        Without it the next step may still meet the page before: a look that does not wait reads the wrong one, and a
        new address cuts off a form that is on its way.
        """
        with self.page.expect_navigation():
            yield

    def main(self) -> Locator:
        return self.page.locator("main")

    def menu(self, label: str) -> Actor:
        """Opens a page of the navigation."""
        if self.is_phone:
            self.page.get_by_text("菜单", exact=True).click()
        shown = self.page.get_by_role("navigation", name="主要栏目").locator("visible=true")
        expect(shown.first).to_be_visible()
        link = shown.get_by_role("link", name=label, exact=True)
        if not self.is_phone and link.count() == 0:
            shown.locator(".sw-nav-more summary").click()
        with self.turning():
            link.click()
        return self

    def follow(self, label: str) -> Actor:
        """Opens a page by its link."""
        with self.turning():
            self.main().get_by_role("link", name=label, exact=True).first.click()
        return self

    def press(self, label: str) -> Actor:
        """Presses a button; what it brings is still to come: `sees` waits for it."""
        self.main().get_by_role("button", name=label).first.click()
        return self

    def send(self, label: str) -> Actor:
        """Presses the button of a form and waits for the page that answers."""
        with self.turning():
            self.press(label)
        return self

    def fill(self, label: str, text: str) -> Actor:
        self.main().get_by_label(re.compile(f"^{re.escape(label)}")).first.fill(text)
        return self

    def choose(self, label: str, option: str) -> Actor:
        self.main().get_by_label(re.compile(f"^{re.escape(label)}")).first.select_option(label=option)
        return self

    def tick(self, label: str, *, group: str = "") -> Actor:
        """Picks a radio button or a box by its text, within a group where a page asks 是 and 否 twice."""
        place = self.main().get_by_role("group", name=re.compile(re.escape(group))).last if group else self.main()
        place.get_by_label(label, exact=True).first.check()
        return self

    def sees(self, *texts: str) -> Actor:
        for text in texts:
            expect(self.main()).to_contain_text(text)
        return self

    def sees_not(self, *texts: str) -> Actor:
        for text in texts:
            expect(self.main()).not_to_contain_text(text)
        return self

    def section(self, title: str) -> Locator:
        """A part of the page by its heading."""
        return self.main().get_by_role("region", name=re.compile(f"^{re.escape(title)}"))

    def section_sees(self, title: str, *texts: str) -> Actor:
        for text in texts:
            expect(self.section(title)).to_contain_text(text)
        return self

    def lamps_in(self, title: str) -> list[str]:
        """The words of the lamps that burn in a part of the page."""
        lamps = self.section(title).locator(".sw-lamp")
        expect(lamps.first).to_be_visible()  # all_inner_texts waits for nothing
        return [text.strip().lstrip("●▲✔■– ").strip() for text in lamps.all_inner_texts()]

    def lamps(self) -> dict[str, int]:
        """The counters of the lamp row: word → number."""
        found = {}
        counters = self.main().locator(".sw-lamp-count")
        expect(counters.first).to_be_visible()  # all() waits for nothing
        for counter in counters.all():
            word = counter.locator(".sw-lamp").inner_text().strip().split()[-1].lstrip("●▲✔■–")
            found[word] = int(counter.locator(".sw-stat-number").inner_text().replace(",", ""))
        return found

    def row(self, household: str, do: str) -> Actor:
        """Opens, from her desk, what is to be done on a household."""
        row = self.main().get_by_role("row").filter(has_text=household).filter(has_text=do).first
        with self.turning():
            row.get_by_role("link", name=do, exact=True).click()
        return self


def work_away() -> None:
    """This function does all jobs that wait, as the worker process does, and then what it does each minute."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            worker = app.connector.get_worker_connector()
            with app.replace_connector(worker) as working:
                working.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
            collect_sources(timestamp=int(timezone.now().timestamp()))
        except BaseException as error:
            failed.append(error)
        finally:
            from django.db import connections

            connections.close_all()

    # The browser's loop runs in the test's thread; the worker needs one of its own.
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


def warning_reported(
    officer: Actor,
    *,
    initials: str,
    household: str,
    person: str,
    cause: str,
    on: date,
    summary: str,
    amounts: Mapping[str, str],
) -> None:
    """The officer fills 《预警信息登记表》 on her phone."""
    officer.desk().follow("填预警信息登记表")
    officer.fill("姓名或拼音首字母", initials).send("找这一户")
    officer.follow(household).sees("预警信息登记表", f"{household}家")
    officer.main().get_by_label(re.compile(f"^{person}（")).check()
    officer.tick(cause).fill("哪天发生的", on.isoformat()).fill("发生了什么", summary)
    for label, amount in amounts.items():
        officer.fill(label, amount)
    officer.press("送出预警信息登记表").sees("预警信息登记表已送出", "不用再报第二遍")


def passed_on(township: Actor, household: str) -> None:
    """The township station checks the report and passes it on."""
    township.desk().row(household, "核实上报")
    township.tick("核实上报").fill("理由和意见", "入户核实，情况属实")
    township.press("记下乡镇核实上报的决定").sees("已办理")


def sent_out(centre: Actor, household: str, *, to: tuple[str, ...]) -> None:
    """The county centre sends the case out for verification to exactly these bodies."""
    centre.desk().row(household, "送核查")
    boxes = centre.main().locator("input[name=tasks]")
    expect(boxes.first).to_be_visible()  # all() waits for nothing
    suggested = [box for box in boxes.all() if box.is_checked()]
    assert len(suggested) == len(to)
    for name in to:
        expect(centre.main().locator("label", has_text=name).locator("input[name=tasks]")).to_be_checked()
    centre.press("送核查").sees(f"已送 {len(to)} 个单位核查")


def answered(
    body: Actor, household: str, *, verdict: str, reasons: str, figures: Mapping[str, str] | None = None
) -> None:
    """A department, the township or the insurer answers its own question."""
    body.desk().row(household, "核查反馈")
    body.tick(verdict)
    for label, amount in (figures or {}).items():
        body.fill(label, amount)
    body.fill("核查情况和理由", reasons).press("反馈给防贫中心").sees("已反馈给县级防贫中心")


def reviewed(centre: Actor, household: str) -> None:
    """The county centre studies the answers and submits the case to the leading group."""
    centre.desk().row(household, "综合研判")
    centre.tick("提交会商").fill("理由和意见", "各单位核查属实，建议救助")
    centre.press("记下综合研判复核的决定").sees("已办理：提交会商")


def rejected(centre: Actor, household: str, *, reason: str, told: str) -> None:
    """The county centre rejects at review: which reason, and what the household is told; asked once more."""
    centre.desk().row(household, "综合研判")
    centre.tick("不符合，告知并结案").tick(reason).fill("告知农户的话", told)
    centre.send("记下综合研判复核的决定").sees("确认之后", told)
    with centre.turning():
        centre.main().get_by_role("button").first.click()
    centre.sees("已办理：不符合，告知并结案")


def approved(leader: Actor, household: str) -> None:
    """The leading group approves, naming the clause."""
    leader.desk().row(household, "会商决定")
    leader.tick("同意救助").fill("理由和意见", "符合救助条件，分类施策")
    leader.press("记下领导小组会商的决定").sees("已办理：同意救助")


def help_planned(centre: Actor, household: str, *, kind: str, summary: str, person: str, provider: str) -> None:
    """The county centre plans one measure and hands it to its provider."""
    centre.desk().row(household, "安排救助")
    centre.choose("措施类别", kind).fill("做什么", summary)
    centre.main().get_by_label(re.compile("^帮谁")).select_option(label=person)
    providers = centre.main().get_by_label(re.compile("^由谁落实"))
    offered = providers.locator("option").filter(has_text=provider).first.text_content()
    providers.select_option(label=offered)
    centre.press("安排这项措施").sees("已安排", summary)


def help_delivered(body: Actor, household: str, *, result: str, amount: str, unit: str) -> None:
    """The provider records that its help arrived, and how much money came with it."""
    body.desk().row(household, "登记落实")
    body.fill("落实情况", result).fill("金额", amount).choose("怎么发", unit)
    body.press("登记已落实").sees("已登记落实情况")


def help_completed(centre: Actor, household: str, *, move: str = "救助已落实，转回访") -> None:
    """The county centre sees that all help has arrived and turns to the return visit, or to what the move names."""
    centre.desk().row(household, "安排救助")
    centre.press(move).sees(f"已办理：{move}")


def visited(centre: Actor, household: str, *, way: str, spoke_with: str, note: str) -> None:
    """The county centre visits the household; the risk is gone."""
    centre.desk().row(household, "登记回访")
    centre.tick(way).fill("回访对象", spoke_with).tick("是", group="救助收到了吗")
    centre.tick("已消除，结案").fill("回访情况", note)
    centre.send("登记回访")


def register_imported(centre: Actor, files: list[Path], *, data_date: date, households: int, people: int) -> None:
    """The county clerk imports the national system's export by the register's import page, and no row is refused."""
    centre.menu("导入台账")
    centre.main().get_by_label(re.compile("^导出的工作簿")).set_input_files(files)
    centre.fill("数据截至哪一天", data_date.isoformat()).send("上传并导入")
    work_away()
    centre.page.reload()
    centre.sees("没有退回的行")
    counts = centre.section("导入的结果")
    for label, number in (("读到", f"{households} 户"), ("新登记", f"{households} 户"), ("新登记", f"{people} 人")):
        row = counts.get_by_role("row").filter(has_text=label).filter(has_text=number)
        expect(row).to_have_count(1)


def household_opened(reader: Actor, household: str) -> None:
    """A reader of the register finds a household's file by the search of the top bar."""
    reader.page.get_by_label("找户、找人").fill(household)
    with reader.turning():
        reader.page.get_by_label("找户、找人").press("Enter")
    with reader.turning():
        reader.main().get_by_role("link", name=household).first.click()
    expect(reader.page.get_by_role("heading", level=1)).to_have_text(household)


def feed_imported(department: Actor, *, kind: str, data_date: date, file: Path) -> None:
    """A department delivers a table, confirms its headings, and sees what became of every row."""
    department.menu("部门数据")
    department.choose("哪种数据表", kind).fill("数据截至哪一天", data_date.isoformat())
    department.main().get_by_label(re.compile("^文件")).set_input_files(file)
    department.send("上传并核对")
    work_away()
    department.page.reload()
    department.follow("核对表头").send("表头没问题，开始导入")
    work_away()
    department.page.reload()
    department.sees("已导入")


def screened(centre: Actor, area: str, *, on: date) -> None:
    """The county clerk starts a screening and waits for it."""
    centre.menu("筛查")
    centre.main().get_by_label(re.compile("^辖区")).select_option(label=area)
    centre.fill("截至哪一天", on.isoformat()).send("开始筛查")
    work_away()
    centre.page.reload()

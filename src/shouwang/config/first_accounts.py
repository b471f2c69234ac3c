"""The first accounts of an empty installation: a demo county's, or one administrator's one-time link."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from rich.table import Table

from shouwang.config.installation import DEMO_MARK
from shouwang.config.places import KEYS_DIR, VAR_DIR
from shouwang.kit.errors import Refusal

ACCOUNTS_FILE = "demo_accounts.json"
# Without letters and digits that are taken for each other on paper.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
Report = Callable[[str], None]


class NotEmpty(Refusal):
    """Demo data was asked for on a database that is in use."""

    sentence = "数据库里已经有账号和数据，不能再装入演示县：演示数据只装入空库。"


@dataclass(frozen=True)
class DemoAccount:
    """One account of the demo county as it is shown after the start."""

    label: str
    username: str
    password: str


def demo_account(label: str, username: str) -> DemoAccount:
    """This function returns a demo account with a password made for this installation."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))
    return DemoAccount(label, username, "-".join(groups))


def first_accounts_make(*, with_demo: bool, is_demo_asked: bool, address: str, place: str, report: Report) -> None:
    """This function fills an empty database: with the demo county, or with one administrator and her link.

    A database with accounts is left as it is; then demo data that was asked for is refused (NotEmpty).
    """
    from django.contrib.auth import get_user_model

    if get_user_model().objects.using("owner").filter(is_active=True).exists():
        if is_demo_asked and not accounts_known():
            raise NotEmpty
        return
    divisions_ensure(report)
    if with_demo and find_spec("shouwang.config.demo"):
        _demo_load(report)
        return
    administrator_invite(address=address, place=place, report=report)


def divisions_ensure(report: Report) -> None:
    """This function loads the product's division table where there is none yet."""
    from shouwang.people.access import SYSTEM
    from shouwang.people.selectors import areas_visible_to
    from shouwang.people.services.divisions import divisions_load

    if not areas_visible_to(SYSTEM).exists():
        report("正在装入行政区划 …")
        divisions_load()


def administrator_invite(*, address: str, place: str, report: Report) -> None:
    """This function prints the first administrator's account and her one-time link; only its digest is stored."""
    from django.urls import reverse
    from django.utils import timezone

    from shouwang.people.services.users import LINK_DAYS, first_administrator_invite

    at = timezone.now()
    username, token = first_administrator_invite(place=place or None, at=at, on=timezone.localdate(at))
    link = address.rstrip("/") + reverse("people:invitation", args=[token])
    report(f"首个管理员的账号是 {username}，请在 {LINK_DAYS} 天内打开这个一次性链接设置密码：")
    report(f"  {link}")
    report("链接只显示这一次；过期后用 shouwang people first 再取一个。")


def _demo_load(report: Report) -> None:
    demo = import_module("shouwang.config.demo")

    report("正在装入演示县（只在第一次启动时）…")
    mark = VAR_DIR / DEMO_MARK
    mark.touch()
    accounts: list[DemoAccount] = demo.load(report=report)
    _accounts_write(accounts)
    mark.unlink()


def _accounts_write(accounts: list[DemoAccount]) -> None:
    descriptor = os.open(_accounts_path(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        json.dump([asdict(account) for account in accounts], handle, ensure_ascii=False, indent=1)


def _accounts_path() -> Path:
    return KEYS_DIR / ACCOUNTS_FILE


def accounts_known() -> list[DemoAccount]:
    """This function returns the demo accounts of this installation; none where no demo county was loaded."""
    path = _accounts_path()
    return [DemoAccount(**account) for account in json.loads(path.read_text())] if path.is_file() else []


def accounts_table() -> Table | None:
    """This function returns the demo accounts as a table for the terminal."""
    known = accounts_known()
    if not known:
        return None
    table = Table(title="演示账号（密码只属于这次安装，记在 keys/ 里）", title_justify="left")
    for heading in ("身份", "用户名", "密码"):
        table.add_column(heading)
    for account in known:
        table.add_row(account.label, account.username, account.password)
    return table

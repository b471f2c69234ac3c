"""`shouwang people`: one-time links from the console, for those who cannot sign in to ask for one."""

from __future__ import annotations

import typer

group = typer.Typer(help="账号：首个管理员、一次性链接。", no_args_is_help=True)
ADDRESS = typer.Option("http://127.0.0.1:8000", "--address", envvar="SHOUWANG_ADDRESS", help="网页地址，写进链接里")


def register(app: typer.Typer) -> None:
    """This function adds the commands."""
    app.add_typer(group, name="people")


@group.command("first")
def first(
    place: str = typer.Option("", "--place", help="管理哪个区划（代码）；不写为全部"),
    address: str = ADDRESS,
) -> None:
    """建立第一个管理员并给出一次性链接；管理员设过密码之后不能再用。"""
    import django

    django.setup()
    from django.utils import timezone

    from shouwang.people.services import first_administrator_invite

    username, token = first_administrator_invite(place=place or None, at=timezone.now(), on=timezone.localdate())
    _show(username, token, address)


@group.command("link")
def link(username: str = typer.Argument(help="账号"), address: str = ADDRESS) -> None:
    """给一个账号发新的一次性链接（之前的作废）；会记入审计日志。"""
    import django

    django.setup()
    from django.utils import timezone

    from shouwang.people.access import SYSTEM, acting_as
    from shouwang.people.selectors import user_by_username
    from shouwang.people.services import UserRefused, invitation_make

    with acting_as(SYSTEM):
        user = user_by_username(username)
        if user is None:
            raise UserRefused(f"没有账号 {username}。")
        token = invitation_make(viewer=SYSTEM, user_id=user.pk, at=timezone.now())
    _show(username, token, address)


def _show(username: str, token: str, address: str) -> None:
    from django.urls import reverse

    typer.echo(f"账号 {username} 的一次性链接（3 天内有效，用过作废）：")
    typer.echo(address.rstrip("/") + reverse("people:invitation", args=[token]))

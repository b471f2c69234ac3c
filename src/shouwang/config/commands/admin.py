"""`shouwang admin`: the first administrator's way in."""

from __future__ import annotations

import typer

group = typer.Typer(help="首个管理员：取一次性链接。", no_args_is_help=True)


@group.callback()
def _group() -> None:
    pass


@group.command("link")
def link(
    address: str = typer.Option("http://127.0.0.1:8000/", envvar="SHOUWANG_ADDRESS", help="网页地址，写在链接前面"),
    place: str = typer.Option("", envvar="SHOUWANG_PLACE", help="管理的区划代码；默认全部"),
) -> None:
    """给还没有设过密码的首个管理员再发一个一次性链接；旧链接随即失效。"""
    from shouwang.config.installation import database_running

    with database_running():
        import django

        django.setup()
        from shouwang.config.first_accounts import administrator_invite

        administrator_invite(address=address, place=place, report=typer.echo)


def register(app: typer.Typer) -> None:
    """This function adds the commands."""
    app.add_typer(group, name="admin")

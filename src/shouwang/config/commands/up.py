"""`shouwang up`: the whole installation in the foreground; and what it runs before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from shouwang.config.serving import Wish

ORPHAN_SECONDS = 10  # a worker whose parent was killed may finish its jobs for this long


def up(
    port: int = typer.Option(8000, envvar="PORT", min=1, max=65535, help="网页端口"),
    host: str = typer.Option("127.0.0.1", envvar="SHOUWANG_HOST", help="监听地址；对外服务请放在 HTTPS 代理后面"),
    place: str = typer.Option(
        "", envvar="SHOUWANG_PLACE", help="首个管理员管理的区划代码，如 130529（只在首次启动时用；默认全部）"
    ),
    demo: bool | None = typer.Option(
        None, "--demo/--no-demo", help="空库时是否装入演示县：自带数据库默认装，外部数据库默认不装"
    ),
) -> None:
    """启动守望：数据库、网页和后台任务，留在前台，Ctrl-C 停止。

    不设 DATABASE_URL 时使用自带的 PostgreSQL，数据在 var/。首次启动会建表，并给出登录账号：演示县每个角色一个，正式
    使用则是一个管理员的一次性链接。再次启动不动已有数据，程序升级后自动升级数据表。
    """
    from shouwang.config.processes import ChildDied
    from shouwang.config.serving import NotPrepared, Wish, serve

    try:
        serve(Wish(port=port, host=host, demo=demo, place=place), announce=_announce)
    except NotPrepared:
        raise typer.Exit(1) from None
    except ChildDied as died:
        typer.echo(died.message, err=True)
        raise typer.Exit(1) from None
    typer.echo("守望已停止。")


def _announce(wish: Wish) -> None:
    from rich.console import Console

    from shouwang.config.first_accounts import accounts_table

    console = Console()
    table = accounts_table()
    if table is not None:
        console.print(table)
    console.print(f"守望已启动：[bold]{wish.address}[/bold]   按 Ctrl-C 停止", highlight=False)


def prepare(
    demo: bool = typer.Option(False, "--demo/--no-demo"),
    asked: bool = typer.Option(False, "--asked"),
    address: str = typer.Option("", "--address"),
    place: str = typer.Option("", "--place"),
) -> None:
    """建立或升级数据表、检查数据库角色、准备首个账号（up 会自动运行它）。"""
    import django

    django.setup()
    from shouwang.config.first_accounts import first_accounts_make
    from shouwang.config.preparation import installation_prepare

    installation_prepare(typer.echo)
    first_accounts_make(with_demo=demo, is_demo_asked=asked, address=address, place=place, report=typer.echo)


def worker(concurrency: int = typer.Option(2, "--concurrency")) -> None:
    """处理后台任务（up 会自动运行它）。"""
    import django

    django.setup()
    from django.core.management import call_command

    from shouwang.config.processes import exit_when_orphaned

    exit_when_orphaned(seconds=ORPHAN_SECONDS)
    call_command("procrastinate", "worker", concurrency=concurrency, shutdown_graceful_timeout=5)


def register(app: typer.Typer) -> None:
    """This function adds the commands."""
    app.command("up")(up)
    app.command("prepare", hidden=True)(prepare)
    app.command("worker", hidden=True)(worker)

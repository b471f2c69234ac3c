"""`shouwang register`: import the national system's exports as a register."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from shouwang.kit.errors import Refusal

if TYPE_CHECKING:
    from shouwang.people.access import Viewer

group = typer.Typer(help="人口与家庭台账：导入国家系统导出的表。", no_args_is_help=True)


class FileUnreadable(Refusal):
    """The file is not there."""


class UserUnknown(Refusal):
    """The name fits no user with an appointment that may import."""


class ImportRefused(Refusal):
    """The import was refused as a whole."""


def register(app: typer.Typer) -> None:
    """This function adds the commands."""
    app.add_typer(group, name="register")


@group.callback()
def topic() -> None:
    """人口与家庭台账：导入国家系统导出的表。"""


@group.command("import")
def import_(
    files: list[Path] = typer.Argument(help="导出的表：监测对象信息、已外出务工信息、户信息，可一次给多个文件"),  # noqa: B008
    area: str = typer.Option(..., "--area", help="导入到哪个辖区：区划代码，如 130529"),
    username: str = typer.Option("", "--as", help="以哪个用户的身份导入（要记入日志）；不写则以系统身份"),
    on: str = typer.Option("", "--on", help="数据截至哪一天；不写则取表头上的导出时间，再没有就是今天"),
) -> None:
    """导入国家系统导出的表，列出登记了多少户、多少人，退回了哪些行。"""
    import django

    django.setup()
    from django.utils import timezone

    from shouwang.kit.dates import day_parse
    from shouwang.kit.divisions import slot_range
    from shouwang.people.access import acting_as
    from shouwang.register.services.importing import UploadedFile, import_run, import_start

    lo, hi = slot_range(area)
    day = day_parse(on) if on else timezone.localdate()
    uploads = [UploadedFile(path.name, _content(path)) for path in files]
    viewer = _viewer(username, lo, hi)
    with acting_as(viewer):
        run = import_start(
            viewer=viewer, files=uploads, lo=lo, hi=hi, data_date=day, at=timezone.now(), is_queued=False
        )
    _run(run.pk, import_run)
    _show(run.pk)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise FileUnreadable(f"读不了文件 {path}：请核对路径和读取权限。") from None


def _viewer(username: str, lo: int, hi: int) -> Viewer:
    from dataclasses import replace

    from django.utils import timezone

    from shouwang.people.access import SYSTEM, acting_as, viewer_for
    from shouwang.people.selectors import appointments_of_username

    if not username:
        return replace(SYSTEM, ranges=((lo, hi),))
    on = timezone.localdate()
    with acting_as(SYSTEM):
        for appointment in appointments_of_username(username, on=on):
            viewer = viewer_for(appointment, on=on)
            if viewer.reads_register and viewer.can_see(lo) and viewer.can_see(hi):
                return viewer
    raise UserUnknown(f"用户“{username}”没有管理这个辖区台账的任职，请换一个用户，或核对 --area。")


def _run(import_id: int, import_run: object) -> None:
    from django.utils import timezone
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    assert callable(import_run)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("读取文件", total=None)

        def advance(done: int, total: int) -> None:
            progress.update(bar, description="登记（户）", completed=done, total=total)

        import_run(import_id=import_id, clock=timezone.now, advance=advance)


def _show(import_id: int) -> None:
    from rich.console import Console
    from rich.table import Table

    from shouwang.people.access import SYSTEM, acting_as
    from shouwang.register.selectors import import_get, import_refusals

    with acting_as(SYSTEM):
        run = import_get(SYSTEM, import_id)
        refused = import_refusals(run)[:20]
    if run.state != run.State.DONE:
        raise ImportRefused(run.message)
    console = Console()
    console.print(run.message)
    if not refused:
        return
    table = Table("文件", "工作表", "行", "列", "原因")
    for row in refused:
        table.add_row(row.file, row.sheet, str(row.row), row.column, row.message)
    console.print(table)
    if run.counts.get("rows_refused", 0) > len(refused):
        console.print(f"以上是前 {len(refused)} 条；全部退回的行可在网页“导入台账”里下载。")

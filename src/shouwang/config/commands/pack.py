"""`shouwang pack`: check packs, run their cases, show what holds on a day, write the reference of facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from shouwang.engine.casebook import CaseReport
    from shouwang.rulebook import PackSource

group = typer.Typer(help="政策包：检查、跑案例、查看某地某日的政策。", no_args_is_help=True)
Packs = Annotated[Path | None, typer.Option("--packs", help="政策包目录；不写则用随程序提供的 packs/")]


def register(app: typer.Typer) -> None:
    """This function adds the commands."""
    app.add_typer(group, name="pack")


def packs_open(packs: Path | None) -> PackSource:
    """This function reads the packs of a folder, by default the ones that come with the program."""
    from shouwang.rulebook import PackSource, packs_directory

    return PackSource.from_directory(packs or packs_directory())


@group.command("check")
def check(packs: Packs = None) -> None:
    """检查所有政策包：写法、来源、单位、时段、条件、案例；有错就逐条说明并返回 1。"""
    from shouwang.rulebook.check import pack_check

    source = packs_open(packs)
    faults = pack_check(source)
    for fault in faults:
        typer.echo(fault.message, err=True)
    if faults:
        raise typer.Exit(1)
    typer.echo(f"{len(source.places)} 个政策包，{len(source.files)} 个文件，没有发现问题。")


@group.command("test")
def test(
    place: Annotated[str | None, typer.Argument(help="政策包名，例如 xingtai；不写则全部")] = None,
    packs: Packs = None,
    engine: Annotated[str, typer.Option("--engine", help="duckdb；写 spark 则再加上 Spark 一遍")] = "duckdb",
) -> None:
    """跑政策包里的案例：每个案例经过 DuckDB 和逐户计算两遍（可再加 Spark），结果要一致，也要合乎预期。"""
    from shouwang.engine.casebook import CaseReport
    from shouwang.rulebook.packs import head_read

    source = packs_open(packs)
    if place is not None:
        head_read(source, place)
    reports = []
    with _engines(engine) as engines:
        for each in (place,) if place else source.places:
            report = engines(source, each)
            reports.append(report)
            for failure in report.failures:
                typer.echo(f"{failure.file}“{failure.case}”：{'；'.join(failure.sentences)}", err=True)
    whole = CaseReport(sum(report.count for report in reports), tuple(f for report in reports for f in report.failures))
    typer.echo(whole.sentence)
    if whole.failures:
        raise typer.Exit(1)


@contextmanager
def _engines(name: str) -> Iterator[Callable[[PackSource, str], CaseReport]]:
    """This function gives what runs the cases of a place, on DuckDB alone or on DuckDB and Spark."""
    from shouwang.engine.casebook import cases_run
    from shouwang.kit.errors import Refusal

    if name == "duckdb":
        yield lambda source, place: cases_run(source, place=place)
        return
    if name != "spark":
        raise Refusal(f"没有名为“{name}”的计算引擎，可用的有 duckdb 和 spark。")
    from shouwang.engine.spark.casebook import spark_cases

    with spark_cases() as run:
        yield run


@group.command("show")
def show(
    place: Annotated[str, typer.Argument(help="政策包名，例如 xingtai")],
    on: Annotated[str, typer.Option("--on", help="日期，例如 2020-06-30；不写则今天")] = "",
    packs: Packs = None,
) -> None:
    """列出某地某日有效的政策：每一项的值、单位、来源和标注。"""
    from rich.console import Console
    from rich.table import Table

    from shouwang.rulebook import load_policy
    from shouwang.rulebook.reference import policy_rows

    policy = load_policy(packs_open(packs), place=place, on=day_read(on))
    table = Table(title=f"{policy.name} {policy.on.isoformat()}　{policy.digest[:12]}")
    for heading in ("主题", "名称", "值", "来源", "标注"):
        table.add_column(heading)
    for row in policy_rows(policy):
        table.add_row(*row)
    Console().print(table)


@group.command("reference")
def reference(
    out: Annotated[Path, typer.Option("--out", help="写到哪个目录")] = Path("docs/algorithms"),
    packs: Packs = None,
) -> None:
    """重写 docs/algorithms 里由程序生成的部分：事实一览和取自案例的例子。"""
    from shouwang.rulebook.reference import pages_write

    for path in pages_write(packs_open(packs), out):
        typer.echo(f"已写 {path}")


def day_read(text: str) -> date:
    """This function reads a day of the command line, today when it is empty; raises Refusal."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from shouwang.kit.errors import Refusal

    if not text:
        return datetime.now(ZoneInfo("Asia/Shanghai")).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal(f"“{text}”不是日期，请写成 2020-06-30 这样。") from None

"""`shouwang check`: the data-quality checks of a pack over files on disk; no database."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from shouwang.engine.checks import CheckResult

STEPS = {
    "facts": "整理每户的事实",
    "check_person": "逐人核查",
    "check_household": "逐户核查",
    "check_village": "逐村核查",
    "hits": "汇总",
}


def register(app: typer.Typer) -> None:
    """This function adds the command."""
    app.command("check")(check)


def check(
    register: Annotated[Path, typer.Option("--register", help="登记数据目录（household、person、named、risk 等表）")],
    pack: Annotated[str, typer.Option("--pack", help="政策包名，例如 national、xingtai")],
    on: Annotated[str, typer.Option("--on", help="按哪一天核查，例如 2020-06-30")],
    out: Annotated[Path, typer.Option("--out", help="结果写到哪个目录")],
    feeds: Annotated[
        Path | None, typer.Option("--feeds", help="部门数据目录（spending、status 等表），可与登记数据同一目录")
    ] = None,
    packs: Annotated[Path | None, typer.Option("--packs", help="政策包目录；不写则用随程序提供的 packs/")] = None,
) -> None:
    """按政策包的数据质量核查规则核查文件里的登记，写出每一处要改的地方；不用数据库。

    结果：check_hits.parquet（每处一行）、check_villages.parquet（每村每条规则一行）、check.json（规则、数目、缺什么）。
    """
    from rich.console import Console

    from shouwang.config.commands.pack import day_read, packs_open
    from shouwang.engine.checks import check as run
    from shouwang.rulebook import load_policy

    policy = load_policy(packs_open(packs), place=pack, on=day_read(on))
    started = perf_counter()
    with Console(stderr=True).status(f"按{policy.name} {policy.on.isoformat()} 的规则核查……") as status:

        def said(step: str, done: int, total: int) -> None:
            status.update(f"{STEPS.get(step, step)}（{done + 1} / {total} 步）……")

        result = run(register, policy, on=policy.on, feeds_dir=feeds, out=out, progress=said)
    _report(result, perf_counter() - started)
    typer.echo(f"结果在 {out}")


def _report(result: CheckResult, seconds: float) -> None:
    from shouwang.rulebook.checks import OVER_LABELS, OWNERS, Over

    report = result.report
    looked = f"{report['villages']:,} 村 {report['households']:,} 户 {report['persons']:,} 人"
    typer.echo(f"核查 {looked}，{len(report['rules'])} 条规则，用时 {seconds:.1f} 秒，要改 {report['hits']:,} 处。")
    for rule in report["rules"]:
        unit = OVER_LABELS[Over(rule["over"])]
        undecided = f"，判断不了 {rule['undecided']:,} {unit}" if rule["undecided"] else ""
        mark = {"unverified": "【未核实】", "demo": "【演示数据】"}.get(rule["mark"], "")
        typer.echo(f"  {rule['name']}{mark}：{rule['wrong']:,} {unit}{undecided}（{OWNERS[rule['owner']]}）")
    if report["missing_tables"]:
        typer.echo(f"缺少的表（风险、措施按未知处理，其他按没有记录处理）：{'、'.join(report['missing_tables'])}")
    if report["missing_columns"]:
        typer.echo(f"缺少的列（按未知处理）：{'、'.join(report['missing_columns'])}")

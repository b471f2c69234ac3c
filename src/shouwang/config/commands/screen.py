"""`shouwang screen`: screen files on disk under a pack; no database."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from shouwang.engine import ScreenResult
    from shouwang.engine.incremental import Previous
    from shouwang.rulebook import Policy

SHOWN = 5  # explanations printed; all of them are written to the file


def register(app: typer.Typer) -> None:
    """This function adds the command."""
    app.command("screen")(screen)


def screen(
    register: Annotated[str, typer.Option("--register", help="登记数据目录（household、person、income 等表）")],
    feeds: Annotated[
        str, typer.Option("--feeds", help="部门数据目录（spending、status、feed 等表），可与登记数据同一目录")
    ],
    pack: Annotated[str, typer.Option("--pack", help="政策包名，例如 xingtai、hengshui")],
    on: Annotated[str, typer.Option("--on", help="按哪一天筛查，例如 2020-06-30")],
    out: Annotated[str, typer.Option("--out", help="结果写到哪个目录")],
    engine: Annotated[str, typer.Option("--engine", help="计算引擎：duckdb 或 spark（一省一国时用）")] = "duckdb",
    master: Annotated[
        str, typer.Option("--master", help="Spark 主节点，例如 spark://主机:7077；不写则用本机 local[*]")
    ] = "",
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="先打印计算步骤（名称、用途、SQL），再逐条说明每个预警为什么成立，写到 explanations.txt"
        ),
    ] = False,
    all_facts: Annotated[
        bool, typer.Option("--all-facts", help="保存全部户的事实；不写则只保存预警户的，快得多")
    ] = False,
    daily: Annotated[
        bool, typer.Option("--daily", help="另存 outcomes.parquet，下一次可用 --previous 只算有变动的户")
    ] = False,
    previous: Annotated[
        Path | None, typer.Option("--previous", help="上一次筛查的结果目录：只算此后有变动的户")
    ] = None,
    changed: Annotated[
        Path | None, typer.Option("--changed", help="有变动的户：文本文件，每行一个 household_key；与 --previous 同用")
    ] = None,
    previous_register: Annotated[
        Path | None, typer.Option("--previous-register", help="没有变动清单时：上一次的登记数据目录，由程序逐行比较")
    ] = None,
    household: Annotated[
        int | None,
        typer.Option("--household", help="筛查以后再说明这一户（household_key）：每条标准成立与否，没有预警的差多少"),
    ] = None,
    packs: Annotated[Path | None, typer.Option("--packs", help="政策包目录；不写则用随程序提供的 packs/")] = None,
) -> None:
    """按政策筛查文件里的登记和部门数据，写出预警和每户的事实；不用数据库。

    结果：warnings.parquet（每户每个原因一行）、household_facts.parquet（预警户每户一行）、run.json（做了什么、缺什么）。

    用 spark 时，目录也可以是 Spark 认得的任何地址（hdfs://…、s3a://…）；多台机器一起算时，每台都要读写得到这些目录。
    """
    from rich.console import Console

    from shouwang.config.commands.pack import day_read, packs_open
    from shouwang.rulebook import load_policy

    run = _engine(engine, master)
    policy = load_policy(packs_open(packs), place=pack, on=day_read(on))
    more: dict[str, Any] = {"facts": "all" if all_facts else "warned", "with_outcomes": daily}
    if previous is not None:
        more["previous"] = _previous(previous, changed, previous_register, engine)
    if explain:
        _plan(policy)
    started = perf_counter()
    with Console(stderr=True).status(f"按{policy.name} {policy.on.isoformat()} 的政策筛查……"):
        result = run(register, policy, on=policy.on, feeds_dir=feeds, out=out, **more)
    _report(result, policy, perf_counter() - started)
    if explain:
        _explain(result, policy, _local(out))
    if household is not None:
        _household(household, policy, [_local(register), _local(feeds)], result)
    typer.echo(f"结果在 {out}")


def _household(key: int, policy: Policy, folders: list[Path], result: ScreenResult) -> None:
    from shouwang.engine import explain_nearest, nearest_triggers
    from shouwang.engine.single import household_screen
    from shouwang.kit.errors import Refusal

    found = household_screen(list(dict.fromkeys(folders)), policy, household_key=key, digest=result.digest)
    if found is None:
        raise Refusal(f"登记数据里没有户 {key}。")
    warned = list(dict.fromkeys(name for row in found.warnings for name in row["trigger_keys"]))
    near = [trigger.key for trigger in nearest_triggers(policy, found.facts)]
    typer.echo(f"户 {key}：{'有预警' if warned else '没有预警；部门数据没有到或过期时，没有预警不等于没有困难'}")
    for trigger in dict.fromkeys((*warned, *near, *policy.triggers)):
        typer.echo("\n".join(explain_nearest(policy, trigger, found.facts).lines()))


def _previous(folder: Path, changed: Path | None, register: Path | None, engine: str) -> Previous:
    from shouwang.engine.incremental import Previous
    from shouwang.kit.errors import Refusal

    if engine != "duckdb":
        raise Refusal("接着上一次筛查（--previous）目前只能用 duckdb。")
    if (changed is None) == (register is None):
        raise Refusal(
            "用 --previous 时，请给出变动清单（--changed）或上一次的登记数据目录（--previous-register），只要一样。"
        )
    keys: list[int] | None = None
    if changed is not None:
        try:
            keys = [int(line) for line in changed.read_text(encoding="utf-8").split()]
        except (OSError, ValueError):
            raise Refusal(f"变动清单“{changed}”读不出来，应是每行一个 household_key 的文本文件。") from None
    return Previous(folder, changed=keys, snapshot=register)


def _plan(policy: Policy) -> None:
    from shouwang.engine.plan import plan_of

    for number, step in enumerate(plan_of(policy), start=1):
        typer.echo(f"-- {number} {step.name}：{step.purpose}\n{step.sql}\n")


def _engine(name: str, master: str) -> Callable[..., ScreenResult]:
    from shouwang.kit.errors import Refusal

    if name == "spark":
        from shouwang.engine.spark import spark_screen
        from shouwang.engine.spark.session import LOCAL

        return partial(spark_screen, master=master or LOCAL)
    if name != "duckdb":
        raise Refusal(f"没有名为“{name}”的计算引擎，可用的有 duckdb 和 spark。")
    if master:
        raise Refusal("--master 只和 --engine spark 一起用。")
    from shouwang.engine import screen

    return screen


def _local(out: str) -> Path:
    from shouwang.kit.errors import Refusal

    if ":/" in out and not out.startswith("file:"):
        raise Refusal("--explain 和 --household 只能用于本机的目录。")
    return Path(out.removeprefix("file:").replace("///", "/"))


def _report(result: ScreenResult, policy: Policy, seconds: float) -> None:
    report = result.run
    typer.echo(f"筛查 {report['households']:,} 户 {report['persons']:,} 人，用时 {seconds:.1f} 秒。")
    typer.echo(f"预警 {report['warnings']:,} 条，其中扣住待人工决定 {report['held']:,} 条。")
    for key, counts in report["triggers"].items():
        undecided = f"，尚难判断 {counts['undecided']:,} 户" if counts["undecided"] else ""
        typer.echo(f"  {policy.triggers[key].name}：成立 {counts['warned']:,} 户{undecided}")
    if result.missing_tables:
        typer.echo(f"缺少的表（按没有记录处理）：{'、'.join(result.missing_tables)}")
    if result.missing_columns:
        typer.echo(f"缺少的列（按未知处理）：{'、'.join(result.missing_columns)}")
    for feed in result.stale:
        typer.echo(feed.sentence)


def _explain(result: ScreenResult, policy: Policy, out: Path) -> None:
    from shouwang.engine import explain_nearest as explained

    with (out / "explanations.txt").open("w", encoding="utf-8") as file:
        number = 0
        for batch in result.warnings.select(["household_key", "trigger_key", "facts"]).to_batches(max_chunksize=1000):
            for row in batch.to_pylist():
                lines = explained(policy, row["trigger_key"], json.loads(row["facts"])).lines()
                text = "\n".join([f"户 {row['household_key']}", *lines])
                file.write(text + "\n\n")
                if number < SHOWN:
                    typer.echo(text)
                number += 1
    if number > SHOWN:
        typer.echo(f"其余 {number - SHOWN:,} 条说明见 {out / 'explanations.txt'}")

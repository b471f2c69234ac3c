"""`shouwang bench`: measure the engine beside others, which stand in `bench/` of the source folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from shouwang.kit.errors import Refusal

group = typer.Typer(help="测快慢：同样的规则、同样的数据，和别的做法并排比。", no_args_is_help=True)


class BenchMissing(Refusal):
    """The installed program comes without the things it is measured against."""

    sentence = "这里没有 bench 目录：测快慢要在源码目录里运行，并先运行 tools/extra bench 装上用来比较的软件。"


class BenchFailed(Refusal):
    """The measurement has not come to its end; what it said stands above."""

    sentence = "测量没有完成，原因见上。"


def register(app: typer.Typer) -> None:
    """This function adds the commands."""
    app.add_typer(group, name="bench")


@group.command("screening")
def screening(
    people: Annotated[int, typer.Option("--people", min=1_000, help="多少人的虚构数据，例如 1000000")] = 1_000_000,
    json: Annotated[Path | None, typer.Option("--json", help="结果另写成 JSON 文件")] = None,
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="轮流测几遍，取中位数")] = 5,
    data: Annotated[Path | None, typer.Option("--data", help="数据放在哪里，下次再用；不写则用完删掉")] = None,
    only: Annotated[str, typer.Option("--only", help="只测这些，用逗号隔开，例如 hand_written,polars")] = "",
) -> None:
    """并排测量全量筛查、推演和逐日筛查：先核对各家结果一致，再轮流计时。没有装的软件略过并说明。"""
    more = ["--only", only] if only else []
    _measure("screening", "--people", str(people), *more, json=json, rounds=rounds, data=data)


@group.command("reading")
def reading(
    csv_rows: Annotated[int, typer.Option("--csv-rows", min=100, help="CSV 文件多少行")] = 1_500_000,
    xlsx_rows: Annotated[int, typer.Option("--xlsx-rows", min=100, help="XLSX 文件多少行")] = 200_000,
    json: Annotated[Path | None, typer.Option("--json", help="结果另写成 JSON 文件")] = None,
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="轮流测几遍，取中位数")] = 5,
    data: Annotated[Path | None, typer.Option("--data", help="数据放在哪里，下次再用；不写则用完删掉")] = None,
) -> None:
    """并排测量读部门文件：CSV 和 DuckDB 比，XLSX 和 calamine 比；先核对读出的每一格一致。"""
    rows = ("--csv-rows", str(csv_rows), "--xlsx-rows", str(xlsx_rows))
    _measure("reading", *rows, json=json, rounds=rounds, data=data)


def _measure(what: str, *more: str, json: Path | None, rounds: int, data: Path | None) -> None:
    from shouwang.config.places import BASE

    if not (BASE / "bench" / what).is_dir():
        raise BenchMissing
    arguments = [*more, "--rounds", str(rounds)]
    arguments += ["--json", str(json.resolve())] if json else []
    arguments += ["--data", str(data.resolve())] if data else []
    path = os.pathsep.join([str(BASE / "src"), str(BASE)])
    command = [sys.executable, "-m", f"bench.{what}", *arguments]
    if subprocess.run(command, cwd=BASE, env={**os.environ, "PYTHONPATH": path}, check=False).returncode:
        raise BenchFailed

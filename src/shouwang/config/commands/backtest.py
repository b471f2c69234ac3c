"""`shouwang backtest`: how thresholds would have done over past months whose outcome is known; no database."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shouwang.kit.errors import Refusal

if TYPE_CHECKING:
    from rich.table import Table

    from shouwang.engine.backtest import Backtest, Moment
    from shouwang.engine.scores import Score, Share
    from shouwang.rulebook import Policy

MOST = 40  # candidates compared at once
IN_FORCE = "现行"
BAR, WIDE = 20, 110  # characters of a whole bar, and of a terminal that has room for it


class GridRefused(Refusal):
    """The grid cannot be read, or asks for nothing or for too much."""


def register(app: typer.Typer) -> None:
    """This function adds the command."""
    app.command("backtest")(backtest)


def backtest(
    panel: Annotated[Path, typer.Option("--panel", help="历次快照的目录：每次一个以日期命名的子目录，例如 2020-06-30")],
    pack: Annotated[str, typer.Option("--pack", help="政策包名，例如 xingtai、hengshui")],
    grid: Annotated[
        str, typer.Option("--grid", help="要试的一组数值：键=从:到:步长，例如 rigid_low_income=5000:20000:1000")
    ],
    out: Annotated[Path, typer.Option("--out", help="结果写到哪个目录（backtest.json、backtest.csv）")],
    visits: Annotated[float, typer.Option("--visits", min=0, help="每周最多能入户核查多少户，据此挑最好的数值")] = 0,
    set_: Annotated[list[str] | None, typer.Option("--set", help="各方案都改的数值：键=值；可写多次")] = None,
    outcomes: Annotated[
        Path | None,
        typer.Option("--outcomes", help="后来谁陷入了困难：household_key、on、cause 三列；不写则用 truth/hardship"),
    ] = None,
    window: Annotated[int, typer.Option("--window", min=1, help="观察期：预警之后几个月内陷入困难算预警对了")] = 6,
    rest: Annotated[int, typer.Option("--rest", min=1, help="静候期：同一户预警后几个月内不再算一次入户")] = 12,
    by_cause: Annotated[bool, typer.Option("--by-cause", help="预警的原因与困难的原因相同才算对")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="把结果按 JSON 打印出来，不打印表格")] = False,
    cache: Annotated[Path | None, typer.Option("--cache", help="事实缓存目录；再回测时不用重算")] = None,
    packs: Annotated[Path | None, typer.Option("--packs", help="政策包目录；不写则用随程序提供的 packs/")] = None,
) -> None:
    """用过去的快照检验限额和线：提前多少天预警、找到多少、虚惊多少、每周要入户多少；不改政策包，不用数据库。

    各项怎么算，见 docs/algorithms/backtest.md。
    """
    from rich.console import Console

    from shouwang.config.commands.pack import packs_open
    from shouwang.engine.backtest import backtest as run
    from shouwang.engine.score_rows import backtest_row
    from shouwang.engine.scores import Terms, best_for
    from shouwang.rulebook import load_policy
    from shouwang.rulebook.variants import change_parse, policy_with

    terms = Terms(window, rest, by_cause=by_cause)
    source, names = packs_open(packs), grid_read(grid)

    def candidates(on: date) -> list[Policy]:
        base = load_policy(source, place=pack, on=on)
        fixed = [change_parse(text, base) for text in set_ or []]
        return [base, *(policy_with(base, [*fixed, change_parse(name, base)]) for name in names)]

    with ExitStack() as stack:
        kept = cache or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shouwang-backtest-")))
        moments = panel_find(panel, kept)
        hardships = outcomes_read(outcomes or panel / "truth" / "hardship")
        status = stack.enter_context(Console(stderr=True).status("回测……"))
        tell: Callable[[int, int], None] = lambda done, total: status.update(f"回测 {done} / {total} 个快照……")  # noqa: E731
        found = run(moments, candidates, hardships, until=moments[-1].on, terms=terms, progress=tell)
    best = best_for(found.found.scores, visits) if visits else None
    labels = [IN_FORCE, *names]
    report = {
        "pack": pack, "visits_available": visits or None, "best": None if best is None else labels[best],
        **backtest_row(found, labels),
    }  # fmt: skip
    out.mkdir(parents=True, exist_ok=True)
    (out / "backtest.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _csv_write(out / "backtest.csv", report["candidates"])
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False, indent=1))
        return
    _tell(found, names, pack, visits, best)
    typer.echo(f"结果在 {out}")


def grid_read(text: str) -> list[str]:
    """This function turns `键=从:到:步长` into the changes to try; both ends belong to it. Raises GridRefused."""
    key, _, span = text.partition("=")
    try:
        first, last, step = (Decimal(part.strip()) for part in span.split(":"))
    except (ValueError, InvalidOperation):
        raise GridRefused(f"“{text}”看不懂，要写成“键=从:到:步长”，例如 rigid_low_income=5000:20000:1000。") from None
    if not (first.is_finite() and last.is_finite() and step.is_finite()) or step <= 0 or last < first:
        raise GridRefused(f"“{text}”不成一组：步长要大于零，“到”不能小于“从”。")
    count = int((last - first) / step) + 1
    if count > MOST:
        raise GridRefused(f"一次最多试 {MOST} 个数值，这里有 {count} 个，请加大步长。")
    return [f"{key.strip()}={first + step * number:f}" for number in range(count)]


def panel_find(folder: Path, cache: Path) -> list[Moment]:
    """This function lists the snapshots of a panel, each a folder named by its day; raises Refusal for none."""
    from shouwang.engine.backtest import Moment

    found = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        try:
            on = date.fromisoformat(path.name)
        except ValueError:
            continue
        if path.is_dir():
            found.append(Moment(on, path, cache / path.name))
    if not found:
        raise Refusal(
            f"“{folder}”里没有以日期命名的快照目录（例如 2020-06-30）。可以用 shouwang synth --months 13 生成一套。"
        )
    return found


def outcomes_read(path: Path) -> list[Any]:
    """This function reads who fell into hardship when: PATH as it is, or PATH.parquet, or PATH.csv; raises Refusal."""
    import duckdb

    from shouwang.engine.scores import Hardship

    file = next((one for one in (path, path.with_name(path.name + ".parquet"), path.with_name(path.name + ".csv"))
                 if one.is_file()), None)  # fmt: skip
    if file is None:
        raise Refusal(f"找不到“后来谁陷入了困难”的表：“{path}”（.parquet 或 .csv）。请用 --outcomes 指明。")
    with duckdb.connect() as connection:
        try:
            read = (
                connection.read_csv(str(file), all_varchar=True)
                if file.suffix == ".csv"
                else connection.read_parquet(str(file))
            )
            rows = read.project("household_key::BIGINT, \"on\"::DATE, coalesce(cause::VARCHAR, '')").fetchall()
        except duckdb.Error as error:
            why = str(error).splitlines()[0][:160]
            raise Refusal(
                f"“{file}”读不出来，要有 household_key（整数）、on（日期）、cause（可空）三列：{why}"
            ) from None
    empty = sum(key is None or on is None for key, on, _ in rows)
    if empty:
        raise Refusal(f"“{file}”里有 {empty} 行没有户或日期。")
    return [Hardship(key, on, cause) for key, on, cause in rows]


def _csv_write(path: Path, rows: list[dict[str, Any]]) -> None:
    def flat(row: dict[str, Any]) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        for name, value in row.items():
            if name in ("found", "false"):
                low, high = value["interval_95"] or (None, None)
                plain |= {f"{name}_{key}": value[key] for key in ("part", "whole", "share")}
                plain |= {f"{name}_low": low, f"{name}_high": high}
            elif name == "lead_days":
                plain |= {f"lead_days_{key}": (value or {}).get(key) for key in ("quarter", "median", "three_quarters")}
            elif name != "visits_by_snapshot":
                plain[name] = value
        return plain

    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(flat(rows[0])))
        writer.writeheader()
        writer.writerows(flat(row) for row in rows)


def _tell(found: Backtest, names: Sequence[str], pack: str, visits: float, best: int | None) -> None:
    from rich.console import Console

    seen = found.found
    console = Console(highlight=False)
    first, last = seen.days[0], seen.days[-1]
    console.print(
        f"{pack}：{first} 至 {last} 共 {len(seen.days)} 个快照，{found.households:,} 户。"
        f"陷入困难 {seen.hardships:,} 次，其中 {seen.hardships_judged:,} 次之前"
        f"有完整的 {seen.terms.window_months} 个月，可以评判。"
    )
    if seen.missing_months:
        console.print(f"缺这些月份的快照：{'、'.join(f'{month:%Y-%m}' for month in seen.missing_months)}；结果会偏低。")
    console.print(_table([IN_FORCE, *names], seen.scores, best, width=console.width))
    console.print(
        "找到：困难发生之前、观察期内预警过的。提前天数：中位数（四分位）。虚惊：预警前后观察期内都没有陷入困难的；观察期未满的预警不评判。"
    )
    if len(set(seen.scores)) == 1 and names:
        console.print(
            "各方案结果完全相同：这个数值在本地可能另有规定（写成“键@区划代码=从:到:步长”），或没有哪一户碰得到它。"
        )
    if visits and best is None:
        least = min(score.visits_a_week for score in seen.scores)
        console.print(f"每周 {visits:g} 户不够：这些方案里最少的也要每周 {least:.1f} 户。")
    elif best is not None:
        score = seen.scores[best]
        backlog = f"；起初已有 {score.standing:,} 户在预警，另要先走完" if score.standing else ""
        console.print(
            f"每周 {visits:g} 户，最好的是 {[IN_FORCE, *names][best]}：每周约 {score.visits_a_week:.1f} 户{backlog}。"
        )


def _table(labels: Sequence[str], scores: Sequence[Score], best: int | None, *, width: int) -> Table:
    from rich.table import Table

    keys = {label.partition("=")[0] for label in labels[1:]}
    table = Table(title="、".join(sorted(keys)), title_justify="left")
    for name in ("方案", "每周入户", "最忙", "找到（95% 区间）", "提前天数", "虚惊（95% 区间）"):
        table.add_column(name, justify="right", no_wrap=True)
    if width >= WIDE:
        table.add_column("找到的份额", no_wrap=True)
    for number, (label, score) in enumerate(zip(labels, scores, strict=True)):
        lead = "{1}（{0}–{2}）".format(*score.lead_days) if score.lead_days else "—"
        bar = ["█" * round(BAR * (score.found.value or 0))] if width >= WIDE else []
        value = label.partition("=")[2] or label
        table.add_row(
            ("★ " if number == best else "") + value, f"{score.visits_a_week:.1f}", f"{score.visits_a_week_most:.1f}",
            _percent(score.found), lead, _percent(score.false), *bar, style="bold" if number == best else None,
        )  # fmt: skip
    return table


def _percent(share: Share) -> str:
    if share.value is None or share.interval is None:
        return "—"
    return f"{share.value:.1%}（{share.interval[0]:.1%}–{share.interval[1]:.1%}）"

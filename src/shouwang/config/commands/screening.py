"""`shouwang screening` and `shouwang replay`: the register of the database screened, a warning computed again."""

from __future__ import annotations

import typer

from shouwang.kit.errors import Refusal


def replay(
    warning: int = typer.Argument(help="预警编号"),
    snapshot: bool = typer.Option(False, "--snapshot", help="快照还在时，连同快照重新筛查一遍"),
) -> None:
    """按当时的数据和政策重算一条预警，逐条说明理由。"""
    import django

    django.setup()
    from django.utils import timezone
    from rich.console import Console

    from shouwang.people.access import SYSTEM, acting_as
    from shouwang.screening.services import warning_replay

    with acting_as(SYSTEM):
        result = warning_replay(viewer=SYSTEM, warning_id=warning, at=timezone.now(), with_snapshot=snapshot)
    console = Console(soft_wrap=True)
    found = result.warning
    console.print(f"预警 {found.pk}：{found.trigger_name}，{found.on:%Y-%m-%d}")
    for line in result.explanation.lines():
        console.print(line, markup=False)
    console.print(f"依据：{result.explanation.source} {result.explanation.clause}".rstrip(), markup=False)
    console.print(f"政策文本：{'一致' if result.same_policy else '不一致'}")
    if result.same_from_snapshot is not None:
        console.print(f"快照重算：{'一致' if result.same_from_snapshot else '不一致'}")
    elif result.why_not:
        console.print(result.why_not, markup=False)
    if result.first is not None:
        console.print(f"第一处不同 {result.first.sentence}", markup=False)
        for other in result.differences[1:]:
            console.print(f"　其次 {other.sentence}", markup=False)
        raise typer.Exit(1)
    console.print("重算结果与当时一致。")


class AreaUnknown(Refusal):
    """No such area."""


def screening(
    area: str = typer.Option(..., "--area", help="地区代码：市 4 位或县 6 位"),
    on: str = typer.Option("", "--on", help="截至哪一天，默认今天"),
    daily: bool = typer.Option(False, "--daily", help="接着上一次筛查，只重新筛查有变动的户；不写则筛查全部户"),
) -> None:
    """按现行政策筛查库里的户，结果和网页“筛查”里的一样；预警随后由后台转成案件。"""
    import django

    django.setup()
    from django.utils import timezone
    from rich.console import Console

    from shouwang.kit.dates import day_parse
    from shouwang.people.access import SYSTEM, acting_as
    from shouwang.people.selectors import area_by_code
    from shouwang.screening.rules import WHY_FULL
    from shouwang.screening.selectors import runs_visible_to
    from shouwang.screening.services import run_execute, run_request

    day = day_parse(on) if on else timezone.localdate()
    with acting_as(SYSTEM):
        found = area_by_code(area.ljust(12, "0"))
        if found is None:
            raise AreaUnknown(f"没有代码为“{area}”的辖区。")
        run = run_request(viewer=SYSTEM, area_id=found.pk, on=day, at=timezone.now(), is_queued=False, is_daily=daily)
    with Console(stderr=True).status("正在筛查 …"):
        run_execute(run_id=run.pk, at=timezone.now())
    with acting_as(SYSTEM):
        run = runs_visible_to(SYSTEM).get(pk=run.pk)
    if run.state != "DONE":
        raise NotScreened(run.message)
    typer.echo(f"{run.area_name}：看了 {run.households:,} 户，新预警 {run.warnings_new:,} 条。")
    if daily and run.why_full:
        typer.echo(f"筛查了全部户：{WHY_FULL[run.why_full]}")
    elif run.touched is not None and run.previous is not None:
        typer.echo(f"接着截至 {run.previous.on:%Y-%m-%d} 的筛查，重新筛查了有变动的 {run.touched:,} 户。")
    if run.storm:
        typer.echo(f"压住 {run.storm:,} 条：{run.storm_reason}")
    for sentence in run.stale_feeds:
        typer.echo(sentence)


class NotScreened(Refusal):
    """The run failed; the message says why."""


def register(app: typer.Typer) -> None:
    """This function adds the command."""
    app.command("screening")(screening)
    app.command("replay")(replay)

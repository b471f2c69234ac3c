"""`shouwang replay`: a warning of the database, computed again."""

from __future__ import annotations

import typer


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
    elif snapshot:
        console.print("快照已过保存期，只按预警自带的数据重算。")
    if not result.holds:
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """This function adds the command."""
    app.command("replay")(replay)

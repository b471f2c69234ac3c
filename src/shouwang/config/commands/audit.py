"""`shouwang audit`: prove and seal the log."""

from __future__ import annotations

from pathlib import Path

import typer

group = typer.Typer(help="审计日志：校验、封存。", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """This function adds the commands."""
    app.add_typer(group, name="audit")


@group.command("verify")
def verify(
    heads: Path | None = typer.Option(None, "--heads", help="库外留存的封存头文件，默认 var/audit/heads.jsonl"),  # noqa: B008
) -> None:
    """校验审计日志：每条封存过的记录都在、没改过，封存链和库外留存的一致。指出第一处不对的。"""
    import django

    django.setup()
    from shouwang.audit.services.verifying import log_verify

    found = log_verify(heads=heads)
    typer.echo(
        f"{found.counties} 个县，{found.seals:,} 段封存，{found.entries:,} 条记录；"
        f"尚未封存 {found.unsealed:,} 条；库外封存头 {found.heads:,} 个。"
    )
    if found.broken is None:
        typer.echo("审计日志完整。")
        return
    where = f"{found.broken.county} 县：" if found.broken.county else ""
    typer.echo(f"审计日志不完整。{where}{found.broken.message}", err=True)
    raise typer.Exit(1)


@group.command("seal")
def seal() -> None:
    """立即封存到此刻为止的记录（平时由后台任务每分钟做一次）。"""
    import django

    django.setup()
    from django.utils import timezone

    from shouwang.audit.services.sealing import entries_seal

    typer.echo(f"已封存 {entries_seal(at=timezone.now()):,} 条。")

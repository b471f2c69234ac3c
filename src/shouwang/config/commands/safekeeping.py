"""`shouwang backup`, `restore` and `keys`: what an operator does so that nothing is lost and nothing leaks."""

from __future__ import annotations

from pathlib import Path

import typer

keys = typer.Typer(
    help="加密密钥：查看、轮换、停用。密钥在 keys/ 里，不在数据库里，也不在备份里。", no_args_is_help=True
)


def backup(file: Path = typer.Argument(help="备份写到哪个文件")) -> None:  # noqa: B008
    """把数据库和文件备份成一个加密文件；运行中也可以做。

    打开备份需要 keys/ 里的密钥，备份里没有它：请把 keys/ 另外保管一份，不要和备份放在一起。
    """
    import django

    django.setup()
    from django.conf import settings
    from django.db import connections

    from shouwang.config.backups import backup_write
    from shouwang.kit.seal import keyring

    owner = connections["owner"]
    owner.ensure_connection()
    saved = backup_write(
        file,
        ring=keyring(settings.KEYS_DIR),
        owner=owner.settings_dict,
        server_version=owner.connection.info.server_version,
        files_dir=settings.FILES_DIR,
        note=typer.echo,
    )
    typer.echo(f"备份完成：{file}，{saved.size / 1024 / 1024:,.1f} MB，含 {saved.files:,} 个文件。")


def restore(file: Path = typer.Argument(help="备份文件")) -> None:  # noqa: B008
    """把备份恢复到一个空的数据库（新装的、还没有账号和数据的）。

    恢复前先核对整个备份；核对不过或中途失败，什么都不会写入。keys/ 里须是做备份时的那套密钥。
    """
    from shouwang.config.installation import RestoreWhileRunning, database_running, is_running

    if is_running():
        raise RestoreWhileRunning
    with database_running():
        import django

        django.setup()
        from django.conf import settings
        from django.db import connections

        from shouwang.config.backups import DatabaseInUse, backup_restore
        from shouwang.config.preparation import is_fresh
        from shouwang.kit.seal import keyring

        if not is_fresh():
            raise DatabaseInUse
        owner = connections["owner"]
        count = backup_restore(
            file,
            ring=keyring(settings.KEYS_DIR),
            owner=owner.settings_dict,
            server_version=owner.connection.info.server_version,
            files_dir=settings.FILES_DIR,
            note=typer.echo,
        )
    typer.echo(f"恢复完成，含 {count:,} 个文件。现在可以启动守望。")


@keys.command("rotate")
def rotate() -> None:
    """换一把新密钥，并把已存的数据全部改用新密钥加密；运行中也可以做，中断了再运行一次即可。

    旧密钥留在密钥文件里，因为旧备份还要用它；确认不再需要后用 shouwang keys retire 停用。
    """
    import django
    from rich.progress import Progress, TextColumn, TimeElapsedColumn

    django.setup()
    from django.conf import settings

    from shouwang.config.rotation import key_add, values_reseal

    ring = key_add(settings.KEYS_DIR)
    columns = (TextColumn("{task.description}"), TextColumn("{task.completed:,.0f} 条"), TimeElapsedColumn())
    with Progress(*columns) as bar:
        task = bar.add_task("改用新密钥加密", total=None)
        done = values_reseal(ring=ring, files_dir=settings.FILES_DIR, progress=lambda count: bar.advance(task, count))
    typer.echo(f"密钥已换到第 {done.version} 版，{done.resealed:,} 条数据改用了新密钥。")
    if done.unopened:
        typer.echo(f"有 {done.unopened:,} 条数据没有一把密钥打得开，保持原样：请联系安全员。", err=True)
        raise typer.Exit(1)


@keys.command("status")
def status() -> None:
    """各版密钥还有多少条数据在用。"""
    import django

    django.setup()
    from django.conf import settings

    from shouwang.config.rotation import values_count
    from shouwang.kit.seal import keyring

    ring = keyring(settings.KEYS_DIR)
    counts = values_count(files_dir=settings.FILES_DIR)
    for version in sorted(set(ring.keys) | set(counts)):
        note = "当前" if version == ring.version else "旧" if version in ring.keys else "密钥缺失"
        typer.echo(f"第 {version} 版（{note}）：{counts.get(version, 0):,} 条")


@keys.command("retire")
def retire(version: int = typer.Argument(help="要停用的密钥版本")) -> None:
    """停用一把没有数据在用的旧密钥；用它做的备份从此打不开。"""
    import django

    django.setup()
    from django.conf import settings

    from shouwang.config.rotation import key_retire

    key_retire(version=version, files_dir=settings.FILES_DIR, folder=settings.KEYS_DIR)
    typer.echo(f"第 {version} 版密钥已停用。")


def register(app: typer.Typer) -> None:
    """This function adds the commands."""
    app.command("backup")(backup)
    app.command("restore")(restore)
    app.add_typer(keys, name="keys")

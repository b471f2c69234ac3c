"""What must be true before web and worker start: keys, migrations, a safe web role, static files, a first account."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from shouwang.config.places import KEYS_DIR
from shouwang.config.roles import web_role_check
from shouwang.config.upgrading import tables_upgrade
from shouwang.kit.errors import Refusal
from shouwang.kit.seal import RING_FILE, KeyRingMissing, keyring, ring_new, ring_write

Report = Callable[[str], None]


class DatabaseUnreachable(Refusal):
    """The database does not answer."""

    sentence = "连不上数据库：请检查 DATABASE_URL 的地址、账号和密码，以及数据库服务器是否在运行。"


class NotUpgraded(Refusal):
    """The database is older than the program, and we have no owner to upgrade it with."""

    sentence = "数据库比程序旧，需要升级，但没有属主角色的连接：请设置 SHOUWANG_OWNER_URL 后再启动一次。"


class DatabaseNewer(Refusal):
    """The database was upgraded by a later program."""

    sentence = "数据库是更新版本的程序建立或升级过的：请使用那个版本或更新的版本，不要用旧程序打开它。"


def is_fresh() -> bool:
    """This function tells whether the database holds no tables of ours yet; raises DatabaseUnreachable."""
    try:
        with connections["owner"].cursor() as cursor:
            cursor.execute("select to_regclass('django_migrations') is null")
            return bool(cursor.fetchone()[0])
    except OperationalError:
        raise DatabaseUnreachable from None


def keys_prepare(*, is_new: bool) -> None:
    """This function makes the key ring of a new installation; an old one without its ring is refused."""
    if (KEYS_DIR / RING_FILE).is_file():
        keyring(KEYS_DIR)
        return
    if not is_new:
        raise KeyRingMissing(KEYS_DIR)
    ring_write(ring_new(), KEYS_DIR)


def database_upgrade(report: Report) -> bool:
    """This function brings the tables up to date by the owner role and tells whether anything had to be done."""
    executor = MigrationExecutor(connections["owner"])
    known = set(executor.loader.disk_migrations)
    apps = {app for app, _ in known}
    if any(app in apps and (app, name) not in known for app, name in executor.loader.applied_migrations):
        # Squashed migrations stay on disk under their old names' replacements; anything else is from the future.
        replaced = {key for migration in executor.loader.disk_migrations.values() for key in migration.replaces}
        if {key for key in executor.loader.applied_migrations if key[0] in apps} - known - replaced:
            raise DatabaseNewer
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    owner, web = connections["owner"].settings_dict, connections[DEFAULT_DB_ALIAS].settings_dict
    if owner["USER"] == web["USER"]:
        raise NotUpgraded
    report("正在建立或升级数据表 …")
    tables_upgrade()
    return True


def web_role_verify() -> None:
    """This function refuses to go on with a web role that could step over row-level security."""
    try:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            web_role_check(cursor)
    except OperationalError:
        raise DatabaseUnreachable from None


def static_collect() -> None:
    """This function copies the static files to where the web process serves them from."""
    call_command("collectstatic", interactive=False, verbosity=0)


def packs_store(report: Report) -> None:
    """This function stores the shipped policy packs that the database does not know yet, ready to be adopted."""
    from shouwang.people.access import SYSTEM, acting_as
    from shouwang.rulebook import PackSource
    from shouwang.standards.rules import pack_of
    from shouwang.standards.selectors import versions
    from shouwang.standards.services import pack_load

    folder = Path(settings.PACKS_DIR)
    source = PackSource.from_directory(folder)
    at = timezone.now()
    with acting_as(SYSTEM):
        known = set(versions().values_list("place", "digest"))
        for place in source.places:
            if (place, pack_of(source, place=place).digest) not in known:
                report(f"正在登记政策包 {place} …")
                pack_load(viewer=SYSTEM, place=place, packs_dir=folder, on=timezone.localdate(at), at=at)


def installation_prepare(report: Report) -> None:
    """This function does all of it but the first account; safe to repeat, quick when there is nothing to do."""
    keys_prepare(is_new=is_fresh())
    database_upgrade(report)
    web_role_verify()
    packs_store(report)
    static_collect()

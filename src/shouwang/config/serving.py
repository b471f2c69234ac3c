"""Web and worker as children, and the life of `shouwang up` from start to stop."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from shouwang.config import installation
from shouwang.config.embedded import Cluster, dies_with_parent
from shouwang.config.places import LOG_DIR
from shouwang.config.processes import Child, ChildDied, Stopped, StopSignals, wait_for
from shouwang.kit.errors import Refusal

HOST = "127.0.0.1"
WEB_SECONDS = 60
STOP_SECONDS = 10


class PortTaken(Refusal):
    """Another program listens on our port."""

    def __init__(self, port: int) -> None:
        super().__init__(f"端口 {port} 已被别的程序占用：请换一个再启动，例如 make run PORT={port + 1}。")


class NotPrepared(Refusal):
    """The preparation refused; it has already said why."""

    sentence = ""


class WebSilent(Refusal):
    """The web process runs but does not answer."""

    def __init__(self, log: str) -> None:
        super().__init__(f"网页服务启动了但没有应答，已全部停下；详情见日志 {log}。")


@dataclass(frozen=True)
class Wish:
    """What the operator asked for."""

    port: int
    host: str = HOST
    demo: bool | None = None  # None: a demo county on an empty embedded database only
    place: str = ""  # the first administrator's division

    @property
    def address(self) -> str:
        """Where to point the browser."""
        shown = HOST if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104
        return f"http://{shown}:{self.port}/"


def port_check(wish: Wish) -> None:
    """This function raises PortTaken when somebody listens already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((wish.host, wish.port))
        except OSError:
            raise PortTaken(wish.port) from None


def web_child(wish: Wish) -> Child:
    """This function returns the web process."""
    arguments = [
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        wish.host,
        "--port",
        str(wish.port),
        "--workers",
        "1",
    ]
    arguments += [
        "--blocking-threads",
        "8",
        "--backlog",
        "256",
        "--no-ws",
        "--no-access-log",
        "--workers-kill-timeout",
        "5",
    ]
    arguments += ["shouwang.config.wsgi:application"]
    return Child("网页服务", arguments, LOG_DIR / "web.log", {"SHOUWANG_PROCESS": "web"})


def worker_child() -> Child:
    """This function returns the worker, which does the long jobs."""
    return Child("后台任务", ["-m", "shouwang", "worker"], LOG_DIR / "worker.log", {"SHOUWANG_PROCESS": "worker"})


def prepare(wish: Wish) -> None:
    """This function runs the preparation as a child, so that a stop signal ends it at any point."""
    with_demo = not installation.is_external() if wish.demo is None else wish.demo
    arguments = ["--demo" if with_demo else "--no-demo"] + (["--asked"] if wish.demo else [])
    arguments += ["--address", os.environ.get("SHOUWANG_ADDRESS", wish.address), "--place", wish.place]
    child = subprocess.Popen(
        [sys.executable, "-m", "shouwang", "prepare", *arguments],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=dies_with_parent(15),
    )
    try:
        code = child.wait()
    except BaseException:
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        raise
    if code:
        raise NotPrepared


def is_answering(wish: Wish) -> bool:
    """This function tells whether the web process answers."""
    try:
        with urllib.request.urlopen(f"{wish.address}accounts/login/", timeout=5):  # noqa: S310 - our own address
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


@contextmanager
def database(wish: Wish) -> Iterator[Cluster | None]:
    """This function keeps the database available, and the folder ours, while the installation runs."""
    with installation.installation_locked():
        port_check(wish)
        if installation.is_external():
            installation.external_bootstrap()
            yield None
            return
        cluster = installation.embedded_cluster()
        try:
            installation.embedded_start(cluster)
            yield cluster
        finally:
            installation.embedded_stop(cluster)


def serve(wish: Wish, *, announce: Callable[[Wish], None]) -> None:
    """This function is `shouwang up`: everything starts, is announced, runs until told to stop, and stops in order.

    Raises ChildDied (after stopping the rest) when a part ends by itself.
    """
    with StopSignals() as signals:
        try:
            with database(wish) as cluster:
                prepare(wish)
                _run(wish, cluster, announce, signals)
        except Stopped:
            return


def _run(wish: Wish, cluster: Cluster | None, announce: Callable[[Wish], None], signals: StopSignals) -> None:
    children = [worker_child(), web_child(wish)]
    try:
        for child in children:
            child.start()
        if not wait_for(lambda: is_answering(wish), seconds=WEB_SECONDS, check=children):
            raise WebSilent(str(LOG_DIR / "web.log"))
        announce(wish)
        while True:
            for child in children:
                child.check()
            _database_check(cluster)
            time.sleep(0.3)
    finally:
        signals.ignore()
        for child in reversed(children):
            child.stop(STOP_SECONDS)


def _database_check(cluster: Cluster | None) -> None:
    code = cluster.process.poll() if cluster and cluster.process else None
    if cluster is not None and code is not None:
        raise ChildDied("数据库", code, cluster.log)

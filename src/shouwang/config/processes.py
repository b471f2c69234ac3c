"""The child processes of `shouwang up`: started, watched, stopped in order."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shouwang.config.embedded import dies_with_parent
from shouwang.kit.errors import Refusal

LOG_LIMIT_BYTES = 10 * 1024 * 1024


class ChildDied(Refusal):
    """A part of the installation ended by itself."""

    def __init__(self, name: str, code: int, log: Path) -> None:
        how = f"被信号 {-code} 终止" if code < 0 else f"退出码 {code}"
        super().__init__(f"{name}意外停止（{how}），守望已全部停下；详情见日志 {log}。")


@dataclass
class Child:
    """One child: its name for people, its command, its log."""

    name: str
    arguments: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """This function starts the child in a session of its own, so that Ctrl-C reaches only its parent."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        log_rotate(self.log)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGTERM),
                env={**os.environ, **self.environment},
            )

    def check(self) -> None:
        """This function raises ChildDied when the child has ended."""
        code = self.process.poll() if self.process else None
        if code is not None:
            raise ChildDied(self.name, code, self.log)

    def stop(self, seconds: float) -> None:
        """This function ends the child: politely, and after some seconds for good, with all it started."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None


def exit_when_orphaned(*, seconds: float) -> None:
    """This function ends this process some seconds after its parent died, whatever it is waiting for by then.

    The signal that the kernel sends asks politely; a worker whose database dies in the same moment may hang on it.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        time.sleep(seconds)
        os._exit(1)

    threading.Thread(target=watch, name="orphaned", daemon=True).start()


def log_rotate(log: Path) -> None:
    """This function sets a log aside that has grown large; one older one is kept."""
    if log.is_file() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_name(f"{log.name}.1"))


class Stopped(BaseException):
    """Somebody asked us to stop (Ctrl-C, TERM, a closed terminal)."""


class StopSignals:
    """Turns the signals that mean "stop" into `Stopped`, once: stopping itself is not interrupted."""

    NUMBERS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

    def __enter__(self) -> StopSignals:
        self._before = {number: signal.getsignal(number) for number in self.NUMBERS}
        for number in self.NUMBERS:
            signal.signal(number, self._raise)
        return self

    def _raise(self, *_: object) -> None:
        self.ignore()
        raise Stopped

    def ignore(self) -> None:
        """This function makes further signals do nothing."""
        for number in self.NUMBERS:
            signal.signal(number, signal.SIG_IGN)

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


def wait_for(ready: Callable[[], bool], *, seconds: float, check: Sequence[Child]) -> bool:
    """This function waits until `ready()` is true, watching the children meanwhile; raises ChildDied."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for child in check:
            child.check()
        if ready():
            return True
        time.sleep(0.1)
    return False

"""A stand-alone Spark on one machine: a master and two workers from pyspark's own distribution, always stopped."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from shouwang.config.embedded import dies_with_parent

HOST = "127.0.0.1"
PATIENCE = 180  # seconds, on a machine that is busy
# What a session on it needs: little memory (beside the three daemons, which only hand out work), no other machine.
SETTINGS = {"spark.driver.memory": "1g", "spark.executor.memory": "1g", "spark.driver.host": HOST,
            "spark.driver.bindAddress": HOST}  # fmt: skip
_MASTER_AT = re.compile(r"Starting Spark master at (spark://\S+)")


def _home() -> Path:
    spec = importlib.util.find_spec("pyspark")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent


class Daemon:
    """One Java process of the cluster, with all it starts in a group of its own; its log is what it says."""

    def __init__(self, folder: Path, name: str, *words: str) -> None:
        self.name, self.log = name, folder / f"{name}.log"
        environment = {
            "PATH": os.environ["PATH"], "SPARK_HOME": str(_home()), "SPARK_LOCAL_IP": HOST,
            "SPARK_DAEMON_MEMORY": "256m", "SPARK_LOCAL_DIRS": str(folder / f"{name}-spill"),
            **({"JAVA_HOME": os.environ["JAVA_HOME"]} if "JAVA_HOME" in os.environ else {}),
        }  # fmt: skip
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [str(_home() / "bin" / "spark-class"), *words], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=folder, env=environment, start_new_session=True, preexec_fn=dies_with_parent(signal.SIGTERM),
            )  # fmt: skip

    def said(self, pattern: re.Pattern[str], *, count: int = 1) -> list[str]:
        """What the log says, once it has said it often enough."""
        until = time.monotonic() + PATIENCE
        while True:
            text = self.log.read_text(encoding="utf-8", errors="replace")
            if len(found := pattern.findall(text)) >= count:
                return [str(one) for one in found]
            if self._process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"{self.name} did not start:\n{text[-2000:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Ends the process and what it started."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=20)
                break
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)


@contextlib.contextmanager
def standalone(folder: Path, *, workers: int = 2) -> Iterator[str]:
    """Starts master and workers on ports that are free, gives the master's address, and stops all of them."""
    with contextlib.ExitStack() as stack:

        def started(name: str, *words: str) -> Daemon:
            daemon = Daemon(folder, name, *words)
            stack.callback(daemon.stop)
            return daemon

        master = started("master", "org.apache.spark.deploy.master.Master", "--host", HOST, "--port", "0",
                         "--webui-port", "0")  # fmt: skip
        (address,) = master.said(_MASTER_AT)
        for number in range(workers):
            started(f"worker{number}", "org.apache.spark.deploy.worker.Worker", "--host", HOST, "--port", "0",
                    "--webui-port", "0", "--cores", "1", "--memory", "1g", "--work-dir",
                    str(folder / f"work{number}"), address)  # fmt: skip
        master.said(re.compile(r"Registering worker"), count=workers)
        yield address

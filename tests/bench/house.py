"""A house of its own for the measurements: folders, keys, the embedded database, the environment of its processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from shouwang.config.embedded import Cluster, dies_with_parent
from shouwang.config.roles import ALIAS_ROLES, DATABASE, ROLES, roles_bootstrap
from shouwang.kit.seal import RING_FILE, ring_new, ring_write

PASSWORD = "only-for-the-bench"
NAMES = {"default": "DATABASE_URL", "owner": "SHOUWANG_OWNER_URL", "batch": "SHOUWANG_BATCH_URL"}
SOURCE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Measured:
    """One process: wall and processor seconds (its own, the database's), largest memory, what it said about itself."""

    seconds: float
    cpu_seconds: float
    database_seconds: float
    peak_mib: float
    told: dict[str, Any]


class StepFailed(Exception):  # noqa: N818 - it says which step broke
    """A step ended with an error; its output was shown."""


@dataclass
class House:
    """The folder and what runs in it."""

    root: Path
    cluster: Cluster

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to be one of this house."""
        urls = {
            NAMES[alias]: self.cluster.url(DATABASE, user=role, password=PASSWORD)
            for alias, role in ALIAS_ROLES.items()
        }
        return {
            **os.environ,
            **urls,
            "DJANGO_SETTINGS_MODULE": "shouwang.config.settings",
            "SHOUWANG_VAR_DIR": str(self.root / "var"),
            "SHOUWANG_KEYS_DIR": str(self.root / "keys"),
            "SHOUWANG_SECRET": "only for measurements",
            "PYTHONPATH": os.pathsep.join([str(SOURCE / "src"), str(SOURCE)]),
        }

    def run(self, *arguments: object) -> Measured:
        """This function runs `python ARGUMENTS` and measures it; its last line of output may be JSON about itself."""
        began, database = time.perf_counter(), self.database_seconds()
        output = self.root / "step.out"
        with output.open("wb") as sink:
            process = subprocess.Popen(
                [sys.executable, *map(str, arguments)], env=self.environment, stdout=sink, stderr=subprocess.STDOUT,
                cwd=SOURCE, preexec_fn=dies_with_parent(signal.SIGKILL),
            )  # fmt: skip
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - began
        time.sleep(0.3)  # the server notices that its client has gone
        database = self.database_seconds() - database
        lines = output.read_text("utf-8", "replace").splitlines()
        if process.returncode:
            sys.stderr.write("\n".join(lines[-40:]) + "\n")
            raise StepFailed(" ".join(map(str, arguments)))
        told = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
        return Measured(seconds, usage.ru_utime + usage.ru_stime, database, usage.ru_maxrss / 1024, told)

    def database_seconds(self) -> float:
        """This function returns the processor seconds of the server so far, ended processes included."""
        assert self.cluster.process is not None
        mother = self.cluster.process.pid
        ticks = 0
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = entry.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(entry.parent.name) == mother:
                ticks += sum(map(int, fields[11:15]))
            elif int(fields[1]) == mother:
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """This function runs one statement as the database's administrator."""
        with psycopg.connect(self.cluster.url(DATABASE), autocommit=True) as admin:
            cursor = admin.execute(statement)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []


@contextmanager
def house(root: Path) -> Iterator[House]:
    """This function makes the house (or opens the one that is there) and stops its database at the end."""
    root.mkdir(parents=True, exist_ok=True)
    root.chmod(0o711)  # the database may run as another user
    if not (root / "keys" / RING_FILE).is_file():
        ring_write(ring_new(), root / "keys")
    (root / "var").mkdir(exist_ok=True)
    cluster = Cluster(root / "postgres", root / "postgres.log", PASSWORD)
    cluster.start()
    try:
        roles_bootstrap(url=cluster.url(), passwords=dict.fromkeys(ROLES, PASSWORD))
        yield House(root, cluster)
    finally:
        cluster.stop()

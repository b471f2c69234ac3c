"""Spark sessions: what must be installed, how Spark is set, and how it is kept quiet."""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shouwang.kit.errors import Refusal

LOCAL = "local[*]"
OLDEST_JAVA = 17
MEMORY = "3g"  # of the driver, which in local mode is all of Spark; SPARK_DRIVER_MEMORY says otherwise
PATIENCE = 5  # seconds to wait for a master to answer

# What the answer depends on; whatever the operator's spark-defaults.conf says.
_EXACT = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "false",
    "spark.sql.decimalOperations.allowPrecisionLoss": "true",
    "spark.sql.session.timeZone": "Asia/Shanghai",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.files.ignoreCorruptFiles": "false",
    "spark.sql.files.ignoreMissingFiles": "false",
}
_QUIET = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
_FILES = {"spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false"}
_ALONE = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
# Frames of a few hundred rows: compiling a plan to Java takes longer than walking it, and so does optimising Java.
SMALL = {
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.autoBroadcastJoinThreshold": "-1",
}


class SparkMissing(Refusal):
    """Spark cannot run here; the sentence says what to install."""


class SparkUnreachable(Refusal):
    """Spark is installed but does not start, or its master does not answer."""


def _java_version(java: str) -> int:
    try:
        done = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60, check=False)
    except OSError:
        return 0
    found = re.search(r'version "(\d+)', done.stderr + done.stdout)
    return int(found.group(1)) if found else 0


def spark_required() -> None:
    """This function refuses, saying what to install, where pyspark or Java is missing."""
    if importlib.util.find_spec("pyspark") is None:
        raise SparkMissing("Spark 引擎没有安装：请运行 make setup-spark（或用 pip 安装 pyspark 4）后再试。")
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    version = _java_version(java) if java else 0
    if version < OLDEST_JAVA:
        found = f"现有的是 Java {version}" if version else "没有找到"
        raise SparkMissing(
            f"Spark 引擎需要 Java {OLDEST_JAVA} 或更高版本，{found}："
            f"请安装软件包 openjdk-{OLDEST_JAVA}-jre-headless，或让 JAVA_HOME 指向已有的 Java。"
        )


def _master_answers(master: str) -> None:
    """This function refuses a stand-alone master that nobody answers at; Spark itself would wait for minutes."""
    if not master.startswith("spark://"):
        return
    for place in master.removeprefix("spark://").split(","):
        host, _, port = place.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE).close()
        except (OSError, ValueError):
            continue
        return
    raise SparkUnreachable(f"连不上 Spark 主节点“{master}”：请检查地址，以及主节点是否已经启动。")


@contextlib.contextmanager
def _errors_into(log: Path) -> Iterator[None]:
    """This function lets a child that starts meanwhile write its errors to a file: Spark's Java talks without end."""
    kept = os.dup(2)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.dup2(file, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(file)


def _settings(master: str, extra: dict[str, str]) -> dict[str, str]:
    settings = {"spark.app.name": "shouwang", "spark.master": master, **_EXACT, **_QUIET, **_FILES}
    if master.startswith("local"):
        settings |= _ALONE
    if "SPARK_DRIVER_MEMORY" not in os.environ:
        settings["spark.driver.memory"] = MEMORY
    return settings | extra


def _first_line(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip(" :")]
    return lines[0].strip()[:200] if lines else type(error).__name__


@contextlib.contextmanager
def session_open(master: str = LOCAL, *, settings: dict[str, str] | None = None) -> Iterator[Any]:
    """This function opens a Spark session, kept quiet, and stops it; raises SparkMissing and SparkUnreachable."""
    spark_required()
    _master_answers(master)
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    logging.getLogger("SQLQueryContextLogger").disabled = True  # prints each error once more, as JSON
    with tempfile.TemporaryDirectory(prefix="shouwang-spark-") as folder:
        log = Path(folder) / "spark.log"
        local = {"spark.local.dir": folder, "spark.sql.warehouse.dir": f"{folder}/warehouse"}
        builder = SparkSession.builder
        for key, value in _settings(master, local | (settings or {})).items():
            builder = builder.config(key, value)
        try:
            with _errors_into(log):
                session = builder.getOrCreate()
        except (PySparkException, Py4JError, RuntimeError) as error:
            raise SparkUnreachable(f"Spark 没有启动成功：{_first_line(error)}") from error
        try:
            yield session
        finally:
            session.stop()


@contextlib.contextmanager
def session_beside(session: Any, master: str) -> Iterator[Any]:
    """This function gives a session with views of its own: beside a given one, or in a Spark started for it."""
    if session is not None:
        yield session.newSession()
        return
    with session_open(master) as opened:
        yield opened

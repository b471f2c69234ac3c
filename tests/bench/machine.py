"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from shouwang.kit.dates import SHANGHAI

PACKAGES = ("duckdb", "pyarrow", "django", "psycopg", "cryptography")


def _after_colon(path: str, name: str) -> str:
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def processor() -> str:
    """This function returns the processor's name."""
    return _after_colon("/proc/cpuinfo", "model name") or platform.processor() or platform.machine()


def memory_gib() -> float:
    """This function returns the machine's memory."""
    kib = _after_colon("/proc/meminfo", "MemTotal").split()
    return int(kib[0]) / 2**20 if kib else 0.0


def system() -> str:
    """This function returns the operating system's name."""
    try:
        lines = Path("/etc/os-release").read_text().splitlines()
    except OSError:
        return platform.platform()
    return next((line.partition("=")[2].strip('"') for line in lines if line.startswith("PRETTY_NAME=")), "")


def load() -> str:
    """This function returns how busy the machine was, by its load over one and five minutes."""
    one, five, _ = os.getloadavg()
    return f"{one:.1f} / {five:.1f}"


def facts(postgres: str) -> list[tuple[str, str]]:
    """This function returns the facts of the machine as (name, value)."""
    return [
        ("Date", f"{datetime.now(SHANGHAI):%Y-%m-%d %H:%M} (Asia/Shanghai)"),
        ("Processor", f"{processor()}, {os.cpu_count()} cores"),
        ("Memory", f"{memory_gib():.1f} GiB"),
        ("System", f"{system()}, kernel {platform.release()}"),
        ("Python", platform.python_version()),
        ("PostgreSQL", postgres),
        ("Packages", ", ".join(f"{name} {version(name)}" for name in PACKAGES)),
    ]

"""Processes measured side by side: every one once a round, in turns, so that a busy minute falls on all alike."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


class StepFailed(Exception):  # noqa: N818 - it says which step broke
    """A process ended with an error; the message is the end of what it said."""


@dataclass(frozen=True)
class Measured:
    """Medians over the rounds: seconds on the clock, processor seconds, largest memory in MB."""

    name: str
    wall_s: float
    cpu_s: float
    rss_mb: float

    def as_json(self) -> dict[str, Any]:
        """This function returns the row as it stands in the JSON file."""
        return {"name": self.name, "wall_s": round(self.wall_s, 4), "cpu_s": round(self.cpu_s, 4),
                "rss_mb": round(self.rss_mb, 1)}  # fmt: skip


@dataclass(frozen=True)
class Ratio:
    """A ratio by its name: ours ÷ theirs, each a measured row."""

    name: str
    ours: str
    theirs: str


def processor_seconds() -> float:
    """This function returns the processor seconds of this process and the children it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def peak_mb() -> float:
    """This function returns the largest memory of this program; what its parent had held does not count."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) / 1024


def process_run(*arguments: object) -> dict[str, Any]:
    """This function runs `python -m ARGUMENTS` and returns what it says of itself in its last line, as JSON."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    command = [sys.executable, "-m", *map(str, arguments)]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StepFailed(f"{' '.join(map(str, arguments))}\n{done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def rounds_run(
    commands: Mapping[str, Sequence[object]], *, rounds: int, show: Callable[[str], None] = lambda _: None
) -> dict[str, list[dict[str, Any]]]:
    """This function runs every command once a round, in the opposite order every other round."""
    told: dict[str, list[dict[str, Any]]] = {name: [] for name in commands}
    for number in range(rounds):
        names = list(commands)
        for name in names if number % 2 == 0 else reversed(names):
            show(f"{number + 1}/{rounds} {name}")
            told[name].append(process_run(*commands[name]))
    return told


def median_of(name: str, rounds: Sequence[Mapping[str, Any]], *, times: float = 1.0) -> Measured:
    """This function returns the medians; `times` scales the seconds of a sample to the whole."""

    def middle(key: str) -> float:
        return statistics.median(float(told[key]) for told in rounds)

    return Measured(name, middle("wall_s") * times, middle("cpu_s") * times, middle("rss_mb"))


def ratios_of(found: Sequence[Measured], ratios: Sequence[Ratio], *, of: str = "wall_s") -> dict[str, float]:
    """This function returns ours ÷ theirs of every pair that was measured."""
    rows = {row.name: getattr(row, of) for row in found}
    return {
        ratio.name: round(rows[ratio.ours] / max(rows[ratio.theirs], 1e-6), 4)
        for ratio in ratios
        if ratio.ours in rows and ratio.theirs in rows
    }

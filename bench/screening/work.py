"""One peer in a process of its own: `python -m bench.screening.work NAME FOLDER [ANSWER]`.

Imports and the values of the pack stand before the clock; it says seconds, processor seconds and largest memory.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq

from bench.screening.task import task_of


def processor_seconds() -> float:
    """This function returns the processor seconds of this process and the children it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main() -> None:
    """This function runs one peer once."""
    name, folder, *more = sys.argv[1:]
    peer, task = importlib.import_module(f"bench.screening.{name}"), task_of(Path(folder))
    began, spent = time.perf_counter(), processor_seconds()
    found = peer.answer(task)
    wall, cpu = time.perf_counter() - began, processor_seconds() - spent
    rss = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    if more:
        pq.write_table(found, more[0])
    told = {"name": name, "wall_s": wall, "cpu_s": cpu, "rss_mb": rss, "rows": found.num_rows}
    sys.stdout.write(json.dumps({**told, **getattr(peer, "TOLD", {})}) + "\n")


if __name__ == "__main__":
    main()

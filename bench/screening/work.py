"""One peer in a process of its own: `python -m bench.screening.work NAME FOLDER [ANSWER]`.

Imports and the values of the pack stand before the clock; it says seconds, processor seconds and largest memory.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq

from bench.measure import peak_mb, processor_seconds
from bench.screening.peers import work_of
from bench.screening.sample import SAMPLED
from bench.screening.task import task_of


def main() -> None:
    """This function runs one peer once."""
    name, folder, *more = sys.argv[1:]
    task = task_of(Path(folder))
    answer, prepare = work_of(name)
    ready = (prepare(task),) if prepare else ()
    began, spent = time.perf_counter(), processor_seconds()
    found = answer(task, *ready)
    wall, cpu = time.perf_counter() - began, processor_seconds() - spent
    if more:
        pq.write_table(found, more[0])
    judged = len(ready[0]) if name == SAMPLED else None
    told = {"wall_s": wall, "cpu_s": cpu, "rss_mb": peak_mb(), "judged": judged}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()

"""One reader in a process of its own: `python -m bench.reading.work NAME FILE [check]`; says rows, seconds, memory.

With `check` it says a digest of all cells instead of taking the time.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from pathlib import Path

from bench.measure import peak_mb, processor_seconds
from bench.reading.readers import READERS, cells_same


def main() -> None:
    """This function reads once."""
    name, file, *more = sys.argv[1:]
    rows_of = READERS[name][1]
    if more:
        digest, count = hashlib.sha256(), 0
        for row in rows_of(Path(file)):
            digest.update(repr(cells_same(row)).encode())
            count += 1
        sys.stdout.write(json.dumps({"rows": count, "digest": digest.hexdigest()}) + "\n")
        return
    began, spent, count = time.perf_counter(), processor_seconds(), 0
    for _ in rows_of(Path(file)):
        count += 1
    wall, cpu = time.perf_counter() - began, processor_seconds() - spent
    sys.stdout.write(json.dumps({"wall_s": wall, "cpu_s": cpu, "rss_mb": peak_mb(), "rows": count}) + "\n")


if __name__ == "__main__":
    main()

"""Which households a slow peer judges: every n-th, so that about the same number is judged in any population."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

SAMPLE = 20_000
SAMPLED = "zen"


def households_count(folder: Path) -> int:
    """This function returns the number of households of a snapshot."""
    return int(pq.ParquetFile(folder / "household.parquet").metadata.num_rows)


def sample_step(folder: Path) -> int:
    """This function returns n: the households whose key is a multiple of it are judged."""
    return max(1, households_count(folder) // SAMPLE)


def sampled(answer: pa.Table, folder: Path) -> pa.Table:
    """This function returns an answer's rows about the households that are judged."""
    return answer.filter(pa.array(answer["household_key"].to_numpy() % sample_step(folder) == 0))

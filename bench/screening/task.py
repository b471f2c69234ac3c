"""What every peer is given: the folder of the files, and the values that the rules state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

import pyarrow as pa

from bench.data import ON, PACK
from shouwang.rulebook import PackSource, Policy, load_policy, packs_directory

Span = tuple[date, date]
CAUSES = ("illness", "study", "disaster", "accident")
# In the order of the pack: the first that fires names a warning of several triggers.
TRIGGERS = ("illness", "study", "disaster", "accident", "house_damaged", "casualty", "income_loss")
ANSWER = pa.schema(
    [
        ("household_key", pa.int64()),
        ("type_key", pa.string()),
        ("trigger_key", pa.string()),
        ("cause", pa.string()),
        ("measured", pa.int64()),
        ("threshold", pa.int64()),
        ("is_undecided", pa.bool_()),
    ]
)


@dataclass(frozen=True)
class Start:
    """The sum in fen that starts a warning: of the city, and of the counties (six digits) that state their own."""

    general: int
    counties: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Task:
    """A screening: where the files are, and what the pack states on the day."""

    folder: Path
    on: date
    starts: dict[str, Start]
    line_fen: int  # last year's national line, a head
    multiple: Fraction  # of the line, up to which a household is monitored
    share: Fraction  # of the line, below which recent income is a loss
    income: Span
    recent: Span
    spending: Span
    diseases: tuple[str, ...]
    schools: tuple[str, ...]

    def file(self, table: str) -> str:
        """This function returns the path of a table."""
        return str(self.folder / f"{table}.parquet")


def policy_load() -> Policy:
    """This function resolves the pack on the day of the bench."""
    return load_policy(PackSource.from_directory(packs_directory()), place=PACK, on=ON)


def task_of(folder: Path) -> Task:
    """This function draws the values from the pack."""
    policy = policy_load()

    def start(cause: str) -> Start:
        found = policy.amounts[f"start_{cause}"].value
        return Start(int(found.value), tuple((lo // 10**6, int(value)) for lo, _, value in found.areas))

    line = policy.lines["national"].at(-1)
    assert line is not None
    return Task(
        folder=folder,
        on=ON,
        starts={cause: start(cause) for cause in CAUSES},
        line_fen=int(line.value.value),
        multiple=policy.amounts["monitoring_multiple"].value.value,
        share=policy.amounts["income_loss_share"].value.value,
        income=policy.windows["income"].value.span(ON),
        recent=policy.windows["recent_income"].value.span(ON),
        spending=policy.windows["spending"].value.span(ON),
        diseases=policy.lists["serious_diseases"].value.names,
        schools=policy.lists["covered_schools"].value.names,
    )

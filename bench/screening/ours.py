"""Our engine: the pack read and compiled, the snapshot screened, warnings with evidence and fact rows in hand."""

from __future__ import annotations

import pyarrow as pa

from bench.screening.task import Task, policy_load
from shouwang.engine import screen


def answer(task: Task) -> pa.Table:
    """This function screens as `shouwang screen` does, without writing the result to disk."""
    policy = policy_load()
    return screen(task.folder, policy, on=policy.on, facts="warned").warnings

"""Where a full run of ours spends its processor seconds: `python -m bench.screening.profile FOLDER` says it as JSON.

Statements are timed as DuckDB runs them; what is left over is Python: the pack, rendering, the table of warnings.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench.screening.task import policy_load
from shouwang.engine import run


class _Timed:
    """A connection that notes what each of its statements takes."""

    def __init__(self, connection: Any, spent: Counter[str]) -> None:
        self.connection, self.spent = connection, spent

    def __enter__(self) -> _Timed:
        return self

    def __exit__(self, *error: object) -> None:
        self.connection.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connection, name)

    def execute(self, statement: str, *more: Any) -> Any:
        return self._noted(statement, lambda: self.connection.execute(statement, *more))

    def sql(self, statement: str) -> Any:
        class Relation:
            def to_arrow_table(_) -> Any:  # noqa: N805 - `self` is the connection's here
                return self._noted(statement, lambda: self.connection.sql(statement).to_arrow_table())

        return Relation()

    def _noted(self, statement: str, act: Any) -> Any:
        began = time.process_time()
        try:
            return act()
        finally:
            self.spent[_label(statement)] += time.process_time() - began


def _label(statement: str) -> str:
    words = statement.split(None, 5)
    if words[0] == "CREATE":
        kinds = {"CREATE", "OR", "REPLACE", "TEMP", "TABLE", "VIEW"}
        return f"{'table' if 'TABLE' in words else 'view'} {next(word for word in words if word not in kinds)}"
    return "COPY of the facts" if words[0] == "COPY" else "other queries"


def main() -> None:
    """This function runs once and says the shares."""
    folder, spent = Path(sys.argv[1]), Counter[str]()
    connect = run.connect
    run.connect = lambda place: _Timed(connect(place), spent)  # type: ignore[assignment, return-value]
    began = time.process_time()
    policy = policy_load()
    loaded = time.process_time() - began
    run.screen(folder, policy, on=policy.on, facts="warned")
    whole = time.process_time() - began
    parts = {"pack read": loaded, **spent}
    parts["Python besides"] = whole - sum(parts.values())
    told = {"cpu_s": whole, "parts": dict(Counter(parts).most_common())}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()

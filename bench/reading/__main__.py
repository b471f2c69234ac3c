"""`python -m bench.reading`: measures our reader beside DuckDB's and calamine, once their cells agree."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from bench.measure import Ratio, StepFailed, median_of, process_run, ratios_of, rounds_run
from bench.reading.data import csv_made, xlsx_made
from bench.reading.readers import READERS
from bench.shown import results_show, step_show

WORK = "bench.reading.work"
RATIOS = (
    Ratio("reading/duckdb_csv", "reading/ours_csv", "reading/duckdb_csv"),
    Ratio("reading/calamine_xlsx", "reading/ours_xlsx", "reading/calamine_xlsx"),
)


def main() -> None:
    """This function measures once; a folder given by --data keeps the files for another time."""
    parser = argparse.ArgumentParser(prog="shouwang bench reading")
    parser.add_argument("--csv-rows", type=int, default=1_500_000)
    parser.add_argument("--xlsx-rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--data", type=Path, default=os.environ.get("BENCH_DATA") and Path(os.environ["BENCH_DATA"]))
    asked = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="shouwang-bench-") as made:
            folder = (asked.data or Path(made)) / "files"
            files = {"csv": csv_made(folder, asked.csv_rows), "xlsx": xlsx_made(folder, asked.xlsx_rows)}
            commands = {name: (WORK, name, files[kind]) for name, (kind, _) in READERS.items()}
            _agree(commands)
            told = rounds_run(commands, rounds=asked.rounds, show=step_show)
    except StepFailed as error:
        sys.exit(f"这一步没有完成：{error}")
    found = [median_of(f"reading/{name}", rows) for name, rows in told.items()]
    result = {
        "csv_rows": asked.csv_rows,
        "xlsx_rows": asked.xlsx_rows,
        "rounds": asked.rounds,
        "results": [row.as_json() for row in found],
        "ratios": ratios_of(found, RATIOS),
        "ratios_cpu": ratios_of(found, RATIOS, of="cpu_s"),
    }
    results_show(found, result["ratios"], title=f"CSV {asked.csv_rows:,} 行，XLSX {asked.xlsx_rows:,} 行")
    if asked.json:
        asked.json.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _agree(commands: dict[str, tuple[object, ...]]) -> None:
    """This function ends the program when two readers of one file do not read the same cells."""
    said: dict[object, tuple[str, object]] = {}
    for name, command in commands.items():
        step_show(f"= {name}")
        digest = process_run(*command, "check")["digest"]
        other, expected = said.setdefault(command[-1], (name, digest))
        if digest != expected:
            sys.exit(f"读出的内容不一致，不测快慢：{name} 和 {other}")


if __name__ == "__main__":
    main()

"""`python -m bench.screening --people N`: measures our engine beside the others and says what came out."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.data import population_made
from bench.measure import Measured, StepFailed, ratios_of
from bench.screening.peers import PEERS, Peer
from bench.screening.run import RATIOS, AnswersDifferError, Compared, answers_compare, measured
from bench.screening.sample import SAMPLED
from bench.shown import NOTES, results_show, step_show

INSTALL = "tools/extra bench"


def main() -> None:
    """This function measures once; a folder given by --data keeps the population for another time."""
    asked = _arguments()
    wanted = [peer for peer in PEERS if not asked.only or peer.name in asked.only]
    for peer in wanted:
        if not peer.is_there:
            NOTES.print(f"没有安装 {peer.package}，略过 {peer.name}。要一起比，请先运行 {INSTALL}。")
    peers = [peer for peer in wanted if peer.is_there]
    try:
        with tempfile.TemporaryDirectory(prefix="shouwang-bench-") as made:
            population = population_made(asked.data or Path(made), asked.people)
            compared = answers_compare(population, peers, show=step_show)
            found = measured(population, peers, rounds=asked.rounds, show=step_show)
    except AnswersDifferError as error:
        sys.exit(f"结果不一致，不测快慢。{error}")
    except StepFailed as error:
        sys.exit(f"这一步没有完成：{error}")
    result = _result(asked, wanted, found, compared)
    results_show(found, result["ratios"], title=f"{asked.people:,} 人")
    if asked.json:
        asked.json.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _names(text: str) -> set[str]:
    known = {peer.name for peer in PEERS}
    names = {name for name in text.split(",") if name}
    if strange := names - known:
        raise argparse.ArgumentTypeError(
            f"没有名为 {'、'.join(sorted(strange))} 的，可用的有 {'、'.join(sorted(known))}"
        )
    # What others are compared with is always measured.
    return names | {"ours"} | {peer.same_as for peer in PEERS if peer.name in names and peer.same_as}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="shouwang bench screening")
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--data", type=Path, default=os.environ.get("BENCH_DATA") and Path(os.environ["BENCH_DATA"]))
    parser.add_argument("--only", type=_names)
    return parser.parse_args()


def _result(
    asked: argparse.Namespace, wanted: Sequence[Peer], found: Sequence[Measured], compared: Compared
) -> dict[str, Any]:
    return {
        "people": asked.people,
        "rounds": asked.rounds,
        "warnings": compared.warnings,
        "same_answer": list(compared.same),
        "skipped": [peer.name for peer in wanted if not peer.is_there],
        "scaled_from_a_sample": [f"screening/{SAMPLED}"],
        "results": [row.as_json() for row in found],
        "ratios": ratios_of(found, RATIOS),
        "ratios_cpu": ratios_of(found, RATIOS, of="cpu_s"),
    }


if __name__ == "__main__":
    main()

"""Settling claims: `python -m tests.bench.claims`, BENCH_CLAIMS invented claims (100,000 unless said otherwise).

What the machine does for a claim, without its database: the ladder in exact fractions, every step in words, the cap of
the year counted from claim to claim; then the estimate of whether the pool lasts.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

from tests.bench import machine
from tests.bench.sections import section_write

from shouwang.oversight.rules.solvency import ClaimFact, PoolFact, solvency
from shouwang.rulebook import PackSource
from shouwang.rulebook.insurance import ladders_of
from shouwang.rulebook.policy import policy_resolve
from shouwang.rulebook.settlements import claim_settle

CLAIMS = int(os.environ.get("BENCH_CLAIMS", "100000"))
ROUNDS = int(os.environ.get("BENCH_CLAIMS_ROUNDS", "5"))
HOUSE = Path(__file__).parents[2]
TERM, ON, UNTIL = date(2020, 1, 1), date(2020, 9, 1), date(2021, 1, 1)


def invented() -> list[tuple[int, date, int, int]]:
    """This function returns claims: household (two each), day, loss, what medical insurance paid."""
    draw = random.Random(1)
    found = []
    for number in range(CLAIMS):
        fen = draw.randrange(100_000, 15_000_000)
        found.append((number // 2, TERM + timedelta(days=draw.randrange(240)), fen, fen // 3))
    return found


def main() -> None:
    """This function settles and estimates in turns, and writes the section."""
    policy = policy_resolve(PackSource.from_directory(HOUSE / "packs"), place="xingtai", on=ON)
    ladder = next(one.value for one in ladders_of(policy) if "ILLNESS" in one.value.causes)
    claims, before = invented(), machine.load()
    settling, estimating, steps, amounts = [], [], 0, []
    for _ in range(ROUNDS):
        given: dict[int, int] = defaultdict(int)
        steps, amounts = 0, []
        began = time.process_time()
        for household, _on, loss, medical in claims:
            found = claim_settle(ladder, loss_fen=loss, offsets={"MEDICAL": medical}, paid_year_fen=given[household])
            given[household] += found.paid_fen
            steps += len(found.steps)
            amounts.append(found.paid_fen)
        settling.append(time.process_time() - began)
        facts = [
            ClaimFact(on, on + timedelta(days=number % 45), fen if number % 4 else None, fen if number % 4 else 0, fen)
            for number, ((_, on, _, _), fen) in enumerate(zip(claims, amounts, strict=True))
            if on + timedelta(days=number % 45) <= ON
        ]
        began = time.process_time()
        solvency(facts, PoolFact(TERM, UNTIL, sum(amounts)), on=ON)
        estimating.append(time.process_time() - began)
    settled = statistics.median(settling)
    text = f"""
`python -m tests.bench.claims`: {CLAIMS:,} invented claims under the demo ladder of 邢台 (deductible, bands, cap, cap
of the year), medical insurance taken off first, exact fractions, every step in words; then the pool's solvency (four
scenarios, 2,000 rounds). Without the database: a claim is a row that a person assesses. {ROUNDS} rounds, medians of
processor seconds on one core. To reach: ≤ 5 min on two cores.

| | |
|---|---|
{chr(10).join(f"| {name} | {value} |" for name, value in machine.facts("not used"))}
| Load before / after | {before} / {machine.load()} |

| | |
|---|---:|
| Claims settled, processor seconds (largest) | {settled:,.2f} ({max(settling):,.2f}) |
| Claims a processor second | {CLAIMS / settled:,.0f} |
| Steps in words | {steps:,} |
| Solvency from {len(facts):,} claims, processor seconds | {statistics.median(estimating):,.2f} |
"""
    section_write(HOUSE / "docs" / "benchmarks.md", "Claims", text)


if __name__ == "__main__":
    main()

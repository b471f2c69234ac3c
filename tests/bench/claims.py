"""Settling claims: `python -m tests.bench.claims`, BENCH_CLAIMS claims of one pool (100,000 unless said otherwise)."""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.bench import machine
from tests.bench.house import house
from tests.bench.sections import section_write
from tests.bench.work import COUNTY, _clerk

CLAIMS = int(os.environ.get("BENCH_CLAIMS", "100000"))
ONE_BY_ONE = min(CLAIMS, 500)
CHUNK = 5_000
TARGET = Path(__file__).parents[2] / "docs" / "benchmarks.md"
TERM = date(2020, 1, 1)


def load() -> dict[str, Any]:
    """This function opens a pool and lodges the claims, none of them computed."""
    import django

    django.setup()
    from django.utils import timezone

    from shouwang.insurance.models import Claim
    from shouwang.insurance.services import Opening, pool_open, pool_pay_in
    from shouwang.people.access import SYSTEM, acting_as

    county, insurer, at = _clerk(COUNTY), _clerk(COUNTY, kind="INSURER"), timezone.now()
    with acting_as(county):
        opening = Opening("fund", TERM, None, insurer.organisation_id or 0, "测量")
        pool = pool_open(viewer=county, opening=opening, at=at)
        pool_pay_in(
            viewer=county, pool_id=pool.pk, version=pool.version, move="PREMIUM", amount_fen=pool.fund_fen, on=TERM,
            note="测量", at=at, with_budget=True,
        )  # fmt: skip
    draw = random.Random(1)
    common = {
        "place": "x", "payee_id": 1, "payee_name": "x", "household_name": "x", "case_id": 1, "pool": pool,
        "pool_name": pool.name, "organisation_id": pool.organisation_id, "insurer_name": pool.insurer_name,
        "cause": "ILLNESS", "covered_as": "ILLNESS", "summary": "x", "pack_version_id": pool.pack_version_id,
        "type_key": "MARGINAL", "type_name": "x", "type_source": "STATED", "ladder_key": "illness_payout",
        "ladder_name": "x", "opened_at": at, "opened_by": "x", "slot": int(COUNTY) + 1,
    }  # fmt: skip
    for first in range(0, CLAIMS, CHUNK):
        with acting_as(SYSTEM):
            Claim.objects.bulk_create(
                Claim(
                    household_id=1_000_000 + number // 2, event_on=TERM + timedelta(days=draw.randrange(366)),
                    person_id=number, **common,
                )
                for number in range(first, min(first + CHUNK, CLAIMS))
            )  # fmt: skip
    return {"pool": pool.pk}


def assess() -> dict[str, Any]:
    """This function assesses some claims one by one, as the insurer's clerk does; the rest is given what came out."""
    import django

    django.setup()
    from django.utils import timezone

    from shouwang.insurance.models import Claim, Computation
    from shouwang.insurance.services import Item, claim_assess
    from shouwang.people.access import SYSTEM, acting_as

    insurer, at = _clerk(COUNTY, kind="INSURER"), timezone.now()
    draw = random.Random(2)
    with acting_as(SYSTEM):
        keys = list(Claim.objects.order_by("pk").values_list("pk", flat=True))
    began = time.process_time()
    for key in keys[:ONE_BY_ONE]:
        fen = draw.randrange(100_000, 9_000_000)
        with acting_as(insurer):
            claim_assess(
                viewer=insurer, claim_id=key, version=1, items=[Item("住院费用", fen, fen, fen)],
                offsets={"MEDICAL": fen // 3}, at=at,
            )  # fmt: skip
    one = (time.process_time() - began) / ONE_BY_ONE
    with acting_as(SYSTEM):
        model = Computation.objects.order_by("pk").first()
        assert model is not None
        for first in range(ONE_BY_ONE, len(keys), CHUNK):
            part = keys[first : first + CHUNK]
            rows = []
            for key in part:
                fen = draw.randrange(100_000, 9_000_000)
                inputs = {**model.inputs, "loss_fen": fen, "offsets": {"MEDICAL": fen // 3}}
                rows.append(
                    Computation(
                        claim_id=key, slot=model.slot, organisation_id=model.organisation_id, at=at, actor="x",
                        pack_version_id=model.pack_version_id, policy_on=model.policy_on,
                        policy_digest=model.policy_digest, ladder_key=model.ladder_key, ladder_name="x", inputs=inputs,
                        steps=model.steps, own_fen=0, paid_fen=0,
                    )
                )  # fmt: skip
            Computation.objects.bulk_create(rows)
            Claim.objects.filter(pk__in=part).update(computed_fen=0, amount_fen=0)
    return {"one": one}


def settle(pool_id: str) -> dict[str, Any]:
    """This function settles every claim of the pool again, reading what was kept, and estimates its solvency."""
    import django

    django.setup()
    from shouwang.insurance.services import LadderChange, ladders_try
    from shouwang.oversight.rules.solvency import solvency
    from shouwang.oversight.selectors.solvency import claim_facts, pool_facts
    from shouwang.people.access import acting_as

    county = _clerk(COUNTY)
    with acting_as(county):
        pool, fact = pool_facts(county, int(pool_id))
        began = time.process_time()
        tried = ladders_try(viewer=county, pool=pool, change=LadderChange())
        settled = time.process_time() - began
        began = time.process_time()
        solvency(claim_facts(county, pool, amounts=tried.amounts), fact, on=date(2020, 9, 1))
        estimated = time.process_time() - began
    return {"claims": sum(one.claims for one in tried.ladders), "settled": settled, "estimated": estimated}


def main() -> None:
    """This function loads, measures and writes the section."""
    steps = {"load": load, "assess": assess, "settle": settle}
    if len(sys.argv) > 1:
        sys.stdout.write(json.dumps(steps[sys.argv[1]](*sys.argv[2:])) + "\n")
        return
    root = Path(tempfile.mkdtemp(prefix="shouwang-claims-"))
    try:
        with house(root) as here:
            before = machine.load()
            here.run("-m", "tests.bench.work", "prepare", COUNTY)
            pool = here.run("-m", "tests.bench.claims", "load").told["pool"]
            one = here.run("-m", "tests.bench.claims", "assess").told["one"]
            here.sql("vacuum analyze")
            found = here.run("-m", "tests.bench.claims", "settle", pool)
            facts = machine.facts(str(here.sql("show server_version")[0][0]))
    finally:
        shutil.rmtree(root, ignore_errors=True)
    told = found.told
    text = f"""
`python -m tests.bench.claims`: {CLAIMS:,} claims of one pool. Settled again from what was kept of each, every step in
words, the cap of the year counted anew (as when a ladder is tried), under row-level security; then the pool's solvency
estimated from them; {ONE_BY_ONE:,} assessed one by one before, each with lock, audit row and event. To reach: 100,000
settled in ≤ 5 min on two cores. Processor seconds: the machine had other work.

| | |
|---|---|
{chr(10).join(f"| {name} | {value} |" for name, value in facts)}
| Load before / after | {before} / {machine.load()} |

| | |
|---|---:|
| Claims settled | {told["claims"]:,} |
| Processor seconds of the client, settling | {told["settled"]:,.1f} |
| Claims settled a processor second | {told["claims"] / told["settled"]:,.0f} |
| Processor seconds of the client, estimating solvency | {told["estimated"]:,.1f} |
| Processor seconds of the database, both | {found.database_seconds:,.1f} |
| Peak memory, MiB | {found.peak_mib:,.0f} |
| One claim assessed by a person, processor ms of the client | {one * 1000:,.1f} |
"""
    section_write(TARGET, "Claims", text)


if __name__ == "__main__":
    main()

"""Settling claims: `python -m tests.bench.claims`, BENCH_CLAIMS invented claims (100,000 unless said otherwise).

First what the machine does for a claim without a database: the ladder in exact fractions, every step in words, the cap
of the year counted from claim to claim; then the estimate of whether the pool lasts. Then the whole of it: claims as
they stand after assessment, loaded by COPY, settled through the worker's service as the insurer under row-level
security; the same again, which finds nothing to write; and a list of other losses for all of them.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from tests.bench import machine
from tests.bench.house import House, Measured, house
from tests.bench.sections import section_write

from shouwang.config.roles import DATABASE
from shouwang.oversight.rules.solvency import ClaimFact, PoolFact, solvency
from shouwang.rulebook import PackSource
from shouwang.rulebook.insurance import ladders_of
from shouwang.rulebook.policy import policy_resolve
from shouwang.rulebook.settlements import claim_settle

CLAIMS = int(os.environ.get("BENCH_CLAIMS", "100000"))
ROUNDS = int(os.environ.get("BENCH_CLAIMS_ROUNDS", "5"))
BARE = 500  # each so many-th claim has not been assessed
HOUSE = Path(__file__).parents[2]
TERM, ON, UNTIL = date(2020, 1, 1), date(2020, 9, 1), date(2021, 1, 1)
COUNTY = 130529000000
AT = datetime(2020, 9, 1, 2, tzinfo=UTC)
YEAR_CAP = 8_000_000


def invented() -> list[tuple[int, date, int, int]]:
    """This function returns claims: household (two each), day, loss, what medical insurance paid."""
    draw = random.Random(1)
    found = []
    for number in range(CLAIMS):
        fen = draw.randrange(100_000, 15_000_000)
        found.append((number // 2, TERM + timedelta(days=draw.randrange(240)), fen, fen // 3))
    return found


def is_bare(number: int) -> bool:
    """This function tells whether a claim has not been assessed."""
    return number % BARE == 0


def items_of(number: int, fen: int, *, more: int = 0) -> Iterator[tuple[str, str, int, int, int]]:
    """This function yields the loss of a claim in two items: name, invoice, evidence, claimed, assessed."""
    if not is_bare(number):
        half = (fen + more) // 2
        yield "住院费用", f"H{number}", half + 5_000, half, half
        yield "门诊费用", f"M{number}", fen + more - half, fen + more - half, fen + more - half


def pool_ready() -> dict[str, Any]:
    """This function opens the pool of the demo values in the measured house, as its county does."""
    import django

    django.setup()
    from tests.bench.work import _clerk

    from shouwang.insurance.services import Opening, pool_open
    from shouwang.people.access import acting_as

    insurer, centre = _clerk(str(COUNTY), kind="INSURER"), _clerk(str(COUNTY))
    opening = Opening("fund", TERM, None, insurer.organisation_id, "合同 1 号", tender="招 1 号")
    with acting_as(centre):
        pool = pool_open(viewer=centre, opening=opening, at=AT)
    return {"pool": pool.pk, "version": pool.pack_version_id, "insurer": insurer.organisation_id}


def load(here: House, ready: dict[str, Any]) -> None:
    """This function makes claims that are open and have been assessed, by COPY."""
    claims = invented()
    with psycopg.connect(here.cluster.url(DATABASE)) as admin:
        with admin.cursor().copy(
            "copy insurance_claim (id, slot, household_id, household_name, place, person_name, payee_id, payee_name,"
            " case_id, pool_id, pool_name, organisation_id, insurer_name, cause, covered_as, event_on, summary,"
            " pack_version_id, type_key, type_name, type_source, type_note, insured_as, insured_note, ladder_key,"
            " ladder_name, state, evidence_fen, loss_fen, offsets, advance_fen, advance_decided_by, decided_by,"
            " decision_reason, appeals, requested_by, paid_by, payer_name, payment_state, payment_ref, payment_asks,"
            " payment_said, recovered_fen, advance_state, advance_ref, advance_asks, advance_said, advance_reference,"
            " advance_recovered_fen, reference, handled_user_ids, opened_at, opened_by, version, earlier_fen,"
            " person_id) from stdin"
        ) as copy:
            for number, (household, on, fen, medical) in enumerate(claims, start=1):
                loss, evidence = (0, 0) if is_bare(number) else (fen, fen + 5_000)
                offsets = json.dumps({} if is_bare(number) else {"MEDICAL": medical})
                copy.write_row(
                    (number, COUNTY + 1_001 + household % 300, household + 1, "户主", "某村", "某人", number, "某人",
                     number, ready["pool"], "防贫保险", ready["insurer"], "承保公司", "ILLNESS", "ILLNESS", on, "住院",
                     ready["version"], "MARGINAL", "边缘易致贫户", "STATED", "入户核查", "", "", "illness_payout",
                     "因病赔付", "OPEN", evidence, loss, offsets, 0, "", "", "", 0, "", "INSURER", "", "", "", 0, "", 0,
                     "", "", 0, "", "", 0, "", "{}", AT, "x", 1, 0, number)
                )  # fmt: skip
        with admin.cursor().copy(
            "copy insurance_claimitem (claim_id, slot, organisation_id, name, receipt, evidence_fen, claimed_fen,"
            " assessed_fen, note, is_live) from stdin"
        ) as copy:
            for number, (household, _on, fen, _medical) in enumerate(claims, start=1):
                for name, receipt, evidence, claimed, assessed in items_of(number, fen):
                    copy.write_row(
                        (number, COUNTY + 1_001 + household % 300, ready["insurer"], name, receipt, evidence, claimed,
                         assessed, "", True)
                    )  # fmt: skip


def list_of() -> bytes:
    """This function returns an insurer's list of other losses: 1 yuan more for each claim, two lines a claim."""
    lines = ["理赔号,户主,项目,票据号,凭证金额（元）,申报金额（元）,核定金额（元）,医保报销（元）"]
    for number, (_household, _on, fen, medical) in enumerate(invented(), start=1):
        for name, receipt, *amounts in items_of(number, fen, more=100):
            yuan = ",".join(f"{amount // 100}.{amount % 100:02d}" for amount in amounts)
            lines.append(f"{number},户主,{name},{receipt},{yuan},{medical // 100}.{medical % 100:02d}")
    return "\n".join(lines).encode()


def measure(what: str, pool_id: int) -> dict[str, Any]:
    """This function settles all open claims as the insurer's clerk, the worker's way; "list": from a list."""
    import django

    django.setup()
    from django.db.models import Sum
    from django.utils import timezone
    from tests.bench.work import _clerk

    from shouwang.audit.models import Entry
    from shouwang.insurance.models import Claim, ClaimEvent, Computation, SettleWork
    from shouwang.insurance.services import settle_execute, settle_request
    from shouwang.people.access import SYSTEM, acting_as

    viewer, content = _clerk(str(COUNTY), kind="INSURER"), list_of() if what == "list" else b""
    began, cpu = time.perf_counter(), time.process_time()
    with acting_as(viewer):
        work = settle_request(
            viewer=viewer, pool_id=pool_id, at=timezone.now(), list_name="定损.csv", content=content, is_queued=False
        )
    settle_execute(work_id=work.pk, at=timezone.now())
    told: dict[str, Any] = {"seconds": time.perf_counter() - began, "client": time.process_time() - cpu}
    bare = CLAIMS // BARE
    with acting_as(SYSTEM):
        work = SettleWork.objects.get(pk=work.pk)
        kept = Computation.objects.count()
        rounds = 2 if what == "list" else 1
        assert work.computed + work.same == CLAIMS - bare, work.said
        assert work.left == (0 if what == "list" else bare), work.said
        assert kept == (CLAIMS - bare) * rounds == ClaimEvent.objects.filter(what="assess").count()
        assert kept == Entry.objects.filter(action="claim.assess").count()
        years = Claim.objects.values("household_id").annotate(all=Sum("amount_fen")).order_by("-all")
        assert years[0]["all"] == YEAR_CAP, "the year is counted from claim to claim, and reached"
    return told | {"computed": work.computed, "same": work.same, "left": work.left}


def rules_measured() -> dict[str, Any]:
    """This function settles and estimates in turns, without a database."""
    policy = policy_resolve(PackSource.from_directory(HOUSE / "packs"), place="xingtai", on=ON)
    ladder = next(one.value for one in ladders_of(policy) if "ILLNESS" in one.value.causes)
    claims = invented()
    settling, estimating, steps, facts = [], [], 0, []
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
    return {
        "settled": statistics.median(settling), "largest": max(settling), "steps": steps, "facts": len(facts),
        "estimated": statistics.median(estimating),
    }  # fmt: skip


def main() -> None:
    """This function measures rules and house, and writes the section."""
    if sys.argv[1:2] == ["ready"]:
        sys.stdout.write(json.dumps(pool_ready()) + "\n")
        return
    if sys.argv[1:2] == ["measure"]:
        sys.stdout.write(json.dumps(measure(sys.argv[2], int(sys.argv[3]))) + "\n")
        return
    before, rules = machine.load(), rules_measured()
    root = Path(tempfile.mkdtemp(prefix="shouwang-claims-"))
    found: dict[str, Measured] = {}
    try:
        with house(root) as here:
            here.run("-m", "tests.bench.work", "prepare", str(COUNTY))
            ready = here.run("-m", "tests.bench.claims", "ready").told
            load(here, ready)
            here.sql("vacuum analyze")
            for what in ("first", "again", "list"):
                found[what] = here.run("-m", "tests.bench.claims", "measure", what, ready["pool"])
            facts = machine.facts(str(here.sql("show server_version")[0][0]))
    finally:
        shutil.rmtree(root, ignore_errors=True)
    section_write(HOUSE / "docs" / "benchmarks.md", "Claims", written(rules, found, facts, before))


def written(
    rules: dict[str, Any], found: dict[str, Measured], facts: list[tuple[str, str]], before: str
) -> str:  # fmt: skip
    """This function returns the section."""

    def line(name: str, one: Measured) -> str:
        told = one.told
        return (
            f"| {name} | {told['computed']:,} | {told['same']:,} | {told['left']:,} | {told['seconds']:,.1f} |"
            f" {told['client']:,.1f} | {one.database_seconds:,.1f} | {one.peak_mib:,.0f} |"
        )

    lines = 2 * (CLAIMS - CLAIMS // BARE)
    return f"""
`python -m tests.bench.claims`: {CLAIMS:,} invented claims under the demo ladder of 邢台 (deductible, bands, cap, cap
of the year, two claims a household), medical insurance taken off first, exact fractions, every step in words. To reach:
≤ 5 min on two cores.

| | |
|---|---|
{chr(10).join(f"| {name} | {value} |" for name, value in facts)}
| Load before / after | {before} / {machine.load()} |

The whole of it: claims as they stand after assessment (two items each, one in {BARE} without any), loaded by COPY, then
settled through the worker's service as the insurer's clerk under row-level security: claims locked by household,
computed in the order of events, each with its computation, event and audit row. Again: nothing has changed. From a
list: other losses for all, {lines:,} lines of CSV, sealed, read by the limited child process, items replaced. The
database's seconds hold the checks after the run. Worker and database take turns: what they use adds up to what it takes
on a machine that does nothing else; the seconds are those under the load above.

| | Computed | As before | Left with a reason | Seconds | Processor, worker | Processor, database | MiB |
|---|---:|---:|---:|---:|---:|---:|---:|
{line("All open claims", found["first"])}
{line("Again", found["again"])}
{line("From a list", found["list"])}

The rules alone, without the database, and the pool's solvency (four scenarios, 2,000 rounds); {ROUNDS} rounds, medians
of processor seconds on one core.

| | |
|---|---:|
| Claims settled, processor seconds (largest) | {rules["settled"]:,.2f} ({rules["largest"]:,.2f}) |
| Claims a processor second | {CLAIMS / rules["settled"]:,.0f} |
| Steps in words | {rules["steps"]:,} |
| Solvency from {rules["facts"]:,} claims, processor seconds | {rules["estimated"]:,.2f} |
"""


if __name__ == "__main__":
    main()

"""A month of entitlements: `python -m tests.bench.entitlements`, BENCH_ENTITLEMENTS of them by COPY first."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
from tests.bench import machine
from tests.bench.house import House, house
from tests.bench.sections import section_write

from shouwang.config.roles import DATABASE

ENTITLEMENTS = int(os.environ.get("BENCH_ENTITLEMENTS", "1000000"))
CHANGES_EVERY = int(os.environ.get("BENCH_ENTITLEMENT_CHANGES_EVERY", "5"))  # each so many-th was changed once
TARGET = Path(__file__).parents[2] / "docs" / "benchmarks.md"
COUNTY = 130529000000
OPENED = datetime(2020, 6, 1, 2, tzinfo=UTC)
AT, MONTH = datetime(2020, 8, 1, 2, tzinfo=UTC), date(2020, 7, 1)


def load(here: House) -> None:
    """This function makes entitlements of some departments, two a household now and then, by COPY."""
    with psycopg.connect(here.cluster.url(DATABASE)) as admin:
        with admin.cursor().copy(
            "copy assistance_entitlement (id, slot, household_id, person_id, offer, kind, name, months, first_month,"
            " payer_organisation_id, payer_name, version, opened_at, opened_by) from stdin"
        ) as copy:
            for number in range(1, ENTITLEMENTS + 1):
                offer = ("dibao", "disability_care", "disability_living")[number % 3]
                person = number if number % 3 else None  # 低保 is for all of the household
                copy.write_row(
                    (number, COUNTY + 1_001 + number % 300, number * 9 // 10, person, offer, "SAFETY_NET", offer, 1,
                     "2020-01-01", 1 + number % 5, "x", 1, OPENED, "x")
                )  # fmt: skip
        with admin.cursor().copy(
            "copy assistance_entitlementchange (entitlement_id, slot, organisation_id, what, from_month, amount_fen,"
            " reason, at, by) from stdin"
        ) as copy:
            for number in range(1, ENTITLEMENTS + 1):
                slot, payer = COUNTY + 1_001 + number % 300, 1 + number % 5
                copy.write_row((number, slot, payer, "START", "2020-01-01", 20_000 + number % 9_000, "", OPENED, "x"))
                if number % CHANGES_EVERY == 0:
                    what = ("CHANGE", "SUSPEND")[number // CHANGES_EVERY % 2]
                    fen = 21_000 if what == "CHANGE" else None
                    copy.write_row((number, slot, payer, what, "2020-05-01", fen, "", OPENED, "x"))


def measure() -> dict[str, Any]:
    """This function runs a month twice as a county clerk under the walls; the second time finds nothing to make."""
    import django

    django.setup()
    from django.db.models import Sum

    from shouwang.assistance.models import EntitlementMonth
    from shouwang.assistance.services import entitlements_run
    from shouwang.funds.models import Grant
    from shouwang.people.access import Kind, Role, Viewer, acting_as

    viewer = Viewer(1, 1, 1, Kind.COUNTY_CENTRE, "", Role.CLERK, ((COUNTY, COUNTY + 999_999),), "x")
    pairs = {("dibao", "disability_care")}
    told: dict[str, Any] = {}
    for name in ("first", "again"):
        began = time.perf_counter()
        with acting_as(viewer):
            ran = entitlements_run(
                viewer=viewer, month=MONTH, pairs=pairs, at=AT if name == "first" else datetime.now(UTC)
            )
        told[name] = time.perf_counter() - began
        told[f"{name}_made"], told[f"{name}_findings"] = ran.made, ran.findings
    suspended = sum(
        number % CHANGES_EVERY == 0 and number // CHANGES_EVERY % 2 == 1 for number in range(1, ENTITLEMENTS + 1)
    )
    with acting_as(viewer):
        assert told["first_made"] == EntitlementMonth.objects.count() == ENTITLEMENTS - suspended
        assert told["again_made"] == told["again_findings"] == 0
        assert told["first_findings"] > ENTITLEMENTS // 50, "what excludes each other is found"
        paid = Grant.objects.filter(source_ref__startswith="entitlement:").aggregate(all=Sum("amount_fen"))["all"]
        assert paid == EntitlementMonth.objects.aggregate(all=Sum("amount_fen"))["all"]
    return told


def main() -> None:
    """This function loads, measures and writes the section."""
    if sys.argv[1:] == ["measure"]:
        sys.stdout.write(json.dumps(measure()) + "\n")
        return
    root = Path(tempfile.mkdtemp(prefix="shouwang-entitlements-"))
    try:
        with house(root) as here:
            before = machine.load()
            here.run("-m", "tests.bench.work", "prepare", str(COUNTY))
            load(here)
            here.sql("vacuum analyze")
            found = here.run("-m", "tests.bench.entitlements", "measure")
            facts = machine.facts(str(here.sql("show server_version")[0][0]))
    finally:
        shutil.rmtree(root, ignore_errors=True)
    told = found.told
    text = f"""
`python -m tests.bench.entitlements`: {ENTITLEMENTS:,} monthly entitlements of five departments, each
{CHANGES_EVERY}th changed or suspended once, one household in ten with two, a third of
those excluding each other; one month's run as a county clerk under
row-level security: payments, grants and findings in one transaction. To reach: ≤ 5 minutes on two cores for 1,000,000.

| | |
|---|---|
{chr(10).join(f"| {name} | {value} |" for name, value in facts)}
| Load before / after | {before} / {machine.load()} |

| | |
|---|---:|
| First run: payments made / findings | {told["first_made"]:,} / {told["first_findings"]:,} |
| First run, seconds | {told["first"]:,.1f} |
| Asked again: payments made, seconds | {told["again_made"]:,}, {told["again"]:,.1f} |
| Processor seconds of the database, both runs | {found.database_seconds:,.1f} |
| Processor seconds of the client, both runs | {found.cpu_seconds:,.1f} |
"""
    section_write(TARGET, "Entitlements", text)


if __name__ == "__main__":
    main()

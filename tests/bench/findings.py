"""What looks wrong with money, looked for in a city: `python -m tests.bench.findings`, BENCH_FINDINGS payments.

A folder named by BENCH_FINDINGS_ROOT is kept, and what was loaded into it is looked through again the next time.

The payments of a year, every other one answered by the bank, are written by the server itself with its triggers off and
are innocent; among them faults are planted, and beside each kind of fault what comes as close to it as may be and is
none. What is found must be what was planted and nothing else.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
from tests.bench import machine
from tests.bench.house import House, house
from tests.bench.sections import section_write

from shouwang.config.roles import DATABASE

PAYMENTS = int(os.environ.get("BENCH_FINDINGS", "1000000"))
HOMES = PAYMENTS // 5  # five payments a household and year
TARGET = Path(__file__).parents[2] / "docs" / "benchmarks.md"
CITY, COUNTIES = 130500000000, 10
NEW_YEAR, ON = date(2020, 1, 2), date(2020, 12, 1)
SMALL = range(21, 27)  # payers with a dozen payments each
TABLES = ("entry", "posting", "payment", "commitment", "batch", "account")

# Who is paid when, how much, by whom, in which batch: 61 days apart, below every tier, never a round sum.
PLAN = """
create table plan as
select n, h as household, n as account_of, org, least(org, 10) as county, day::int as day, 0 as apart,
       (500 + n * 7919 %% 4000) * 100 + 37 as fen, (day * 100 + org) as batch, 1 as purpose,
       case when n %% 2 = 0 then 'PAID' else 'SENT' end as state, 'SELF' as relation, null::bigint as case_id
from (select n, (n - 1) / 5 + 1 as h, ((n - 1) / 5) %% 10 + 1 as org,
             ((n - 1) %% 5) * 61 + ((n - 1) / 5) %% 28 as day
      from generate_series(1, %(payments)s::bigint) n) made;
update plan set account_of = (household - 1) * 5 + 1;
-- One in a hundred came back from the bank and was paid in a later batch.
insert into plan select %(payments)s + row_number() over (order by n), household, account_of, org, county, day, 1, fen,
                        batch, purpose, 'RETURNED', relation, case_id
from plan where n %% 100 = 0;
create unique index on plan (n);
"""
LEDGER = """
insert into funds_account (id, slot, level, organisation_id, organisation_name, source, purpose, year, stage,
                           balance_fen, opened_at, opened_by)
select o.org * 10 + s.number, %(city)s + least(o.org, 10) * 1000000, 3, o.org, '第' || o.org || '县防贫中心', 'CITY',
       '防贫救助', 2020, s.stage, 0, now(), 'x'
from (select distinct org from plan) o,
     (values (1, 'ORIGIN'), (2, 'AVAILABLE'), (3, 'COMMITTED'), (4, 'TRANSIT'), (5, 'PAID')) s(number, stage);
insert into funds_batch (id, slot, organisation_id, organisation_name, made_on, tier, people, pack_version_id, count,
                         total_fen, checksum, state, version, made_at)
select batch, %(city)s + min(county) * 1000000, min(org), '第' || min(org) || '县防贫中心', %(first)s::date + min(day),
       '{}', 1, 1, count(*), sum(fen), 'x', 'SENT', 1, now() from plan group by 1;
insert into funds_commitment (id, slot, organisation_id, account_id, household_id, person_id, case_id, purpose, ground,
        approved_on, amount_fen, source_ref, payee_name, relation, bank, sealed_account, account_blind, account_shown,
        needs_payee, state, version, made_at, made_by, cancelled_reason)
select n, %(city)s + county * 1000000 + household %% 20000, org, org * 10 + 2, household, household, case_id,
       case purpose when 1 then '防贫救助' else '产业帮扶' end, 'x', %(first)s::date + day, fen, 'bench:' || n, '张三',
       relation, 'x', '\\x00', sha256(account_of::text::bytea), '••••0001', false, 'PAID', 1, now(), 'x', '' from plan
where state <> 'RETURNED';
insert into funds_payment (id, slot, organisation_id, batch_id, line, commitment_id, household_id, reference,
        amount_fen, payee_name, bank, sealed_account, account_blind, account_shown, state, reason, sent_on)
select n, %(city)s + county * 1000000 + household %% 20000, org, batch, row_number() over (partition by batch),
       case when apart = 0 then n else (n - %(payments)s) * 100 end, household, 'bench' || n, fen, '张三', 'x', '\\x00',
       sha256(account_of::text::bytea), '••••0001', state, '', %(first)s::date + day from plan;
insert into funds_entry (id, key, kind, slot, organisation_id, "on", at, by, document, note, payment_id)
select n * 4 + w.step, 'bench:' || n || ':' || w.step, w.kind, %(city)s + county * 1000000, org,
       %(first)s::date + day, now(), 'x', 'x', '', n
from plan, (values (0, 'COMMIT'), (1, 'SEND'), (2, 'PAY'), (3, 'RETURN')) w(step, kind)
where step = 1 or (step = 0 and apart = 0) or (step = 2 and state = 'PAID') or (step = 3 and state = 'RETURNED');
insert into funds_entry (id, key, kind, slot, organisation_id, "on", at, by, document, note)
select 4000000000 + org, 'bench:budget:' || org, 'BUDGET', %(city)s, org, %(first)s::date - 1, now(), 'x', 'x', ''
from plan group by org;
insert into funds_posting (entry_id, account_id, slot, organisation_id, amount_fen)
select e.id, p.org * 10 + case e.kind when 'COMMIT' then 2 when 'SEND' then 3 else 4 end + l.side
             * case e.kind when 'RETURN' then -1 else 1 end,
       e.slot, p.org, case l.side when 0 then -p.fen else p.fen end
from funds_entry e join plan p on p.n = e.payment_id, (values (0), (1)) l(side);
insert into funds_posting (entry_id, account_id, slot, organisation_id, amount_fen)
select 4000000000 + org, org * 10 + l.side, %(city)s + min(county) * 1000000, org,
       sum(fen) filter (where apart = 0) * case l.side when 1 then -1 else 1 end
from plan, (values (1), (2)) l(side) group by org, l.side;
insert into register_household (id, slot, number, version, registered_on, ended_on, ended_reason, created_at,
                                changed_at, changed_by)
select h, %(city)s + (h %% 10 + 1) * 1000000 + h %% 20000, '', 1, '2019-01-01', null, '', now(), now(), ''
from generate_series(1, %(homes)s::bigint) h;
insert into register_person (id, slot, name, initials, sex, nationality, number, version, created_at, changed_at,
                             changed_by)
select h, %(city)s + (h %% 10 + 1) * 1000000 + h %% 20000, '张三', 'ZS', '', '', '', 1, now(), now(), ''
from generate_series(1, %(homes)s::bigint) h;
"""


class Planted:
    """The faults, and what is none: statements for the plan, statements for what was made of it, and the truth."""

    def __init__(self) -> None:
        self.plan: list[str] = []
        self.more: list[str] = []
        self.truth: set[str] = set()
        self.home = 1000
        self.number = PAYMENTS * 2
        self.account = 1000

    def homes(self, count: int) -> list[int]:
        """So many households that nothing was done to yet, none of them in two counties' sight."""
        self.home += count * 7
        return [self.home - number * 7 for number in range(count)]

    def all(self) -> None:
        """Every kind of fault, a dozen of each or as many as there may be."""
        self.hands()
        self.ends()
        self.splits()
        self.sums()
        self.movements()

    def hands(self) -> None:
        """One account for two households; accounts of officials; one purpose charged with another's cost."""
        homes = self.homes(24)
        for mine, other in zip(homes[::2], homes[1::2], strict=True):
            self.plan.append(f"update plan set account_of = {(other - 1) * 5 + 1} where n = {mine * 5 - 2}")
            self.more.append(f"/*SHARED {(other - 1) * 5 + 1}*/")
        for home in self.homes(12):
            n = home * 5
            self.plan.append(f"update plan set account_of = -{n} where n = {n}")
            self.more.append(
                "insert into funds_watchedaccount (slot, organisation_id, owner, post, account_blind, account_shown,"
                f" added_at, added_by) values ({CITY}, 1, '钱', '主任', sha256('-{n}'::bytea), '••••2', now(), 'x')"
            )
            self.truth.add(f"OFFICIAL:{n}")
        for home in self.homes(12):
            self.plan.append(f"update plan set purpose = 2 where n = {home * 5}")
            self.truth.add(f"CHARGED:{home * 5}")

    def ends(self) -> None:
        """The last payment a day after a death, an end, a removed risk; on the day itself; by another right."""
        for number, home in enumerate(self.homes(24)):
            is_before = number < 12
            day = f"(select '{NEW_YEAR}'::date + day from plan where n = {home * 5}) - {int(is_before)}"
            what = number % 3
            self.more.append(
                f"update register_person set died_on = {day} where id = {home}" if what == 0
                else f"update register_household set ended_on = {day} where id = {home}" if what == 1
                else _removed(home, day)
            )  # fmt: skip
            self.plan.append(f"update plan set case_id = 7 where household = {home}")
            if is_before:
                self.truth.add(f"AFTER:{home * 5}")
        for home in self.homes(HOMES // 200):
            self.more.append(_removed(home, "'2020-02-01'"))

    def splits(self) -> None:
        """Two payments that reach ten thousand within thirty days; one day later; in one batch; one fen short."""
        for number, home in enumerate(self.homes(48)):
            first, second = home * 5 - 4, home * 5 - 3
            self.plan.append(f"update plan set fen = 500037 where n in ({first}, {second})")
            apart = 31 if 12 <= number < 24 else 30
            batch = f"(p.day + {apart}) * 100 + p.org + 50" if not 24 <= number < 36 else "p.batch"
            self.plan.append(
                f"update plan set day = p.day + {0 if 24 <= number < 36 else apart}, batch = {batch} from plan p"
                f" where p.n = {first} and plan.n = {second}"
            )
            if number >= 36:
                self.plan.append(f"update plan set fen = 499962 where n = {second}")
            if number < 12:
                self.truth.add(f"SPLIT:{home}:{first}:{second}")

    def sums(self) -> None:
        """Just below a tier: twice, and once. Round sums: ten of ten, nine of nine, ten of thirteen, too far apart."""
        for county in range(1, 7):
            homes = [home for home in self.homes(40) if (home - 1) % 10 + 1 == county]
            for home in homes[: 2 if county < 4 else 1]:
                self.plan.append(f"update plan set fen = 999963 where n = {home * 5}")
            if county < 4:
                first = min(homes[:2], key=lambda home: ((home - 1) % 28, home))
                self.truth.add(f"NEAR:{county}:1000000:{first * 5}")
        for payer, (whole, odd, apart) in zip(
            SMALL, ((10, 0, 1), (12, 3, 1), (9, 0, 1), (10, 3, 1), (10, 0, 4), (15, 0, 0)), strict=True
        ):
            homes = self.homes(whole + odd)
            for number, home in enumerate(homes):
                is_odd = 5 <= number < 5 + odd  # amid the others, so that no stretch is without them
                fen = 200_000 + is_odd
                self.plan.append(
                    f"update plan set org = {payer}, county = 10, fen = {fen}, day = 300 - {number * apart},"
                    f" batch = (300 - {number * apart}) * 100 + {payer} where n = {home * 5}"
                )
            if payer in (21, 22, 26):
                whole_ones = [one for one in enumerate(homes) if not 5 <= one[0] < 5 + odd]
                first = max(whole_ones, key=lambda one: (one[0] * apart, -one[1]))[1]
                self.truth.add(f"ROUND:{payer}:{first * 5}")

    def movements(self) -> None:
        """Money that rests a day too long or up to the last day; kept back; moved to another purpose."""
        for number in range(24):
            days = 21 if number < 12 else 20
            account, entry = self._came(number % 10 + 1, f"停留{number}", ON - timedelta(days=days), "BUDGET")
            if number < 12:
                self.truth.add(f"REST:{account}:{entry}")
        for number in range(24):
            days = 16 if number < 12 else 15
            account, _ = self._came(number % 10 + 1, f"专款{number}", ON - timedelta(days=days), "ALLOCATE", 900)
            if number < 12:
                self.truth.add(f"WITHHELD:{account}:900")
        for number in range(12):
            account, _ = self._came(number % 10 + 1, f"原用途{number}", ON - timedelta(days=9), "BUDGET")
            _, entry = self._came(number % 10 + 1, f"新用途{number}", ON - timedelta(days=9), "SHIFT", out=account)
            self.truth.add(f"SHIFTED:{entry}")

    def _came(
        self, county: int, purpose: str, on: date, kind: str, earmarked: int | None = None, out: int | None = None
    ) -> tuple[int, int]:
        """Money that came into an account of its own, from its origin or out of another; account and entry."""
        self.account += 10
        origin, into, entry = self.account, self.account + 1, 5_000_000_000 + self.account
        for pk, stage in ((origin, "ORIGIN"), (into, "AVAILABLE")):
            self.more.append(
                "insert into funds_account (id, slot, level, organisation_id, organisation_name, source, purpose, year,"
                f" stage, balance_fen, opened_at, opened_by) values ({pk}, {CITY + county * 10**6}, 3, {county},"
                f" '第{county}县防贫中心', 'CITY', '{purpose}', 2020, '{stage}', 0, now(), 'x')"
            )
        self.more.append(
            'insert into funds_entry (id, key, kind, slot, organisation_id, "on", at, by, document, note,'
            f" earmarked_for) values ({entry}, 'planted:{entry}', '{kind}', {CITY + county * 10**6}, {county}, '{on}',"
            f" now(), 'x', '文', '', {earmarked or 'null'})"
        )
        for pk, fen in ((out or origin, -500_00), (into, 500_00)):
            self.more.append(
                "insert into funds_posting (entry_id, account_id, slot, organisation_id, amount_fen)"
                f" values ({entry}, {pk}, {CITY + county * 10**6}, {county}, {fen})"
            )
        return into, entry


def _removed(home: int, day: str) -> str:
    return (
        "insert into register_householdstate (household_id, slot, removed_date, removal, risks, origins, valid_from,"
        f" recorded_at, source) select {home}, slot, {day}, 'HELPED', '[]', '{{}}', '2019-01-01', now(), 'clerk'"
        f" from register_household where id = {home}"
    )


def load(here: House) -> set[str]:
    """This function makes the city's money and returns the keys of what must be found."""
    planted = Planted()
    planted.all()
    values = {"payments": PAYMENTS, "city": CITY, "first": NEW_YEAR, "homes": HOMES}
    with psycopg.connect(here.cluster.url(DATABASE)) as admin, psycopg.ClientCursor(admin) as cursor:
        cursor.execute("set session_replication_role = replica")
        indexes = cursor.execute(
            "select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) from pg_index i"
            " left join pg_constraint c on c.conindid = i.indexrelid"
            " where i.indrelid = any(%s::regclass[]) and c.oid is null",
            [[f"funds_{name}" for name in TABLES]],
        ).fetchall()
        for name, _ in indexes:
            cursor.execute(f"drop index {name}")  # type: ignore[arg-type]
        cursor.execute(PLAN, values)
        for statement in planted.plan:
            cursor.execute(statement)  # type: ignore[arg-type]
        cursor.execute(LEDGER, values)
        for statement in planted.more:
            if not statement.startswith("/*"):
                cursor.execute(statement)  # type: ignore[arg-type]
        for account in [text.strip("/*").split()[1] for text in planted.more if text.startswith("/*")]:
            cursor.execute("select encode(sha256(%s::text::bytea), 'hex')", [account])
            planted.truth.add(f"SHARED:{(cursor.fetchone() or [''])[0][:32]}")
        for _, made in indexes:
            cursor.execute(made)  # type: ignore[arg-type]
        cursor.execute(
            "update funds_account a set balance_fen = p.total from (select account_id, sum(amount_fen) as total"
            " from funds_posting group by 1) p where p.account_id = a.id"
        )
        cursor.execute("drop table plan")
        cursor.execute("set session_replication_role = origin")
        admin.commit()
    here.sql("vacuum analyze")
    return planted.truth


def find() -> dict[str, Any]:
    """This function looks for everything as the city's auditor and as a county's, kind by kind."""
    import django

    django.setup()
    from shouwang.funds.selectors.findings import LOOKS, rules_in_sight
    from shouwang.funds.selectors.findings.found import Ground
    from shouwang.people.access import Kind, Role, Viewer, acting_as

    told: dict[str, Any] = {}
    for place, lo, hi in (("city", CITY, CITY + 10**8 - 1), ("county", CITY + 10**6, CITY + 2 * 10**6 - 1)):
        viewer = Viewer(1, 1, 1, Kind.AUDIT, "", Role.AUDITOR, ((lo, hi),), "x")
        keys, seconds = [], {}
        for look in LOOKS:
            began = time.perf_counter()
            with acting_as(viewer):
                ground = Ground(viewer, ON, rules_in_sight(viewer, on=ON))
                keys += [found.key for found in look(ground)]
            seconds[look.__name__] = time.perf_counter() - began
        told[place] = {"keys": keys, "seconds": seconds}
    return told


def main() -> None:
    """This function loads, looks and writes the section."""
    if sys.argv[1:] == ["find"]:
        sys.stdout.write(json.dumps(find()) + "\n")
        return
    kept = os.environ.get("BENCH_FINDINGS_ROOT")
    root = Path(kept or tempfile.mkdtemp(prefix="shouwang-findings-"))
    told = root / "truth.json"
    try:
        with house(root) as here:
            before = machine.load()
            if not told.exists():
                here.run("-m", "tests.bench.work", "prepare", "130529000000")
                told.write_text(json.dumps(sorted(load(here))))
            truth = set(json.loads(told.read_text()))
            sizes = [here.sql(f"select count(*) from funds_{name}")[0][0] for name in ("payment", "posting")]
            found = here.run("-m", "tests.bench.findings", "find")
            facts = machine.facts(str(here.sql("show server_version")[0][0]))
            after = machine.load()
    finally:
        if not kept:
            shutil.rmtree(root, ignore_errors=True)
    keys, city, county = set(found.told["city"]["keys"]), found.told["city"], found.told["county"]
    alls = {place: sum(found.told[place]["seconds"].values()) for place in ("city", "county")}
    missed, wrong = sorted(truth - keys), sorted(keys - truth)
    kinds = {
        "resting": "REST", "withheld": "WITHHELD", "shifted": "SHIFTED", "charged": "CHARGED", "shared": "SHARED",
        "official": "OFFICIAL", "after_end": "AFTER", "split": "SPLIT", "near": "NEAR", "rounded": "ROUND",
    }  # fmt: skip
    lines = [
        f"| {kind} | {sum(key.startswith(f'{kind}:') for key in truth)} |"
        f" {sum(key.startswith(f'{kind}:') for key in city['keys'])} |"
        f" {city['seconds'][look]:,.2f} | {county['seconds'][look]:,.2f} |"
        for look, kind in kinds.items()
    ]
    text = f"""
`python -m tests.bench.findings`: a city of {COUNTIES} counties with {sizes[0]:,} payments to {HOMES:,} households and
{sizes[1]:,} postings of a year; faults planted of every kind, and beside each what is next to one and none (a day
later, a fen less, one batch, another right). Planted and not found: {len(missed)}; found and not planted:
{len(wrong)}. As an auditor under row-level security, each kind by itself. To reach: all in a few minutes.

| | |
|---|---|
{chr(10).join(f"| {name} | {value} |" for name, value in facts)}
| Load before / after | {before} / {after} |

| Kind | Planted | Found | City, seconds | One county, seconds |
|---|---:|---:|---:|---:|
{chr(10).join(lines)}
| all | {len(truth)} | {len(city["keys"])} | {alls["city"]:,.2f} | {alls["county"]:,.2f} |

Processor seconds of both: database {found.database_seconds:,.1f}, client {found.cpu_seconds:,.1f}.
"""
    if missed or wrong:
        sys.stderr.write(f"missed: {missed[:20]}\nnot planted: {wrong[:20]}\n")
    section_write(TARGET, "Findings", text)


if __name__ == "__main__":
    main()

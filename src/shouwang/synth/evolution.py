"""How a block of the population goes on after a panel's first snapshot, and what of it stands in each later one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import numpy as np
import pyarrow as pa

from shouwang.synth import events, shape, statuses, tables
from shouwang.synth.blocks import Block
from shouwang.synth.draws import Bools, Floats, Ints, chance, stream
from shouwang.synth.events import spending_draw
from shouwang.synth.incomes import history_months, months_fill, work_phases, works_in
from shouwang.synth.persons import LABOUR, STUDENT, day_number
from shouwang.synth.purse import Falls, falls_find, losses_count
from shouwang.synth.shocks import (
    ACCIDENT,
    EMPLOYMENT,
    ILLNESS,
    STUDY,
    Shocks,
    harvests,
    shocks_draw,
    spending_of,
    wages_stopped,
)
from shouwang.synth.standing import WATCH

_DAMAGED_FROM_FEN = 500_000
_LASTING_MONTHS = 6  # an illness this long costs the ability to work


@dataclass
class Evolution:
    """A block and all that happens to it, with the day on which each row comes to stand in the register."""

    block: Block
    days: tuple[date, ...]
    shocks: Shocks
    falls: Falls
    incomes: dict[str, Ints]  # months are places among the months after the first
    spending: dict[str, Ints]  # with `arrived`, `settled` and the key
    statuses: dict[str, Ints]
    listed: Ints  # the day the register lists the household after its fall, −1 never
    cost: Ints  # of each shock: paid and lost, in fen


def panel_months(days: tuple[date, ...]) -> tuple[date, ...]:
    """This function returns the first days of the panel's months."""
    return tuple(day.replace(day=1) for day in days)


def evolve(*, seed: int, index: int, block: Block, hits: Bools, days: tuple[date, ...]) -> Evolution:
    """This function draws what happens to a block; `hits` are disasters in its households' villages, by month."""
    months = panel_months(days)
    rng = stream(seed, index, "panel", "shocks")
    shocks = shocks_draw(rng, block, hits, months)
    harvest = harvests(block, shocks, len(months), rng)
    spending = _spending(seed, index, block, shocks, days)
    usual, at_work = _work(seed, index, block, shocks, months)
    month_of = _month_of(spending["day"], days[0])
    losses = losses_count(
        block, shocks, spending, month_of, usual=usual, at_work=at_work, harvest=harvest,
        months=tuple(month.month for month in months),
    )  # fmt: skip
    rng = stream(seed, index, "panel", "purse")
    falls = falls_find(rng, block, losses)
    return Evolution(
        block=block,
        days=days,
        shocks=shocks,
        falls=falls,
        incomes=months_fill(block.kin, block.means, months[1:], at_work[:, 1:], business=harvest[:, 1:]),
        spending=spending,
        statuses=_statuses(rng, block, shocks, spending),
        listed=_listed(rng, block, falls, days),
        cost=_costs(block, shocks, spending, usual & ~at_work, harvest, months),
    )


def _month_of(day: Ints, first: date) -> Ints:
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.asarray(month - ((first.year - 1970) * 12 + first.month - 1), dtype=np.int64)


def _spending(seed: int, index: int, block: Block, shocks: Shocks, days: tuple[date, ...]) -> dict[str, Ints]:
    """This function gathers the spending of ordinary life and of shocks, in the order in which it arrives."""
    rng = stream(seed, index, "panel", "spending")
    parts = [spending_of(rng, block, shocks, day_number(days[-1]))]
    for month, (before, day) in enumerate(pairwise(days), start=1):
        drawn = spending_draw(
            stream(seed, index, "panel", "ordinary", month), block.kin, block.persons, block.standing, block.subject,
            np.zeros(block.kin.count, dtype=np.bool_), day,
        )  # fmt: skip
        # Events lie evenly over a history as long as that of any snapshot: those of the month are a month's share.
        inside = drawn["day"] > day_number(before)
        drawn["shock"] = np.full(len(inside), -1)
        parts.append({name: drawn[name][inside] for name in parts[0]})
    table = {name: np.concatenate([part[name] for part in parts]).astype(np.int64) for name in parts[0]}
    size = len(table["day"])
    bounds = np.array([shape.ARRIVAL_DAYS[name] for name in events.SPENDING_SOURCES])[table["source"]]
    late = np.where(chance(rng, shape.SHARE_VERY_LATE, size), rng.integers(*shape.VERY_LATE_DAYS, size), 0)
    table["arrived"] = table["day"] + np.maximum(rng.integers(bounds[:, 0], bounds[:, 1]), late)
    waits = chance(rng, shape.SHARE_UNSETTLED, size) & (table["cause"] == events.SPENDING_CAUSES.index("ILLNESS"))
    table["settled"] = table["arrived"] + np.where(waits, rng.integers(*shape.SETTLING_DAYS, size), 0)
    order = np.lexsort((table["cause"], table["day"], table["household"], table["arrived"]))
    return {name: column[order] for name, column in table.items()}


def _work(seed: int, index: int, block: Block, shocks: Shocks, months: tuple[date, ...]) -> tuple[Bools, Bools]:
    """This function tells which workers would have worked in which month, and which did."""
    workers, means = block.means.workers, block.means
    phase = work_phases(stream(seed, index, "incomes"), means)  # as the history of the first snapshot has it
    usual = works_in(phase, block.persons.work_months[workers], months)
    rng = stream(seed, index, "panel", "jobless")
    stopped = means.shock_months[block.kin.household[workers]]
    back = np.where(stopped > 0, np.maximum(rng.integers(*shape.JOBLESS_MONTHS, len(workers)) - stopped, 1), 0)
    jobless = np.arange(len(months))[None, :] < back[:, None]
    return usual, usual & ~jobless & ~wages_stopped(block, shocks, len(months))


def _statuses(rng: np.random.Generator, block: Block, shocks: Shocks, spending: dict[str, Ints]) -> dict[str, Ints]:
    """This function files what departments note: who lost the job, injuries, damaged houses."""
    lost = shocks.of(EMPLOYMENT)
    injured = np.flatnonzero(spending["cause"] == events.SPENDING_CAUSES.index("ACCIDENT"))
    is_damage = spending["cause"] == events.SPENDING_CAUSES.index("DISASTER")
    damaged = np.flatnonzero(is_damage & (spending["gross"] >= _DAMAGED_FROM_FEN))
    back = shocks.day[lost] + shocks.months[lost] * 30
    parts = [
        ("UNEMPLOYED", "labour", shocks.household[lost], shocks.person[lost], shocks.day[lost], back),
        *(
            (kind, source, spending["household"][rows], who, spending["day"][rows], np.full(len(rows), -1))
            for kind, source, rows, who in (
                ("INJURY", "public_security", injured, spending["person"][injured]),
                ("HOUSE_DAMAGED", "emergency", damaged, np.full(len(damaged), -1)),
            )
        ),
    ]
    columns: dict[str, list[Ints]] = {}
    for kind, source, household, person, day, until in parts:
        size = len(household)
        low, high = shape.ARRIVAL_DAYS[source]
        filled = {
            "kind": np.full(size, statuses.STATUS_KINDS.index(kind)), "household": household, "person": person,
            "value": np.full(size, statuses.NO_VALUE), "from_day": day, "until_day": until,
            "source": np.full(size, statuses.STATUS_SOURCES.index(source)),
            "arrived": day + rng.integers(low, high, size),
        }  # fmt: skip
        for name, column in filled.items():
            columns.setdefault(name, []).append(column)
    table = {name: np.concatenate(column) for name, column in columns.items()}
    order = np.lexsort((table["kind"], table["household"], table["arrived"]))
    return {name: column[order] for name, column in table.items()}


def _listed(rng: np.random.Generator, block: Block, falls: Falls, days: tuple[date, ...]) -> Ints:
    listed = np.full(block.kin.count, -1, dtype=np.int64)
    size = len(falls.household)
    later = rng.integers(*shape.LISTED_AFTER_MONTHS, size) * 30
    ends = np.array([day_number(day) for day in days])
    some = chance(rng, shape.SHARE_LISTED_AFTER, size) & (block.standing.watch[falls.household] < 0)
    listed[falls.household[some]] = (ends[falls.month] + later)[some]
    return listed


def _costs(
    block: Block, shocks: Shocks, spending: dict[str, Ints], lost: Bools, harvest: Floats, months: tuple[date, ...]
) -> Ints:
    """This function adds up what each shock cost within the panel; what two shocks lost together counts for both."""
    known = spending["shock"] >= 0
    shock = spending["shock"][known]
    hidden = np.array(list(shape.HIDDEN_SHARE.values()))[shocks.cause[shock]]
    weights = spending["self_paid"][known] * (1 + hidden)
    paid = np.bincount(shock, weights=weights, minlength=shocks.count).astype(np.float64)
    place = np.full(block.kin.people, -1, dtype=np.int64)
    place[block.means.workers] = np.arange(len(block.means.workers))
    worker = np.where(shocks.person >= 0, place[shocks.person], -1)
    reaped = [{6: 0.45, 10: 0.55}.get(month.month, 0.0) for month in months]
    for index in range(len(months)):
        inside = (shocks.month <= index) & (index < shocks.month + shocks.months)
        idle = inside & (worker >= 0) & (shocks.cause != STUDY)
        idle[idle] &= lost[worker[idle], index]
        paid[idle] += block.means.wage_month[shocks.person[idle]]
        struck = (shocks.person < 0) & (shocks.month <= index)
        household = shocks.household[struck]
        paid[struck] += block.means.business[household] * reaped[index] * (1 - harvest[household, index])
    return np.rint(paid).astype(np.int64)


def block_at(evolution: Evolution, month: int) -> Block:
    """This function returns the block as the register describes households and persons at one snapshot."""
    block, shocks = evolution.block, evolution.shocks
    known = shocks.month < month  # the register follows a month behind
    ill = np.flatnonzero(known & (shocks.cause == ILLNESS))
    persons = replace(
        block.persons, is_serious=block.persons.is_serious.copy(), is_chronic=block.persons.is_chronic.copy(),
        labour=block.persons.labour.copy(), student=block.persons.student.copy(),
    )  # fmt: skip
    persons.is_serious[shocks.person[ill]] = True
    persons.is_chronic[shocks.person[ill]] = False
    lasting = np.flatnonzero(known & np.isin(shocks.cause, (ILLNESS, ACCIDENT)) & (shocks.months >= _LASTING_MONTHS))
    able = shocks.person[lasting]
    able = able[np.isin(persons.labour[able], [LABOUR.index(name) for name in ("ORDINARY", "SKILLED", "WEAK")])]
    persons.labour[able] = LABOUR.index("LOST")
    pupils = shocks.person[known & (shocks.cause == STUDY)]
    persons.student[pupils] = STUDENT.index("COLLEGE")
    new = (evolution.listed >= 0) & (evolution.listed <= day_number(evolution.days[month]))
    standing = replace(
        block.standing,
        watch=np.where(new, WATCH.index("SUDDEN"), block.standing.watch),
        identified=np.where(new, evolution.listed, block.standing.identified),
    )
    return replace(block, persons=persons, standing=standing)


def incomes_at(evolution: Evolution, month: int) -> pa.Table:
    """This function returns the income table of one snapshot."""
    block, rows = evolution.block, evolution.incomes
    before = tables.income_rows(block, block.incomes, history_months(evolution.days[0]))
    if not month:
        return before
    inside = rows["month"] < month
    since = {name: column[inside] for name, column in rows.items()}
    return pa.concat_tables([before, tables.income_rows(block, since, panel_months(evolution.days)[1:])])


def spending_at(evolution: Evolution, month: int) -> pa.Table:
    """This function returns the spending table of one snapshot: what has arrived, unsettled where it still is."""
    block, rows = evolution.block, evolution.spending
    today = day_number(evolution.days[month])
    inside = np.flatnonzero(rows["arrived"] <= today)
    since = {name: column[inside] for name, column in rows.items()}
    since["is_unsettled"] = (since["settled"] > today).astype(np.int64)
    keys = inside + block.first_event + len(block.spending["day"])
    return pa.concat_tables([tables.spending_table(block), tables.spending_rows(block, since, keys)])


def statuses_at(evolution: Evolution, month: int) -> pa.Table:
    """This function returns the status table of one snapshot; an end that lies ahead is not known yet."""
    block, rows = evolution.block, evolution.statuses
    today = day_number(evolution.days[month])
    inside = np.flatnonzero(rows["arrived"] <= today)
    since = {name: column[inside] for name, column in rows.items()}
    since["until_day"] = np.where(since["until_day"] <= today, since["until_day"], statuses.NO_DAY)
    keys = inside + block.first_status + len(block.statuses["kind"])
    return pa.concat_tables([tables.status_table(block), tables.status_rows(block, since, keys)])

"""Kept counts: equal to counting one by one on every day and level, whatever happens; checked by a recount."""

from __future__ import annotations

import itertools
import threading
from datetime import date, datetime, timedelta

import psycopg
import pytest
from django.db import ProgrammingError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.factories.casework import AT, case_make, workflow_ready
from tests.factories.cast import Cast

from shouwang.casework.models import Case, CaseEvent, StayChange, Tally, TallyChange, TallyFinding
from shouwang.casework.selectors.funnel import funnel_counted, funnel_kept
from shouwang.casework.selectors.lamps import SIZE_OF_LEVEL, lamp_counts, lamp_totals
from shouwang.casework.selectors.progress import day_counts
from shouwang.casework.selectors.tallies import (
    _whole_areas,
    days_kept,
    lamps_in_ranges,
    lamps_kept,
    quantile,
    stages_kept,
)
from shouwang.casework.services.tallying import tallies_check, tallies_fold
from shouwang.kit.dates import SHANGHAI
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.standards.models import PackVersion

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "batch"])

DAYS = [date(2020, 6, 1) + timedelta(days=step) for step in range(8)]


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)


def cases_add(cast: Cast, rows: list[tuple[int, int, int | None, str]]) -> None:
    """Cases as (which village, day opened, days until closed or None, outcome), in one statement."""
    at = cast.places
    slots = [at.village.lo, at.sibling_village.lo, at.sibling_town_village.lo, at.neighbour_village.lo]
    workflow_ready(cast)
    with acting_as(SYSTEM):
        version = PackVersion.objects.first()
        assert version is not None
        made = []
        for village, opened, lasted, outcome in rows:
            day = DAYS[opened]
            closed = None if lasted is None else day + timedelta(days=lasted)
            is_open = closed is None
            made.append(
                Case(
                    slot=slots[village], household_id=1, pack_version=version, procedure="x",
                    stage="s" if is_open else "", stage_name="s" if is_open else "", act="check" if is_open else "",
                    holder_kind="TOWNSHIP" if is_open else "", stage_since_at=noon(day), opened_at=noon(day),
                    opened_on=day, assisted_at=noon(day), visited_at=noon(day),
                    sent_at=noon(day) if village else None, approved_at=noon(DAYS[-1]) if lasted else None,
                    closed_at=noon(closed) if closed else None,
                    closed_on=closed, outcome="" if is_open else outcome, end_key="" if is_open else "e",
                )
            )  # fmt: skip
        Case.objects.bulk_create(made)


def agree(viewer: Viewer, *, lo: int, hi: int) -> None:
    """Kept counts equal counted ones on every day and level, and every level adds up to the one above."""
    with acting_as(viewer):
        for day in [*DAYS, DAYS[-1] + timedelta(days=9), DAYS[0] - timedelta(days=1)]:
            kept = {level: lamps_kept(day, level=level, lo=lo, hi=hi) for level in (1, 2, 3, 4, 5)}
            for level in (3, 4, 5):
                counted = [c for c in lamp_counts(viewer, day, level) if lo <= c.lo <= hi]
                assert kept[level] == counted, (day, level)
            beside = lamps_in_ranges([(lo, hi)], day)
            assert len({lamp_totals(counts) for counts in [*kept.values(), beside]}) == 1
        steps = funnel_counted(lo=lo, hi=hi, since=DAYS[0])
        assert steps[0].count == lamp_totals(lamps_kept(DAYS[-1] + timedelta(days=9), level=3, lo=lo, hi=hi)).total
        for level in (2, 3, 4, 5):
            assert funnel_kept(level=level, lo=lo, hi=hi, since=DAYS[0]) == steps, level
        for level in (3, 4, 5):
            assert days_kept(level=level, lo=lo, hi=hi, days=DAYS) == day_counts(viewer, lo=lo, hi=hi, days=DAYS)


ROW = st.tuples(
    st.integers(0, 3), st.integers(0, 7), st.one_of(st.none(), st.integers(0, 9)),
    st.sampled_from(["HELPED", "REJECTED", "HANDED_OVER", "DIED"]),
)  # fmt: skip


# Cases of earlier examples stay: the counts must hold for all of them together.
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, max_size=12), late=st.lists(ROW, max_size=4), folded=st.booleans())
def test_counts_add_up_at_every_level_on_every_day(
    cast: Cast, rows: list[tuple[int, int, int | None, str]], late: list[tuple[int, int, int | None, str]],
    folded: bool,
) -> None:  # fmt: skip
    cases_add(cast, rows)
    if folded:
        tallies_fold()
    cases_add(cast, late)
    agree(cast.city, lo=0, hi=10**12 - 1)
    everywhere = {"lo": 0, "hi": 10**12 - 1, "since": DAYS[0]}
    with acting_as(SYSTEM):
        assert funnel_kept(level=1, **everywhere) == funnel_counted(**everywhere)


def test_a_viewer_sees_the_counts_of_her_own_area_only(cast: Cast) -> None:
    cases_add(cast, [(0, 0, None, ""), (1, 0, None, ""), (2, 1, 2, "HELPED"), (3, 0, None, "")])
    tallies_fold()
    for viewer, total in ((cast.county, 3), (cast.township, 2), (cast.officer, 1), (cast.neighbour, 1), (cast.city, 4)):
        with acting_as(viewer):
            found = lamps_kept(DAYS[-1], level=5, lo=0, hi=10**12 - 1)
        assert lamp_totals(found).total == total, viewer.name
    with acting_as(cast.medical):
        assert lamps_kept(DAYS[-1], level=3, lo=0, hi=10**12 - 1) == []


def test_a_case_on_its_way_and_a_move_of_its_household_keep_the_counts_right(cast: Cast) -> None:
    walk = case_make(cast, upto="closed")
    with acting_as(SYSTEM):
        on = [AT.date() + timedelta(days=step) for step in range(3)]
        for day in on:
            assert lamps_kept(day, level=3, lo=0, hi=10**12 - 1) == lamp_counts(SYSTEM, day, 3)
        Case.objects.filter(pk=walk.case_id).update(slot=cast.places.sibling_town_village.lo)
        for level in (3, 4, 5):
            assert lamps_kept(on[-1], level=level, lo=0, hi=10**12 - 1) == lamp_counts(SYSTEM, on[-1], level)
        town = {"lo": cast.places.sibling_town_village.lo // 1000 * 1000, "since": AT.date().replace(day=1)}
        town["hi"] = town["lo"] + 999
        steps = funnel_kept(level=4, **town)
        assert steps == funnel_counted(**town)
        assert [step.count for step in steps] == [1] * 5
        assert funnel_kept(level=4, lo=cast.places.town.lo, hi=cast.places.town.hi, since=town["since"])[0].count == 0
    tallies_fold()
    assert tallies_check(at=AT) == 0


def test_days_per_stage_come_out_as_the_events_say(cast: Cast) -> None:
    walks = [case_make(cast, upto="closed"), case_make(cast, upto="review")]
    with acting_as(SYSTEM):
        kept = {stage.name: stage for stage in stages_kept(level=3, lo=0, hi=10**12 - 1, since=AT.date())}
        left = CaseEvent.objects.filter(case_id__in=[walk.case_id for walk in walks]).exclude(stage_name="")
        names = set(left.exclude(to_stage="").values_list("stage_name", flat=True))
        assert set(kept) >= names
        assert kept["分送核查"].count == 2
        before = sorted(StayChange.objects.values_list("lo", "stage_name", "left_on", "tenths"))
        assert before
    tallies_fold()
    with acting_as(SYSTEM):
        folded = {stage.name: stage for stage in stages_kept(level=3, lo=0, hi=10**12 - 1, since=AT.date())}
        assert folded == kept
        with connection.cursor() as cursor:
            cursor.execute("select casework_stays_rebuild()")
        rebuilt = {stage.name: stage for stage in stages_kept(level=3, lo=0, hi=10**12 - 1, since=AT.date())}
        assert rebuilt == kept


@given(values=st.lists(st.integers(0, 50), min_size=1, max_size=60))
def test_the_median_and_the_ninth_decile_are_of_the_nearest_rank(values: list[int]) -> None:
    histogram = sorted({value: values.count(value) for value in values}.items())
    ranked = sorted(values)
    assert quantile(histogram, 1, 2) == ranked[-(-len(values) // 2) - 1]
    assert quantile(histogram, 9, 10) == ranked[-(-len(values) * 9 // 10) - 1]


def test_the_nightly_recount_finds_a_wrong_count_tells_it_and_mends_it(cast: Cast, admin_url: str) -> None:
    cases_add(cast, [(0, 0, None, ""), (3, 2, 1, "HELPED")])
    tallies_fold()
    assert tallies_check(at=AT) == 0
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("update casework_tally set opened = opened + 1 where level = 4 and day = '2020-06-01'")
        admin.execute("update casework_funnel set count = count + 1 where level = 1 and step = 'green'")
    assert tallies_check(at=AT) == 2
    with acting_as(cast.county):
        (finding,) = TallyFinding.objects.all()
        assert (finding.slot, finding.kept["opened"], finding.counted["opened"]) == (cast.places.town.lo, 2, 1)
    with acting_as(cast.neighbour):
        assert not TallyFinding.objects.exists()
    assert tallies_check(at=AT) == 0
    agree(cast.city, lo=0, hi=10**12 - 1)


def test_the_web_role_cannot_write_a_kept_count(cast: Cast) -> None:
    for model in (Tally, TallyChange):
        with pytest.raises(ProgrammingError, match="permission denied"), acting_as(SYSTEM):
            model.objects.create(lo=1, day=DAYS[0], opened=1, brief=0, green=0, blue=0, grey=0,
                                 **({"level": 5} if model is Tally else {}))  # fmt: skip


def test_two_who_open_cases_in_one_village_do_not_wait_for_each_other(cast: Cast) -> None:
    cases_add(cast, [(0, 0, None, "")])
    tallies_fold()  # the rows are there now: an update of them would be a lock
    done: list[str] = []

    def other() -> None:
        cases_add(cast, [(0, 0, None, "")] * 50)
        done.append("other")
        connection.close()

    with acting_as(SYSTEM):
        Case.objects.filter(slot=cast.slot).update(version=2)
        thread = threading.Thread(target=other)
        cases_before = len(done)
        thread.start()
        thread.join(20)
        assert (cases_before, done) == (0, ["other"])
    agree(cast.city, lo=0, hi=10**12 - 1)


@given(st.integers(0, 4_003_500), st.integers(0, 3_002_200))
def test_a_range_is_cut_into_whole_areas_side_by_side(lo: int, width: int) -> None:
    parts = _whole_areas(lo, lo + width)
    edges = [(first, last + 1) for _, first, last in parts]
    assert edges[0][0] == lo and edges[-1][1] == lo + width + 1
    assert all(end == begin for (_, end), (begin, _) in itertools.pairwise(edges))
    assert all(first % SIZE_OF_LEVEL[level] == 0 == (last + 1) % SIZE_OF_LEVEL[level] for level, first, last in parts)
    assert len(parts) <= 5

"""Hindsight: the numbers agree with counting by hand, and what is too early or too late to judge is left out."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.engine.hindsight import Flags, Past, hindsight
from shouwang.engine.score_rows import score_read, score_row
from shouwang.engine.scores import Hardship, Score, Share, Terms, best_for, enough_check, month_number, months_needed
from shouwang.kit.dates import months_add
from shouwang.kit.errors import Refusal

CAUSES = ("ILLNESS", "STUDY")
Warned = set[tuple[int, str, int]]  # household, cause, index of the snapshot


def month_ends(count: int, first: date = date(2020, 1, 1)) -> tuple[date, ...]:
    return tuple(months_add(first, number + 1) - timedelta(days=1) for number in range(count))


def past_of(days: tuple[date, ...], hardships: list[Hardship], terms: Terms, until: date | None = None) -> Past:
    households = np.arange(1, 6, dtype=np.int64)
    return Past(days, until or days[-1], households, CAUSES, tuple(hardships), terms)


def flags_of(warned: Warned) -> Flags:
    rows = sorted(warned)
    return Flags(
        np.array([household - 1 for household, _, _ in rows], dtype=np.int64),
        np.array([CAUSES.index(cause) for _, cause, _ in rows], dtype=np.int64),
        np.array([number for _, _, number in rows], dtype=np.int64),
    )


def openings(warned: Warned, days: tuple[date, ...], rest: int, *, by_cause: bool) -> list[tuple[object, int]]:
    """Who opens a warning at which snapshot, counted one by one."""
    found: list[tuple[object, int]] = []
    for unit in sorted({(h, c if by_cause else "") for h, c, _ in warned}):
        last = None
        for number, day in enumerate(days):
            here = any((h, c if by_cause else "") == unit and n == number for h, c, n in warned)
            if here and (last is None or month_number(day) - last >= rest):
                found.append((unit, number))
                last = month_number(day)
    return found


def by_hand(past: Past, warned: Warned) -> Score:
    """The score, counted row by row as docs/algorithms/backtest.md says it."""
    terms, days = past.terms, past.days
    events = sorted(
        {(h.household, h.cause if terms.by_cause else "", h.on) for h in past.hardships if h.on <= past.until}
    )
    units = {(h, c if terms.by_cause else "", n) for h, c, n in warned}
    leads, late, missed, judged_events = [], 0, 0, 0
    for household, cause, on in events:
        if month_number(on) - month_number(days[0]) < terms.window_months:
            continue
        judged_events += 1
        own = [days[n] for h, c, n in sorted(units, key=lambda row: row[2]) if (h, c) == (household, cause)]
        before = [day for day in own if day < on and month_number(on) - month_number(day) <= terms.window_months]
        after = [day for day in own if day >= on and month_number(day) - month_number(on) <= terms.window_months]
        if before:
            leads.append((on - before[0]).days)
        elif after:
            late += 1
        else:
            missed += 1
    counts = {"early": 0, "late": 0, "false": 0, "unjudged": 0, "standing": 0}
    last_full = month_number(past.until + timedelta(days=1)) - 1
    for (household, cause), number in openings(warned, days, terms.rest_months, by_cause=terms.by_cause):
        day, month = days[number], month_number(days[number])
        own = [on for h, c, on in events if (h, c) == (household, cause)]
        if number == 0:
            counts["standing"] += 1
        elif last_full - month < terms.window_months:
            counts["unjudged"] += 1
        elif any(day < on and month_number(on) - month <= terms.window_months for on in own):
            counts["early"] += 1
        elif any(on <= day and month - month_number(on) <= terms.window_months for on in own):
            counts["late"] += 1
        else:
            counts["false"] += 1
    visited = [number for _, number in openings(warned, days, terms.rest_months, by_cause=False)]
    a_snapshot = [visited.count(number) for number in range(len(days))]
    spans = [(later - earlier).days / 7 for earlier, later in pairwise(days)]
    leads.sort()
    quartile = lambda part: leads[-(-len(leads) * part // 4) - 1]  # noqa: E731
    return Score(
        found=Share(len(leads), judged_events),
        found_late=late,
        missed=missed,
        lead_days=(quartile(1), quartile(2), quartile(3)) if leads else None,
        false=Share(counts["false"], counts["false"] + counts["early"] + counts["late"]),
        early=counts["early"],
        late=counts["late"],
        unjudged=counts["unjudged"],
        standing=counts["standing"],
        visits=len(visited),
        visits_by_snapshot=tuple(a_snapshot),
        visits_a_week=pytest.approx(sum(a_snapshot[1:]) / sum(spans)),
        visits_a_week_most=pytest.approx(max(n / span for n, span in zip(a_snapshot[1:], spans, strict=True))),
    )


@st.composite
def pasts(draw: st.DrawFn) -> tuple[Past, list[Warned]]:
    """Snapshots with gaps, hardships before, during and after them, and candidates each wider than the one before."""
    terms = Terms(draw(st.integers(1, 3)), draw(st.integers(1, 5)), by_cause=draw(st.booleans()))
    every = (
        month_ends(8) if draw(st.booleans()) else tuple(date(2020, 1, 10) + timedelta(days=30 * n) for n in range(8))
    )
    kept = draw(st.sets(st.integers(1, 6)))
    days = (every[0], *(every[number] for number in sorted(kept)), every[7])
    until = every[7] + timedelta(days=draw(st.integers(0, 70)))
    hardship = st.builds(
        Hardship,
        household=st.integers(1, 6),  # the sixth is never warned of
        on=st.dates(date(2019, 10, 1), date(2020, 12, 31)),
        cause=st.sampled_from([*CAUSES, "DISASTER", ""]),
    )
    row = st.tuples(st.integers(1, 5), st.sampled_from(CAUSES), st.integers(0, len(days) - 1))
    warned: Warned = set()
    candidates = []
    for more in draw(st.lists(st.sets(row, max_size=12), min_size=1, max_size=3)):
        warned = warned | more
        candidates.append(warned)
    return past_of(days, draw(st.lists(hardship, max_size=10)), terms, until), candidates


@given(pasts())
def test_the_numbers_agree_with_counting_by_hand(drawn: tuple[Past, list[Warned]]) -> None:
    past, candidates = drawn
    found = hindsight(past, [flags_of(warned) for warned in candidates])
    for score, warned in zip(found.scores, candidates, strict=True):
        assert score == by_hand(past, warned)
        assert score.found.whole == found.hardships_judged == score.found.part + score.found_late + score.missed


@given(pasts())
def test_who_warns_of_more_finds_no_less_and_visits_no_less(drawn: tuple[Past, list[Warned]]) -> None:
    past, candidates = drawn
    found = hindsight(past, [flags_of(warned) for warned in candidates])
    for narrow, wide in pairwise(found.scores):
        assert wide.found.part >= narrow.found.part
        assert wide.visits >= narrow.visits
        assert wide.standing >= narrow.standing
        assert wide.missed <= narrow.missed


@given(st.integers(0, 400), st.integers(0, 400))
def test_an_interval_holds_its_share_and_stays_inside_nought_and_one(part: int, more: int) -> None:
    share = Share(part, part + more)
    if not share.whole:
        assert share.value is None and share.interval is None
        return
    low, high = share.interval
    assert 0 <= low <= share.value <= high <= 1
    assert low < high


def test_wilsons_interval_is_the_published_one() -> None:
    # Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    published = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (part, whole), (low, high) in published.items():
        found = Share(part, whole).interval
        assert found == pytest.approx((low, high), abs=5e-5)


DAYS = month_ends(8)  # January to August 2020


def score_of(warned: Warned, hardships: list[Hardship], **terms: object) -> Score:
    asked = Terms(**{"window_months": 3, "rest_months": 12, **terms})
    return hindsight(past_of(DAYS, hardships, asked), [flags_of(warned)]).scores[0]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1, ("missed", None)),  # February: four months before June
        (2, ("found", 62)),  # March: three months before, just inside
        (4, ("found", 1)),  # the day before
        (5, ("found_late", None)),  # after
    ],
)
def test_a_warning_counts_from_the_window_to_the_day_before(number: int, expected: tuple[str, int | None]) -> None:
    score = score_of({(1, "ILLNESS", number)}, [Hardship(1, date(2020, 6, 1), "ILLNESS")])
    counts = {"found": score.found.part, "found_late": score.found_late, "missed": score.missed}
    assert counts == {name: int(name == expected[0]) for name in counts}
    assert (score.lead_days or (None,))[0] == expected[1]


def test_on_the_day_itself_is_late() -> None:
    score = score_of({(1, "ILLNESS", 5)}, [Hardship(1, DAYS[5])])
    assert (score.found.part, score.found_late) == (0, 1)


def test_the_lead_runs_from_the_first_warning_of_the_window_though_it_went_out_between() -> None:
    hardship = Hardship(1, date(2020, 6, 15))
    assert score_of({(1, "ILLNESS", 2), (1, "ILLNESS", 4)}, [hardship]).lead_days == (76, 76, 76)
    assert score_of({(1, "ILLNESS", 0), (1, "ILLNESS", 4)}, [hardship]).lead_days == (15, 15, 15)


def test_a_hardship_without_a_whole_window_before_it_is_not_judged() -> None:
    inside, outside = Hardship(1, date(2020, 4, 1)), Hardship(2, date(2020, 3, 31))
    assert score_of(set(), [inside, outside]).found == Share(0, 1)


def test_a_warning_whose_window_is_not_over_is_not_judged_even_when_it_has_come_true() -> None:
    hardship = Hardship(1, date(2020, 7, 20))
    young = score_of({(1, "ILLNESS", 5)}, [hardship])
    assert (young.early, young.unjudged, young.false.whole) == (0, 1, 0)
    old = score_of({(1, "ILLNESS", 4)}, [hardship])
    assert (old.early, old.unjudged, old.false) == (1, 0, Share(0, 1))


def test_a_warning_of_the_first_snapshot_is_standing_neither_new_nor_false() -> None:
    score = score_of({(1, "ILLNESS", number) for number in range(8)}, [])
    assert (score.standing, score.visits, score.visits_a_week, score.false.whole) == (1, 1, 0.0, 0)


def test_a_warning_after_the_fall_is_no_false_one() -> None:
    score = score_of({(1, "ILLNESS", 3)}, [Hardship(1, date(2020, 4, 2))])
    assert (score.late, score.false) == (1, Share(0, 1))


def test_a_household_rests_until_it_is_visited_again() -> None:
    always = {(1, "ILLNESS", number) for number in range(1, 8)}
    assert score_of(always, [], rest_months=12).visits == 1
    assert score_of(always, [], rest_months=3).visits_by_snapshot == (0, 1, 0, 0, 1, 0, 0, 1)
    # Another cause of the same household is the same visit.
    assert score_of(always | {(1, "STUDY", 2)}, [], rest_months=12, by_cause=True).visits == 1


def test_by_cause_another_cause_finds_nothing() -> None:
    warned, hardships = {(1, "STUDY", 3)}, [Hardship(1, date(2020, 6, 1), "ILLNESS")]
    assert score_of(warned, hardships).found == Share(1, 1)
    by_cause = score_of(warned, hardships, by_cause=True)
    assert (by_cause.found, by_cause.missed, by_cause.false) == (Share(0, 1), 1, Share(1, 1))


def test_too_few_months_are_refused_with_the_number_needed() -> None:
    terms = Terms(window_months=6)
    enough_check(month_ends(8), terms)
    with pytest.raises(Refusal, match=r"至少要有前后 8 个月.*现有 7 个月"):
        enough_check(month_ends(7), terms)
    with pytest.raises(Refusal, match="现有 0 个月"):
        enough_check([], terms)
    with pytest.raises(Refusal, match="从早到晚"):
        enough_check([*month_ends(8), DAYS[0]], terms)
    with pytest.raises(Refusal, match="至少是 1 个月"):
        Terms(window_months=0)
    assert months_needed(terms) == 8


def test_the_least_months_that_are_taken_judge_something() -> None:
    terms = Terms(window_months=2, rest_months=12)
    days = month_ends(months_needed(terms))
    found = hindsight(past_of(days, [Hardship(1, days[-1])], terms), [flags_of({(1, "ILLNESS", 1)})]).scores[0]
    assert found.found == Share(1, 1)
    assert found.false == Share(0, 1)


def test_a_month_without_a_snapshot_is_named() -> None:
    days = (*DAYS[:3], *DAYS[4:])
    assert hindsight(past_of(days, [], Terms(3)), []).missing_months == (date(2020, 4, 1),)


def _scored(found: int, visits: float, false: int = 0) -> Score:
    base = score_of(set(), [])
    return replace(base, found=Share(found, 10), false=Share(false, 10), visits_a_week=visits)


def test_the_best_finds_most_within_the_visits_then_with_fewer_false_then_fewer_visits() -> None:
    scores = [_scored(9, 30.0), _scored(7, 20.0, 5), _scored(7, 19.0, 4), _scored(7, 18.0, 4), _scored(2, 5.0)]
    assert best_for(scores, 100) == 0
    assert best_for(scores, 29.9) == 3
    assert best_for(scores, 18.0) == 3
    assert best_for(scores, 17.9) == 4
    assert best_for(scores, 4.9) is None


def test_the_example_of_the_documentation_comes_out_as_told() -> None:
    page = (Path(__file__).parents[2] / "docs" / "algorithms" / "backtest.md").read_text(encoding="utf-8")
    warned, hardships = set(), []
    rows = re.findall(r"^\| (\d) \| ([\d -]*)\| ([\d-]*) \|", page, re.MULTILINE)
    for number, days, fell in rows:
        warned |= {(int(number), "ILLNESS", DAYS.index(date.fromisoformat(day))) for day in days.split()}
        hardships += [Hardship(int(number), date.fromisoformat(fell))] if fell else []
    assert len(rows) == 6
    past = replace(past_of(DAYS, hardships, Terms(3, 12)), households=np.arange(1, 7, dtype=np.int64))
    score = hindsight(past, [flags_of(warned)]).scores[0]
    lead = "、".join(str(days) for days in score.lead_days or ())
    told = (
        f"找到 {score.found.part}/{score.found.whole}，提前天数 {lead}；虚惊 {score.false.part}/{score.false.whole}；"
        f"入户 {score.visits}，其中起初已有 {score.standing}，每周 {score.visits_a_week:.2f}。"
    )
    assert told in page
    assert (score.missed, score.unjudged, score.late, score.early) == (1, 1, 1, 1)


@given(pasts())
def test_a_score_that_was_written_down_reads_as_it_was(drawn: tuple[Past, list[Warned]]) -> None:
    past, candidates = drawn
    for score in hindsight(past, [flags_of(warned) for warned in candidates]).scores:
        row = json.loads(json.dumps(score_row("现行", score), ensure_ascii=False))
        read = score_read(row)
        rates = {
            name: pytest.approx(getattr(score, name), abs=1e-4) for name in ("visits_a_week", "visits_a_week_most")
        }
        assert replace(read, **rates) == replace(score, **rates)
        assert score_row("现行", read) == row

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone
from tests.factories.cast import Cast
from tests.factories.register import household_make, person_make, resident_id_make
from tests.factories.sources import INPATIENT, import_all, stay, xlsx

from shouwang.audit.models import Entry
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.register.models import Person, Spending
from shouwang.sources.models import FeedImport, FeedMatch, FeedRow, MatchDecision, MatchPair
from shouwang.sources.selectors.pairs import pairs_waiting
from shouwang.sources.services.deciding import Decided, decisions_undo, pairs_decide
from shouwang.sources.services.errors import DecisionNotFound, MayNotDecide
from shouwang.sources.services.reading import import_load
from shouwang.sources.services.undoing import feed_import_undo, feed_import_undo_run

ID = resident_id_make(date(1970, 5, 20))
ANOTHER = "完全另名"  # the number is his, the name is not: a person must look at it


@pytest.fixture
def home(cast: Cast) -> int:
    return household_make(cast.slot, head="张胜坤", resident_id=ID).pk


def row(start: str = "2020-05-01", **changes: object) -> list[object]:
    return stay(ANOTHER, ID, start=start, end=start, **changes)


def brought(cast: Cast, *rows: list[object], name: str = "六月.xlsx") -> FeedImport:
    return import_all(cast.medical, xlsx([INPATIENT, *rows]), name=name)


def waiting(viewer: Viewer) -> list[MatchPair]:
    with acting_as(viewer):
        return list(pairs_waiting(viewer))


def decide(viewer: Viewer, verdict: str) -> Decided:
    with acting_as(viewer):
        return pairs_decide(
            viewer=viewer, verdicts={pair.pk: verdict for pair in pairs_waiting(viewer)}, at=timezone.now()
        )


def undo(viewer: Viewer, batch: str) -> int:
    with acting_as(viewer):
        return decisions_undo(viewer=viewer, batch=batch, at=timezone.now())


def facts() -> int:
    with acting_as(SYSTEM):
        return Spending.objects.filter(superseded_at__isnull=True).count()


def state(taken: FeedImport) -> tuple[int, int, int]:
    now = import_load(taken.pk)
    return now.rows_decided, now.rows_unmatched, now.facts_recorded


def test_rows_that_name_somebody_in_the_same_words_are_one_question(cast: Cast, home: int) -> None:
    taken = brought(cast, row(), row("2020-05-11"), row("2020-05-21"))
    assert len(waiting(cast.county)) == 1
    done = decide(cast.county, "SAME")
    assert (done.same, done.rows, done.refused) == (1, 3, {})
    assert state(taken) == (3, 0, 3)
    assert facts() == 3
    assert not waiting(cast.county)


def test_the_decision_that_it_is_the_same_person_applies_at_the_next_import(cast: Cast, home: int) -> None:
    brought(cast, row())
    decide(cast.county, "SAME")
    later = brought(cast, row("2020-06-11"), name="七月.xlsx")
    assert state(later) == (1, 0, 1)
    assert not waiting(cast.county)
    with acting_as(SYSTEM):
        match = FeedMatch.objects.get(feed_import=later)
    assert (match.method, match.household_id) == ("LEARNT", home)


def test_the_decision_that_it_is_another_person_is_not_asked_again(cast: Cast, home: int) -> None:
    brought(cast, row())
    assert decide(cast.county, "DIFFERENT").different == 1
    later = brought(cast, row("2020-06-11"), name="七月.xlsx")
    assert state(later) == (0, 1, 0)
    assert not waiting(cast.county)
    assert facts() == 0


def test_a_person_ruled_out_is_not_matched_by_any_step(cast: Cast, home: int) -> None:
    brought(cast, row())
    decide(cast.county, "DIFFERENT")
    with acting_as(SYSTEM):
        Person.objects.filter(name="张胜坤").update(name=ANOTHER)
    assert state(brought(cast, row("2020-06-11"), name="七月.xlsx")) == (0, 1, 0)


def test_an_undone_decision_takes_its_facts_back_wherever_it_was_applied(cast: Cast, home: int) -> None:
    first = brought(cast, row())
    done = decide(cast.county, "SAME")
    later = brought(cast, row("2020-06-11"), row("2020-06-21"), name="七月.xlsx")
    assert facts() == 3
    assert undo(cast.county, done.batch) == 1
    assert facts() == 0
    assert state(first) == (0, 1, 0)
    assert state(later) == (0, 2, 0)
    assert len(waiting(cast.county)) == 1
    with acting_as(SYSTEM):
        assert MatchPair.objects.filter(state="WAITING").count() == 3
        actions = set(Entry.objects.values_list("action", flat=True))
    assert {"match.same", "match.undo"} <= actions
    assert decide(cast.county, "SAME").rows == 3
    assert facts() == 3


def test_undoing_twice_finds_nothing(cast: Cast, home: int) -> None:
    brought(cast, row())
    done = decide(cast.county, "DIFFERENT")
    undo(cast.county, done.batch)
    assert len(waiting(cast.county)) == 1
    with pytest.raises(DecisionNotFound):
        undo(cast.county, done.batch)


def test_the_same_row_twice_is_counted_once_and_comes_back_whole(cast: Cast, home: int) -> None:
    taken = brought(cast, row(), row())
    done = decide(cast.county, "SAME")
    now = import_load(taken.pk)
    assert (now.rows_decided, now.rows_duplicate, facts()) == (1, 1, 1)
    undo(cast.county, done.batch)
    now = import_load(taken.pk)
    assert (now.rows_decided, now.rows_duplicate, now.rows_unmatched, facts()) == (0, 0, 2, 0)


def test_a_page_of_two_clerks_is_decided_once(cast: Cast, home: int) -> None:
    brought(cast, row())
    seen = {pair.pk: "SAME" for pair in waiting(cast.county)}
    decide(cast.county, "DIFFERENT")
    with acting_as(cast.county):
        late = pairs_decide(viewer=cast.county, verdicts=seen, at=timezone.now())
    assert (late.same, late.overtaken, facts()) == (0, 1, 0)


def test_a_pair_put_off_comes_last_and_is_still_asked(cast: Cast, home: int) -> None:
    other = resident_id_make(date(1971, 1, 1))
    household_make(cast.slot, head="李四", resident_id=other)
    brought(cast, row(), stay("另外一人", other))
    first = waiting(cast.county)[0]
    with acting_as(cast.county):
        pairs_decide(viewer=cast.county, verdicts={first.pk: "LATER"}, at=timezone.now())
    assert [pair.pk for pair in waiting(cast.county)][-1] == first.pk
    assert len(waiting(cast.county)) == 2


def test_the_second_candidate_is_asked_after_the_first_was_ruled_out(cast: Cast, home: int) -> None:
    household = household_make(cast.slot, head="王五")
    person_make(household, "张胜昆", birth_date=date(1970, 5, 20))
    person_make(household, "张胜乾", birth_date=date(1970, 5, 20))
    brought(cast, stay("张胜琨", None, town="王虎寨镇", village="大寨村"), name="无号.xlsx")
    headings = [*INPATIENT, "出生日期"]
    import_all(
        cast.medical,
        xlsx([headings, [*stay("张胜琨", None, town="王虎寨镇", village="大寨村"), "1970-05-20"]]),
        name="无号二.xlsx",
    )
    first = waiting(cast.county)
    assert len(first) == 1
    decide(cast.county, "DIFFERENT")
    second = waiting(cast.county)
    assert len(second) == 1
    assert second[0].person_id != first[0].person_id


def test_choosing_one_candidate_settles_the_others(cast: Cast, home: int) -> None:
    person_make(household_make(cast.slot, head="王五"), "张胜昆", birth_date=date(1970, 5, 20))
    headings = [*INPATIENT, "出生日期"]
    import_all(cast.medical, xlsx([headings, [*stay("张胜琨", None, town="王虎寨镇", village="大寨村"), "1970-05-20"]]))
    decide(cast.county, "SAME")
    assert not waiting(cast.county)
    with acting_as(SYSTEM):
        assert sorted(MatchPair.objects.values_list("state", flat=True)) == ["SAME", "SETTLED"]


def test_only_the_county_centre_of_the_place_sees_and_decides(cast: Cast, home: int) -> None:
    brought(cast, row())
    (pair,) = waiting(cast.county)
    for who, viewer in cast.members().items():
        if who == "county":
            continue
        assert not waiting(viewer), who
        with acting_as(viewer):
            if who != "auditor":
                assert not MatchPair.objects.exists(), who
                assert not MatchDecision.objects.exists(), who
            if who == "neighbour":
                assert pairs_decide(viewer=viewer, verdicts={pair.pk: "SAME"}, at=timezone.now()).overtaken == 1
            else:
                with pytest.raises(MayNotDecide):
                    pairs_decide(viewer=viewer, verdicts={pair.pk: "SAME"}, at=timezone.now())
    assert facts() == 0


def test_an_import_taken_back_leaves_the_queue_and_keeps_what_was_learnt(cast: Cast, home: int) -> None:
    taken = brought(cast, row(), stay("另一个名", ID, start="2020-05-11"))
    with acting_as(cast.county):
        pair = pairs_waiting(cast.county)[0]
        pairs_decide(viewer=cast.county, verdicts={pair.pk: "SAME"}, at=timezone.now())
    with acting_as(cast.medical):
        now = import_load(taken.pk)
        feed_import_undo(viewer=cast.medical, import_id=now.pk, version=now.version, at=timezone.now(), is_queued=False)
    feed_import_undo_run(import_id=taken.pk, clock=timezone.now)
    assert not waiting(cast.county)
    assert facts() == 0
    with acting_as(SYSTEM):
        assert MatchDecision.objects.filter(undone_at__isnull=True).count() == 1
        assert not FeedRow.objects.filter(state="DECIDED").exists()

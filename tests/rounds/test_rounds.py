"""Rounds: opened over villages, walked household by household, ended with everybody seen or a reason."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make
from tests.factories.standards import policy_adopt

from shouwang.audit.models import Entry
from shouwang.people.access import SYSTEM, StaleWrite, Viewer, acting_as
from shouwang.register.models import Household
from shouwang.rounds.models import Round, RoundVillage, RoundVisit
from shouwang.rounds.rules import (
    AlreadyFound,
    AlreadyRunning,
    CloseReasonMissing,
    DueTooEarly,
    MayNotOpen,
    OccasionMissing,
    RoundClosed,
    RoundNotFound,
    SweepByCondition,
    SweepUnknown,
    VillagesMissing,
)
from shouwang.rounds.selectors import coverage_by, coverage_of, rounds_unseen, sweeps_offered, villages_of
from shouwang.rounds.services import arrivals_list, finding_report, round_close, round_list, round_open, visits_mark
from shouwang.sources.models import Clue


@pytest.fixture
def county(cast: Cast) -> Cast:
    policy_adopt(cast.places.county)
    return cast


def opened(
    cast: Cast, viewer: Viewer | None = None, *, sweep: str = "cadre_monthly", slots: Collection[int] = (),
    at: datetime | None = None, occasion: str = "", is_queued: bool = True,
) -> Round:  # fmt: skip
    who, now = viewer or cast.county, at or timezone.now()
    with acting_as(who):
        return round_open(
            viewer=who, sweep=sweep, slots=slots or [cast.slot], due_on=timezone.localdate(now) + timedelta(days=7),
            at=now, occasion=occasion, is_queued=is_queued,
        )  # fmt: skip


def mark(viewer: Viewer, made: Round, slot: int, homes: Collection[int], outcome: str = "NOTHING") -> int:
    with acting_as(viewer):
        return visits_mark(
            viewer=viewer, round_id=made.pk, slot=slot, household_ids=homes, outcome=outcome, at=timezone.now()
        )


def find(viewer: Viewer, made: Round, home: int, **more: str) -> int:
    with acting_as(viewer):
        return finding_report(
            viewer=viewer, round_id=made.pk, household_id=home, cause="DISASTER", summary="房子进水，灶台塌了",
            occurred_on=timezone.localdate(), at=timezone.now(), **more,
        )  # fmt: skip


def close(viewer: Viewer, made: Round, *, reason: str = "", version: int = 1) -> Round:
    with acting_as(viewer):
        return round_close(viewer=viewer, round_id=made.pk, version=version, reason=reason, at=timezone.now())


def counts(made: Round, slot: int) -> tuple[int, int, int]:
    with acting_as(SYSTEM):
        village = RoundVillage.objects.get(round=made, slot=slot)
        rows = list(RoundVisit.objects.filter(round=made, slot=slot).values_list("state", flat=True))
    seen = [state for state in rows if state in ("NOTHING", "FINDING", "GONE")]
    assert (village.households, village.seen, village.found) == (len(rows), len(seen), rows.count("FINDING"))
    return village.households, village.seen, village.found


def test_a_round_lists_every_living_household_of_its_villages(county: Cast) -> None:
    homes = [household_make(county.slot).pk for _ in range(3)]
    ended = household_make(county.slot).pk
    with acting_as(SYSTEM):
        Household.objects.filter(pk=ended).update(ended_on=date(2020, 1, 1))
    household_make(county.places.sibling_village.lo)
    made = opened(county)
    assert counts(made, county.slot) == (3, 0, 0)
    with acting_as(county.officer):
        assert set(RoundVisit.objects.values_list("household_id", flat=True)) == set(homes)
        assert rounds_unseen(county.officer) == (3, made.pk)
    for viewer in (county.sibling_officer, county.neighbour, county.medical):
        with acting_as(viewer):
            assert not Round.objects.exists()
            assert not RoundVisit.objects.exists()


def test_many_villages_are_listed_by_the_worker_and_a_second_time_adds_nothing(county: Cast) -> None:
    slots = [county.slot, county.places.sibling_village.lo, county.places.sibling_town_village.lo]
    for slot in slots:
        household_make(slot)
    made = opened(county, slots=slots)
    with acting_as(SYSTEM):  # as a worker that died after the first villages leaves it
        RoundVisit.objects.exclude(slot=slots[0]).delete()
        RoundVillage.objects.exclude(slot=slots[0]).update(listed_at=None, households=0)
        Round.objects.update(listed_at=None)
    for _ in range(2):
        round_list(round_id=made.pk, at=timezone.now())
    assert [counts(made, slot) for slot in slots] == [(1, 0, 0)] * 3
    with acting_as(SYSTEM):
        assert Round.objects.get().listed_at is not None


def test_marks_move_the_counts_once_and_back_when_put_right(county: Cast) -> None:
    homes = [household_make(county.slot).pk for _ in range(4)]
    made = opened(county)
    assert mark(county.officer, made, county.slot, homes[:2]) == 2
    assert mark(county.officer, made, county.slot, homes[:2]) == 0
    assert counts(made, county.slot) == (4, 2, 0)
    mark(county.officer, made, county.slot, homes[2:3], "ABSENT")
    mark(county.officer, made, county.slot, homes[2:3], "ABSENT")
    mark(county.officer, made, county.slot, homes[:1], "ABSENT")  # who was seen stays seen
    assert counts(made, county.slot) == (4, 2, 0)
    mark(county.township, made, county.slot, homes[3:], "GONE")
    assert counts(made, county.slot) == (4, 3, 0)
    with acting_as(SYSTEM):
        assert RoundVisit.objects.get(household_id=homes[2]).tries == 2
        assert Entry.objects.filter(action="round.mark").count() == 5


def test_a_finding_is_one_clue_of_the_round_and_counts_as_seen(county: Cast) -> None:
    home = household_make(county.slot).pk
    made = opened(county, sweep="disaster", occasion="7 月 21 日暴雨")
    clue_id = find(county.officer, made, home)
    assert counts(made, county.slot) == (1, 1, 1)
    with acting_as(SYSTEM):
        clue = Clue.objects.get()
    assert (clue.pk, clue.channel, clue.household_id, clue.cause) == (clue_id, "SWEEP", home, "DISASTER")
    assert clue.details == {"round_id": made.pk}
    assert clue.reporter_label == county.officer.label
    with pytest.raises(AlreadyFound):
        find(county.officer, made, home)
    with pytest.raises(AlreadyFound):
        mark(county.officer, made, county.slot, [home])
    with acting_as(SYSTEM):
        assert Clue.objects.count() == 1


def test_a_finding_of_a_household_that_was_fine_before_counts_once(county: Cast) -> None:
    home = household_make(county.slot).pk
    made = opened(county)
    mark(county.officer, made, county.slot, [home])
    find(county.officer, made, home)
    assert counts(made, county.slot) == (1, 1, 1)


def test_nobody_marks_what_is_not_hers(county: Cast) -> None:
    home, far = household_make(county.slot).pk, household_make(county.places.sibling_village.lo).pk
    made = opened(county)
    for viewer in (county.sibling_officer, county.neighbour_officer, county.leader, county.medical):
        with pytest.raises(RoundNotFound):
            mark(viewer, made, county.slot, [home])
        with pytest.raises(RoundNotFound):
            find(viewer, made, home)
    with pytest.raises(RoundNotFound):
        mark(county.officer, made, county.slot, [home, far])
    with pytest.raises(RoundNotFound):
        mark(county.officer, made, county.slot, [home], "FINDING")
    assert counts(made, county.slot) == (1, 0, 0)


def test_a_round_over_unseen_households_ends_only_with_a_reason(county: Cast) -> None:
    homes = [household_make(county.slot).pk for _ in range(2)]
    made = opened(county)
    mark(county.officer, made, county.slot, homes[:1])
    with pytest.raises(CloseReasonMissing, match="还有 1 户"):
        close(county.county, made, reason="  ")
    with pytest.raises(StaleWrite):
        close(county.county, made, reason="路断了", version=9)
    for viewer in (county.officer, county.township, county.neighbour, county.leader):
        with pytest.raises(RoundNotFound):
            close(viewer, made, reason="路断了")
    done = close(county.county, made, reason="路断了，下周补")
    assert (done.is_open, done.close_reason) == (False, "路断了，下周补")
    with pytest.raises(RoundClosed):
        mark(county.officer, made, county.slot, homes[1:])
    with pytest.raises(RoundClosed):
        find(county.officer, made, homes[1])
    with pytest.raises(RoundClosed):
        close(county.county, made, version=2)
    with acting_as(county.officer):
        assert rounds_unseen(county.officer) == (0, None)


def test_households_that_come_while_a_round_runs_belong_to_it(county: Cast) -> None:
    first = household_make(county.slot).pk
    made = opened(county)
    second = household_make(county.slot).pk
    household_make(county.places.sibling_village.lo)
    assert [arrivals_list(at=timezone.now()) for _ in range(2)] == [1, 0]
    assert counts(made, county.slot) == (2, 0, 0)
    mark(county.officer, made, county.slot, [first, second])
    household_make(county.slot)
    with pytest.raises(CloseReasonMissing):
        close(county.county, made)
    close(county.county, made, reason="新迁来的一户下月再走")
    assert counts(made, county.slot) == (3, 2, 0)
    household_make(county.slot)
    assert arrivals_list(at=timezone.now()) == 0
    with acting_as(SYSTEM):
        assert Entry.objects.filter(action="round.arrive").count() == 2


def test_a_round_with_everybody_seen_ends_without_a_word(county: Cast) -> None:
    home = household_make(county.slot).pk
    made = opened(county, county.township)
    mark(county.officer, made, county.slot, [home])
    with pytest.raises(RoundNotFound):
        close(county.sibling_township, made)
    assert not close(county.township, made).is_open


def test_a_village_is_in_one_open_round_of_a_sweep_and_occasion(county: Cast) -> None:
    first = opened(county)
    for viewer in (county.county, county.township):
        with pytest.raises(AlreadyRunning):
            opened(county, viewer)
    opened(county, sweep="disaster", occasion="暴雨")
    opened(county, sweep="disaster", occasion="大风")
    with pytest.raises(AlreadyRunning):
        opened(county, sweep="disaster", occasion=" 暴雨 ")
    with acting_as(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
        RoundVillage.objects.create(round=opened(county, sweep="disaster", occasion="冰雹"), slot=county.slot,
                                    key="cadre_monthly:")  # fmt: skip
    close(county.county, first)
    opened(county)


@pytest.mark.parametrize(
    ("refusal", "changes"),
    [
        (SweepUnknown, {"sweep": "nothing"}),
        (OccasionMissing, {"sweep": "disaster"}),
        (VillagesMissing, {"slots": [130532001001]}),
    ],
)
def test_what_cannot_be_opened_is_refused(county: Cast, refusal: type[Exception], changes: dict[str, object]) -> None:
    with pytest.raises(refusal):
        opened(county, **changes)  # type: ignore[arg-type]
    with acting_as(SYSTEM):
        assert not Round.objects.exists()


def test_a_round_is_not_due_before_it_begins_but_may_be_the_same_day(county: Cast) -> None:
    now, today = timezone.now(), timezone.localdate()
    with acting_as(county.county):
        more = {"viewer": county.county, "sweep": "cadre_monthly", "slots": [county.slot], "at": now}
        with pytest.raises(DueTooEarly):
            round_open(due_on=today - timedelta(days=1), **more)  # type: ignore[arg-type]
        assert round_open(due_on=today, **more).due_on == today  # type: ignore[arg-type]


def test_who_opens_is_the_packs_to_say(cast: Cast) -> None:
    policy_adopt(cast.places.county)
    for viewer in (cast.officer, cast.leader):
        with pytest.raises(MayNotOpen):
            opened(cast, viewer)


def test_a_sweep_that_looks_for_households_by_a_condition_is_no_round(cast: Cast) -> None:
    policy_adopt(cast.places.county, "lianyungang")
    with pytest.raises(SweepByCondition):
        opened(cast, sweep="relapse_prone")


def test_the_policy_says_which_rounds_are_due(county: Cast) -> None:
    first = datetime(2026, 3, 31, 9, tzinfo=timezone.get_current_timezone())
    with acting_as(county.county):
        due = {option.key: option.missing for option in sweeps_offered(county.county, date(2026, 3, 31))}
    assert due == {"cadre_monthly": 1, "cadre_yearly": 1, "disaster": 0}
    close(county.county, opened(county, at=first))
    with acting_as(county.county):
        for day, missing in ((date(2026, 3, 31), 0), (date(2026, 4, 1), 1)):
            due = {option.key: option.missing for option in sweeps_offered(county.county, day)}
            assert due["cadre_monthly"] == missing
        assert due["cadre_yearly"] == 1
    with acting_as(county.officer):
        assert sweeps_offered(county.officer, date(2026, 3, 31)) == []


def test_places_add_up_at_every_level(county: Cast) -> None:
    at = county.places
    slots = [at.village.lo, at.sibling_village.lo, at.sibling_town_village.lo]
    homes = {slot: [household_make(slot).pk for _ in range(number + 1)] for number, slot in enumerate(slots)}
    made = opened(county, slots=slots)
    mark(county.county, made, slots[1], homes[slots[1]])
    with acting_as(county.county):
        whole = coverage_of(county.county, [made])[made.pk]
        towns, villages = coverage_by(county.county, made, "town"), villages_of(county.county, made)
        assert len(coverage_by(county.county, made, "county")) == 1
    assert (whole.households, whole.seen, whole.unseen, whole.percent) == (6, 2, 4, 33)
    for lines in (towns, villages):
        assert sum(line.coverage.households for line in lines) == 6
        assert sum(line.coverage.seen for line in lines) == 2
    assert [line.coverage.unseen for line in towns] == [3, 1]
    with acting_as(county.township):
        assert coverage_of(county.township, [made])[made.pk].households == 3


def test_listing_and_marking_ask_as_often_for_many_households_as_for_few(county: Cast) -> None:
    asked = []
    for number, occasion in ((2, "小"), (40, "大")):
        for _ in range(number):
            household_make(county.slot)
        with CaptureQueriesContext(connection) as listing:
            made = opened(county, sweep="disaster", occasion=occasion)
        with acting_as(SYSTEM):
            homes = list(RoundVisit.objects.filter(round=made).values_list("household_id", flat=True))
        with CaptureQueriesContext(connection) as marking:
            mark(county.officer, made, county.slot, homes)
        asked.append((len(listing), len(marking)))
    assert asked[0][1] == asked[1][1] <= 16
    assert abs(asked[0][0] - asked[1][0]) <= 2  # what is read once and kept
    assert asked[1][0] <= 30


@pytest.mark.parametrize(("page", "most"), [("rounds:list", 16), ("rounds:round", 18), ("rounds:village", 22)])
def test_pages_ask_as_often_for_many_households_as_for_few(client: Client, county: Cast, page: str, most: int) -> None:
    sign_in(client, county.county)
    asked = []
    for number in (1, 12):
        for _ in range(number):
            household_make(county.slot)
            household_make(county.places.sibling_village.lo)
        made = opened(county, sweep="disaster", occasion=f"第 {number} 次",
                      slots=[county.slot, county.places.sibling_village.lo])  # fmt: skip
        arguments = {"rounds:list": [], "rounds:round": [made.pk], "rounds:village": [made.pk, county.slot]}[page]
        client.get(reverse(page, args=arguments))
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse(page, args=arguments)).status_code == 200
        asked.append(sum("SAVEPOINT" not in query["sql"] for query in caught))
    assert asked[0] == asked[1] <= most, asked


def test_a_clerk_opens_by_township_by_village_and_by_a_pasted_list(client: Client, county: Cast) -> None:
    at = county.places
    sign_in(client, county.county)
    url, due = reverse("rounds:open"), (timezone.localdate() + timedelta(days=3)).isoformat()
    said = {"sweep": "disaster", "due_on": due, "occasion": "暴雨", "listed": ""}
    assert "请至少选一个村" in client.post(url, said).content.decode()
    wrong = client.post(url, said | {"listed": "查无此村"}).content.decode()
    assert "辖区里没有这个村" in wrong
    assert "暴雨" in wrong
    answer = client.post(
        url, said | {"town": at.sibling_town.lo, "village": at.village.lo, "listed": f"{at.sibling_village.lo:012d}"}
    )
    assert answer.status_code == 302
    with acting_as(SYSTEM):
        chosen = set(RoundVillage.objects.values_list("slot", flat=True))
    assert {at.village.lo, at.sibling_village.lo, at.sibling_town_village.lo} <= chosen
    assert all(at.county.lo <= slot <= at.county.hi for slot in chosen)


def test_the_desk_of_the_officer_counts_who_is_unseen(client: Client, county: Cast) -> None:
    for _ in range(2):
        household_make(county.slot)
    made = opened(county)
    sign_in(client, county.officer)
    page = client.get("/").content.decode()
    assert "排查还没走到" in page
    assert reverse("rounds:round", args=[made.pk]) in page

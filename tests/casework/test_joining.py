"""What a person joins and parts: explicit, logged, undone by parting; no clue is lost or doubled."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from tests.factories.casework import AT, clue_make, workflow_ready
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make

from shouwang.audit.models import Entry
from shouwang.casework import services
from shouwang.casework.models import Case, CaseCause, CaseEvent, CaseSource
from shouwang.casework.rules import Told, alike
from shouwang.casework.selectors.doubles import doubles_of
from shouwang.kit.errors import Refusal
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.register.errors import HouseholdNotFound
from shouwang.sources.models import Clue

DAY = date(2020, 6, 20)
REASON = "电话问过，不是一回事"


@pytest.fixture
def ready(cast: Cast) -> Cast:
    workflow_ready(cast)
    return cast


def reported(cast: Cast, home: int, cause: str = "ILLNESS", **more: Any) -> Case:
    clue = clue_make(cast.officer, home, cause=cause, **more)
    services.clue_take(clue_id=clue.pk)
    with acting_as(SYSTEM):
        return Case.objects.get(sources__clue_id=clue.pk)


def now(case: Case) -> Case:
    with acting_as(SYSTEM):
        return Case.objects.prefetch_related("cause_rows").get(pk=case.pk)


def source_ids(case: Case) -> list[int]:
    with acting_as(SYSTEM):
        return list(CaseSource.objects.filter(case=case).order_by("pk").values_list("pk", flat=True))


def join(viewer: Viewer, case: Case, into: Case, **changes: Any) -> Case:
    said = {"version": now(case).version, "into_version": now(into).version, "reason": REASON, "at": AT}
    with acting_as(viewer):
        return services.cases_join(viewer=viewer, case_id=case.pk, into_id=into.pk, **(said | changes))


def part(viewer: Viewer, source_id: int, **changes: Any) -> Case:
    with acting_as(SYSTEM):
        version = CaseSource.objects.select_related("case").get(pk=source_id).case.version
    with acting_as(viewer):
        return services.source_part(
            viewer=viewer, source_id=source_id, **({"version": version, "reason": REASON, "at": AT} | changes)
        )


def kept_whole() -> None:
    """Every clue is in exactly the case that its source names, and every open case has something that it is about."""
    with acting_as(SYSTEM):
        taken = dict(CaseSource.objects.filter(clue_id__isnull=False).values_list("clue_id", "case_id"))
        clues = {clue.pk: clue for clue in Clue.objects.all()}
        cases = {case.pk: case for case in Case.objects.prefetch_related("cause_rows", "sources")}
    assert {pk for pk, clue in clues.items() if clue.collected_case_id} == set(taken)
    for pk, case_id in taken.items():
        assert clues[pk].collected_case_id == case_id
        assert clues[pk].household_id == cases[case_id].household_id
        assert clues[pk].slot == cases[case_id].slot
    for case in cases.values():
        if case.is_open:
            assert {source.cause for source in case.sources.all()} == set(case.causes) != set()


def test_a_clue_that_joined_by_cause_is_parted_into_a_case_of_its_own(ready: Cast) -> None:
    home = household_make(ready.slot).pk
    case, _ = reported(ready, home), reported(ready, home)
    first, second = source_ids(case)
    new = part(ready.county, second)
    assert new.pk != case.pk
    assert (source_ids(case), source_ids(new)) == ([first], [second])
    assert now(new).causes == now(case).causes == ("ILLNESS",)
    kept_whole()
    with acting_as(SYSTEM):
        whats = list(CaseEvent.objects.order_by("pk").values_list("case_id", "what"))
        assert set(Entry.objects.values_list("action", flat=True)) >= {"case.part", "clue.move"}
    assert whats[-2:] == [(case.pk, "PARTED"), (new.pk, "OPENED")]
    assert reported(ready, home).pk == case.pk  # what comes next joins the older one


def test_joining_by_hand_is_undone_by_parting(ready: Cast) -> None:
    home = household_make(ready.slot).pk
    ill, study = reported(ready, home), reported(ready, home, "STUDY")
    (source,) = source_ids(study)
    into = join(ready.county, study, ill)
    assert (into.pk, now(ill).causes) == (ill.pk, ("ILLNESS", "STUDY"))
    assert (now(study).outcome, now(study).is_open) == ("DOUBLED", False)
    kept_whole()
    assert reported(ready, home, "STUDY").pk == ill.pk
    back = part(ready.county, source)
    assert now(back).causes == ("STUDY",)
    kept_whole()


def test_a_clue_of_another_household_goes_home(ready: Cast) -> None:
    wrong, right = household_make(ready.slot).pk, household_make(ready.places.sibling_village.lo).pk
    case = reported(ready, wrong)
    (source,) = source_ids(case)
    new = part(ready.county, source, household_id=right)
    assert (new.household_id, new.slot) == (right, ready.places.sibling_village.lo)
    assert (now(case).outcome, now(case).is_open) == ("WITHDRAWN", False)
    kept_whole()


def test_it_joins_what_is_open_at_home_already(ready: Cast) -> None:
    wrong, right = household_make(ready.slot).pk, household_make(ready.slot).pk
    case, at_home = reported(ready, wrong), reported(ready, right)
    reported(ready, wrong, "ILLNESS")
    assert part(ready.county, source_ids(case)[1], household_id=right).pk == at_home.pk
    assert now(case).is_open
    kept_whole()


def test_what_may_not_be_joined_or_parted_is_refused_and_changes_nothing(ready: Cast) -> None:
    home, other = household_make(ready.slot).pk, household_make(ready.slot).pk
    far = household_make(ready.neighbour_slot).pk
    ill, study, theirs = reported(ready, home), reported(ready, home, "STUDY"), reported(ready, other)
    (only,) = source_ids(ill)
    for refusal, act in (
        (services.LastSource, lambda: part(ready.county, only)),
        (services.StatementMissing, lambda: part(ready.county, only, reason=" ")),
        (services.CaseStale, lambda: part(ready.county, only, version=99)),
        (HouseholdNotFound, lambda: part(ready.county, only, household_id=far)),
        (services.HouseholdsDiffer, lambda: join(ready.county, theirs, ill)),
        (services.CaseStale, lambda: join(ready.county, study, ill, into_version=99)),
        (services.CaseNotFound, lambda: join(ready.county, ill, ill)),
        (services.NotYourTurn, lambda: part(ready.township, only)),
        (services.NotYourTurn, lambda: join(ready.officer, study, ill)),
        (services.CaseNotFound, lambda: part(ready.neighbour, only)),
        (services.CaseNotFound, lambda: join(ready.neighbour, study, ill)),
    ):
        with pytest.raises(refusal):
            act()
    assert [len(source_ids(case)) for case in (ill, study, theirs)] == [1, 1, 1]
    assert all(now(case).is_open for case in (ill, study, theirs))
    join(ready.county, study, ill)
    with pytest.raises(services.CaseClosed):
        join(ready.county, study, ill)


def test_what_was_found_distinct_is_said_once(ready: Cast) -> None:
    home = household_make(ready.slot).pk
    first, second = reported(ready, home), reported(ready, home, "STUDY")
    for _ in range(2):
        with acting_as(ready.county):
            services.cases_distinguish(
                viewer=ready.county, first_id=second.pk, second_id=first.pk, reason=REASON, at=AT
            )
    with acting_as(SYSTEM):
        assert Entry.objects.filter(action="case.distinguish").count() == 1


def test_only_alike_cases_of_one_household_are_shown_as_doubles(ready: Cast, client: Client) -> None:
    home, other = household_make(ready.slot, head="张胜坤").pk, household_make(ready.slot).pk
    first, second = reported(ready, home), reported(ready, home, "ACCIDENT")
    reported(ready, other)
    with acting_as(ready.county):
        (double,) = doubles_of(ready.county)
    assert (double.first.pk, double.second.pk, double.why) == (first.pk, second.pk, ("说法相近", "同一天"))
    for viewer in (ready.neighbour, ready.sibling_officer, ready.medical):
        with acting_as(viewer):
            assert doubles_of(viewer) == []
    sign_in(client, ready.county)
    assert f"案件 {second.pk}" in client.get(reverse("casework:doubles")).content.decode()
    url = reverse("casework:join", args=[first.pk])
    said = {"version": now(first).version, "other": second.pk, "verdict": "DIFFERENT", "reason": REASON}
    assert client.post(url, said | {"reason": ""}).status_code == 422
    assert client.post(url, said).status_code == 302
    with acting_as(ready.county):
        assert doubles_of(ready.county) == []


def test_a_clerk_joins_two_and_parts_them_again_on_their_pages(ready: Cast, client: Client) -> None:
    home = household_make(ready.slot).pk
    first, second = reported(ready, home), reported(ready, home, "STUDY")
    sign_in(client, ready.county)
    assert "是不是一回事" in client.get(reverse("casework:case", args=[first.pk])).content.decode()
    said = {"version": now(first).version, "other": second.pk, "verdict": "SAME", "reason": REASON}
    assert client.post(reverse("casework:join", args=[first.pk]), said).status_code == 302
    assert len(source_ids(first)) == 2
    url = reverse("casework:part", args=[first.pk])
    assert client.get(url).status_code == 200
    form = {"version": now(first).version, "source": source_ids(first)[1], "household": "", "reason": REASON}
    assert "没有找到这一户" in client.post(url, form | {"household": "查无此人"}).content.decode()
    assert client.post(url, form).status_code == 302
    assert len(source_ids(first)) == 1
    kept_whole()


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        (Told("妻子胃癌住院", DAY), Told("妻子胃癌住院了", DAY), ("说法相近", "同一天")),
        (Told("妻子胃癌住院", DAY, 5), Told("没有收入", DAY + timedelta(days=31), 5), ("同一个人", "相隔 31 天")),
        (Told("妻子胃癌住院", DAY, 5), Told("没有收入", DAY + timedelta(days=32), 5), ("同一个人",)),
        (Told("妻子胃癌住院", DAY), Told("没有收入", DAY), ()),
        (Told("", DAY), Told("", DAY), ()),
    ],
)
def test_what_sounds_alike(first: Told, second: Told, why: tuple[str, ...]) -> None:
    assert alike(first, second) == alike(second, first) == why


class Joins(RuleBasedStateMachine):
    """Clues come in, join, are joined, parted, sent home, cases are closed; whatever the order, none is lost."""

    cast: Cast
    homes: tuple[int, ...]

    def __init__(self) -> None:
        super().__init__()
        self.reported = 0
        self.at = AT

    def _try(self, act: Any) -> None:
        with contextlib.suppress(Refusal):
            act()

    def _pick(self, rows: Any, number: int) -> Any:
        with acting_as(SYSTEM):
            found = list(rows)
        return found[number % len(found)] if found else None

    @rule(home=st.integers(0, 1), cause=st.sampled_from(["ILLNESS", "STUDY"]), is_taken=st.booleans())
    def report(self, home: int, cause: str, is_taken: bool) -> None:
        clue = clue_make(self.cast.officer, self.homes[home], cause=cause)
        self.reported += 1
        if is_taken:
            services.clue_take(clue_id=clue.pk)

    @rule()
    def collect(self) -> None:
        services.sources_collect(at=AT + timedelta(hours=1))

    @rule(number=st.integers(0, 9), home=st.sampled_from([None, 0, 1]))
    def part_one(self, number: int, home: int | None) -> None:
        source = self._pick(CaseSource.objects.order_by("pk"), number)
        if source is not None:
            household = None if home is None else self.homes[home]
            self._try(lambda: part(self.cast.county, source.pk, household_id=household))

    @rule(first=st.integers(0, 9), second=st.integers(0, 9))
    def join_two(self, first: int, second: int) -> None:
        case = self._pick(Case.objects.order_by("pk"), first)
        into = self._pick(Case.objects.order_by("pk"), second)
        if case is not None and into is not None:
            self._try(lambda: join(self.cast.county, case, into))

    @rule(number=st.integers(0, 9))
    def close(self, number: int) -> None:
        case = self._pick(Case.objects.filter(closed_on__isnull=True).order_by("pk"), number)
        if case is not None:
            with acting_as(self.cast.county):
                services.case_withdraw(
                    viewer=self.cast.county, case_id=case.pk, version=case.version, reason="误报", at=AT
                )

    @invariant()
    def no_clue_is_lost_or_doubled(self) -> None:
        with acting_as(SYSTEM):
            assert Clue.objects.count() == self.reported
            open_ = CaseCause.objects.filter(is_open=True, case__closed_on__isnull=False)
            assert not open_.exists()
        kept_whole()

    def teardown(self) -> None:
        services.sources_collect(at=AT + timedelta(hours=2))
        with acting_as(SYSTEM):
            assert CaseSource.objects.count() == self.reported
        kept_whole()


def test_no_order_of_joining_and_parting_loses_or_doubles_a_clue(ready: Cast) -> None:
    from django.db import transaction

    class OneRun(Joins):
        cast = ready
        homes = (household_make(ready.slot).pk, household_make(ready.slot).pk)

        def __init__(self) -> None:
            super().__init__()
            self.mark = transaction.savepoint()

        def teardown(self) -> None:
            try:
                super().teardown()
            finally:
                transaction.savepoint_rollback(self.mark)

    run_state_machine_as_test(OneRun, settings=settings(max_examples=15, stateful_step_count=12, deadline=None))

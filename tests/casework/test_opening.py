"""Warnings become cases in batches: the same rows as one by one, in as many statements for any number of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories.casework import AT, workflow_ready
from tests.factories.cast import Cast
from tests.factories.register import household_make
from tests.factories.screening import run_make, warning_make

from shouwang.audit.models import Entry
from shouwang.casework import services
from shouwang.casework.models import Case, CaseCause, CaseEvent, CaseSource
from shouwang.casework.services import opening
from shouwang.people.access import SYSTEM, acting_as
from shouwang.screening.models import Run, Warning
from shouwang.standards.models import PackVersion

IDS = {"id", "household_id", "case_id", "warning_id", "data", "after", "subject_id", "hash", "sealed_at"}


@pytest.fixture
def run(cast: Cast) -> Run:
    workflow_ready(cast)
    with acting_as(SYSTEM):
        version = PackVersion.objects.order_by("pk").last()
    assert version is not None
    return run_make(version, lo=0, hi=999_999_999_999, on=AT.date(), at=AT)


def taken(warning: Warning) -> list[dict[str, Any]]:
    """Everything that taking a warning up left, without the numbers of the rows."""
    with acting_as(SYSTEM):
        warning.refresh_from_db()
        case = Case.objects.get(pk=warning.collected_case_id)
        rows: list[Any] = [case, *CaseCause.objects.filter(case=case), *CaseSource.objects.filter(case=case),
                           *CaseEvent.objects.filter(case=case).order_by("pk")]  # fmt: skip
        rows += Entry.objects.filter(subject_type="casework.Case", subject_id=case.pk).order_by("pk")
        named = CaseEvent.objects.get(case=case).data
    assert named == {"warning_id": warning.pk}
    return [{field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields
             if field.attname not in IDS} for row in rows]  # fmt: skip


def test_a_batch_leaves_what_taking_one_by_one_leaves(cast: Cast, run: Run) -> None:
    one, other = (warning_make(run, household_make(cast.slot)) for _ in range(2))
    assert services.warning_take(warning_id=one.pk, at=AT) == "opened"
    assert opening.warnings_open([other.pk], at=AT) == [other.pk]
    assert taken(one) == taken(other)


def test_causes_open_cases_of_their_own_and_a_known_one_is_joined(cast: Cast, run: Run) -> None:
    household = household_make(cast.slot)
    warning_make(run, household, "ILLNESS")
    warning_make(run, household, "STUDY")
    first = services.sources_collect(at=AT)
    assert (first.opened, first.joined, first.held) == (2, 0, 0)
    warning_make(run, household, "ILLNESS")
    second = services.sources_collect(at=AT)
    assert (second.opened, second.joined) == (0, 1)
    with acting_as(SYSTEM):
        assert CaseCause.objects.filter(household_id=household.pk, is_open=True).count() == 2


def test_two_of_one_cause_in_a_batch_make_one_case(cast: Cast, run: Run) -> None:
    household = household_make(cast.slot)
    warning_make(run, household, "OTHER")
    warning_make(run, household, "NOT_A_CAUSE_ANY_MORE"[:20])
    done = services.sources_collect(at=AT)
    assert (done.opened, done.joined) == (1, 1)


def test_held_ones_and_those_without_a_policy_wait_and_hold_nobody_up(cast: Cast, run: Run) -> None:
    held = warning_make(run, household_make(cast.slot), is_held=True)
    stranger = warning_make(run, household_make(cast.neighbour_slot))
    mine = warning_make(run, household_make(cast.slot))
    done = services.sources_collect(at=AT)
    assert (done.opened, done.held) == (1, 1)
    assert opening.warnings_open([held.pk, stranger.pk, mine.pk], at=AT) == []


def test_a_batch_costs_as_many_statements_whatever_its_size(cast: Cast, run: Run) -> None:
    counts = []
    for size in (1, 2, 20):  # the first reads the policy
        ids = [warning_make(run, household_make(cast.slot)).pk for _ in range(size)]
        with CaptureQueriesContext(connection) as captured:
            assert len(opening.warnings_open(ids, at=AT)) == size
        counts.append(len([query for query in captured if "SAVEPOINT" not in query["sql"]]))
    assert counts[1] == counts[2] <= 15


def test_a_warning_collected_meanwhile_undoes_the_batch_and_the_rest_is_taken_one_by_one(
    cast: Cast, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    warnings = [warning_make(run, household_make(cast.slot)) for _ in range(3)]
    honest = opening.warnings_collect
    monkeypatch.setattr(opening, "warnings_collect", lambda **given: honest(**given) - 1)
    done = services.sources_collect(at=AT)
    assert (done.opened, done.held) == (3, 0)
    with acting_as(SYSTEM):
        assert Case.objects.count() == CaseEvent.objects.count() == len(warnings)

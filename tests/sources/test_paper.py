"""A form filled on paper keeps its own date; when it was entered is kept, and the policy says what clocks run from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from tests.factories.casework import AT, workflow_ready
from tests.factories.cast import Cast
from tests.factories.register import household_make
from tests.factories.sources import report_make

from shouwang.audit.models import Entry
from shouwang.casework import services
from shouwang.casework.models import Case
from shouwang.casework.services import collect
from shouwang.kit.dates import SHANGHAI
from shouwang.people.access import SYSTEM, acting_as
from shouwang.sources.models import Clue
from shouwang.sources.rules.report import PaperBeforeEvent, PaperInFuture
from shouwang.sources.services import ReportKeyReused

EVENT, FILLED = date(2020, 6, 17), date(2020, 6, 18)


@pytest.fixture
def home(cast: Cast) -> int:
    return household_make(cast.slot, head="张胜坤").pk


def paper(cast: Cast, home: int, **changes: Any) -> Clue:
    said = {"at": AT, "occurred_on": EVENT, "filled_on": FILLED, "channel": "OFFICER", "idempotency_key": "paper"}
    return report_make(cast.officer, home, **(said | changes))


def test_the_clue_has_the_date_of_the_paper_and_the_instant_of_entry(cast: Cast, home: int) -> None:
    clue = paper(cast, home)
    assert (clue.channel, clue.reported_at, clue.entered_at) == (
        "PAPER", datetime.combine(FILLED, time(12), SHANGHAI), AT,
    )  # fmt: skip
    with acting_as(SYSTEM):
        assert Entry.objects.get(action="clue.report").at == AT


def test_a_paper_of_today_is_not_reported_before_it_was_entered(cast: Cast, home: int) -> None:
    clue = paper(cast, home, filled_on=AT.date())
    assert clue.reported_at == clue.entered_at == AT


def test_the_paper_entered_twice_is_one_clue_and_with_another_date_refused(cast: Cast, home: int) -> None:
    assert paper(cast, home).pk == paper(cast, home, at=AT + timedelta(minutes=5)).pk
    with pytest.raises(ReportKeyReused):
        paper(cast, home, filled_on=FILLED + timedelta(days=1))
    with acting_as(SYSTEM):
        assert Entry.objects.filter(action="clue.report").count() == 1


def test_a_paper_is_neither_of_tomorrow_nor_older_than_its_event(cast: Cast, home: int) -> None:
    with pytest.raises(PaperInFuture):
        paper(cast, home, filled_on=AT.date() + timedelta(days=1))
    with pytest.raises(PaperBeforeEvent):
        paper(cast, home, filled_on=EVENT - timedelta(days=1))
    assert paper(cast, home, filled_on=EVENT).reported_at.astimezone(SHANGHAI).date() == EVENT


@pytest.fixture(params=["entered", "dated"])
def clocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "dated":  # as a pack that says so
        monkeypatch.setattr(collect, "clocks_from", lambda sweeps, channel: "dated")
    yield request.param


def test_the_case_counts_from_the_paper_and_its_clock_as_the_policy_says(cast: Cast, home: int, clocks: str) -> None:
    workflow_ready(cast)
    clue = paper(cast, home)
    assert services.clue_take(clue_id=clue.pk) == "opened"
    with acting_as(SYSTEM):
        case = Case.objects.get()
    assert (case.opened_on, case.opened_at) == (FILLED, AT)
    assert case.stage_since_at == (AT if clocks == "entered" else clue.reported_at)
    assert case.due_on is not None
    assert (case.due_on > AT.date()) == (clocks == "entered")

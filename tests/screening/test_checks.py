"""The data-quality checks on the register: found, mended, accepted, written by a county, seen by those who may."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make
from tests.factories.standards import policy_adopt

from shouwang.kit.tables import tables_open
from shouwang.office.services import file_open
from shouwang.people.access import SYSTEM, StaleWrite, acting_as
from shouwang.register.models import Household, HouseholdState
from shouwang.rulebook import ConditionError
from shouwang.screening.models import CheckExport, CheckHit, CheckRun, CheckTrial
from shouwang.screening.selectors import Asked, check_trend, hits_visible_to, rule_counts
from shouwang.screening.services import (
    CheckUnderWay,
    DayBeforeLast,
    HitNotFound,
    PurposeMissing,
    ReasonMissing,
    RuleText,
    TrialNotFound,
    check_execute,
    check_request,
    checks_due,
    export_execute,
    export_request,
    hit_accept,
    hit_reopen,
    rule_adopt,
    rule_try,
    rule_withdraw,
    trial_execute,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"])
AT = datetime(2026, 6, 30, 2, tzinfo=UTC)
LOW = RuleText("收入没有核定", "household", "not known(verified_income)", "report", "township", "补核", "县里要求")


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, settings: object) -> Iterator[None]:
    settings.SNAPSHOTS_DIR = tmp_path / "snapshots"  # type: ignore[attr-defined]
    settings.FILES_DIR = tmp_path / "files"  # type: ignore[attr-defined]
    yield
    shutil.rmtree(tmp_path / "snapshots", ignore_errors=True)


def watched(cast: Cast, *, slot: int | None = None) -> Household:
    """A watched household without any measure, identified long ago; its head has no occupation of any kind recorded."""
    return household_make(
        slot or cast.slot, head="张胜坤", poverty_status="NEVER", watch_type="MARGINAL",
        identified_date=datetime(2026, 1, 1, tzinfo=UTC).date(), risks=["STUDY"],
    )  # fmt: skip


def ran(cast: Cast) -> CheckRun:
    on = timezone.localdate()
    with acting_as(cast.county):
        run = check_request(
            viewer=cast.county, area_id=cast.places.county.pk, on=on, at=timezone.now(), is_queued=False
        )
    check_execute(run_id=run.pk, at=timezone.now())
    with acting_as(SYSTEM):
        done = CheckRun.objects.get(pk=run.pk)
    assert (done.state, done.message) == ("DONE", "")
    return done


def hit_of(rule: str) -> CheckHit:
    with acting_as(SYSTEM):
        return CheckHit.objects.get(rule_key=rule)


def test_a_fault_is_found_accepted_opened_and_mended_once_the_register_is_right(real_cast: Cast) -> None:
    cast = real_cast
    policy_adopt(cast.places.county, "national")
    home = watched(cast)
    first = ran(cast)
    hit = hit_of("no_measure_after_month")
    assert (hit.household_id, hit.slot, hit.state, hit.owner) == (home.pk, cast.slot, "OPEN", "county")
    with acting_as(cast.county):
        with pytest.raises(ReasonMissing):
            hit_accept(viewer=cast.county, hit_id=hit.pk, version=1, reason=" ", at=AT)
        with pytest.raises(StaleWrite):
            hit_accept(viewer=cast.county, hit_id=hit.pk, version=7, reason="甲", at=AT)
        hit_accept(viewer=cast.county, hit_id=hit.pk, version=1, reason="措施已在办", at=AT)
        hit_reopen(viewer=cast.county, hit_id=hit.pk, version=2, at=AT)
        hit_accept(viewer=cast.county, hit_id=hit.pk, version=3, reason="措施已在办", at=AT)
    with acting_as(cast.neighbour):
        assert hits_visible_to(cast.neighbour).count() == 0
        with pytest.raises(HitNotFound):
            hit_reopen(viewer=cast.neighbour, hit_id=hit.pk, version=4, at=AT)
    with acting_as(cast.officer):
        assert hits_visible_to(cast.officer).filter(pk=hit.pk).exists()
    again = ran(cast)
    assert again.hits_new == 0
    assert hit_of("no_measure_after_month").state == "ACCEPTED"
    with acting_as(SYSTEM):
        HouseholdState.objects.filter(household=home).update(identified_date=timezone.localdate())
    mended = ran(cast)
    assert (mended.hits_new, mended.hits_mended) == (0, 1)
    assert hit_of("no_measure_after_month").state == "MENDED"
    with acting_as(cast.county):
        trend = check_trend(cast.county, mended)
        assert [run.pk for run in trend.runs] == [first.pk, again.pk, mended.pk]
        assert trend.totals[0] == trend.totals[1] == trend.totals[2] + 1
        counts = {row.rule_key: (row.open, row.accepted, row.mended) for row in rule_counts(cast.county)}
        assert counts["no_measure_after_month"] == (0, 0, 1)


def test_a_county_writes_tries_adopts_and_withdraws_a_rule_of_its_own(real_cast: Cast) -> None:
    cast = real_cast
    policy_adopt(cast.places.county, "national")
    home = watched(cast)
    with acting_as(cast.county):
        with pytest.raises(ConditionError) as caught:
            rule_try(
                viewer=cast.county, text=RuleText(**{**LOW.__dict__, "when": "member_count > x"}),
                on=timezone.localdate(), at=AT,
            )  # fmt: skip
        assert caught.value.column == 16
        trial = rule_try(viewer=cast.county, text=LOW, on=timezone.localdate(), at=AT)
    trial_execute(trial_id=trial.pk, at=timezone.now())
    with acting_as(SYSTEM):
        trial = CheckTrial.objects.get(pk=trial.pk)
    assert (trial.state, trial.found, trial.looked, trial.message) == ("DONE", 1, 1, "")
    assert trial.examples == [{"slot": cast.slot, "household_id": home.pk, "person_id": None}]
    with acting_as(cast.neighbour), pytest.raises(TrialNotFound):
        rule_adopt(viewer=cast.neighbour, trial_id=trial.pk, on=timezone.localdate(), at=AT)
    with acting_as(cast.county):
        rule = rule_adopt(viewer=cast.county, trial_id=trial.pk, on=timezone.localdate(), at=AT)
    ran(cast)
    assert hit_of(rule.key).state == "OPEN"
    with acting_as(cast.county):
        rule_withdraw(viewer=cast.county, rule_id=rule.pk, reason="不再需要", at=AT)
    ran(cast)
    assert hit_of(rule.key).state == "DROPPED"


def test_a_run_is_asked_for_once_at_a_time_and_never_for_an_earlier_day(real_cast: Cast) -> None:
    cast = real_cast
    policy_adopt(cast.places.county, "national")
    watched(cast)
    ran(cast)
    with acting_as(cast.county):
        with pytest.raises(DayBeforeLast):
            check_request(
                viewer=cast.county, area_id=cast.places.county.pk, on=datetime(2020, 6, 30, tzinfo=UTC).date(), at=AT
            )
        check_request(viewer=cast.county, area_id=cast.places.county.pk, on=timezone.localdate(), at=AT)
        with pytest.raises(CheckUnderWay):
            check_request(viewer=cast.county, area_id=cast.places.county.pk, on=timezone.localdate(), at=AT)


def test_a_county_that_was_never_checked_is_due_and_one_just_checked_is_not(real_cast: Cast) -> None:
    policy_adopt(real_cast.places.county, "national")
    watched(real_cast)
    with acting_as(SYSTEM):
        assert checks_due(at=timezone.now()) == 1
        assert checks_due(at=timezone.now()) == 0


def test_a_workbook_holds_the_asked_hits_with_its_purpose(real_cast: Cast) -> None:
    cast = real_cast
    policy_adopt(cast.places.county, "national")
    watched(cast)
    ran(cast)
    with acting_as(cast.county):
        asked = Asked(rule="no_measure_after_month")
        with pytest.raises(PurposeMissing):
            export_request(viewer=cast.county, asked=asked, purpose="", at=AT)
        export = export_request(viewer=cast.county, asked=asked, purpose="派乡镇核对", at=AT)
    export_execute(export_id=export.pk, at=timezone.now())
    with acting_as(cast.county):
        made = CheckExport.objects.get(pk=export.pk)
        assert made.rows == 1
        assert made.file_id is not None
        name, content = file_open(viewer=cast.county, file_id=made.file_id, at=timezone.now())
    with tables_open(content, name=name) as sheets:
        rows = [cells for sheet in sheets for cells in sheet.rows]
    assert any("张胜坤" in [str(cell) for cell in list(row[1] if isinstance(row, tuple) else row)] for row in rows)


def test_the_pages_show_hits_and_a_faulty_rule_with_its_place(
    real_cast: Cast, client: Client, django_assert_max_num_queries: object
) -> None:
    cast = real_cast
    policy_adopt(cast.places.county, "national")
    watched(cast)
    ran(cast)
    sign_in(client, cast.county)
    for path, most in (("/screening/checks/", 30), ("/screening/checks/hits/", 30), ("/screening/checks/trend/", 30)):
        with django_assert_max_num_queries(most):  # type: ignore[operator]
            page = client.get(path)
        assert page.status_code == 200, path
    page = client.get(f"/screening/checks/hits/{hit_of('no_measure_after_month').pk}/")
    assert "按风险落实帮扶措施并录入" in page.content.decode()
    assert "已落实的帮扶措施数等于0" in page.content.decode()
    posted = client.post("/screening/checks/rules/new/", {**LOW.__dict__, "when": "member_count > x"})
    assert posted.status_code == 422
    assert "第 16 个字处" in posted.content.decode()
    tried = client.post("/screening/checks/rules/new/", LOW.__dict__, follow=True)
    assert "试算" in tried.content.decode()

"""Nobody leaves open cases and tasks behind: the last one of an office goes only when a successor is there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.factories.casework import case_make
from tests.factories.cast import Cast
from tests.factories.people import viewer_make

from shouwang.audit.models import Entry
from shouwang.people.access import SYSTEM, Kind, Role, Viewer, acting_as
from shouwang.people.services import appointment_begin, appointment_end, open_work
from shouwang.people.services.appointments import SuccessorNeeded

pytestmark = pytest.mark.django_db(transaction=True)


def end(cast: Cast, leaving: Viewer, successor: Viewer | None = None) -> dict[str, int]:
    with acting_as(cast.administrator):
        return appointment_end(
            viewer=cast.administrator, appointment_id=leaving.appointment_id or 0, at=timezone.now(), reason="调离",
            successor_id=successor.appointment_id if successor else None,
        )  # fmt: skip


def colleague(cast: Cast, of: Viewer, role: Role = Role.CLERK) -> Viewer:
    return viewer_make(
        of.kind, role, cast.places.county, name="接手人", department=of.department,
        organisation_name=of.organisation_name,
    )  # fmt: skip


def test_the_last_of_an_office_goes_only_with_a_successor(cast: Cast) -> None:
    case_make(cast, upto="dispatch")
    with pytest.raises(SuccessorNeeded) as refusal:
        end(cast, cast.county)
    assert "案件 1 件" in refusal.value.message
    after = colleague(cast, cast.county)
    assert end(cast, cast.county, after) == {"案件": 1}
    with acting_as(SYSTEM):
        entry = Entry.objects.get(action="appointment.end")
    assert entry.after["moved"] == {"案件": 1} and entry.after["successor"] == after.appointment_id


def test_a_departments_tasks_find_a_successor_too(cast: Cast) -> None:
    case_make(cast, upto="answers")
    with pytest.raises(SuccessorNeeded) as refusal:
        end(cast, cast.medical)
    assert "核查任务 1 件" in refusal.value.message
    assert end(cast, cast.medical, colleague(cast, cast.medical)) == {"核查任务": 1}


def test_who_leaves_colleagues_or_no_work_behind_goes_at_once(cast: Cast) -> None:
    assert end(cast, cast.insurer) == {}
    case_make(cast, upto="dispatch")
    colleague(cast, cast.county)
    assert open_work(cast.county.appointment_id or 0) == {}
    assert end(cast, cast.county) == {}


def test_a_deputy_appointed_for_some_days_acts_in_them_and_counts_only_then(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch")
    today = timezone.localdate()
    deputy = viewer_make(
        Kind.VILLAGE, Role.LEADER, cast.places.sibling_village, name="代理人", organisation_name="某村"
    )
    organisation_id = cast.county.organisation_id or 0
    for start, stop, work in ((today + timedelta(days=1), today + timedelta(days=9), {"案件": 1}), (today, None, {})):
        with acting_as(cast.administrator):
            begun = appointment_begin(
                viewer=cast.administrator, user_id=deputy.user_id or 0, organisation_id=organisation_id,
                role=Role.CLERK, area_ids=[], valid_from=start, valid_to=stop, at=timezone.now(),
            )  # fmt: skip
        assert open_work(cast.county.appointment_id or 0) == work
        begun.ended_at = timezone.now()
        begun.save(update_fields=["ended_at"])
    assert walk.case.act == "dispatch"

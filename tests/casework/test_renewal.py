"""A running case moved to the policy in force now: by somebody, with a reason, where it fits; never by itself."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories.casework import AT, Walk, adopted, case_make, pack_changed, version_ready, workflow_ready
from tests.factories.cast import Cast, sign_in

from shouwang.audit.models import Entry
from shouwang.casework import services
from shouwang.casework.models import CaseEvent
from shouwang.people.access import SYSTEM, Viewer, acting_as


def renew(walk: Walk, viewer: Viewer | None = None, *, reason: str = "新办法把研判放宽到五天") -> Any:
    actor = viewer or walk.cast.county
    with acting_as(actor):
        return services.case_renew(viewer=actor, case_id=walk.case_id, version=walk.version, reason=reason, at=walk.at)


def later(cast: Cast, change: Any) -> None:
    """A changed pack comes into force after the case began."""
    pack_changed(cast, change, valid_from=date(2020, 6, 1), name="新版")


def test_a_case_is_moved_with_its_clock_holder_and_trace(cast: Cast) -> None:
    walk = case_make(cast, upto="review")
    later(cast, lambda stages: stages["review"].update(
        clock="clock_help", name="再研判", who={"kind": "COUNTY_CENTRE", "roles": ["LEADER"]}
    ))  # fmt: skip
    before = walk.case
    assert before.pack_version.name == "邢台市"
    case = renew(walk)
    assert (case.pack_version.name, case.stage, case.stage_name) == ("新版", "review", "再研判")
    assert (case.holder_roles, case.version) == (["LEADER"], before.version + 1)
    assert case.due_on is not None and before.due_on is not None and case.due_on > before.due_on
    with acting_as(SYSTEM):
        event = CaseEvent.objects.get(case_id=walk.case_id, what="RENEWED")
        assert "新办法把研判放宽到五天" in event.text
        assert Entry.objects.filter(action="case.renew", subject_id=str(walk.case_id)).exists()
    with acting_as(cast.county), pytest.raises(services.NotYourTurn):
        services.case_review(
            viewer=cast.county, case_id=walk.case_id, version=walk.version, conforms=True, reason="好", at=AT
        )


def test_a_case_already_on_the_policy_in_force_is_not_moved(cast: Cast) -> None:
    walk = case_make(cast, upto="review")
    with pytest.raises(services.NothingNewer):
        renew(walk)


def test_a_stage_the_newer_version_does_not_have_is_refused(cast: Cast) -> None:
    walk = case_make(cast)
    workflow_ready(cast, "hengshui", valid_from=date(2020, 6, 1))
    with pytest.raises(services.VersionUnfit, match="没有“乡镇核实上报”这个环节"):
        renew(walk)
    assert walk.case.pack_version.name == "邢台市"


def test_a_newer_version_that_wants_a_notice_first_is_refused(cast: Cast) -> None:
    walk = case_make(cast, upto="help")
    adopted(cast, version_ready("lianyungang"), valid_from=date(2020, 6, 1))
    with pytest.raises(services.VersionUnfit, match="新版要先经过“村内公示”"):
        renew(walk)


def test_only_the_county_centre_moves_a_case_and_says_why(cast: Cast) -> None:
    walk = case_make(cast, upto="review")
    later(cast, lambda stages: stages["review"].update(clock="clock_help"))
    for viewer in (cast.officer, cast.township, cast.leader):
        with pytest.raises(services.NotYourTurn):
            renew(walk, viewer)
    for viewer, refusal in ((cast.medical, services.NotYourTurn), (cast.neighbour, services.CaseNotFound)):
        with pytest.raises(refusal):
            renew(walk, viewer)
    with pytest.raises(services.StatementMissing):
        renew(walk, reason=" ")


def test_the_page_shows_both_ways_and_moves_the_case(cast: Cast, client: Client) -> None:
    walk = case_make(cast, upto="review")
    address = reverse("casework:renew", args=[walk.case_id])
    assert "用的已经是现行的政策标准" in sign_in(client, cast.county).get(address).content.decode()
    later(cast, lambda stages: stages["review"].update(name="再研判"))
    assert "再研判" in client.get(address).content.decode()
    assert "换用新版政策" in client.get(reverse("casework:case", args=[walk.case_id])).content.decode()
    assert client.post(address, {"version": walk.version, "reason": ""}).status_code == 422
    assert client.post(address, {"version": walk.version - 1, "reason": "新版"}).status_code == 409
    assert client.post(address, {"version": walk.version, "reason": "新版"}).status_code == 302
    assert walk.case.pack_version.name == "新版"


def test_what_would_change_is_said_before_it_is_done(cast: Cast) -> None:
    walk = case_make(cast, upto="review")
    later(cast, lambda stages: stages["review"].update(clock="clock_help", name="再研判"))
    with acting_as(cast.county):
        newer = services.newer_for(walk.case, on=AT.date())
        assert services.renewal_changes(walk.case, newer) == [
            "“综合研判复核”改叫“再研判”", "“再研判”限 20 个工作日，原来 2 个工作日",
        ]  # fmt: skip

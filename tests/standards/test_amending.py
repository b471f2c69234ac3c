"""A tried variant becomes a proposed version: approved by another person, in force from its day, its trial kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from tests.factories.cast import Cast, sign_in
from tests.factories.standards import policy_adopt

from shouwang.audit.models import Entry
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.rulebook import PackError
from shouwang.rulebook.variants import Change
from shouwang.standards.models import Adoption, PackVersion, TrialReport
from shouwang.standards.selectors import policy_for, report_of, version_in_force
from shouwang.standards.services import (
    AdoptionBySamePerson,
    AdoptionTooLate,
    AlreadySettled,
    AreaNotYours,
    NothingChanged,
    ReasonMissing,
    StartPassed,
    amendment_propose,
    version_adopt,
    version_decline,
)

AT = datetime(2020, 6, 20, 2, tzinfo=UTC)
FROM = date(2020, 7, 1)
LOWER = Change("amounts", "start_illness", "6000", area="130529")
REPORT: dict[str, Any] = {
    "facts": [["辖区", "巨鹿县"]],
    "tables": [{"title": "按乡镇", "heads": ["乡镇", "新增"], "rows": [["王虎寨镇", "12"]]}],
    "trial": {"added": 12},
}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def basis(real_cast: Cast) -> PackVersion:
    return policy_adopt(real_cast.places.county, "xingtai")


def proposed(viewer: Viewer, basis: PackVersion, area_id: int, **other: Any) -> Adoption:
    asked = {
        "changes": [LOWER], "valid_from": FROM, "document": "巨防贫〔2020〕7号", "clause": "第二条",
        "reason": "因病返贫的多", "report": REPORT, "at": AT, **other,
    }  # fmt: skip
    with acting_as(viewer):
        return amendment_propose(viewer=viewer, basis_id=basis.pk, area_id=area_id, **asked)


def limit_on(slot: int, on: date) -> int:
    return int(policy_for(slot=slot, on=on)[1].amounts["start_illness"].value.at(slot))


def test_it_is_in_force_from_its_day_once_a_second_person_approved(real_cast: Cast, basis: PackVersion) -> None:
    adoption = proposed(real_cast.county, basis, real_cast.places.county.pk)
    assert adoption.pack_version.digest != basis.digest
    assert limit_on(real_cast.slot, FROM) == 800000
    with acting_as(real_cast.leader):
        version_adopt(viewer=real_cast.leader, adoption_id=adoption.pk, at=AT)
    assert [limit_on(real_cast.slot, day) for day in (date(2020, 6, 30), FROM)] == [800000, 600000]
    assert version_in_force(slot=real_cast.slot, on=date(2020, 6, 30)).pk == basis.pk


def test_nobody_approves_her_own(real_cast: Cast, basis: PackVersion) -> None:
    adoption = proposed(real_cast.city, basis, real_cast.places.county.pk)
    with acting_as(real_cast.city), pytest.raises(AdoptionBySamePerson):
        version_adopt(viewer=real_cast.city, adoption_id=adoption.pk, at=AT)


def test_the_value_names_its_document_and_the_log_names_the_change(real_cast: Cast, basis: PackVersion) -> None:
    adoption = proposed(real_cast.county, basis, real_cast.places.county.pk)
    version = adoption.pack_version
    assert version.basis_id == basis.pk
    assert version.changes == [
        {"topic": "amounts", "key": "start_illness", "area": "130529", "name": "因病启动标准", "before": "8000",
         "after": "6000", "unit": "元"}
    ]  # fmt: skip
    assert 'document: "巨防贫〔2020〕7号", clause: "第二条"' in version.files["xingtai/amounts.yaml"]
    with acting_as(SYSTEM):
        logged = list(Entry.objects.filter(subject_id=version.pk, action="pack.change").values_list("action"))
    assert logged == [("pack.change",)]


def test_a_proposal_that_nobody_approved_in_time_is_refused(real_cast: Cast, basis: PackVersion) -> None:
    adoption = proposed(real_cast.county, basis, real_cast.places.county.pk)
    with acting_as(real_cast.leader), pytest.raises(AdoptionTooLate):
        version_adopt(viewer=real_cast.leader, adoption_id=adoption.pk, at=datetime(2020, 7, 2, 2, tzinfo=UTC))


def test_what_cannot_be_proposed_is_refused_and_leaves_nothing(real_cast: Cast, basis: PackVersion) -> None:
    county = real_cast.places.county.pk
    same = Change("amounts", "start_illness", "8000", area="130529")
    unknown = Change("amounts", "nope", "1")
    for refusal, viewer, other in (
        (StartPassed, real_cast.county, {"valid_from": date(2020, 6, 19)}),
        (NothingChanged, real_cast.county, {"changes": [same]}),
        (NothingChanged, real_cast.county, {"changes": []}),
        (PackError, real_cast.county, {"changes": [unknown]}),
        (AreaNotYours, real_cast.neighbour, {}),
    ):
        with pytest.raises(refusal):
            proposed(viewer, basis, county, **other)
    with acting_as(SYSTEM):
        assert PackVersion.objects.filter(basis__isnull=False).count() == 0
        assert TrialReport.objects.count() == 0


def test_a_declined_proposal_keeps_its_reason_and_is_settled(real_cast: Cast, basis: PackVersion) -> None:
    adoption = proposed(real_cast.county, basis, real_cast.places.county.pk)
    with acting_as(real_cast.leader):
        with pytest.raises(ReasonMissing):
            version_decline(viewer=real_cast.leader, adoption_id=adoption.pk, reason=" ", at=AT)
        version_decline(viewer=real_cast.leader, adoption_id=adoption.pk, reason="资金不够", at=AT)
        with pytest.raises(AlreadySettled):
            version_adopt(viewer=real_cast.leader, adoption_id=adoption.pk, at=AT)
    assert limit_on(real_cast.slot, FROM) == 800000


def test_versions_and_reports_cannot_be_changed_by_the_web_role(real_cast: Cast, basis: PackVersion) -> None:
    adoption = proposed(real_cast.county, basis, real_cast.places.county.pk)
    with acting_as(SYSTEM):
        for change in (
            lambda: TrialReport.objects.filter(adoption=adoption).update(content={}),
            lambda: TrialReport.objects.filter(adoption=adoption).delete(),
            lambda: PackVersion.objects.filter(pk=basis.pk).update(files={}),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()


def test_the_report_is_for_those_who_oversee_the_whole_area(real_cast: Cast, basis: PackVersion) -> None:
    adoption = proposed(real_cast.county, basis, real_cast.places.county.pk)
    for viewer, is_seen in (
        (real_cast.leader, True), (real_cast.city, True), (real_cast.township, False), (real_cast.neighbour, False),
        (real_cast.medical, False),
    ):  # fmt: skip
        with acting_as(viewer):
            assert (report_of(viewer, adoption) is not None) is is_seen
            assert TrialReport.objects.filter(adoption=adoption).exists() is is_seen


def test_the_page_shows_change_trial_and_reason_and_another_approves_there(real_cast: Cast, basis: PackVersion) -> None:
    today = datetime.now(tz=UTC).date()
    adoption = proposed(
        real_cast.county, basis, real_cast.places.county.pk, valid_from=date(today.year + 1, 1, 1),
        at=datetime.now(tz=UTC),
    )  # fmt: skip
    own = sign_in(Client(), real_cast.county).get(f"/standards/{adoption.pk}/").content.decode()
    assert "批准选用" not in own
    assert "撤回提议" in own
    leader = sign_in(Client(), real_cast.leader)
    html = leader.get(f"/standards/{adoption.pk}/").content.decode()
    for text in ("因病启动标准（巨鹿县）", "8000", "6000", "因病返贫的多", "王虎寨镇", "批准选用", "退回提议"):
        assert text in html, text
    assert leader.post(f"/standards/{adoption.pk}/adopt/").status_code == 302
    after = leader.get(f"/standards/{adoption.pk}/").content.decode()
    assert "刘志远" in after
    assert "批准选用" not in after
    assert "比前一版本改了什么" in leader.get(f"/standards/versions/{adoption.pack_version_id}/").content.decode()
    assert sign_in(Client(), real_cast.neighbour).get(f"/standards/{adoption.pk}/").status_code == 404


def test_a_clerk_takes_her_own_proposal_back_on_the_page(real_cast: Cast, basis: PackVersion) -> None:
    adoption = proposed(real_cast.county, basis, real_cast.places.county.pk)
    client = sign_in(Client(), real_cast.county)
    assert client.post(f"/standards/{adoption.pk}/decline/", {"reason": ""}).status_code == 409
    assert client.post(f"/standards/{adoption.pk}/decline/", {"reason": "算错了"}).status_code == 302
    assert "算错了" in client.get(f"/standards/{adoption.pk}/").content.decode()

"""A version found wrong is revoked by two people; what it caused is listed, its open warnings wait for a person."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make, spending_make
from tests.factories.standards import policy_adopt

from shouwang.audit.models import Entry
from shouwang.oversight.selectors import versions_for
from shouwang.people.access import SYSTEM, acting_as
from shouwang.people.selectors import area_by_code
from shouwang.screening.models import Run, Warning
from shouwang.screening.selectors import warnings_held, warnings_uncollected
from shouwang.screening.services import held_settle, revoked_hold, run_execute, run_request, warning_collect
from shouwang.standards.models import Adoption, Revocation
from shouwang.standards.selectors import NoPolicyInForce, revocations_visible_to, version_in_force
from shouwang.standards.services import (
    AlreadyAsked,
    AreaNotYours,
    BasisRevoked,
    NotInForce,
    ReasonMissing,
    RevocationBySamePerson,
    RevocationNotFound,
    amendment_propose,
    revocation_ask,
    revocation_confirm,
    revocation_drop,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"])

ON = date(2020, 6, 30)
AT = datetime(2020, 6, 30, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def snapshots(tmp_path: Path, settings: object) -> Iterator[None]:
    settings.SNAPSHOTS_DIR = tmp_path / "snapshots"  # type: ignore[attr-defined]
    yield
    shutil.rmtree(tmp_path / "snapshots", ignore_errors=True)


@pytest.fixture
def adoption(real_cast: Cast) -> Adoption:
    policy_adopt(real_cast.places.county, "hengshui")
    return Adoption.objects.get(lo=real_cast.places.county.lo)


def asked(cast: Cast, adoption: Adoption, reason: str = "预警线写错了一位") -> Revocation:
    with acting_as(cast.county):
        return revocation_ask(viewer=cast.county, adoption_id=adoption.pk, reason=reason, at=AT)


def confirmed(cast: Cast, found: Revocation) -> Revocation:
    with acting_as(cast.leader):
        return revocation_confirm(viewer=cast.leader, revocation_id=found.pk, at=AT)


def warned(cast: Cast, *heads: str) -> list[Warning]:
    for head in heads:
        household = household_make(cast.slot, head=head, poverty_status="NEVER", is_low_income=True,
                                   is_exit_unstable=False)  # fmt: skip
        spending_make(household, date(2020, 5, 10), gross_fen=2_000_000, reimbursed_fen=0, self_paid_fen=2_000_000)
    with acting_as(cast.county):
        run = run_request(viewer=cast.county, area_id=cast.places.county.pk, on=ON, at=AT, is_queued=False)
    run_execute(run_id=run.pk, at=AT)
    with acting_as(SYSTEM):
        return list(Warning.objects.order_by("pk"))


def test_asked_by_one_a_version_stays_in_force_confirmed_by_another_it_is_not(
    real_cast: Cast, adoption: Adoption
) -> None:
    found = asked(real_cast, adoption)
    assert version_in_force(slot=real_cast.slot, on=ON).pk == adoption.pack_version_id
    confirmed(real_cast, found)
    with pytest.raises(NoPolicyInForce):
        version_in_force(slot=real_cast.slot, on=ON)
    with acting_as(SYSTEM):
        actions = list(Entry.objects.filter(subject_type="standards.Revocation").values_list("action", flat=True))
    assert sorted(actions) == ["revocation.ask", "revocation.confirm"]


def test_the_version_before_is_in_force_again(real_cast: Cast) -> None:
    before = policy_adopt(real_cast.places.county, "xingtai")
    wrong = policy_adopt(real_cast.places.county, "hengshui", valid_from=date(2020, 1, 1))
    assert version_in_force(slot=real_cast.slot, on=ON).pk == wrong.pk
    confirmed(real_cast, asked(real_cast, Adoption.objects.get(pack_version=wrong)))
    assert version_in_force(slot=real_cast.slot, on=ON).pk == before.pk


def test_nothing_is_tried_or_proposed_on_a_revoked_version(real_cast: Cast) -> None:
    cast = real_cast
    policy_adopt(cast.places.county, "xingtai")
    adoption = Adoption.objects.get(lo=cast.places.county.lo)
    version, day = adoption.pack_version, adoption.valid_from
    here, beside = (area_by_code(f"{area.lo:012d}") for area in (cast.places.county, cast.places.neighbour_county))
    assert here is not None and beside is not None
    found = asked(cast, adoption)
    assert version in versions_for(here, on=day), "asked for is not revoked"
    confirmed(cast, found)
    assert version not in versions_for(here, on=day)
    assert version in versions_for(beside, on=day), "nobody revoked it there"
    with acting_as(cast.county), pytest.raises(BasisRevoked):
        amendment_propose(
            viewer=cast.county, basis_id=version.pk, area_id=cast.places.county.pk, changes=(), valid_from=day,
            document="某文件", clause="某条", reason="试一试", report={}, at=AT,
        )  # fmt: skip
    policy_adopt(cast.places.county, "xingtai")
    assert version in versions_for(here, on=day), "adopted anew"


def test_who_asked_may_not_confirm_not_even_past_the_service(real_cast: Cast, adoption: Adoption) -> None:
    found = asked(real_cast, adoption)
    with acting_as(real_cast.county), pytest.raises(RevocationBySamePerson):
        revocation_confirm(viewer=real_cast.county, revocation_id=found.pk, at=AT)
    with acting_as(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
        Revocation.objects.filter(pk=found.pk).update(confirmed_at=AT, confirmed_by_user_id=real_cast.county.user_id)


def test_it_is_asked_once_with_a_reason_and_settled_once(real_cast: Cast, adoption: Adoption) -> None:
    with acting_as(real_cast.county):
        with pytest.raises(ReasonMissing):
            revocation_ask(viewer=real_cast.county, adoption_id=adoption.pk, reason=" ", at=AT)
        found = revocation_ask(viewer=real_cast.county, adoption_id=adoption.pk, reason="错", at=AT)
        with pytest.raises(AlreadyAsked):
            revocation_ask(viewer=real_cast.county, adoption_id=adoption.pk, reason="错", at=AT)
        with pytest.raises(ReasonMissing):
            revocation_drop(viewer=real_cast.county, revocation_id=found.pk, reason="", at=AT)
        revocation_drop(viewer=real_cast.county, revocation_id=found.pk, reason="看错了", at=AT)
        with pytest.raises(AlreadyAsked):
            revocation_drop(viewer=real_cast.county, revocation_id=found.pk, reason="看错了", at=AT)
        again = revocation_ask(viewer=real_cast.county, adoption_id=adoption.pk, reason="真错了", at=AT)
    confirmed(real_cast, again)
    with acting_as(real_cast.county), pytest.raises(NotInForce):
        revocation_ask(viewer=real_cast.county, adoption_id=adoption.pk, reason="错", at=AT)
    with acting_as(real_cast.leader), pytest.raises(AlreadyAsked):
        revocation_confirm(viewer=real_cast.leader, revocation_id=again.pk, at=AT)


def test_the_neighbour_neither_asks_nor_confirms_nor_sees_it(real_cast: Cast, adoption: Adoption) -> None:
    with acting_as(real_cast.neighbour), pytest.raises(AreaNotYours):
        revocation_ask(viewer=real_cast.neighbour, adoption_id=adoption.pk, reason="错", at=AT)
    found = asked(real_cast, adoption)
    with acting_as(real_cast.neighbour):
        assert not Revocation.objects.exists()
        assert not revocations_visible_to(real_cast.neighbour).exists()
        with pytest.raises(RevocationNotFound):
            revocation_confirm(viewer=real_cast.neighbour, revocation_id=found.pk, at=AT)


def test_open_warnings_wait_for_a_person_and_none_is_dropped(real_cast: Cast, adoption: Adoption) -> None:
    first, second, third = warned(real_cast, "甲", "乙", "丙")
    with acting_as(SYSTEM):
        assert warning_collect(warning_id=first.pk, case_id=7, at=AT)
        Warning.objects.filter(pk=third.pk).update(is_held=True, hold_reason="先核实品行。")
    confirmed(real_cast, asked(real_cast, adoption))
    with acting_as(SYSTEM):
        assert revoked_hold(at=AT) == 2
        assert revoked_hold(at=AT) == 0
        assert Warning.objects.count() == 3
        assert warnings_uncollected() == []
        assert not Warning.objects.get(pk=first.pk).is_held
    with acting_as(real_cast.county):
        held = {warning.pk: warning.hold_reason for warning in warnings_held(real_cast.county)}
        said = "所依据的政策版本已于 2020-06-30 撤销（预警线写错了一位），请重新核实。"
        assert held == {second.pk: said, third.pk: f"{said}先核实品行。"}
        held_settle(viewer=real_cast.county, warning_id=second.pk, is_released=True, reason="确有困难", at=AT)
    with acting_as(SYSTEM):
        assert [warning.pk for warning in warnings_uncollected()] == [second.pk]
        assert revoked_hold(at=AT) == 0  # a person has decided


def test_a_version_not_revoked_and_another_county_are_left_alone(real_cast: Cast, adoption: Adoption) -> None:
    (warning,) = warned(real_cast, "甲")
    asked(real_cast, adoption)
    with acting_as(SYSTEM):
        assert revoked_hold(at=AT) == 0
        assert [found.pk for found in warnings_uncollected()] == [warning.pk]


def test_the_pages_ask_confirm_and_list_what_it_caused(real_cast: Cast, adoption: Adoption, client: Client) -> None:
    (warning,) = warned(real_cast, "甲")
    page = reverse("standards:proposal", args=[adoption.pk])
    sign_in(client, real_cast.county)
    assert "提出撤销" in client.get(page).content.decode()
    client.post(reverse("standards:revoke", args=[adoption.pk]), {"reason": "线写错了"})
    with acting_as(SYSTEM):
        found = Revocation.objects.get()
    told = client.get(page).content.decode()
    assert "线写错了" in told and "确认撤销这个版本" not in told
    settle = reverse("standards:revocation_settle", args=[found.pk])
    assert client.post(settle, {"act": "confirm"}).status_code == 404
    sign_in(client, real_cast.leader)
    assert "确认撤销这个版本" in client.get(page).content.decode()
    caused = reverse("oversight:revoked", args=[found.pk])
    assert client.get(caused).status_code == 404  # nothing is revoked yet
    assert client.post(settle, {"act": "confirm"}).url == caused  # type: ignore[attr-defined]
    with acting_as(SYSTEM):
        revoked_hold(at=AT)
        run = Run.objects.get()
    listed = client.get(caused).content.decode()
    assert "预警 1 条" in listed and "等人核实 1 条" in listed and "筛查 1 次" in listed
    for name, key in (("screening:warning", warning.pk), ("screening:run", run.pk)):
        assert reverse(name, args=[key]) in listed
    assert "线写错了" in client.get(reverse("standards:list")).content.decode()
    assert sign_in(client, real_cast.neighbour).get(caused).status_code == 404

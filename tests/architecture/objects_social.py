"""Objects of the table that belong to contacts, to what every household has to have, and to giving."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from tests.architecture.objects import builds
from tests.factories.cast import Cast
from tests.factories.papers import ready_photo
from tests.factories.register import household_make

from shouwang.assistance.models import Allotment, Contact, Filling, Need, Pledge, Thanks
from shouwang.office.services import paper_keep
from shouwang.people.access import SYSTEM, acting_as
from shouwang.people.models import Area


@builds("contact")
def contact(cast: Cast, place: Area) -> dict[str, Any]:
    home, now = household_make(place.lo, watch_type="MARGINAL"), timezone.now()
    today = timezone.localdate()
    with acting_as(SYSTEM):
        made = Contact.objects.create(
            slot=place.lo, household_id=home.pk, kind="one_to_one", kind_name="一对一联系", name="王联系",
            organisation_name="农业农村局", from_date=today, due_on=today, made_at=now, made_by="测试",
        )  # fmt: skip
    return {"contact_id": made.pk}


@builds("filling")
def filling(cast: Cast, place: Area) -> dict[str, Any]:
    home, now = household_make(place.lo, poverty_status="POOR"), timezone.now()
    with acting_as(SYSTEM):
        made = Filling.objects.create(
            slot=place.lo, household_id=home.pk, kind="family_doctor", kind_name="一名家庭医生", name="李医生",
            from_date=timezone.localdate(), made_at=now, made_by="测试",
        )  # fmt: skip
    return {"filling_id": made.pk}


@builds("county_code")
def county_code(cast: Cast, place: Area) -> dict[str, Any]:
    return {"code": f"{place.lo:012d}"}


def _pledge(place: Area) -> Pledge:
    with acting_as(SYSTEM):
        return Pledge.objects.create(
            slot=place.lo, level=place.level, organisation_id=1, giver="县青年商会", giver_kind="firm",
            giver_kind_name="爱心企业", is_named=True, purpose="living", purpose_name="日常生活", form="MONEY",
            total=100_000, pledged_on=timezone.localdate(), made_at=timezone.now(), made_by="测试",
        )  # fmt: skip


@builds("pledge")
def pledge(cast: Cast, place: Area) -> dict[str, Any]:
    return {"pledge_id": _pledge(place).pk}


@builds("need")
def need(cast: Cast, place: Area) -> dict[str, Any]:
    home = household_make(place.lo, watch_type="MARGINAL")
    with acting_as(SYSTEM):
        made = Need.objects.create(
            slot=place.lo, household_id=home.pk, purpose="living", purpose_name="日常生活", form="MONEY",
            wanted=100_000, stated_on=timezone.localdate(), made_at=timezone.now(), made_by="测试",
        )  # fmt: skip
    return {"need_id": made.pk}


@builds("allotment")
def allotment(cast: Cast, place: Area) -> dict[str, Any]:
    found = need(cast, place)["need_id"]
    with acting_as(SYSTEM):
        wanted = Need.objects.get(pk=found)
        made = Allotment.objects.create(
            slot=place.lo, household_id=wanted.household_id, pledge=_pledge(place), need=wanted, quantity=100,
            decided_at=timezone.now(), decided_by="测试",
        )  # fmt: skip
    return {"allotment_id": made.pk}


@builds("thanks")
def thanks(cast: Cast, place: Area) -> dict[str, Any]:
    with acting_as(SYSTEM):
        made = Thanks.objects.create(
            slot=place.lo, pledge=_pledge(place), on=timezone.localdate(), made_at=timezone.now(), made_by="测试",
            lines=[["2024-05-20", "王虎寨镇", "张•家", "1 床"]],
        )  # fmt: skip
    return {"thanks_id": made.pk}


@builds("gift")
def gift(cast: Cast, place: Area) -> dict[str, Any]:
    found, now = allotment(cast, place), timezone.now()
    with acting_as(SYSTEM):
        paper = paper_keep(viewer=SYSTEM, ready=ready_photo(), slot=place.lo, at=now)
        Allotment.objects.filter(pk=found["allotment_id"]).update(
            state="DELIVERED", delivered_on=timezone.localdate(), delivered_at=now, delivered_by="测试",
            paper_id=paper.pk, grant_id=found["allotment_id"],
        )  # fmt: skip
    return found

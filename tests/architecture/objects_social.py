"""Objects of the table that belong to contacts, to what every household has to have, and to giving."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from tests.architecture.objects import builds
from tests.factories.cast import Cast
from tests.factories.register import household_make

from shouwang.assistance.models import Contact, Filling
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

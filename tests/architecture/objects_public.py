"""Objects of the table that the public handed in: a notice that hangs, an objection to it, an application."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.utils import timezone
from tests.architecture.objects import builds
from tests.architecture.objects_work import posting
from tests.factories.cast import Cast

from shouwang.casework.models import Case, Notice
from shouwang.people.access import SYSTEM, acting_as
from shouwang.people.models import Area
from shouwang.public.models import Petition
from shouwang.public.services.applying import Contact, Wish, application_send
from shouwang.public.services.collecting import applications_take
from shouwang.public.services.petitions import objection_lodge
from shouwang.sources.models import Clue


@builds("place_code")
def place_code(cast: Cast, place: Area) -> dict[str, Any]:
    return {"code": f"{place.lo:012d}"}


@builds("hanging")
def hanging(cast: Cast, place: Area) -> dict[str, Any]:
    case_id, today = posting(cast, place)["case_id"], timezone.localdate()
    with acting_as(SYSTEM):
        case = Case.objects.get(pk=case_id)
        notice = Notice.objects.create(
            case=case, slot=case.slot, stage=case.stage, key="village_notice", name="村内公示", days=5,
            unit="calendar_day", shown=[["户主", "张胜坤"]], posted_on=today, place="公示栏",
            ends_on=today + timedelta(days=5), at=timezone.now(), actor="测试",
        )  # fmt: skip
    return {"code": f"{case.slot:012d}", "notice_id": notice.pk}


@builds("petition")
def petition(cast: Cast, place: Area) -> dict[str, Any]:
    notice_id = hanging(cast, place)["notice_id"]
    objection_lodge(
        notice_id=notice_id, slot=place.lo, said_by="", text="有门面房", address=f"of {place.lo}", at=timezone.now()
    )
    with acting_as(SYSTEM):
        return {"petition_id": Petition.objects.get(notice_id=notice_id).pk}


@builds("application")
def application(cast: Cast, place: Area) -> dict[str, Any]:
    now = timezone.now()
    wish = Wish(place.lo, "SELF", "ILLNESS", "", timezone.localdate(), "老伴住院", None, Contact("李老根"))
    application_send(wish=wish, key=secrets.token_hex(16), pin="", address=f"of {place.lo}", at=now)
    applications_take(at=now)
    with acting_as(SYSTEM):
        return {"clue_id": Clue.objects.get(channel="APPLICATION", slot=place.lo).pk}

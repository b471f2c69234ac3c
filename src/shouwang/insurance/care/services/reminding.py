"""Offices are reminded once a week of assessments that end soon or have ended; a message holds numbers alone."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shouwang.insurance.care.errors import NoCareScheme
from shouwang.insurance.care.selectors import CareInsured, due_among
from shouwang.insurance.care.services.common import frame_at, today_of
from shouwang.office.rules import Figures, MessageKind
from shouwang.office.services import message_enqueue
from shouwang.people.access import SYSTEM, acting_as
from shouwang.people.selectors import organisations_by_ids
from shouwang.standards.selectors import NoPolicyInForce


def offices_remind(*, at: datetime) -> int:
    """This function tells each office how many are to be assessed again, once a week; returns how many were told."""
    on, told = today_of(at), 0
    with acting_as(SYSTEM):
        offices = set(CareInsured.objects.order_by().values_list("office_id", flat=True).distinct())
        for organisation in organisations_by_ids(offices).values():
            try:
                days = frame_at(organisation.area.lo, on).scheme.remind_days
            except (NoCareScheme, NoPolicyInForce):
                continue
            mine = CareInsured.objects.filter(office_id=organisation.pk)
            due, late = (due_among(mine, on, remind_days=ahead).count() for ahead in (days, 0))
            if not due:
                continue
            with transaction.atomic():
                told += message_enqueue(
                    organisation_id=organisation.pk, kind=MessageKind.CARE, figures=Figures({"due": due, "late": late}),
                    key=f"care:{organisation.pk}:{on:%G-%V}", at=at,
                ) is not None  # fmt: skip
    return told

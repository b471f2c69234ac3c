"""What households need that policy does not cover: stated by hand or from a help plan, withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from shouwang.assistance.models import Allotment, Measure, Need
from shouwang.assistance.rules.giving import (
    AllotmentSettled,
    AmountMissing,
    DayWrong,
    GivingNotFound,
    PurposeNotForHousehold,
    PurposeUnknown,
    StillOut,
    ThingIncomplete,
    WhyMissing,
    may_state,
)
from shouwang.assistance.selectors.giving import giving_policy
from shouwang.audit.services import entry_append
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import StaleWrite, Viewer
from shouwang.register.errors import HouseholdNotFound
from shouwang.register.selectors import household_get, households_grouped


@dataclass(frozen=True)
class Lack:
    """What a household lacks: `wanted` is fen for money, whole things else; `note` is for staff alone."""

    purpose: str
    form: str
    wanted: int
    stated_on: date
    item: str = ""
    unit: str = ""
    note: str = ""
    measure_id: int | None = None

    def __post_init__(self) -> None:
        numbers_refuse(self.item, self.unit, self.note)


def need_state(*, viewer: Viewer, household_id: int, lack: Lack, at: datetime) -> Need:
    """This function writes down what a household needs.

    Raises GivingNotFound, PurposeUnknown, PurposeNotForHousehold, AmountMissing, ThingIncomplete, DayWrong,
    AllotmentSettled (its measure has a need already).
    """
    on = at.astimezone(SHANGHAI).date()
    if not may_state(viewer):
        raise GivingNotFound
    try:
        home = household_get(viewer, household_id)
    except HouseholdNotFound:
        raise GivingNotFound from None
    if home.ended_on is not None:
        raise GivingNotFound
    purpose = giving_policy(home.slot, on).purposes.get(lack.purpose)
    if purpose is None or lack.form not in purpose.value.forms:
        raise PurposeUnknown
    whom = purpose.value.whom
    if whom and not households_grouped(viewer, groups=whom, on=on, ids=[home.id]):
        raise PurposeNotForHousehold
    if lack.wanted <= 0:
        raise AmountMissing
    is_thing = lack.form == "THINGS"
    if is_thing and not (lack.item.strip() and lack.unit.strip()):
        raise ThingIncomplete("请写品名和单位。")
    if lack.stated_on > on:
        raise DayWrong("日期不能晚于今天。")
    measure = Measure.objects.filter(pk=lack.measure_id, household_id=home.id).first() if lack.measure_id else None
    if lack.measure_id and measure is None:
        raise GivingNotFound
    made = Need(
        slot=home.slot, household_id=home.id, case_id=measure.case_id if measure else None,
        measure_id=measure.pk if measure else None, purpose=purpose.key, purpose_name=purpose.name[:60], form=lack.form,
        item=lack.item.strip()[:60] if is_thing else "", unit=lack.unit.strip()[:10] if is_thing else "",
        wanted=lack.wanted, note=lack.note.strip()[:300], stated_on=lack.stated_on, made_at=at,
        made_by=viewer.label[:200],
    )  # fmt: skip
    with transaction.atomic():
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError:
            raise AllotmentSettled("帮扶计划里的这一项已经登记过需求。") from None
        entry_append(
            viewer=viewer, action="need.add", subject_type="assistance.Need", subject_id=made.pk, slot=made.slot, at=at,
            after={"household": home.id, "purpose": made.purpose, "form": made.form, "wanted": made.wanted},
        )  # fmt: skip
    return made


def need_withdraw(*, viewer: Viewer, need_id: int, version: int, reason: str, at: datetime) -> Need:
    """This function takes a need back; raises GivingNotFound, WhyMissing, StillOut, StaleWrite."""
    reason = reason.strip()[:200]
    numbers_refuse(reason)
    if not reason:
        raise WhyMissing
    with transaction.atomic():
        found = Need.objects.select_for_update().filter(viewer.q(), pk=need_id, withdrawn_at__isnull=True).first()
        if found is None or not may_state(viewer):
            raise GivingNotFound
        if found.version != version:
            raise StaleWrite("这项需求")
        if found.allotments.filter(state=Allotment.State.ALLOTTED).exists():
            raise StillOut
        found.withdrawn_at, found.withdrawn_by, found.withdrawn_reason = at, viewer.label[:200], reason
        found.version += 1
        found.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason", "version"])
        entry_append(
            viewer=viewer, action="need.withdraw", subject_type="assistance.Need", subject_id=found.pk, slot=found.slot,
            at=at, after={"reason": reason},
        )  # fmt: skip
    return found

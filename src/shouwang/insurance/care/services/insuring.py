"""Somebody insured asks to be assessed; her insurance ends, or she dies."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from shouwang.insurance.care.errors import (
    CareApplicationOpen,
    CareApplicationOver,
    CareDayInFuture,
    CareGroupUnknown,
    CareInsuranceEnded,
    CareNameDiffers,
    CareNameMissing,
    CareNotFound,
    CarePersonDead,
    CarePlanOrder,
    CareStale,
)
from shouwang.insurance.care.models import CareApplication, CareBill, CareDay, CareInsured, CarePlan
from shouwang.insurance.care.rules import Asked, BillState
from shouwang.insurance.care.services.common import (
    WORKERS,
    audited,
    bill_saved,
    body_id,
    office_frame,
    reason_stated,
    today_of,
)
from shouwang.insurance.care.services.linking import insured_link, living_refuse
from shouwang.kit.masks import resident_id_mask
from shouwang.kit.resident_id import resident_id_parse
from shouwang.kit.seal import keyring
from shouwang.kit.texts import name_key, numbers_refuse
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.people.selectors import top_area
from shouwang.register.selectors import PersonHit, persons_by_identifier, places_of
from shouwang.rulebook.care import Scheme


@dataclass(frozen=True)
class Asking:
    """Who asks: name and ID as on the card, the group she is insured in and since when, the day she asked."""

    name: str
    id_text: str
    group: str
    insured_from: date
    applied_on: date
    note: str = ""

    def __post_init__(self) -> None:
        numbers_refuse(self.name, self.note)


def care_apply(*, viewer: Viewer, asking: Asking, at: datetime) -> CareApplication:
    """This function takes an application down: of somebody new, or of somebody insured who is known by her ID.

    Raises NoCareScheme, CareBodyMissing, CareGroupUnknown, CareNameMissing, CareNameDiffers, CareDayInFuture,
    CarePersonDead, CareInsuranceEnded, CareApplicationOpen, and what an ID is refused for.
    """
    today = today_of(at)
    scheme = office_frame(viewer, today).scheme
    if not asking.name.strip():
        raise CareNameMissing
    if asking.group not in {one.key for one in scheme.groups}:
        raise CareGroupUnknown
    for what, day in (("申请日期", asking.applied_on), ("参保日期", asking.insured_from)):
        if day > today:
            raise CareDayInFuture(what)
    number = resident_id_parse(asking.id_text, on=today).number
    with transaction.atomic():
        insured = _insured(viewer, scheme, asking, number, at)
        _living(insured, asking.applied_on)
        return _application(viewer, insured, asking.applied_on, asking.note, at)


def care_apply_again(
    *, viewer: Viewer, insured_id: int, version: int, applied_on: date, note: str, at: datetime
) -> CareApplication:
    """This function asks that somebody insured be assessed again; refusals as of `care_apply`."""
    today = today_of(at)
    office_frame(viewer, today)
    numbers_refuse(note)
    if applied_on > today:
        raise CareDayInFuture("申请日期")
    with transaction.atomic():
        insured = insured_locked(viewer, insured_id, version)
        insured_link([insured], viewer=viewer, at=at)
        _living(insured, applied_on)
        return _application(viewer, insured, applied_on, note, at)


def application_withdraw(*, viewer: Viewer, application_id: int, version: int, reason: str, at: datetime) -> None:
    """This function takes an application back that has not been assessed; raises CareApplicationOver."""
    said = reason_stated(reason)
    with transaction.atomic():
        row = CareApplication.objects.select_for_update().filter(pk=application_id).first()
        if row is None or row.office_id != viewer.organisation_id or viewer.role not in WORKERS:
            raise CareNotFound
        if row.version != version:
            raise CareStale("这份申请")
        if row.state != Asked.OPEN:
            raise CareApplicationOver("这份申请已经评定或撤回。")
        row.state, row.note, row.version = Asked.WITHDRAWN, f"撤回：{said}"[:200], row.version + 1
        row.save()
        audited(viewer, "care_application.withdraw", row, at, after={"reason": said})


def insured_end(
    *, viewer: Viewer, insured_id: int, version: int, is_death: bool, on: date, reason: str, at: datetime
) -> CareInsured:
    """This function records that somebody died on a day, or is insured no more from a day on.

    Her plans end with it; days logged after it are struck unless their bill has been agreed to: those stand on her page
    as to be claimed back. Raises CareNotFound, CareStale, CareDayInFuture, CarePlanOrder.
    """
    said = reason_stated(reason)
    if is_death and on > today_of(at):
        raise CareDayInFuture("去世日期")
    with transaction.atomic():
        insured = insured_locked(viewer, insured_id, version)
        if on < insured.from_date:
            raise CarePlanOrder("日期不能早于参保日期。")
        first_without = on + timedelta(days=1) if is_death else on
        if is_death:
            insured.died_on = on
        else:
            insured.ended_on = on
        insured.end_reason = said
        insured.version += 1
        insured.save()
        _cut(viewer, insured, first_without, "去世之后" if is_death else "参保结束之后", at)
        audited(
            viewer, "care_insured.die" if is_death else "care_insured.end", insured, at,
            after={"on": on.isoformat(), "reason": said},
        )  # fmt: skip
    return insured


def _cut(viewer: Viewer, insured: CareInsured, first_without: date, why: str, at: datetime) -> None:
    """This function ends the plans of somebody, and strikes later days, also in bills that nothing was settled of."""
    for plan in CarePlan.objects.select_for_update().filter(insured=insured).order_by("pk"):
        if plan.until_date is None or plan.until_date > first_without:
            plan.until_date = max(plan.from_date, first_without)
            plan.end_reason, plan.version = why, plan.version + 1
            plan.save()
    settled = (BillState.SETTLED, BillState.AGREED, BillState.REQUESTED, BillState.PAID)
    late = CareDay.objects.filter(insured=insured, on__gte=first_without, is_struck=False)
    late = late.exclude(bill__state__in=settled)
    billed = Counter(late.filter(bill__isnull=False).values_list("bill_id", flat=True))
    # Settled while this waited for the lock: its days stand, and are to be claimed back.
    bills = CareBill.objects.select_for_update().filter(pk__in=billed).exclude(state__in=settled)
    for bill in bills.order_by("pk"):
        text = f"核减 {insured.name} {billed[bill.pk]} 天：{why}"
        bill_saved(bill, viewer=viewer, at=at, what="strike", text=text, days=billed[bill.pk])
    late.update(is_struck=True, struck_reason=why, struck_by=viewer.label[:200])


def insured_locked(viewer: Viewer, insured_id: int, version: int) -> CareInsured:
    """This function locks somebody insured of the viewer's office; raises CareNotFound, CareStale."""
    found = CareInsured.objects.select_for_update().filter(pk=insured_id).first()
    if found is None or found.office_id != viewer.organisation_id or viewer.role not in WORKERS:
        raise CareNotFound
    if found.version != version:
        raise CareStale("这位参保人")
    return found


def _living(insured: CareInsured, on: date) -> None:
    living_refuse(insured)
    if on < insured.from_date or (insured.ended_on is not None and on >= insured.ended_on):
        raise CareInsuranceEnded(insured.name, on)


def _insured(viewer: Viewer, scheme: Scheme, asking: Asking, number: str, at: datetime) -> CareInsured:
    blind = keyring().blind("resident_id", number)
    mine = CareInsured.objects.filter(office_id=viewer.organisation_id or 0)
    known = mine.select_for_update().filter(id_blind=blind).first()
    if known is not None:
        if name_key(known.name) != name_key(asking.name):
            raise CareNameDiffers
        insured_link([known], viewer=viewer, at=at)
        return known
    hit = _registered(viewer, asking.name, number, today_of(at))
    slot = hit.slot if hit is not None else viewer.ranges[0][0]
    reference = secrets.token_hex(16)
    insured = CareInsured(
        slot=slot, office_id=viewer.organisation_id or 0,
        assessor_id=body_id(slot, scheme.assessed_by, "评定机构")[0],
        person_id=hit.person_id if hit else None, household_id=hit.household_id if hit else None,
        name=asking.name.strip()[:60], place=_place(viewer, hit), reference=reference,
        sealed_id=keyring().seal(number, context=f"insurance_careinsured:{reference}"), id_blind=blind,
        id_shown=resident_id_mask(number), group=asking.group, group_name=scheme.name_of("groups", asking.group),
        from_date=asking.insured_from, registered_at=at, registered_by=viewer.label[:200],
    )  # fmt: skip
    try:
        with transaction.atomic():
            insured.save(force_insert=True)
    except IntegrityError as error:  # somebody else of the office took her down in this moment
        raise CareApplicationOpen(insured.name) from error
    audited(viewer, "care_insured.add", insured, at, after={"group": insured.group, "in_register": hit is not None})
    return insured


def _registered(viewer: Viewer, name: str, number: str, on: date) -> PersonHit | None:
    """This function finds the person in the county's register: the office reads no register, and learns no more."""
    with acting_as(SYSTEM):
        hits = persons_by_identifier("RESIDENT_ID", [number], on=on).get(number, [])
    hit = next((one for one in hits if viewer.can_see(one.slot)), None)
    if hit is None:
        return None
    if name_key(hit.name) != name_key(name):
        raise CareNameDiffers
    if hit.died_on is not None:
        raise CarePersonDead(hit.name, hit.died_on)
    return hit


def _place(viewer: Viewer, hit: PersonHit | None) -> str:
    if hit is not None:
        with acting_as(SYSTEM):
            return places_of({hit.slot})[hit.slot][:200]
    area = top_area(viewer)
    return area.name if area else viewer.organisation_name


def _application(
    viewer: Viewer, insured: CareInsured, applied_on: date, note: str, at: datetime
) -> CareApplication:  # fmt: skip
    row = CareApplication(
        insured=insured, slot=insured.slot, office_id=insured.office_id, assessor_id=insured.assessor_id,
        applied_on=applied_on, is_again=insured.assessments.exists(), note=note.strip()[:200], at=at,
        actor=viewer.label[:200], user_id=viewer.user_id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise CareApplicationOpen(insured.name) from error
    audited(viewer, "care_application.lodge", row, at, after={"insured": insured.pk, "again": row.is_again})
    return row

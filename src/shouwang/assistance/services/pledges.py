"""Pledges: taken down, their money received into the ledger, ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from shouwang.assistance.models import Allotment, Pledge
from shouwang.assistance.rules.giving import (
    AmountMissing,
    AreaUnknown,
    DayWrong,
    GiverUnknown,
    GivingNotFound,
    NotReceived,
    PledgeOver,
    PurposeUnknown,
    StillOut,
    ThingIncomplete,
    WhyMissing,
    may_keep_pledges,
)
from shouwang.assistance.selectors.giving import giving_policy
from shouwang.audit.services import entry_append
from shouwang.funds.services import Ground, Money, budget_enter
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import StaleWrite, Viewer
from shouwang.people.selectors import area_by_code

SOCIETY = "SOCIETY"


@dataclass(frozen=True)
class Promise:
    """What a giver promises: `total` is fen for money, whole things else; `area` a twelve-digit code."""

    giver: str
    giver_kind: str
    purpose: str
    form: str
    total: int
    area: str
    pledged_on: date
    expires_on: date | None = None
    item: str = ""
    unit: str = ""
    value_fen: int | None = None

    def __post_init__(self) -> None:
        numbers_refuse(self.giver, self.item, self.unit)


def pledge_make(*, viewer: Viewer, promise: Promise, at: datetime) -> Pledge:
    """This function takes a pledge down.

    Raises GivingNotFound, GiverUnknown, PurposeUnknown, AreaUnknown, AmountMissing, ThingIncomplete, DayWrong.
    """
    on = at.astimezone(SHANGHAI).date()
    if not may_keep_pledges(viewer) or viewer.organisation_id is None:
        raise GivingNotFound
    area = area_by_code(promise.area)
    if area is None or area.level < 3 or not viewer.covers(area.lo, area.hi):
        raise AreaUnknown
    policy = giving_policy(area.lo, on)
    giver, purpose = policy.givers.get(promise.giver_kind), policy.purposes.get(promise.purpose)
    if giver is None or not promise.giver.strip():
        raise GiverUnknown("请写捐赠人名称。" if giver else "")
    if purpose is None or promise.form not in purpose.value.forms:
        raise PurposeUnknown
    if promise.total <= 0:
        raise AmountMissing
    is_thing = promise.form == "THINGS"
    if is_thing and not (promise.item.strip() and promise.unit.strip() and (promise.value_fen or 0) > 0):
        raise ThingIncomplete
    if promise.pledged_on > on or (promise.expires_on is not None and promise.expires_on < promise.pledged_on):
        raise DayWrong
    with transaction.atomic():
        made = Pledge.objects.create(
            slot=area.lo, level=area.level, organisation_id=viewer.organisation_id, giver=promise.giver.strip()[:120],
            giver_kind=giver.key, giver_kind_name=giver.name[:60], is_named=giver.value.is_named, purpose=purpose.key,
            purpose_name=purpose.name[:60], form=promise.form, item=promise.item.strip()[:60] if is_thing else "",
            unit=promise.unit.strip()[:10] if is_thing else "", value_fen=promise.value_fen if is_thing else None,
            total=promise.total, pledged_on=promise.pledged_on, expires_on=promise.expires_on, made_at=at,
            made_by=viewer.label[:200],
        )  # fmt: skip
        _audit(viewer, "pledge.add", made, at, after={"form": made.form, "total": made.total, "purpose": made.purpose})
    return made


def pledge_locked(viewer: Viewer, pledge_id: int, version: int | None = None) -> Pledge:
    """This function locks a pledge the viewer keeps; raises GivingNotFound, PledgeOver, StaleWrite."""
    found = Pledge.objects.select_for_update().filter(viewer.q(), pk=pledge_id).first()
    if found is None or not may_keep_pledges(viewer):
        raise GivingNotFound
    if found.closed_at is not None:
        raise PledgeOver
    if version is not None and found.version != version:
        raise StaleWrite("这笔捐赠")
    return found


def pledge_receive(*, viewer: Viewer, pledge_id: int, version: int, on: date, document: str, at: datetime) -> Pledge:
    """This function records that pledged money came into the viewer's account, as money of society in the ledger.

    From then on it reaches households through payment batches. Raises GivingNotFound, NotReceived, and what `funds`
    refuses (NotMoneyWork, DocumentMissing, DayAhead).
    """
    with transaction.atomic():
        found = pledge_locked(viewer, pledge_id, version)
        if found.form != "MONEY" or found.account_id is not None or found.allotted > 0:
            raise NotReceived("先分配过的捐款不能再登记到账。" if found.allotted else "")
        if found.organisation_id != viewer.organisation_id:
            raise GivingNotFound
        account = budget_enter(
            viewer=viewer, money=Money(SOCIETY, found.purpose_name, on.year), amount_fen=found.total,
            ground=Ground(f"pledge:{found.pk}", on, document), at=at,
        )  # fmt: skip
        found.account_id, found.received_on = account.pk, on
        found.version += 1
        found.save(update_fields=["account_id", "received_on", "version"])
        _audit(viewer, "pledge.receive", found, at, after={"account": account.pk, "on": on.isoformat()})
    return found


def pledge_close(*, viewer: Viewer, pledge_id: int, version: int, reason: str, at: datetime) -> Pledge:
    """This function ends a pledge with what is left of it; raises GivingNotFound, PledgeOver, WhyMissing, StillOut."""
    reason = reason.strip()[:200]
    numbers_refuse(reason)
    if not reason:
        raise WhyMissing
    with transaction.atomic():
        found = pledge_locked(viewer, pledge_id, version)
        if found.allotments.filter(state=Allotment.State.ALLOTTED).exists():
            raise StillOut
        found.closed_at, found.closed_by, found.closed_reason = at, viewer.label[:200], reason
        found.version += 1
        found.save(update_fields=["closed_at", "closed_by", "closed_reason", "version"])
        _audit(viewer, "pledge.close", found, at, after={"left": found.left, "reason": reason})
    return found


def _audit(viewer: Viewer, action: str, pledge: Pledge, at: datetime, *, after: dict[str, object]) -> None:
    entry_append(
        viewer=viewer, action=action, subject_type="assistance.Pledge", subject_id=pledge.pk, slot=pledge.slot, at=at,
        after=after,
    )  # fmt: skip

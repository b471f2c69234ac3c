"""A round is opened over villages; the worker lists their households, village by village."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from procrastinate.contrib.django import app

from shouwang.audit.services import entry_append
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.people.selectors import areas_visible_to
from shouwang.register.selectors import households_of_villages
from shouwang.rounds.models import Round, RoundVillage, RoundVisit
from shouwang.rounds.rules import (
    AlreadyRunning,
    DueTooEarly,
    MayNotOpen,
    OccasionMissing,
    SweepByCondition,
    SweepUnknown,
    VillagesMissing,
    may_open,
)
from shouwang.standards.selectors import policy_for

TASK = "rounds.list"
VILLAGES = 20  # whose households are listed in one transaction
ROWS = 5000
AT_ONCE = 20  # so many villages are listed while the clerk waits


def round_open(
    *,
    viewer: Viewer,
    sweep: str,
    slots: Collection[int],
    due_on: date,
    at: datetime,
    occasion: str = "",
    is_queued: bool = True,
) -> Round:
    """This function opens a round of a sweep over villages, with a task for each; their households are listed after.

    Raises SweepUnknown, SweepByCondition, MayNotOpen, VillagesMissing, AlreadyRunning, OccasionMissing, DueTooEarly.
    """
    on = at.astimezone(SHANGHAI).date()
    version, policy = policy_for(slot=viewer.ranges[0][0], on=on)
    stated = policy.topic("sweeps").get(sweep)
    if stated is None or "SWEEP" not in stated.value.channels:
        raise SweepUnknown
    if stated.value.whom is not None:
        raise SweepByCondition
    if not may_open(viewer, stated.value.by):
        raise MayNotOpen
    wanted = set(areas_visible_to(viewer, level=5).filter(lo__in=slots).values_list("lo", flat=True))
    if not wanted or wanted != set(slots):
        raise VillagesMissing
    numbers_refuse(occasion)
    if stated.value.after is not None and not occasion.strip():
        raise OccasionMissing
    if due_on < on:
        raise DueTooEarly
    occasion = occasion.strip()[:200]
    key = f"{sweep}:{occasion}"
    with transaction.atomic():
        running = Round.objects.filter(villages__slot__in=wanted, villages__key=key, villages__is_open=True).first()
        if running is not None:
            raise AlreadyRunning(f"“{running.name}”已有一次在进行（{running.opened_on} 发起），请先结束那一次。")
        made = Round.objects.create(
            slot=viewer.ranges[0][0], sweep=sweep, name=stated.name, pack_version_id=version.pk,
            is_after_event=stated.value.after is not None, occasion=occasion, opened_on=on, due_on=due_on,
            opened_at=at, opened_by=viewer.label[:200], appointment_id=viewer.appointment_id,
            organisation_id=viewer.organisation_id,
        )  # fmt: skip
        RoundVillage.objects.bulk_create([RoundVillage(round=made, slot=slot, key=key) for slot in sorted(wanted)])
        entry_append(
            viewer=viewer, action="round.open", subject_type="rounds.Round", subject_id=made.pk, slot=made.slot, at=at,
            after={"sweep": sweep, "villages": len(wanted), "due_on": due_on.isoformat()},
        )  # fmt: skip
        if len(wanted) > AT_ONCE and is_queued:
            app.configure_task(TASK, queue="long", allow_unknown=False).defer(round_id=made.pk)
        else:
            _list_some(made, viewer=viewer, at=at, villages=len(wanted))
    return made


def round_list(*, round_id: int, at: datetime) -> None:
    """This function lists the households of a round's villages, some villages a transaction; again: it goes on."""
    while True:
        with acting_as(SYSTEM):
            found = Round.objects.select_for_update().filter(pk=round_id, listed_at__isnull=True).first()
            if found is None or _list_some(found, viewer=SYSTEM, at=at, villages=VILLAGES):
                return


def rounds_resume(*, at: datetime) -> int:
    """This function lists what a worker that died left unlisted, and returns how many rounds that were."""
    with acting_as(SYSTEM):
        left = list(Round.objects.filter(listed_at__isnull=True).values_list("pk", flat=True))
    for round_id in left:
        round_list(round_id=round_id, at=at)
    return len(left)


def _list_some(found: Round, *, viewer: Viewer, at: datetime, villages: int) -> bool:
    """This function lists the next villages' households and tells whether the round is wholly listed."""
    waiting = list(found.villages.filter(listed_at__isnull=True).order_by("slot")[: villages + 1])
    part = waiting[:villages]
    homes = households_of_villages(viewer, [village.slot for village in part])
    for village in part:
        village.households, village.listed_at = len(homes.get(village.slot, ())), at
    RoundVisit.objects.bulk_create(
        [RoundVisit(round=found, slot=slot, household_id=home) for slot, ids in homes.items() for home in ids],
        batch_size=ROWS,
    )
    RoundVillage.objects.bulk_update(part, ["households", "listed_at"])
    if len(waiting) <= villages:
        found.listed_at = at
        found.save(update_fields=["listed_at"])
        return True
    return False

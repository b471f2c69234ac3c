"""A cadre marks whom she has seen; a finding is a clue. The village's counts move in the same transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from shouwang.audit.services import Entry, entries_append, entry_append
from shouwang.people.access import Viewer
from shouwang.rounds.models import SEEN, Round, RoundVillage, RoundVisit
from shouwang.rounds.rules import MARKERS, AlreadyFound, RoundClosed, RoundNotFound
from shouwang.sources.services import clue_report

State = RoundVisit.State
MARKS = (State.NOTHING, State.ABSENT, State.GONE)
CHANNEL = "SWEEP"


def visits_mark(
    *, viewer: Viewer, round_id: int, slot: int, household_ids: Collection[int], outcome: str, at: datetime
) -> int:
    """This function marks households of one village as seen, missed or gone, and returns how many changed.

    The same mark again changes nothing, except that nobody was met once more. Raises RoundNotFound, RoundClosed,
    AlreadyFound.
    """
    state = State(outcome)
    if state not in MARKS:
        raise RoundNotFound
    with transaction.atomic():
        village = _village(viewer, round_id, slot)
        rows = {row.household_id: row for row in _rows(village, household_ids)}
        if len(rows) != len(set(household_ids)):
            raise RoundNotFound
        if any(row.state == State.FINDING for row in rows.values()):
            raise AlreadyFound
        changed = [row for row in rows.values() if row.state != state or state == State.ABSENT]
        if state == State.ABSENT:  # who was seen before does not become unseen by a second visit
            changed = [row for row in changed if row.state not in SEEN]
        gained = sum((state in SEEN) - (row.state in SEEN) for row in changed)
        entries = [
            Entry("round.mark", "rounds.RoundVisit", row.pk, slot, {"state": row.state}, {"state": str(state)})
            for row in changed
        ]
        for row in changed:
            _set(row, state, viewer=viewer, at=at)
        RoundVisit.objects.bulk_update(changed, ["state", "at", "actor", "appointment_id", "tries"])
        if gained:
            RoundVillage.objects.filter(pk=village.pk).update(seen=F("seen") + gained)
        entries_append(viewer=viewer, entries=entries, at=at)
    return len(changed)


def finding_report(
    *,
    viewer: Viewer,
    round_id: int,
    household_id: int,
    cause: str,
    summary: str,
    occurred_on: date,
    at: datetime,
    cause_note: str = "",
    income_drop_fen: int | None = None,
    self_paid_fen: int | None = None,
    burden: Mapping[str, int] | None = None,
) -> int:
    """This function reports what was found at a household and marks it seen; returns the clue's id.

    `burden`: what the form asked and what was known.

    Once a round and household: a second finding of the same round goes by the report form. Refuses as `clue_report`.
    """
    with transaction.atomic():
        visit = RoundVisit.objects.filter(viewer.q(), round_id=round_id, household_id=household_id).first()
        if visit is None:
            raise RoundNotFound
        village = _village(viewer, round_id, visit.slot)
        visit = _rows(village, [household_id])[0]
        if visit.state == State.FINDING:
            raise AlreadyFound
        clue = clue_report(
            viewer=viewer, household_id=household_id, person_id=None, cause=cause, cause_note=cause_note,
            occurred_on=occurred_on, summary=summary, at=at, channel=CHANNEL, idempotency_key=f"round-{visit.pk}",
            income_drop_fen=income_drop_fen, self_paid_fen=self_paid_fen,
            details={"round_id": round_id, **(burden or {})},
        )  # fmt: skip
        was_seen = visit.state in SEEN
        before = {"state": visit.state}
        _set(visit, State.FINDING, viewer=viewer, at=at)
        visit.clue_id = clue.pk
        visit.save()
        RoundVillage.objects.filter(pk=village.pk).update(seen=F("seen") + int(not was_seen), found=F("found") + 1)
        entry_append(
            viewer=viewer, action="round.mark", subject_type="rounds.RoundVisit", subject_id=visit.pk, slot=visit.slot,
            at=at, before=before, after={"state": str(State.FINDING), "clue_id": clue.pk},
        )  # fmt: skip
    return clue.pk


def _village(viewer: Viewer, round_id: int, slot: int) -> RoundVillage:
    """This function locks a village's task for one write; raises RoundNotFound or RoundClosed."""
    if viewer.kind not in MARKERS:
        raise RoundNotFound
    village = RoundVillage.objects.select_for_update().filter(viewer.q(), round_id=round_id, slot=slot).first()
    if village is None:
        raise RoundNotFound
    if not village.is_open or Round.objects.filter(pk=round_id, closed_at__isnull=False).exists():
        raise RoundClosed
    return village


def _rows(village: RoundVillage, household_ids: Collection[int]) -> list[RoundVisit]:
    return list(RoundVisit.objects.filter(
        round_id=village.round_id, slot=village.slot, household_id__in=set(household_ids)
    ))  # fmt: skip


def _set(row: RoundVisit, state: State, *, viewer: Viewer, at: datetime) -> None:
    row.state, row.at, row.actor, row.appointment_id = state, at, viewer.label[:200], viewer.appointment_id
    row.tries = min(row.tries + 1, 999)

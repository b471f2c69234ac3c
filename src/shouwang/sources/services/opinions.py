"""Letters, petitions and the press: entered by a clerk, then judged by a person; what is a clue becomes one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from shouwang.audit.services import entry_append
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.workdays import calendar_seed
from shouwang.people.access import Kind, StaleWrite, Viewer
from shouwang.register.selectors import household_get
from shouwang.rulebook.sweeps import assess_within
from shouwang.sources.models import Channel, Opinion
from shouwang.sources.rules.report import ReportRefusal, occurred_check, text_check
from shouwang.sources.selectors.opinions import OpinionNotFound
from shouwang.sources.services.clues import HouseholdElsewhere, MayNotReport, clue_report
from shouwang.standards.selectors import NoPolicyInForce, policy_for

KEEPERS = frozenset({Kind.TOWNSHIP, Kind.COUNTY_CENTRE})
Verdict = Opinion.Verdict


class OriginMissing(ReportRefusal):
    """Nobody says whose letter or which medium."""

    field = "origin"
    sentence = "请写来信人、来访人或媒体名称。"


class WhyMissing(ReportRefusal):
    """It is said to be no clue, without a reason."""

    field = "why"
    sentence = "请写为什么不是风险线索。"


class OpinionJudged(ReportRefusal):
    """Somebody has judged it."""

    sentence = "这件已经研判过，请刷新页面。"


def opinion_enter(
    *,
    viewer: Viewer,
    channel: str,
    origin: str,
    received_on: date,
    subject: str,
    at: datetime,
    household_id: int | None = None,
    slot: int | None = None,
) -> Opinion:
    """This function enters a letter or a report of the press, to be judged; its clock begins on the day it came."""
    if viewer.kind not in KEEPERS:
        raise MayNotReport
    origin, subject = text_check(origin, field="origin")[:200], text_check(subject, field="subject")[:1000]
    if not origin:
        raise OriginMissing
    occurred_check(received_on, on=at.astimezone(SHANGHAI).date())
    place = household_get(viewer, household_id).slot if household_id else slot or viewer.ranges[0][0]
    if not viewer.can_see(place):
        raise HouseholdElsewhere
    channel = Channel.MEDIA if channel == Channel.MEDIA else Channel.LETTER
    due_on, is_provisional = _due(place, channel, received_on)
    with transaction.atomic():
        made = Opinion.objects.create(
            slot=place, channel=channel, origin=origin, received_on=received_on, subject=subject,
            household_id=household_id, entered_at=at, entered_by=viewer.label[:200], due_on=due_on,
            is_due_provisional=is_provisional, appointment_id=viewer.appointment_id,
            organisation_id=viewer.organisation_id,
        )  # fmt: skip
        entry_append(
            viewer=viewer, action="opinion.enter", subject_type="sources.Opinion", subject_id=made.pk, slot=place,
            at=at, after={"channel": str(channel), "received_on": received_on.isoformat()},
        )  # fmt: skip
    return made


def opinion_judge(
    *,
    viewer: Viewer,
    opinion_id: int,
    version: int,
    verdict: str,
    at: datetime,
    why: str = "",
    cause: str = "",
    cause_note: str = "",
    occurred_on: date | None = None,
    household_id: int | None = None,
    person_name: str = "",
    person_note: str = "",
    slot: int | None = None,
    burden: Mapping[str, int] | None = None,
) -> Opinion:
    """This function records a person's judgement; a clue is reported in her name, once, anything else needs its why.

    `burden`: what the form asked and what was known.

    Raises OpinionNotFound, StaleWrite, OpinionJudged, WhyMissing, and what `clue_report` raises.
    """
    if viewer.kind not in KEEPERS:
        raise OpinionNotFound
    why = text_check(why, field="why")[:500]
    with transaction.atomic():
        found = Opinion.objects.select_for_update().filter(viewer.q(), pk=opinion_id).first()
        if found is None:
            raise OpinionNotFound
        if found.verdict:
            raise OpinionJudged
        if found.version != version:
            raise StaleWrite("这件来信")
        if verdict == Verdict.CLUE:
            found.clue = clue_report(
                viewer=viewer, household_id=household_id, person_id=None, cause=cause, cause_note=cause_note,
                occurred_on=occurred_on or found.received_on, summary=found.subject, at=at, channel=found.channel,
                idempotency_key=f"opinion-{found.pk}", person_name=person_name, person_note=person_note, slot=slot,
                details={"opinion_id": found.pk, **(burden or {})},
            )  # fmt: skip
            found.household_id, found.slot = found.clue.household_id, found.clue.slot
        elif not why:
            raise WhyMissing
        found.verdict = Verdict.CLUE if verdict == Verdict.CLUE else Verdict.NONE
        found.why, found.judged_at, found.judged_by = why, at, viewer.label[:200]
        found.version += 1
        found.save()
        entry_append(
            viewer=viewer, action="opinion.judge", subject_type="sources.Opinion", subject_id=found.pk,
            slot=found.slot, at=at, after={"verdict": str(found.verdict), "clue_id": found.clue_id},
        )  # fmt: skip
    return found


def _due(slot: int, channel: str, received_on: date) -> tuple[date | None, bool]:
    """This function returns by when something is to be judged and whether the calendar's end makes that provisional."""
    try:
        _, policy = policy_for(slot=slot, on=received_on)
    except NoPolicyInForce:
        return None, False
    within = assess_within((stated.value for stated in policy.topic("sweeps").values()), channel)
    if within is None:
        return None, False
    calendar = calendar_seed()
    add = calendar.working_days_add if within.unit == "working_day" else calendar.calendar_days_add
    deadline = add(received_on, within.days)
    return deadline.day, deadline.is_provisional

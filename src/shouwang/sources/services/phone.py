"""Reports from phones: many at once, each done once, each with an answer of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from django.db import transaction

from shouwang.kit.dates import SHANGHAI
from shouwang.kit.errors import Refusal
from shouwang.office.services import KeyReused, sendings_claim, sendings_settle
from shouwang.people.access import Viewer
from shouwang.register.selectors import HouseholdBrief, SpendingBrief, households_brief, spendings_brief
from shouwang.sources.models import Channel, Clue
from shouwang.sources.rules.phone import (
    BATCH,
    CauseMissing,
    EventUnknown,
    OccurredAheadOfClock,
    OccurredMissing,
    PersonElsewhere,
    PhoneReport,
    clock_offset,
    clock_record,
    days_ahead,
    known_again,
)
from shouwang.sources.rules.report import Amounts, OccurredInFuture
from shouwang.sources.selectors.phone import Theirs, theirs_against
from shouwang.sources.services.clues import (
    HouseholdElsewhere,
    ReportKeyReused,
    clue_make,
    clues_store,
    paper_date,
)


class BatchTooLarge(Refusal):
    """More forms than one batch takes."""

    sentence = f"一次最多送 {BATCH} 张登记表，请分几次送。"


class KeyTwice(Refusal):
    """Two forms of one batch carry the same key."""

    sentence = "同一批里有两张登记表用了同一个编号，请换一个编号再送。"


@dataclass(frozen=True)
class ReportResult:
    """What became of one report: `accepted`, `refused` (and why), or `conflict` (and what others reported)."""

    key: str
    state: Literal["accepted", "refused", "conflict"]
    clue_id: int | None = None
    received_at: str = ""
    is_repeated: bool = False
    refusal: Refusal | None = None
    theirs: Sequence[Theirs] = ()


@dataclass
class _Work:
    """One batch on its way."""

    viewer: Viewer
    at: datetime
    device_now: datetime
    homes: Mapping[int, HouseholdBrief]
    events: Mapping[int, SpendingBrief]
    theirs: Mapping[str, Sequence[Theirs]]
    results: dict[str, ReportResult] = field(default_factory=dict)


def reports_take(
    *, viewer: Viewer, reports: Sequence[PhoneReport], device_now: datetime, at: datetime
) -> list[ReportResult]:
    """This function takes a phone's reports and returns what became of each, in the order they came.

    A report that came before gets its first answer again; one that somebody else's report may double comes back with
    that one beside it, until its writer says that it is another matter. All in one transaction, keys and clues
    together. Raises BatchTooLarge or KeyTwice.
    """
    if len(reports) > BATCH:
        raise BatchTooLarge
    if len({report.key for report in reports}) < len(reports):
        raise KeyTwice
    with transaction.atomic():
        claims = sendings_claim(
            viewer=viewer, sender=f"user:{viewer.user_id}", bodies={each.key: each.body for each in reports}, at=at
        )
        fresh = [report for report in reports if report.key in claims.fresh]
        results = {key: _again(key, answer) for key, answer in claims.answered.items()}
        results |= {key: ReportResult(key, "refused", refusal=KeyReused()) for key in claims.reused}
        results |= _take(viewer, fresh, device_now=device_now, at=at)
        answers = {
            key: {"clue_id": result.clue_id, "received_at": result.received_at}
            for key, result in results.items()
            if result.state == "accepted" and key in claims.fresh
        }
        sendings_settle(claims=claims, answers=answers)
    return [results[report.key] for report in reports]


def _again(key: str, answer: Mapping[str, Any]) -> ReportResult:
    return ReportResult(key, "accepted", answer.get("clue_id"), str(answer.get("received_at", "")), is_repeated=True)


def _take(
    viewer: Viewer, reports: Sequence[PhoneReport], *, device_now: datetime, at: datetime
) -> dict[str, ReportResult]:
    if not reports:
        return {}
    today = at.astimezone(SHANGHAI).date()
    work = _Work(
        viewer=viewer,
        at=at,
        device_now=device_now,
        homes=households_brief(viewer, {each.household_id for each in reports if each.household_id}, on=today),
        events=spendings_brief(viewer, {each.spending_id for each in reports if each.spending_id}),
        theirs=theirs_against(viewer, reports),
    )
    clues = [clue for report in reports if (clue := _made(work, report)) is not None]
    for clue, stored in zip(clues, clues_store(viewer=viewer, clues=clues, at=at), strict=True):
        key = clue.idempotency_key
        if stored is None:
            work.results[key] = ReportResult(key, "refused", refusal=ReportKeyReused())
        else:
            work.results[key] = ReportResult(key, "accepted", stored.pk, stored.came_at.isoformat())
    return work.results


def _made(work: _Work, report: PhoneReport) -> Clue | None:
    """This function returns the clue of a report; where there is none, its answer says why."""
    theirs = [each for each in work.theirs.get(report.key, ()) if each.clue_id not in report.despite]
    if theirs:
        work.results[report.key] = ReportResult(report.key, "conflict", theirs=theirs)
        return None
    try:
        return _clue(work, report)
    except OccurredInFuture as refusal:
        ahead = days_ahead(clock_offset(device_now=work.device_now, received_at=work.at))
        told: Refusal = OccurredAheadOfClock(ahead) if ahead else refusal
        work.results[report.key] = ReportResult(report.key, "refused", refusal=told)
    except Refusal as refusal:
        work.results[report.key] = ReportResult(report.key, "refused", refusal=refusal)
    return None


def _clue(work: _Work, report: PhoneReport) -> Clue:
    home = work.homes.get(report.household_id) if report.household_id else None
    if report.household_id and home is None:
        raise HouseholdElsewhere
    said: dict[str, Any] = {
        name: getattr(report, name)
        for name in ("cause", "occurred_on", "gross_fen", "reimbursed_fen", "self_paid_fen", "person_id")
    }
    if report.spending_id:
        event = work.events.get(report.spending_id)
        if event is None or event.household_id != report.household_id:
            raise EventUnknown
        known = vars(event) | {"occurred_on": event.event_date}
        said |= known_again(report, known) | {"person_id": event.person_id}
    elif home is not None and report.person_id and report.person_id not in home.person_ids:
        raise PersonElsewhere
    clock = clock_record(written_at=report.written_at, device_now=work.device_now, received_at=work.at)
    details: dict[str, Any] = {"asked": report.asked, "known": report.known, "device": clock}
    if report.spending_id:
        details["spending_id"] = report.spending_id
    if report.again:
        details["asked_again"] = sorted(report.again)
    day: date | None = said["occurred_on"]
    if not said["cause"]:
        raise CauseMissing
    if day is None:
        raise OccurredMissing
    clue = clue_make(
        viewer=work.viewer,
        household_id=report.household_id,
        person_id=said["person_id"] if report.household_id else None,
        cause=said["cause"],
        cause_note=report.cause_note,
        occurred_on=day,
        summary=_summary(report),
        at=work.at,
        channel=Channel.OFFICER,
        idempotency_key=report.key,
        amounts=Amounts(said["gross_fen"], said["reimbursed_fen"], said["self_paid_fen"], report.income_drop_fen),
        person_name=report.person_name,
        person_note=report.person_note,
        slot=report.village,
        household_slot=home.slot if home else None,
        details=details,
    )
    if report.filled_on is not None:
        paper_date(clue, report.filled_on, at=work.at)
    return clue


def _summary(report: PhoneReport) -> str:
    """This function returns what happened, and why something known was asked again: whoever decides reads both."""
    reasons = "；".join(reason.strip() for _, reason in sorted(report.again.items()))
    return f"{report.summary.strip()}（与已有数据不一致的原因：{reasons}）" if reasons else report.summary

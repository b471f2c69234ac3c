"""Writes of clues."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any

from django.db import transaction

from shouwang.audit.services import Entry, entries_append, entry_append
from shouwang.kit.codes import Risk
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.errors import Refusal
from shouwang.kit.seal import keyring
from shouwang.people.access import SYSTEM, Kind, Viewer
from shouwang.register.selectors import household_get
from shouwang.sources.models import Call, Channel, Clue
from shouwang.sources.rules.report import (
    Amounts,
    CauseNoteMissing,
    CauseUnknown,
    SomebodyMissing,
    SummaryMissing,
    amounts_completed,
    occurred_check,
    paper_check,
    text_check,
)

ATTACHERS = frozenset({Kind.TOWNSHIP, Kind.COUNTY_CENTRE})
REPORTERS = frozenset({Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.SYSTEM})
SENDERS = frozenset({Kind.DEPARTMENT})


class MayNotReport(Refusal):
    """Only village, township and county hand in the form."""

    sentence = "只有村预警员、乡镇和县级防贫中心可以登记预警信息。"


class HouseholdElsewhere(Refusal):
    """The household is none of the reporter's."""

    sentence = "在您的辖区里找不到这一户，请重新选择。"


class ReportKeyReused(Refusal):
    """The same form was sent before with other contents."""

    sentence = "这张登记表已经提交过，内容和这次的不一样。要再报一件事，请新开一张登记表。"


class ClueTaken(Refusal):
    """Another case has the clue already."""

    sentence = "这条线索已经归入另一个案件。"


_listeners: list[Callable[[int], None]] = []


def report_listen(callback: Callable[[int], None]) -> None:
    """This function registers what a downstream room does with a new clue's id once it is committed."""
    if callback not in _listeners:
        _listeners.append(callback)


def _announce(clue_id: int) -> None:
    for callback in _listeners:
        callback(clue_id)


def _household_slot(viewer: Viewer, household_id: int) -> int:
    return int(household_get(viewer, household_id).slot)


def _body_blind(body: dict[str, Any]) -> bytes:
    return keyring().blind("clue_body", json.dumps(body, ensure_ascii=False, sort_keys=True, default=str))


def clue_report(
    *,
    viewer: Viewer,
    household_id: int | None,
    person_id: int | None,
    cause: str,
    occurred_on: date,
    summary: str,
    at: datetime,
    channel: str,
    idempotency_key: str,
    gross_fen: int | None = None,
    reimbursed_fen: int | None = None,
    self_paid_fen: int | None = None,
    income_drop_fen: int | None = None,
    cause_note: str = "",
    person_name: str = "",
    person_note: str = "",
    slot: int | None = None,
    details: dict[str, Any] | None = None,
    filled_on: date | None = None,
) -> Clue:
    """This function takes one 《预警信息登记表》 and returns its clue; `filled_on` is the date of one filled on paper.

    The same form sent again (same reporter, same key, same contents) returns the first clue; with other contents it is
    refused. `slot` is the village of a person who is not registered; of a registered household it is known.
    """
    clue = clue_make(
        viewer=viewer, household_id=household_id, person_id=person_id, cause=cause, occurred_on=occurred_on,
        summary=summary, at=at, channel=channel, idempotency_key=idempotency_key,
        amounts=Amounts(gross_fen, reimbursed_fen, self_paid_fen, income_drop_fen), cause_note=cause_note,
        person_name=person_name, person_note=person_note, slot=slot, details=details,
    )  # fmt: skip
    return clue_send(viewer=viewer, clue=clue, filled_on=filled_on, at=at)


def clue_send(*, viewer: Viewer, clue: Clue, filled_on: date | None, at: datetime) -> Clue:
    """This function stores a clue that was made, once under its key, and tells who listens; raises ReportKeyReused."""
    if filled_on is not None or clue.channel == Channel.PAPER:
        paper_date(clue, filled_on, at=at)
    stored = clues_store(viewer=viewer, clues=[clue], at=at)[0]
    if stored is None:
        raise ReportKeyReused
    if stored.came_at == at:
        transaction.on_commit(lambda: _announce(stored.pk))
    return stored


def paper_date(clue: Clue, filled_on: date | None, *, at: datetime) -> None:
    """This function gives the clue of a paper form the date on it; noon stands for the hour that nobody wrote down.

    A department's paper stays a department's clue; any other came by paper, whatever it came in with.
    """
    on = at.astimezone(SHANGHAI).date()
    paper_check(filled_on or on, occurred_on=clue.occurred_on, on=on)
    if filled_on is not None and filled_on < on:
        clue.reported_at = datetime.combine(filled_on, time(12), SHANGHAI)
    clue.entered_at = at
    if clue.channel != Channel.DEPARTMENT:
        clue.channel = Channel.PAPER
    clue.body_blind = _body_blind({"form": bytes(clue.body_blind).hex(), "filled_on": filled_on})


def clue_make(
    *,
    viewer: Viewer,
    household_id: int | None,
    person_id: int | None,
    cause: str,
    occurred_on: date,
    summary: str,
    at: datetime,
    channel: str,
    idempotency_key: str,
    amounts: Amounts,
    cause_note: str = "",
    person_name: str = "",
    person_note: str = "",
    slot: int | None = None,
    household_slot: int | None = None,
    details: dict[str, Any] | None = None,
) -> Clue:
    """This function checks one form and returns its clue, not stored yet; raises what `clue_report` raises.

    `household_slot`: where the household lies, when the caller has read that already.
    """
    if viewer.kind not in (SENDERS if channel == Channel.DEPARTMENT else REPORTERS):
        raise MayNotReport
    if cause not in {risk.value for risk in Risk}:
        raise CauseUnknown
    occurred_check(occurred_on, on=at.astimezone(SHANGHAI).date())
    body: dict[str, Any] = {
        "household_id": household_id,
        "person_id": person_id,
        "person_name": "" if household_id else text_check(person_name, field="person_name"),
        "person_note": "" if household_id else text_check(person_note, field="person_note"),
        "channel": Channel(channel).value,
        "cause": Risk(cause).value,
        "cause_note": text_check(cause_note, field="cause_note"),
        "occurred_on": occurred_on,
        "summary": text_check(summary, field="summary"),
        **vars(amounts_completed(amounts)),
    }
    if not body["summary"]:
        raise SummaryMissing
    if body["cause"] == Risk.OTHER and not body["cause_note"]:
        raise CauseNoteMissing
    if household_id is None and not body["person_name"]:
        raise SomebodyMissing
    place = (household_slot or _household_slot(viewer, household_id)) if household_id else slot
    if place is None or not viewer.can_see(place):
        raise HouseholdElsewhere
    return Clue(
        slot=place,
        details=details or {},
        reporter_label=viewer.label[:200],
        appointment_id=viewer.appointment_id,
        organisation_id=viewer.organisation_id,
        reported_at=at,
        idempotency_key=idempotency_key[:64],
        body_blind=_body_blind({**body, "slot": place}),
        **body,
    )


def clues_store(*, viewer: Viewer, clues: Sequence[Clue], at: datetime) -> list[Clue | None]:
    """This function stores clues of one reporter, each key once, and returns what stands under each key, in order.

    None: the key stands for other contents. One stored before is recognised by its instant.
    """
    if not clues:
        return []
    with transaction.atomic():
        Clue.objects.bulk_create(clues, ignore_conflicts=True)
        keys = [clue.idempotency_key for clue in clues]
        rows = Clue.objects.filter(appointment_id=viewer.appointment_id, idempotency_key__in=keys)
        stored = {row.idempotency_key: row for row in rows}
        entries = [
            Entry(
                "clue.report", "sources.Clue", row.pk, row.slot,
                after={"household_id": row.household_id, "channel": row.channel, "cause": row.cause},
            )
            for row in stored.values()
            if row.came_at == at
        ]  # fmt: skip
        entries_append(viewer=viewer, entries=entries, at=at)
    same = {clue.idempotency_key: bytes(clue.body_blind) for clue in clues}
    return [stored[key] if bytes(stored[key].body_blind) == same[key] else None for key in keys]


def clue_attach(*, viewer: Viewer, clue_id: int, household_id: int, at: datetime) -> Clue:
    """This function joins the clue of somebody who was not registered with her household, so that a case can begin.

    Raises MayNotReport, HouseholdElsewhere, or ClueTaken when the clue has a household or a case already.
    """
    if viewer.kind not in ATTACHERS:
        raise MayNotReport
    slot = _household_slot(viewer, household_id)
    with transaction.atomic():
        clue = Clue.objects.select_for_update().filter(viewer.q(), pk=clue_id).first()
        if clue is None:
            raise HouseholdElsewhere
        if clue.household_id is not None or clue.collected_case_id is not None:
            raise ClueTaken("这条线索已经归入一户，请刷新页面。")
        if clue.withdrawn_at is not None:
            raise ClueTaken("申请人已经撤回，这条线索不再办。")
        clue.household_id, clue.slot = household_id, slot
        clue.save(update_fields=["household_id", "slot"])
        Call.objects.filter(clue=clue).update(slot=slot)
        entry_append(
            viewer=viewer,
            action="clue.attach",
            subject_type="sources.Clue",
            subject_id=clue.pk,
            slot=slot,
            at=at,
            after={"household_id": household_id},
        )
        transaction.on_commit(lambda: _announce(clue.pk))
    return clue


def clue_withdraw(*, viewer: Viewer, clue_id: int, at: datetime) -> None:
    """This function notes that who applied took it back before there was a case; raises ClueTaken when there is one.

    The caller has proven the viewer's right: she answers the applicant.
    """
    clue = Clue.objects.select_for_update().filter(viewer.q(), pk=clue_id).first()
    if clue is None or clue.collected_case_id is not None:
        raise ClueTaken
    clue.withdrawn_at = at
    clue.save(update_fields=["withdrawn_at"])
    entry_append(
        viewer=viewer, action="clue.withdraw", subject_type="sources.Clue", subject_id=clue.pk, slot=clue.slot, at=at
    )


def clue_move(*, viewer: Viewer, clue_id: int, case_id: int, household_id: int, slot: int, at: datetime) -> None:
    """This function notes that a person put a clue into another case, perhaps of another household."""
    clue = Clue.objects.select_for_update().filter(pk=clue_id, collected_case_id__isnull=False).first()
    if clue is None:
        raise ClueTaken
    before = {"case_id": clue.collected_case_id, "household_id": clue.household_id}
    if clue.household_id != household_id:
        clue.person_id = None
    clue.collected_case_id, clue.household_id, clue.slot = case_id, household_id, slot
    clue.save(update_fields=["collected_case_id", "household_id", "person_id", "slot"])
    Call.objects.filter(clue=clue).update(slot=slot)
    entry_append(
        viewer=viewer, action="clue.move", subject_type="sources.Clue", subject_id=clue.pk, slot=slot, at=at,
        before=before, after={"case_id": case_id, "household_id": household_id},
    )  # fmt: skip


def clue_collect(*, clue_id: int, case_id: int, at: datetime) -> None:
    """This function notes the case that took a clue up; the same case again does nothing, another is refused."""
    with transaction.atomic():
        clue = Clue.objects.select_for_update().get(pk=clue_id)
        if clue.collected_case_id == case_id:
            return
        if clue.collected_case_id is not None:
            raise ClueTaken
        clue.collected_case_id, clue.collected_at = case_id, at
        clue.save(update_fields=["collected_case_id", "collected_at"])
        entry_append(
            viewer=SYSTEM,
            action="clue.collect",
            subject_type="sources.Clue",
            subject_id=clue.pk,
            slot=clue.slot,
            at=at,
            after={"case_id": case_id},
        )

"""Objecting to a wrong fact, correcting it with its reason, or finding it right."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from shouwang.people.access import Viewer
from shouwang.register import errors
from shouwang.register.models import FactObjection, Household, HouseholdState, Membership, Person, PersonState
from shouwang.register.rules import name_initials, scrubbed
from shouwang.register.selectors.facts import objections_of, person_of
from shouwang.register.selectors.people import household_row
from shouwang.register.services.common import (
    WRITERS,
    audited,
    household_lock,
    household_touch,
    may_edit,
    person_touch,
    source_of,
)
from shouwang.register.services.states import HOUSEHOLD_FACTS, PERSON_FACTS, facts_tidied, state_after
from shouwang.register.services.values import SUBJECTS, field_label, value_read, value_text

OBJECTORS = WRITERS


def fact_row(household_id: int, subject: str, row_id: int, *, lock: bool = False) -> Any:
    """This function returns the row of a fact of a household, in the caller's scope; raises RowNotFound."""
    model = SUBJECTS.get(subject)
    if model is None:
        raise errors.FactUnknown
    rows: models.QuerySet[Any] = model._default_manager.filter(pk=row_id)
    if lock:
        rows = rows.select_for_update()
    if subject != "person":
        rows = rows.filter(superseded_at__isnull=True)
    row = rows.first()
    if row is None:
        raise errors.RowNotFound
    if subject in ("person", "person_state"):
        person_id = row.pk if subject == "person" else row.person_id
        belongs = Membership.objects.filter(
            person_id=person_id, household_id=household_id, superseded_at__isnull=True
        ).exists()
    else:
        belongs = row.household_id == household_id
    if not belongs:
        raise errors.RowNotFound
    return row


def fact_object(
    *,
    viewer: Viewer,
    household_id: int,
    subject: str,
    row_id: int,
    field: str,
    claimed: str,
    reason: str,
    at: datetime,
) -> int:
    """This function records that somebody says a fact is wrong, and returns the objection's id.

    Raises ReasonMissing, FactUnknown, RowNotFound, ObjectionOpen.
    """
    if viewer.kind not in OBJECTORS:
        raise errors.MayNotChange
    if not reason.strip():
        raise errors.ReasonMissing
    field_label(subject, field)
    with transaction.atomic():
        household = household_row(viewer, household_id)
        row = fact_row(household_id, subject, row_id)
        person_id = person_of(subject, row)
        try:
            with transaction.atomic():
                objection = FactObjection.objects.create(
                    slot=household.slot, household=household, person_id=person_id, subject=subject, row_id=row_id,
                    field=field, stated=value_text(row, field)[:200], claimed=scrubbed(claimed)[:200],
                    reason=scrubbed(reason)[:300], objected_by=viewer.label[:200], objected_at=at,
                )  # fmt: skip
        except IntegrityError:
            raise errors.ObjectionOpen from None
        audited(viewer, "fact.object", objection, at=at, after={"subject": subject, "row": row_id, "field": field})
    return objection.pk


def objection_reject(*, viewer: Viewer, objection_id: int, answer: str, at: datetime) -> None:
    """This function settles an objection: the fact was checked and is right, with the answer for the household."""
    may_edit(viewer)
    if not answer.strip():
        raise errors.ReasonMissing
    with transaction.atomic():
        objection = _open_objection(viewer, objection_id)
        _settle(objection, FactObjection.State.REJECTED, viewer=viewer, answer=answer, at=at)
        audited(viewer, "fact.reject", objection, at=at)


def fact_correct(
    *,
    viewer: Viewer,
    household_id: int,
    version: int,
    subject: str,
    row_id: int,
    field: str,
    value: str,
    reason: str,
    at: datetime,
    since: date | None = None,
) -> None:
    """This function corrects a fact, with its reason; an open objection to it is settled as corrected.

    Without `since` the fact was wrong all along; with it, it changed on that day (states only). The old row stays as
    what was believed. Raises ReasonMissing, HouseholdChanged, FactUnknown, FactUnreadable, FactsContradict.
    """
    may_edit(viewer)
    if not reason.strip():
        raise errors.ReasonMissing
    if since is not None and since > timezone.localdate(at):
        raise errors.DayInFuture
    new = value_read(subject, field, value)
    with transaction.atomic():
        household = household_lock(viewer, household_id, version)
        row = fact_row(household_id, subject, row_id, lock=True)
        before, stated = getattr(row, field), value_text(row, field)
        try:
            with transaction.atomic():
                changed = _corrected(viewer, row, field, new, at=at, since=since)
        except IntegrityError:
            label = field_label(subject, field)
            raise errors.FactsContradict(f"“{label}”的新值和这一户的其他信息有矛盾，请核对后再改。") from None
        household_touch(household, viewer=viewer, at=at)
        said = objections_of(household_id, subject, row, field).filter(state=FactObjection.State.OPEN).first()
        if said is not None:
            _settle(said, FactObjection.State.CORRECTED, viewer=viewer, answer=reason, at=at)
        else:
            corrected = value_text(type(row)._default_manager.get(pk=changed), field)
            _correction_note(viewer, household, row, subject, field, stated, claimed=corrected, reason=reason, at=at)
        is_private = subject in ("person", "person_state")
        audited(
            viewer, "fact.correct", household, at=at, purpose=scrubbed(reason),
            before={"subject": subject, "row": row_id, "field": field, "value": None if is_private else before},
            after={"row": changed, "value": None if is_private else new, "since": since},
        )  # fmt: skip


def _correction_note(
    viewer: Viewer,
    household: Household,
    row: Any,
    subject: str,
    field: str,
    stated: str,
    *,
    claimed: str,
    reason: str,
    at: datetime,
) -> None:
    """This function keeps a correction that nobody had asked for, with its reason, where objections stand."""
    FactObjection.objects.create(
        slot=household.slot, household=household, person_id=person_of(subject, row), subject=subject, row_id=row.pk,
        field=field, stated=stated[:200], claimed=scrubbed(claimed)[:200], reason=scrubbed(reason)[:300],
        objected_by=viewer.label[:200], objected_at=at, state=FactObjection.State.CORRECTED,
        settled_by=viewer.label[:200], settled_at=at,
    )  # fmt: skip


def _corrected(viewer: Viewer, row: Any, field: str, new: Any, *, at: datetime, since: date | None) -> int:
    """This function writes the corrected row and returns its id."""
    if isinstance(row, Person):
        fields = {field: new}
        if field == "name":
            fields["initials"] = name_initials(new)
        person_touch(row, viewer=viewer, at=at, **fields)
        return row.pk
    if isinstance(row, HouseholdState | PersonState):
        return _state_corrected(viewer, row, field, new, at=at, since=since)
    # The row keeps its id, by which cases and warnings know the event; what was believed stays as a superseded copy.
    old = type(row).objects.get(pk=row.pk)
    old.pk = None
    old.superseded_at = at
    old.save(force_insert=True)
    setattr(row, field, new)
    row.recorded_at = at
    row.source = source_of(viewer)
    row.save(update_fields=[field, "recorded_at", "source"])
    return int(row.pk)


def _state_corrected(
    viewer: Viewer, row: HouseholdState | PersonState, field: str, new: Any, *, at: datetime, since: date | None
) -> int:
    model = type(row)
    names = HOUSEHOLD_FACTS if isinstance(row, HouseholdState) else PERSON_FACTS
    begins = max(since, row.valid_from) if since is not None else row.valid_from
    if row.valid_to is not None and begins >= row.valid_to:
        raise errors.DayTooEarly
    facts = {field: new}
    if field in ("work_place", "work_months") and new is not None:
        other = "work_months" if field == "work_place" else "work_place"
        if getattr(row, other) is None:
            raise errors.FactsContradict("务工所在地和务工时间要么都有，要么都没有：请先补上另一项。")
        facts[other] = getattr(row, other)
    values, origins, _ = state_after(
        row, facts_tidied(facts, names), names, source=source_of(viewer), source_ref=None, since=begins
    )
    subject = {"household_id": row.household_id} if isinstance(row, HouseholdState) else {"person_id": row.person_id}
    model._default_manager.filter(pk=row.pk).update(superseded_at=at)
    if begins > row.valid_from:
        model._default_manager.create(
            **subject, **{name: getattr(row, name) for name in names}, slot=row.slot, source=row.source,
            source_ref=row.source_ref, origins=row.origins, recorded_at=at, valid_from=row.valid_from, valid_to=begins,
        )  # fmt: skip
    new_row = model._default_manager.create(
        **subject, **values, slot=row.slot, source=source_of(viewer), origins=origins, recorded_at=at,
        valid_from=begins, valid_to=row.valid_to,
    )  # fmt: skip
    return int(new_row.pk)


def _open_objection(viewer: Viewer, objection_id: int) -> FactObjection:
    found = FactObjection.objects.select_for_update().filter(viewer.q(), pk=objection_id).first()
    if found is None:
        raise errors.RowNotFound
    if found.state != FactObjection.State.OPEN:
        raise errors.ObjectionSettled
    return found


def _settle(objection: FactObjection, state: str, *, viewer: Viewer, answer: str, at: datetime) -> None:
    FactObjection.objects.filter(pk=objection.pk).update(
        state=state, settled_by=viewer.label[:200], settled_at=at, answer=scrubbed(answer)[:300]
    )


def objection_open_of(household_id: int, subject: str, row_id: int, field: str) -> FactObjection | None:
    """This function returns the open objection to a fact, in the caller's scope."""
    return FactObjection.objects.filter(
        household_id=household_id, subject=subject, row_id=row_id, field=field, state=FactObjection.State.OPEN
    ).first()

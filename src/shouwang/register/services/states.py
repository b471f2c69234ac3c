"""Changing what is true of a household or person: one fact or several, from a day on or from the beginning."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import models, transaction

from shouwang.people.access import Viewer
from shouwang.register import errors
from shouwang.register.models import Household, HouseholdState, Person, PersonState
from shouwang.register.selectors.scope import holding
from shouwang.register.services.common import WRITERS, audited, household_touch, person_touch

State = HouseholdState | PersonState
NO_FACTS = {
    "id", "slot", "source", "source_ref", "recorded_at", "superseded_at", "valid_from", "valid_to", "household",
    "person", "origins",
}  # fmt: skip
HOUSEHOLD_FACTS = tuple(field.name for field in HouseholdState._meta.concrete_fields if field.name not in NO_FACTS)
PERSON_FACTS = tuple(field.name for field in PersonState._meta.concrete_fields if field.name not in NO_FACTS)


def facts_tidied(facts: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """This function makes facts agree with each other: at school means no education of its own; work as a pair.

    Raises FactUnknown for a name that is no fact.
    """
    if not set(facts) <= set(names):
        raise errors.FactUnknown
    tidy = dict(facts)
    if tidy.get("student_status") is not None:
        tidy["education"] = None
    elif tidy.get("education") is not None:
        tidy["student_status"] = None
    names_work = "work_place" in tidy or "work_months" in tidy
    if names_work and (tidy.get("work_place") is None or tidy.get("work_months") is None):
        tidy["work_place"] = tidy["work_months"] = None
    if tidy.get("is_disabled") is False:
        tidy["disability_category"] = tidy["disability_level"] = None
    return tidy


def origins_after(
    base: Mapping[str, Any] | None,
    *,
    base_origin: list[Any],
    values: Mapping[str, Any],
    changed: set[str],
    origin: list[Any],
) -> dict[str, Any]:
    """This function returns where each fact of a new state came from, leaving out what came with the new row itself."""
    origins = dict(base or {})
    for name, value in values.items():
        if name in changed:
            origins.pop(name, None)
        elif name not in origins and value not in (None, "", []) and base_origin != origin:
            origins[name] = base_origin
    return origins


def state_after(
    current: State | None,
    facts: Mapping[str, Any],
    names: tuple[str, ...],
    *,
    source: str,
    source_ref: str | None,
    since: date,
) -> tuple[dict[str, Any], dict[str, Any], set[str]]:
    """This function returns the values and origins of the state after a change, and which facts changed."""
    empty = {"removal": "", "risks": []}
    before = {name: getattr(current, name) if current else empty.get(name) for name in names}
    values = {**before, **facts}
    changed = {name for name in facts if values[name] != before[name]}
    base_origin: list[Any] = [current.source, current.source_ref, current.valid_from.isoformat()] if current else []
    origins = origins_after(
        current.origins if current else None,
        base_origin=base_origin,
        values=values,
        changed=changed,
        origin=[source, source_ref, since.isoformat()],
    )
    return values, origins, changed


def state_set(
    model: type[HouseholdState] | type[PersonState],
    subject: Household | Person,
    facts: Mapping[str, Any],
    *,
    source: str,
    source_ref: str | None,
    since: date,
    at: datetime,
) -> set[str]:
    """This function writes facts that hold from a day on and returns those that changed; the audit is the caller's.

    Unchanged facts write nothing. A state that began on or after the day is corrected in place.
    """
    is_household = model is HouseholdState
    names = HOUSEHOLD_FACTS if is_household else PERSON_FACTS
    key = {"household_id" if is_household else "person_id": subject.pk}
    rows: models.QuerySet[Any] = model._default_manager.select_for_update().filter(superseded_at__isnull=True, **key)
    current = rows.filter(valid_to__isnull=True).first()
    tidy = facts_tidied(facts, names)
    values, origins, changed = state_after(current, tidy, names, source=source, source_ref=source_ref, since=since)
    if current is not None and not changed:
        return set()
    fields = {"slot": subject.slot, "recorded_at": at, **key}
    begins = since
    if current is not None:
        model._default_manager.filter(pk=current.pk).update(superseded_at=at)
        if current.valid_from < since:
            kept = {name: getattr(current, name) for name in names}
            model._default_manager.create(
                **fields, **kept, source=current.source, source_ref=current.source_ref, origins=current.origins,
                valid_from=current.valid_from, valid_to=since,
            )  # fmt: skip
        else:
            begins = current.valid_from
    model._default_manager.create(
        **fields, **values, source=source, source_ref=source_ref, origins=origins, valid_from=begins
    )
    return changed


def household_state_set(
    *,
    viewer: Viewer,
    household_id: int,
    facts: Mapping[str, Any],
    source: str,
    on: date,
    at: datetime,
    source_ref: str | None = None,
    reason: str = "",
    is_audited: bool = True,
) -> set[str]:
    """This function writes facts of a household from a day on and returns which changed; raises HouseholdNotFound."""
    if viewer.kind not in WRITERS:
        raise errors.MayNotChange
    with transaction.atomic():
        household = Household.objects.select_for_update().filter(viewer.q(), pk=household_id).first()
        if household is None:
            raise errors.HouseholdNotFound
        before = _current(HouseholdState, {"household_id": household_id}, on)
        changed = state_set(HouseholdState, household, facts, source=source, source_ref=source_ref, since=on, at=at)
        if changed and is_audited:
            household_touch(household, viewer=viewer, at=at)
            audited(
                viewer, "household.state", household, at=at, purpose=reason,
                before={name: getattr(before, name, None) for name in sorted(changed)},
                after={name: facts[name] for name in sorted(changed)} | {"source": source, "since": on},
            )  # fmt: skip
    return changed


def household_status_set(
    *,
    viewer: Viewer,
    household_id: int,
    on: date,
    at: datetime,
    source: str = "casework",
    source_ref: str | None = None,
    reason: str = "",
    **facts: Any,
) -> set[str]:
    """This function is what casework calls when a case closes: watch type, dates of identification and removal, …"""
    return household_state_set(
        viewer=viewer, household_id=household_id, facts=facts, source=source, on=on, at=at, source_ref=source_ref,
        reason=reason,
    )  # fmt: skip


def person_state_set(
    *,
    viewer: Viewer,
    person_id: int,
    facts: Mapping[str, Any],
    source: str,
    on: date,
    at: datetime,
    source_ref: str | None = None,
    reason: str = "",
    is_audited: bool = True,
) -> set[str]:
    """This function writes facts of a person from a day on and returns which changed; raises PersonNotFound."""
    if viewer.kind not in WRITERS:
        raise errors.MayNotChange
    with transaction.atomic():
        person = Person.objects.select_for_update().filter(viewer.q(), pk=person_id).first()
        if person is None:
            raise errors.PersonNotFound
        changed = state_set(PersonState, person, facts, source=source, source_ref=source_ref, since=on, at=at)
        if changed and is_audited:
            person_touch(person, viewer=viewer, at=at)
            # Health and disability are not repeated in the log: it names the facts, the rows hold the values.
            audited(
                viewer, "person.state", person, at=at, purpose=reason,
                after={"facts": sorted(changed), "source": source, "since": on},
            )  # fmt: skip
    return changed


def _current(model: type[HouseholdState], key: Mapping[str, Any], on: date) -> HouseholdState | None:
    return model._default_manager.filter(holding(on), **key).first()


def states_undo(model: type[HouseholdState] | type[PersonState], *, prefix: str, end: str, at: datetime) -> int:
    """This function takes back every fact that sources with a prefix brought; returns how many states changed.

    A fact goes back to the last value that came from elsewhere, or to unknown.
    """
    is_household = model is HouseholdState
    names = HOUSEHOLD_FACTS if is_household else PERSON_FACTS
    key = "household_id" if is_household else "person_id"
    touched = (
        model._default_manager.filter(source_ref__gte=prefix, source_ref__lt=end).values_list(key, flat=True).distinct()
    )
    number = 0
    for subject_id in list(touched):
        history: list[Any] = list(model._default_manager.filter(**{key: subject_id}).order_by("-recorded_at", "-pk"))
        current = next((row for row in history if row.superseded_at is None and row.valid_to is None), None)
        if current is None:
            continue
        wrong = [name for name in names if _brought(current, name, prefix)]
        if not wrong and not (current.source_ref or "").startswith(prefix):
            continue
        values = {name: getattr(current, name) for name in names}
        earlier = [row for row in history if row.pk != current.pk]
        base = next((row for row in earlier if not (row.source_ref or "").startswith(prefix)), None)
        for name in wrong:
            good = next((row for row in earlier if not _brought(row, name, prefix)), None)
            values[name] = getattr(good, name) if good else {"removal": "", "risks": []}.get(name)
        model._default_manager.filter(pk=current.pk).update(superseded_at=at)
        model._default_manager.create(
            **{key: subject_id}, **values, slot=current.slot, recorded_at=at, valid_from=current.valid_from,
            source=base.source if base else "system", source_ref=base.source_ref if base else None,
            origins={name: origin for name, origin in current.origins.items() if name not in wrong},
        )  # fmt: skip
        number += 1
    return number


def _brought(row: State, name: str, prefix: str) -> bool:
    """This function tells whether a state's fact came from a source with the prefix."""
    origin = row.origins.get(name)
    ref = origin[1] if origin else row.source_ref
    return bool(ref and str(ref).startswith(prefix))

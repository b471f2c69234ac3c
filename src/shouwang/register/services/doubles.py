"""Merging double persons, and taking a merge back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from shouwang.people.access import Viewer
from shouwang.register import errors
from shouwang.register.models import Household, Identifier, Membership, Person, PersonMerge
from shouwang.register.services.common import (
    DECIDERS,
    HEAD,
    OF_PERSON,
    adult_check,
    audited,
    day_check,
    has_head_every_day,
    household_touch,
    membership_of,
    memberships_on,
    person_lock,
    person_touch,
)


def persons_merge(
    *,
    viewer: Viewer,
    kept_id: int,
    kept_version: int,
    double_id: int,
    double_version: int,
    reason: str,
    on: date,
    at: datetime,
) -> int:
    """This function merges a double into the kept person and returns the id of the merge, by which it can be undone.

    The double's memberships are taken as never having been; her incomes, spending, statuses and those numbers that the
    kept person lacks go over. Both must be in sight. Raises SamePerson, DoubleIsHead, NotAMember, ReasonMissing.
    """
    if viewer.kind not in DECIDERS:
        raise errors.MayNotChange
    if not reason.strip():
        raise errors.ReasonMissing
    if kept_id == double_id:
        raise errors.SamePerson
    day_check(on, at=at)
    with transaction.atomic():
        asked = {kept_id: kept_version, double_id: double_version}
        locked = {pk: person_lock(viewer, pk, asked[pk], alive=False) for pk in sorted(asked)}
        kept, double = locked[kept_id], locked[double_id]
        home = membership_of(kept.pk, on)
        if home is None:
            raise errors.NotAMember
        moved: dict[str, Any] = {"memberships": [], "ended": [], "identifiers": [], "rows": {}}
        _memberships_drop(viewer, double, moved, on=on, at=at)
        for model in OF_PERSON:
            rows = model.objects.filter(person_id=double.pk, superseded_at__isnull=True)
            moved["rows"][model._meta.model_name] = list(rows.values_list("pk", "household_id", "slot"))
            rows.update(person_id=kept.pk, household_id=home.household_id, slot=kept.slot)
        has = set(
            Identifier.objects.filter(person_id=kept.pk, superseded_at__isnull=True).values_list("kind", flat=True)
        )
        numbers = Identifier.objects.filter(person_id=double.pk, superseded_at__isnull=True).exclude(kind__in=has)
        moved["identifiers"] = list(numbers.values_list("pk", "slot"))
        numbers.update(person_id=kept.pk, slot=kept.slot)
        person_touch(double, viewer=viewer, at=at, merged_into=kept)
        person_touch(kept, viewer=viewer, at=at)
        merge = PersonMerge.objects.create(
            slot=kept.slot, kept=kept, double=double, reason=reason.strip()[:300], moved=moved, merged_at=at,
            merged_by=viewer.label[:200],
        )  # fmt: skip
        audited(viewer, "person.merge", kept, at=at, purpose=reason, after={"double": double.pk, "merge": merge.pk})
    return merge.pk


def _memberships_drop(viewer: Viewer, double: Person, moved: dict[str, Any], *, on: date, at: datetime) -> None:
    rows = list(Membership.objects.select_for_update().filter(person_id=double.pk, superseded_at__isnull=True))
    for row in rows:
        others = [pk for pk in memberships_on(row.household_id, on) if pk != double.pk]
        if row.holds(on) and row.relationship == HEAD and others:
            raise errors.DoubleIsHead
        if row.holds(on) and not others:
            household = Household.objects.select_for_update().get(pk=row.household_id)
            household_touch(household, viewer=viewer, at=at, ended_on=on, ended_reason="double")
            moved["ended"].append(household.pk)
        moved["memberships"].append(row.pk)
    Membership.objects.filter(pk__in=moved["memberships"]).update(superseded_at=at)
    # She may have headed others in the past too: then those days would be left without a head.
    if not all(has_head_every_day(household_id) for household_id in {row.household_id for row in rows}):
        raise errors.DoubleIsHead
    for household_id in {row.household_id for row in rows} - set(moved["ended"]):
        adult_check(Household.objects.get(pk=household_id), on=on, at=at)


def persons_unmerge(*, viewer: Viewer, merge_id: int, reason: str, at: datetime) -> None:
    """This function takes a merge back: rows, numbers and memberships return to the double.

    Raises MergeNotFound, MergeNotUndoable when the households changed so that the memberships no longer fit.
    """
    if viewer.kind not in DECIDERS:
        raise errors.MayNotChange
    if not reason.strip():
        raise errors.ReasonMissing
    with transaction.atomic():
        merge = (
            PersonMerge.objects.select_for_update(of=("self",))
            .filter(viewer.q(), pk=merge_id, undone_at__isnull=True)
            .select_related("kept", "double")
            .first()
        )
        if merge is None:
            raise errors.MergeNotFound
        moved = merge.moved
        for pk in moved["ended"]:
            Household.objects.filter(pk=pk, ended_reason="double").update(ended_on=None, ended_reason="")
        try:
            with transaction.atomic():
                Membership.objects.filter(pk__in=moved["memberships"]).update(superseded_at=None)
        except IntegrityError:
            raise errors.MergeNotUndoable from None
        homes = Membership.objects.filter(pk__in=moved["memberships"]).values_list("household", "household__ended_on")
        if any(ended is not None for _, ended in homes.filter(valid_to__isnull=True)) or not all(
            has_head_every_day(pk) for pk, _ in homes
        ):
            raise errors.MergeNotUndoable
        for model in OF_PERSON:
            for pk, household_id, slot in moved["rows"].get(model._meta.model_name, []):
                model.objects.filter(pk=pk, person_id=merge.kept_id).update(
                    person_id=merge.double_id, household_id=household_id, slot=slot
                )
        for pk, slot in moved["identifiers"]:
            Identifier.objects.filter(pk=pk, person_id=merge.kept_id).update(person_id=merge.double_id, slot=slot)
        person_touch(merge.double, viewer=viewer, at=at, merged_into=None)
        person_touch(merge.kept, viewer=viewer, at=at)
        PersonMerge.objects.filter(pk=merge.pk).update(
            undone_at=at, undone_by=viewer.label[:200], undone_reason=reason.strip()[:300]
        )
        audited(
            viewer, "person.unmerge", merge.kept, at=at, purpose=reason,
            after={"double": merge.double_id, "merge": merge.pk},
        )  # fmt: skip

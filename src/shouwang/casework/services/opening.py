"""Many warnings become cases at once: one transaction a batch, each case with its event and audit entry in it.

A night's run leaves thousands of warnings. Taken one by one each costs sixteen statements and two commits; a batch
costs as many statements whatever its size. What is out of the ordinary (a cause whose case is open already or twice in
the batch, a policy that opens none) is left to `collect`, one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, connection

from shouwang.audit.services import Entry, entries_append
from shouwang.casework.models import Case, CaseCause, CaseEvent, CaseSource
from shouwang.casework.selectors.procedures import workflow_by_version_id
from shouwang.casework.services.collect import (
    Incoming,
    case_of,
    incoming_of,
    opened_after,
    opened_text,
    reference,
    source_of,
)
from shouwang.casework.services.machine import event_of
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.locks import Lock
from shouwang.people.access import SYSTEM, acting_as
from shouwang.screening.selectors import warnings_by_ids
from shouwang.screening.services import warnings_collect
from shouwang.standards.selectors import versions_in_force

BATCH = 100


def warnings_open(warning_ids: Sequence[int], *, at: datetime) -> list[int]:
    """This function opens a case for each warning of a batch that plainly needs one, and returns the ids it took.

    Raises IntegrityError when a warning was collected meanwhile; the whole batch is undone then.
    """
    with acting_as(SYSTEM):
        _households_lock({found.household_id for found in warnings_by_ids(list(warning_ids)).values()})
        waiting = [found for found in warnings_by_ids(list(warning_ids)).values()
                   if found.collected_case_id is None and not found.is_held]  # fmt: skip
        made = _cases(_plain([incoming_of(found) for found in waiting]), at=at)
        _store(made, at=at)
    return [incoming.warning_id for incoming, _ in made if incoming.warning_id is not None]


def _households_lock(households: set[int]) -> None:
    pairs = {Lock.CASES.pair(household) for household in households}
    keys = sorted(key for _, key in pairs)  # in one order, so that two batches never embrace
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(%s, key) from (select unnest(%s::int[]) as key order by 1) keys",
            [Lock.CASES, keys],
        )


def _plain(incoming: list[Incoming]) -> list[Incoming]:
    """This function leaves the warnings whose household and cause have no open case, each household and cause once."""
    households = {one.household_id for one in incoming}
    open_ = set(CaseCause.objects.filter(household_id__in=households, is_open=True)
                .values_list("household_id", "cause"))  # fmt: skip
    taken = set(CaseSource.objects.filter(warning_id__in=[one.warning_id for one in incoming])
                .values_list("warning_id", flat=True))  # fmt: skip
    plain: dict[tuple[int, str], Incoming] = {}
    for one in incoming:
        if (one.household_id, str(one.cause)) not in open_ and one.warning_id not in taken:
            plain.setdefault((one.household_id, str(one.cause)), one)
    return list(plain.values())


def _cases(incoming: list[Incoming], *, at: datetime) -> list[tuple[Incoming, Case]]:
    on = at.astimezone(SHANGHAI).date()
    versions = versions_in_force(slots=[one.slot for one in incoming], on=on)
    made = []
    for one in incoming:
        version = versions.get(one.slot)
        if version is None:
            continue
        flow = workflow_by_version_id(version.pk, on=on)
        if flow.route:
            made.append((one, case_of(one, version=version, flow=flow, at=at)))
    return made


def _store(made: list[tuple[Incoming, Case]], *, at: datetime) -> None:
    Case.objects.bulk_create([case for _, case in made])  # nobody reported it, so nobody is barred
    CaseCause.objects.bulk_create(
        [CaseCause(case=case, slot=case.slot, household_id=case.household_id, cause=one.cause, is_open=True)
         for one, case in made]
    )  # fmt: skip
    CaseSource.objects.bulk_create([source_of(case, one, at=at) for one, case in made])
    cases = {one.warning_id: case.pk for one, case in made if one.warning_id is not None}
    if warnings_collect(cases=cases, at=at) != len(made):
        raise IntegrityError("a warning was collected meanwhile")
    CaseEvent.objects.bulk_create(
        [event_of(case, viewer=SYSTEM, at=at, what=CaseEvent.What.OPENED, text=opened_text(one), to_stage=case.stage,
                  data=reference(one))
         for one, case in made]
    )  # fmt: skip
    entries_append(
        viewer=SYSTEM, at=at,
        entries=[Entry("case.open", "casework.Case", case.pk, case.slot, after=opened_after(case, one))
                 for one, case in made],
    )  # fmt: skip

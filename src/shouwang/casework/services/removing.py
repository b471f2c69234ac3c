"""A watched household's risk is to be removed: a case of its own, with no clue, no cause and no lamp."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from shouwang.audit.services import entry_append
from shouwang.casework.errors import (
    NeverRemoved,
    NotWatched,
    NotYourTurn,
    RemovalRuns,
    RemovalUnwritten,
    StatementMissing,
)
from shouwang.casework.models import Case, CaseEvent
from shouwang.casework.rules import REMOVAL_WAYS
from shouwang.casework.selectors.procedures import workflow_by_version_id
from shouwang.casework.services.collect import reporters_bar
from shouwang.casework.services.machine import case_enter, event_add
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import KIND_LABELS, Kind, Viewer
from shouwang.register.selectors import household_get, state_on
from shouwang.standards.selectors import version_in_force

PROPOSERS = (Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE)


def removal_open(*, viewer: Viewer, household_id: int, way: str, reason: str, at: datetime) -> Case:
    """This function opens the removal of a watched household's risk, by help (HELP) or by itself (SELF).

    Whether the conditions hold is looked at where the procedure says; wholly without labour is never removed. Raises
    NotYourTurn, StatementMissing, HouseholdNotFound, NotWatched, NeverRemoved, RemovalUnwritten, RemovalRuns.
    """
    reason = reason.strip()[:300]
    if viewer.kind not in PROPOSERS:
        raise NotYourTurn(stage="提出风险消除", who="、".join(KIND_LABELS[kind] for kind in PROPOSERS))
    if not reason or way not in REMOVAL_WAYS:
        raise StatementMissing("reason")
    numbers_refuse(reason)
    on = at.astimezone(SHANGHAI).date()
    with transaction.atomic():
        home = household_get(viewer, household_id)
        state = state_on(viewer, household_id, on)
        if state is None or not state.watch_type or (state.removed_date is not None and state.removed_date <= on):
            raise NotWatched
        if state.is_without_labour:
            raise NeverRemoved
        version = version_in_force(slot=home.slot, on=on)
        flow = workflow_by_version_id(version.pk, on=on)
        if not flow.removal:
            raise RemovalUnwritten
        case = Case(slot=home.slot, household_id=household_id, pack_version=version, procedure=flow.removal,
                    opened_at=at, opened_on=on, is_removal=True)  # fmt: skip
        case_enter(case, flow.procedures[flow.removal].value.entry("ANY"), at=at, previous=None)
        try:
            with transaction.atomic():
                case.save()
        except IntegrityError:
            raise RemovalRuns from None
        text = f"提出风险消除（{REMOVAL_WAYS[way]}）：{reason}"
        event_add(case, viewer=viewer, at=at, what=CaseEvent.What.OPENED, text=text, to_stage=case.stage,
                  data={"way": way})  # fmt: skip
        reporters_bar(case)
        entry_append(
            viewer=viewer, action="case.propose_removal", subject_type="casework.Case", subject_id=case.pk,
            slot=case.slot, at=at, after={"stage": case.stage, "way": way, "pack_version_id": version.pk},
        )  # fmt: skip
    return case

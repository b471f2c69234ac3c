"""The procedure a case began with: its pack version, as of the day the case was made."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from shouwang.casework.models import Case
from shouwang.kit.dates import SHANGHAI
from shouwang.rulebook import PackSource
from shouwang.rulebook.policy import policy_resolve
from shouwang.rulebook.workflow import Act, Procedure, Stage
from shouwang.rulebook.workflow_policy import Workflow, workflow_of
from shouwang.standards.selectors import versions

# Acts that wait for others: nothing at such a stage waits for the organisation that holds the case.
PASSIVE = (Act.ANSWERS.value,)


@lru_cache(maxsize=16)
def _source(version_id: int) -> tuple[PackSource, str]:
    version = versions().get(pk=version_id)
    return PackSource.from_files(version.files), version.place


@lru_cache(maxsize=512)
def _workflow(version_id: int, on: date) -> Workflow:
    # The version was checked whole when it was loaded; here only its workflow is wanted, in milliseconds.
    source, place = _source(version_id)
    return workflow_of(policy_resolve(source, place=place, on=on))


def workflow_by_version_id(version_id: int, *, on: date) -> Workflow:
    """This function returns the workflow that a stored pack version states for a day."""
    return _workflow(version_id, on)


def workflow_for(case: Case) -> Workflow:
    """This function returns the workflow a case stays on to its end."""
    return _workflow(case.pack_version_id, case.opened_at.astimezone(SHANGHAI).date())


def procedure_for(case: Case) -> Procedure:
    """This function returns a case's procedure."""
    return workflow_for(case).procedures[case.procedure].value


def stage_for(case: Case) -> Stage | None:
    """This function returns the stage a case stands at, None when closed."""
    return procedure_for(case).stages[case.stage] if case.stage else None

"""The procedure a case began with: its pack version, as of the day the case was made."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from shouwang.casework.models import Case
from shouwang.kit.dates import SHANGHAI
from shouwang.rulebook import PackSource
from shouwang.rulebook.policy import Policy, policy_resolve
from shouwang.rulebook.workflow import Act, Procedure, Stage
from shouwang.rulebook.workflow_policy import Workflow, workflow_of
from shouwang.standards.selectors import versions

# Acts that wait for others: nothing at such a stage waits for the organisation that holds the case.
PASSIVE = (Act.ANSWERS.value,)


@lru_cache(maxsize=1024)
def _name(version_id: int) -> tuple[str, str]:
    return versions().values_list("place", "digest").get(pk=version_id)


@lru_cache(maxsize=16)
def _source(place: str, digest: str) -> PackSource:
    version = versions().filter(place=place, digest=digest).get()
    return PackSource.from_files(version.files)


@lru_cache(maxsize=512)
def _workflow(place: str, digest: str, on: date) -> Workflow:
    # The version was checked whole when it was loaded; here only its workflow is wanted, in milliseconds.
    return workflow_of(_policy(place, digest, on))


@lru_cache(maxsize=64)
def _policy(place: str, digest: str, on: date) -> Policy:
    return policy_resolve(_source(place, digest), place=place, on=on)


def policy_by_version_id(version_id: int, *, on: date) -> Policy:
    """This function returns the policy that a stored pack version states for a day."""
    return _policy(*_name(version_id), on)


def policy_for_case(case: Case, *, on: date) -> Policy:
    """This function returns the policy of a case's pack version as it stands on a day: its lines go by the year."""
    return policy_by_version_id(case.pack_version_id, on=on)


def workflow_by_version_id(version_id: int, *, on: date) -> Workflow:
    """This function returns the workflow that a stored pack version states for a day."""
    return _workflow(*_name(version_id), on)


def workflow_for(case: Case) -> Workflow:
    """This function returns the workflow a case stays on to its end, unless somebody moves it to a newer one."""
    return workflow_by_version_id(case.pack_version_id, on=case.policy_on or case.opened_at.astimezone(SHANGHAI).date())


def procedure_for(case: Case) -> Procedure:
    """This function returns a case's procedure."""
    return workflow_for(case).procedures[case.procedure].value


def stage_for(case: Case) -> Stage | None:
    """This function returns the stage a case stands at, None when closed."""
    return procedure_for(case).stages[case.stage] if case.stage else None

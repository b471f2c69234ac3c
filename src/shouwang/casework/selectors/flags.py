"""Flags of a case: what the pack wants a person to look at, and what those who looked found."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from shouwang.casework.errors import FlagStands, FlagsUnlooked
from shouwang.casework.models import Case, CaseSource, FlagLook
from shouwang.casework.selectors.procedures import policy_by_version_id
from shouwang.kit.dates import SHANGHAI
from shouwang.people.access import SYSTEM, Kind, Role, Viewer, acting_as
from shouwang.register.selectors import state_on, statuses_on
from shouwang.rulebook.case_facts import OF_HOUSEHOLD
from shouwang.rulebook.flags_policy import flags_judge
from shouwang.screening.selectors import warnings_by_ids

LOOKERS = frozenset({Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP})
LOOKING_ROLES = frozenset({Role.CLERK, Role.LEADER})


@dataclass(frozen=True)
class CaseFlag:
    """One flag that holds for a case; `look` is the last look at it, None while nobody has looked."""

    key: str
    name: str
    action: str
    says: str
    source: str
    overrides: tuple[tuple[str, str], ...]
    look: FlagLook | None

    @property
    def is_settled(self) -> bool:
        """Somebody looked and found nothing that forbids help."""
        return self.look is not None and self.look.verdict != FlagLook.Verdict.STANDS


def may_look(viewer: Viewer, case: Case) -> bool:
    """This function tells whether the viewer is of those who look at the flags of a case."""
    return (
        case.is_open and viewer.kind in LOOKERS and viewer.role in LOOKING_ROLES and viewer.can_see(case.slot)
    )  # fmt: skip


def case_flags(case: Case, *, on: date, viewer: Viewer = SYSTEM) -> list[CaseFlag]:
    """This function returns the flags of a case's policy that hold on a day, in the order of the packs.

    A flag holds when the register says so today, or when a warning of the case said so and the register cannot deny
    it. Flags that somebody looked at stay. Without a viewer the register is read by the system, so that the same flags
    stand whoever decides; a page shows what its reader may see.
    """
    policy_on = case.policy_on or case.opened_at.astimezone(SHANGHAI).date()
    policy = policy_by_version_id(case.pack_version_id, on=policy_on)
    looks = {look.key: look for look in FlagLook.objects.filter(case=case).order_by("pk")}
    if not policy.flags and not looks:
        return []
    with acting_as(SYSTEM) if viewer is SYSTEM else nullcontext():
        judged = flags_judge(policy, _facts(viewer, case, on), on=on)
        warned = _warned(case)
    found = [
        CaseFlag(key, stated.name, stated.value.action, stated.value.reason, _source(stated.source),
                 tuple(stated.value.overrides.items()), looks.get(key))
        for key, stated in policy.flags.items()
        if judged[key] is True or (key in warned and judged[key] is None) or key in looks
    ]  # fmt: skip
    stated_keys = set(policy.flags)
    return found + [_of_look(look) for key, look in looks.items() if key not in stated_keys]


def _facts(viewer: Viewer, case: Case, on: date) -> dict[str, Any]:
    state = state_on(viewer, case.household_id, on)
    facts: dict[str, Any] = {key: getattr(state, key, None) for key in OF_HOUSEHOLD}
    return facts | {"statuses": sorted(statuses_on(viewer, case.household_id, on=on))}


def _warned(case: Case) -> set[str]:
    """This function returns the flags that the warnings of a case carried."""
    ids = CaseSource.objects.filter(case=case, warning_id__isnull=False).values_list("warning_id", flat=True)
    if not (wanted := [pk for pk in ids if pk]):
        return set()
    return {str(flag["key"]) for warning in warnings_by_ids(wanted).values() for flag in warning.flags}


def _source(source: Any) -> str:
    return "；".join(part for part in (source.document, source.clause or "") if part)


def _of_look(look: FlagLook) -> CaseFlag:
    return CaseFlag(look.key, look.name, look.action, look.says, look.source, (), look)


def flags_check(case: Case, *, on: date) -> None:
    """This function refuses a decision to help while a flag is unlooked at, or found to forbid it.

    Raises FlagsUnlooked, FlagStands.
    """
    flags = case_flags(case, on=on)
    if unlooked := [flag.name for flag in flags if flag.look is None]:
        raise FlagsUnlooked(unlooked)
    if standing := [flag.name for flag in flags if not flag.is_settled]:
        raise FlagStands(standing)


def looks_visible_to(viewer: Viewer) -> QuerySet[FlagLook]:
    """This function returns every look at a flag in the viewer's areas, with its case; also those looked at again."""
    if not viewer.reads_register:
        return FlagLook.objects.none()
    return FlagLook.objects.filter(viewer.q()).select_related("case")


def looks_asked(viewer: Viewer, *, verdict: str = "", key: str = "") -> QuerySet[FlagLook]:
    """This function returns the looks in sight of one verdict and flag; empty asks for all."""
    found = looks_visible_to(viewer)
    found = found.filter(verdict=verdict) if verdict else found
    return found.filter(key=key) if key else found


def looked_flags(viewer: Viewer) -> list[tuple[str, str]]:
    """This function returns the flags that were looked at in the viewer's areas, key and name."""
    return list(looks_visible_to(viewer).order_by("key").values_list("key", "name").distinct())


VERDICTS: list[tuple[str, str]] = [(verdict.value, str(verdict.label)) for verdict in FlagLook.Verdict]
OVERRIDDEN = FlagLook.Verdict.OVERRIDDEN.value

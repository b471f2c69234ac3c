"""Who belongs to one household on a day, counted live as the engine counts them (`engine.steps.members`)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Q

from shouwang.people.access import Viewer
from shouwang.register.models import Membership, PersonState
from shouwang.register.selectors.profile import statuses_on
from shouwang.register.selectors.scope import holding, of_household
from shouwang.rulebook.windows import months_before

_UNKNOWN = ("labour", "is_chronic", "is_seriously_ill", "is_disabled", "is_medically_insured")
_COUNTS: dict[str, Q] = {
    "labour_count": Q(labour__in=("ORDINARY", "SKILLED", "WEAK")),
    "full_labour_count": Q(labour__in=("ORDINARY", "SKILLED")),
    "working_count": Q(work_place__isnull=False, work_months__gt=0),
    "student_count": Q(student_status__isnull=False),
    "chronic_count": Q(is_chronic=True),
    "serious_illness_count": Q(is_seriously_ill=True),
    "disabled_count": Q(is_disabled=True),
    "severely_disabled_count": Q(is_disabled=True, disability_level__in=(1, 2)),
    "uninsured_count": Q(is_medically_insured=False),
    "dropout_count": Q(has_dropped_out=True),
}


def household_member_counts(viewer: Viewer, household_id: int, on: date) -> dict[str, Any]:
    """This function returns the counts of a household's members and its statuses on a day, by column of
    `household_facts`; members who do not say are not counted."""
    living = Q(person__merged_into__isnull=True) & (Q(person__died_on__isnull=True) | Q(person__died_on__gt=on))
    members = of_household(Membership.objects.filter(holding(on), living, household_id=household_id), viewer)
    born = dict(members.values_list("person_id", "person__birth_date"))
    states = PersonState.objects.filter(holding(on), person_id__in=list(born))
    found: dict[str, Any] = states.aggregate(**{name: Count("pk", filter=rule) for name, rule in _COUNTS.items()})
    adult, elder = months_before(on, 18 * 12), months_before(on, 60 * 12)
    whole = set(states.filter(**{f"{name}__isnull": False for name in _UNKNOWN}).values_list(
        "person_id", flat=True
    ))  # fmt: skip
    statuses = statuses_on(viewer, household_id, on=on)
    return found | {
        "member_count": len(born),
        "adult_count": sum(day is not None and day <= adult for day in born.values()),
        "child_count": sum(day is not None and day > adult for day in born.values()),
        "elder_count": sum(day is not None and day <= elder for day in born.values()),
        "unknown_member_count": sum(day is None or pk not in whole for pk, day in born.items()),
        "statuses": sorted(statuses),
        "has_dibao": "DIBAO" in statuses,
        "has_tekun_dispersed": "TEKUN_DISPERSED" in statuses,
        "has_tekun_central": "TEKUN_CENTRAL" in statuses,
    }

"""What was known of a household when its case was decided, kept so that later cases can be compared with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, Max, OuterRef

from shouwang.casework.models import Case, CaseProfile, Decision
from shouwang.casework.rules import SAID
from shouwang.kit.dates import SHANGHAI
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.selectors import households_profile


def profile_keep(case: Case, *, at: datetime) -> None:
    """This function keeps what the register says of a case's household at this moment, when it is decided.

    The register is read by the system: whoever decides, the same is kept. A household without members has nothing that
    could be compared.
    """
    for profile in _profiles([case], {case.pk: at}):
        kept = {name: getattr(profile, name) for name in _FIELDS}
        CaseProfile.objects.update_or_create(case=case, defaults=kept)


_FIELDS = ("slot", "causes", "type_key", "members", "per_capita_fen", "decided_at")


def _profiles(cases: Sequence[Case], decided: dict[int, datetime]) -> list[CaseProfile]:
    by_day: dict[object, list[Case]] = {}
    for case in cases:
        by_day.setdefault(decided[case.pk].astimezone(SHANGHAI).date(), []).append(case)
    made = []
    for on, of_day in by_day.items():
        with acting_as(SYSTEM):
            known = households_profile(SYSTEM, [case.household_id for case in of_day], on=on)  # type: ignore[arg-type]
        for case in of_day:
            found = known.get(case.household_id)
            if found is not None:
                made.append(
                    CaseProfile(
                        case=case, slot=case.slot, causes=list(case.causes), type_key=found.type_key,
                        members=found.members, per_capita_fen=found.per_capita_fen, decided_at=decided[case.pk],
                    )
                )  # fmt: skip
    return made


def profiles_fill(*, limit: int = 2_000, after: int = 0) -> int:
    """This function keeps the profiles of cases that were decided before profiles were kept (worker only).

    Returns the id of the last case looked at, 0 when none is left behind `after`.
    """
    with acting_as(SYSTEM):
        said = Decision.objects.filter(move__in=sorted(SAID))
        decided = said.filter(case=OuterRef("pk"))
        bare = Case.objects.filter(Exists(decided), profile__isnull=True, is_removal=False, pk__gt=after).order_by("pk")
        cases = list(bare.prefetch_related("cause_rows")[:limit])
        when = dict(
            said.filter(case__in=cases).values_list("case").annotate(last=Max("at")).order_by()
        )  # fmt: skip
        CaseProfile.objects.bulk_create(_profiles(cases, when), ignore_conflicts=True)
    return cases[-1].pk if cases else 0

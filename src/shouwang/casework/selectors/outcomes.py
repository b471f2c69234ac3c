"""What became of households: which cases found need, and since when it was known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Min, Q
from django.utils import timezone

from shouwang.casework.models import Case
from shouwang.casework.rules import Ending

CONFIRMED = (Ending.HELPED.value, Ending.HANDED_OVER.value)


@dataclass(frozen=True)
class CaseOutcome:
    """One case that found its household in need, or one rejected; `on` is the day since when that was known."""

    case_id: int
    household_id: int
    on: date
    causes: tuple[str, ...]
    is_confirmed: bool
    is_warned: bool  # whether a warning of a screening was among what it took up


def outcomes_in(*, lo: int, hi: int) -> list[CaseOutcome]:
    """This function returns the cases of a slot range that were judged, by id, within the caller's scope.

    In need is a household whose help was approved or given, or that was handed over to the poverty register. The need
    counts as known from the first report of a person (clue), else from the judgement; a rejection from its closing.
    """
    cases = (
        Case.objects.filter(slot__gte=lo, slot__lte=hi, is_removal=False)
        .annotate(
            reported_at=Min("sources__reported_at", filter=Q(sources__clue_id__isnull=False)),
            warning=Max("sources__warning_id"),
        )
        .filter(
            Q(approved_at__isnull=False) | Q(assisted_at__isnull=False) | Q(outcome__in=[*CONFIRMED, Ending.REJECTED])
        )
        .prefetch_related("cause_rows")
        .order_by("pk")
    )
    return [_outcome(case) for case in cases]


def _outcome(case: Case) -> CaseOutcome:
    is_confirmed = case.outcome != Ending.REJECTED.value
    judged = [case.approved_at, case.assisted_at, case.closed_at]
    first = min(at for at in judged if at is not None)
    reported = case.reported_at  # type: ignore[attr-defined]
    if is_confirmed and reported is not None:
        first = min(first, reported)
    return CaseOutcome(
        case_id=case.pk,
        household_id=case.household_id,
        on=timezone.localdate(first),
        causes=case.causes,
        is_confirmed=is_confirmed,
        is_warned=case.warning is not None,  # type: ignore[attr-defined]
    )

"""Reads of measures: planned, delivered, and whether a case's help has arrived."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q, QuerySet

from shouwang.assistance.models import Aid, Measure
from shouwang.casework.selectors import procedure_for, stage_for
from shouwang.casework.selectors.cases import Case
from shouwang.funds.selectors import grants_of_case
from shouwang.funds.services import Grant
from shouwang.people.access import READS_REGISTER, Viewer
from shouwang.rulebook.workflow import Act


def measures_visible_to(viewer: Viewer) -> QuerySet[Measure]:
    """This function returns the measures of the viewer's areas, or those her organisation provides."""
    measures = Measure.objects.order_by("pk")
    if viewer.kind in READS_REGISTER:
        return measures.filter(viewer.q() | Q(provider_organisation_id=viewer.organisation_id))
    return measures.filter(provider_organisation_id=viewer.organisation_id)


def measure_get(viewer: Viewer, measure_id: int) -> Measure | None:
    """This function returns a measure the viewer may see, or None."""
    return measures_visible_to(viewer).filter(pk=measure_id).first()


def measure_of_task(viewer: Viewer, task_id: int) -> Measure | None:
    """This function returns the measure that a delivery task stands for, or None."""
    return measures_visible_to(viewer).filter(task_id=task_id).first()


def measures_of_case(viewer: Viewer, case_id: int) -> QuerySet[Measure]:
    """This function returns a case's measures in the order of planning."""
    return measures_visible_to(viewer).filter(case_id=case_id)


def measures_of_household(viewer: Viewer, household_id: int) -> QuerySet[Measure]:
    """This function returns a household's measures, newest first."""
    return measures_visible_to(viewer).filter(household_id=household_id).order_by("-pk")


def help_since(case: Case) -> datetime:
    """This function returns from when on what arrives is this round's help: since the case was opened, for the first.

    Emergency aid comes before the case is decided, and may be all that is due. A later round asks for new help.
    """
    is_later = Aid.objects.filter(case_id=case.pk).exists()
    return case.stage_since_at if is_later else case.opened_at


def paid_this_round(viewer: Viewer, case: Case) -> QuerySet[Grant]:
    """This function returns the money paid about a case that is help of this round; the insurer's has no measure."""
    return grants_of_case(viewer, case.pk).filter(cancelled_at__isnull=True, recorded_at__gte=help_since(case))


def has_help_arrived(viewer: Viewer, case: Case) -> bool:
    """This function tells whether help has come in a case's present round: a measure, or money paid about it."""
    delivered = Measure.objects.filter(
        case_id=case.pk, state=Measure.State.DELIVERED, delivered_at__gte=case.stage_since_at
    )
    return delivered.exists() or paid_this_round(viewer, case).exists()


def measure_snapshot_query(*, lo: int, hi: int, on: date, salt: int) -> str:
    """This function returns the query of the snapshot table `measure`: what was delivered to an area's households."""
    return f"""
        select m.id # {int(salt)} as measure_key, m.household_id # {int(salt)} as household_key,
               m.person_id # {int(salt)} as person_key, m.kind, m.delivered_on as from_date,
               null::date as until_date, 'assistance' as source
        from assistance_measure m
        where m.slot between {int(lo)} and {int(hi)} and m.state = 'DELIVERED' and m.delivered_on <= date '{on}'
        order by 1"""  # noqa: S608 - integers and a date of our own


def help_completion(case: Case) -> str:
    """This function returns how the help of a case is completed, in words; empty where it does not wait for help."""
    stage = stage_for(case)
    move = stage.moves.get("assisted") if stage else None
    if move is None:
        return ""
    follows = procedure_for(case).stages.get(move.to or "")
    return f"{move.name}，转回访" if follows is not None and follows.act is Act.VISIT else move.name

"""Work that would be left with nobody when somebody leaves: cases and tasks are an office's, so the last one counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from shouwang.casework.models import Case, Task
from shouwang.people.access import SYSTEM, Role, acting_as
from shouwang.people.selectors import appointment_by_id, appointments_of_organisation
from shouwang.people.services import WorkHolder, work_holder_register

WORKING = (Role.OFFICER, Role.CLERK, Role.LEADER)
Counter = Callable[[Any], int]


def cases_held(appointment: Any) -> int:
    """This function returns how many open cases wait for an appointment's office and role in its areas."""
    areas = Q(pk__in=[])
    for lo, hi in appointment.slot_ranges():
        areas |= Q(slot__gte=lo, slot__lte=hi)
    role = Q(holder_roles=[]) | Q(holder_roles__contains=[str(appointment.role)])
    return Case.objects.filter(
        areas, role, closed_on__isnull=True, holder_kind=appointment.organisation.kind
    ).count()  # fmt: skip


def tasks_held(appointment: Any) -> int:
    """This function returns how many open tasks an appointment's organisation has."""
    return Task.objects.filter(organisation_id=appointment.organisation_id, state=Task.State.OPEN).count()


def is_last(appointment: Any) -> bool:
    """This function tells whether nobody else of the organisation could go on with an appointment's work today."""
    on = timezone.localdate()
    ranges = appointment.slot_ranges()
    for other in appointments_of_organisation(appointment.organisation_id):
        covers = all(any(lo <= a and b <= hi for lo, hi in other.slot_ranges()) for a, b in ranges)
        if other.deputy_for_id is not None:
            continue  # she does a desk for some days and leaves when that ends
        works = other.role in WORKING and other.is_in_force(on=on) and other.user.is_active
        if other.pk != appointment.pk and works and covers:
            return False
    return True


def _left(counter: Counter) -> Callable[[int], int]:
    def left(appointment_id: int) -> int:
        appointment = appointment_by_id(appointment_id)
        if appointment is None or appointment.role not in WORKING or not is_last(appointment):
            return 0
        with acting_as(SYSTEM):
            return counter(appointment)

    return left


def _moved(counter: Counter) -> Callable[[int, int, datetime], int]:
    def moved(appointment_id: int, successor_id: int, at: datetime) -> int:
        # Nothing is rewritten: the office holds the work. What she leaves is counted for the log of the handing over.
        appointment = appointment_by_id(appointment_id)
        if appointment is None or appointment.role not in WORKING:
            return 0
        with acting_as(SYSTEM):
            return counter(appointment)

    return moved


def succession_register() -> None:
    """This function makes cases and tasks count when an appointment ends."""
    for key, label, counter in (("cases", "案件", cases_held), ("tasks", "核查任务", tasks_held)):
        work_holder_register(key=key, holder=WorkHolder(label, _left(counter), _moved(counter)))

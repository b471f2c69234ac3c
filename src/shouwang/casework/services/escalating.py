"""Taking what is late one step up: the pack says to whom and after how many days; recorded, told, each step once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from shouwang.casework.models import Case, CaseEvent, Escalation, Task
from shouwang.casework.selectors.clocks import clocks_by_version_id
from shouwang.casework.selectors.procedures import PASSIVE
from shouwang.casework.services.machine import case_audit, event_add
from shouwang.kit.dates import SHANGHAI
from shouwang.office.rules import LISTED, Figures, MessageKind
from shouwang.office.services import message_enqueue
from shouwang.people.access import KIND_LABELS, SYSTEM, Kind, acting_as
from shouwang.people.selectors import organisation_for
from shouwang.rulebook.workflow import Act

BATCH = 200


@dataclass(frozen=True)
class _Late:
    """One late stage of a case, or one late task, on its way to an organisation above."""

    case_id: int
    task_id: int | None
    stage: str
    kind: str
    whose: str
    due_on: date
    to: str
    organisation_id: int
    organisation_name: str

    @property
    def key(self) -> str:
        what = f"task:{self.task_id}" if self.task_id else f"case:{self.case_id}:{self.stage}"
        return f"{what}:{self.due_on}:{self.to}"[:120]


def escalations_make(*, at: datetime) -> int:
    """This function takes everything that is late its next steps up, and returns how many steps (worker only).

    What goes to one organisation is written in batches, each with one message in its transaction.
    """
    on = at.astimezone(SHANGHAI).date()
    with acting_as(SYSTEM):
        waiting = [*_late_cases(on), *_late_tasks(on)]
        known = set(Escalation.objects.filter(key__in=[late.key for late in waiting]).values_list("key", flat=True))
    by_organisation: dict[int, list[_Late]] = {}
    for late in waiting:
        if late.key not in known:
            by_organisation.setdefault(late.organisation_id, []).append(late)
    made = 0
    for found in by_organisation.values():
        for start in range(0, len(found), BATCH):
            made += _write(found[start : start + BATCH], on=on, at=at)
    return made


def _late_cases(on: date) -> Iterator[_Late]:
    # Not a stage that waits for answers, whose tasks go up by themselves, nor one that will go on by itself.
    late = Case.objects.filter(closed_on__isnull=True, due_on__lt=on).exclude(act__in=PASSIVE)
    late = late.exclude(act=Act.AMEND.value, expires_on__isnull=False).order_by("pk")
    for case in late.iterator(chunk_size=2000):
        assert case.due_on is not None
        yield from _steps(case, None, kind=case.holder_kind, due_on=case.due_on, on=on)


def _late_tasks(on: date) -> Iterator[_Late]:
    late = (
        Task.objects.filter(state=Task.State.OPEN, due_on__lt=on).select_related("case", "organisation").order_by("pk")
    )
    for task in late.iterator(chunk_size=2000):
        yield from _steps(task.case, task, kind=task.kind, due_on=task.due_on, on=on)


def _steps(case: Case, task: Task | None, *, kind: str, due_on: date, on: date) -> Iterator[_Late]:
    task_id, whose = (task.pk, task.organisation.name) if task else (None, KIND_LABELS[Kind(kind)])
    clocks = clocks_by_version_id(case.pack_version_id, on=case.opened_at.astimezone(SHANGHAI).date())
    for step in clocks.steps_due(kind, days_late=(on - due_on).days):
        organisation = organisation_for(slot=case.slot, kind=Kind(step.to))
        if organisation is not None:
            yield _Late(
                case.pk, task_id, case.stage, kind, whose, due_on, step.to, organisation.pk, organisation.name
            )  # fmt: skip


def _write(batch: list[_Late], *, on: date, at: datetime) -> int:
    written: list[_Late] = []
    with acting_as(SYSTEM):
        cases = {
            case.pk: case
            for case in Case.objects.select_for_update().filter(pk__in={late.case_id for late in batch}).order_by("pk")
        }
        for late in batch:
            case = cases[late.case_id]
            if not _is_late_still(case, late):
                continue
            days = (on - late.due_on).days
            _, is_new = Escalation.objects.get_or_create(
                key=late.key,
                defaults={
                    "case": case, "task_id": late.task_id, "slot": case.slot, "kind": late.kind, "stage": late.stage,
                    "organisation_id": late.organisation_id, "due_on": late.due_on, "days_late": days, "at": at,
                },
            )  # fmt: skip
            if not is_new:
                continue
            what = "任务" if late.task_id else f"“{case.stage_name}”"
            text = f"{late.whose}的{what}逾期 {days} 天，提到{late.organisation_name}"
            event_add(case, viewer=SYSTEM, at=at, what=CaseEvent.What.ESCALATED, text=text,
                      data={"task_id": late.task_id} if late.task_id else None)  # fmt: skip
            case_audit(case, viewer=SYSTEM, at=at, action="case.escalate", before=case.stage, to=late.to)
            written.append(late)
        if written:
            numbers = tuple(dict.fromkeys(late.case_id for late in written))[: LISTED + 1]
            message_enqueue(
                organisation_id=written[0].organisation_id, kind=MessageKind.ESCALATED,
                figures=Figures({"count": len(written)}, numbers), key=f"escalated:{written[0].key}", at=at,
            )  # fmt: skip
    return len(written)


def _is_late_still(case: Case, late: _Late) -> bool:
    if late.task_id is not None:
        return Task.objects.filter(pk=late.task_id, state=Task.State.OPEN, due_on=late.due_on).exists()
    return case.is_open and case.stage == late.stage and case.due_on == late.due_on

"""Pausing a case's clock for a reason of its pack, and letting it go on."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from shouwang.casework.errors import CaseClosed, NotPaused, NotYourTurn, PauseRefused
from shouwang.casework.models import Case, CaseEvent, Notice, Pause
from shouwang.casework.selectors.clocks import clocks_for, pause_budget, pauses_allowed
from shouwang.casework.services.counting import case_clocks_set
from shouwang.casework.services.machine import case_audit, case_locked, event_add
from shouwang.casework.services.scope import writing_for
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import KIND_LABELS, SYSTEM, Kind, Viewer, acting_as
from shouwang.rulebook.clocks import Pause as PauseRule
from shouwang.rulebook.values import Provision

What = CaseEvent.What


def case_pause(
    *, viewer: Viewer, case_id: int, version: int, reason_key: str, note: str, until_on: date, at: datetime
) -> Pause:
    """This function stops the clocks of a case and of its open tasks until before a day, for a reason of its pack.

    Raises PauseRefused, NotYourTurn, and what every write of a case raises.
    """
    numbers_refuse(note)
    on = at.astimezone(SHANGHAI).date()
    with writing_for(viewer):
        case = case_locked(viewer=viewer, case_id=case_id, version=version)
        stated = _stated(viewer, case, reason_key)
        _check(case, stated, on=on, until_on=until_on)
        before, case.version = case.stage, case.version + 1
        pause = Pause.objects.create(
            case=case, slot=case.slot, stage=case.stage, reason_key=reason_key, reason=stated.name[:60],
            note=note.strip()[:500], at=at, paused_on=on, until_on=until_on, actor=viewer.label[:200],
            user_id=viewer.user_id,
        )  # fmt: skip
        case.paused_until, case.pause_reason = until_on, pause.reason
        case_clocks_set(case, on=on)
        text = f"暂停计时：{stated.name}，最晚 {until_on:%Y-%m-%d} 恢复" + (f"。{pause.note}" if pause.note else "")
        event_add(case, viewer=viewer, at=at, what=What.PAUSED, text=text, data={"pause_id": pause.pk})
        case.save()
        case_audit(case, viewer=viewer, at=at, action="case.pause", before=before, pause_id=pause.pk,
                   until_on=until_on.isoformat())  # fmt: skip
    return pause


def pausing_check(viewer: Viewer, case: Case) -> None:
    """This function refuses who may not pause a case for any reason; raises CaseClosed, NotYourTurn."""
    if not case.is_open:
        raise CaseClosed
    if not pauses_allowed(viewer, case):
        kinds = dict.fromkeys(kind for stated in clocks_for(case).pauses.values() for kind in stated.value.by)
        raise NotYourTurn(
            stage="暂停计时", who="、".join(KIND_LABELS[Kind(kind)] for kind in kinds) or "政策允许的单位"
        )


def _stated(viewer: Viewer, case: Case, reason_key: str) -> Provision[PauseRule]:
    pausing_check(viewer, case)
    allowed = pauses_allowed(viewer, case)
    if reason_key not in allowed:
        raise PauseRefused("请选一个暂停的理由。", field="reason")
    return allowed[reason_key]


def _check(case: Case, stated: Provision[PauseRule], *, on: date, until_on: date) -> None:
    if case.paused_until is not None:
        raise PauseRefused(f"已经暂停到 {case.paused_until:%Y-%m-%d}。要改日期，请先恢复计时。")
    if case.due_on is None:
        raise PauseRefused("现在的环节没有期限，不用暂停。")
    if case.due_on < on:
        raise PauseRefused(f"期限 {case.due_on:%Y-%m-%d} 已经过了，不能再暂停。")
    if Notice.objects.filter(case=case, state=Notice.State.POSTED).exists():
        raise PauseRefused("公示正在张贴，公示的天数不能暂停。")
    days = (until_on - on).days
    if days < 1:
        raise PauseRefused("恢复的日期要晚于今天。", field="until_on")
    if days > stated.value.days:
        latest = on + timedelta(days=stated.value.days)
        raise PauseRefused(
            f"这个理由一次最多暂停 {stated.value.days} 天，最晚 {latest:%Y-%m-%d} 恢复。", field="until_on"
        )
    budget = pause_budget(case)
    if days > budget.left:
        raise PauseRefused(
            f"一个案件合计最多暂停 {budget.limit} 天，已用 {budget.used} 天，还剩 {budget.left} 天。", field="until_on"
        )


def case_resume(*, viewer: Viewer, case_id: int, version: int, at: datetime) -> Case:
    """This function lets the clock of a paused case go on from today; raises NotPaused, NotYourTurn."""
    with writing_for(viewer):
        case = case_locked(viewer=viewer, case_id=case_id, version=version)
        pausing_check(viewer, case)
        if case.paused_until is None:
            raise NotPaused
        before, case.version = case.stage, case.version + 1
        _resumed(case, viewer=viewer, at=at, text="恢复计时")
        case_audit(case, viewer=viewer, at=at, action="case.resume", before=before)
    return case


def _resumed(case: Case, *, viewer: Viewer, at: datetime, text: str) -> None:
    pause = Pause.objects.get(case=case, resumed_on__isnull=True)
    pause.resumed_on = min(max(at.astimezone(SHANGHAI).date(), pause.paused_on), pause.until_on)
    pause.resumed_by = viewer.label[:200]
    pause.save(update_fields=["resumed_on", "resumed_by"])
    case.paused_until, case.pause_reason = None, ""
    case_clocks_set(case, on=pause.resumed_on)
    if case.due_on is not None:
        text = f"{text}，期限改为 {case.due_on:%Y-%m-%d}"
    event_add(case, viewer=viewer, at=at, what=What.RESUMED, text=text, data={"pause_id": pause.pk})
    case.save()


def pauses_expire(*, at: datetime) -> int:
    """This function lets the clocks go on whose pause has run its days, and returns how many (worker only).

    The last days were moved when the pause began; a night on which no worker runs makes no day late or early.
    """
    on = at.astimezone(SHANGHAI).date()
    ended = 0
    with acting_as(SYSTEM):
        over = Pause.objects.filter(resumed_on__isnull=True, until_on__lte=on).order_by("pk")
        ids = list(over.values_list("case_id", flat=True))
    for case_id in ids:
        with acting_as(SYSTEM):
            case = Case.objects.select_for_update().get(pk=case_id)
            if case.paused_until is None or case.paused_until > on:
                continue
            before = case.stage
            _resumed(case, viewer=SYSTEM, at=at, text="暂停期满，恢复计时")
            case_audit(case, viewer=SYSTEM, at=at, action="case.resume", before=before)
            ended += 1
    return ended

"""A month is asked for on a page; the worker records it (`working`), so that nobody waits in a request."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from shouwang.assistance.errors import EntitlementNotYours, MonthUnderWay
from shouwang.assistance.models import MonthWork
from shouwang.assistance.services.permitting import RUNNERS, entitlements_refuse
from shouwang.assistance.services.running import month_begun
from shouwang.audit.services import entry_append
from shouwang.kit.locks import Lock
from shouwang.office.services import ATTEMPTS, Errands, progress_plan
from shouwang.people.access import Viewer

MONTHS = Errands(
    task="assistance.month", lock=Lock.MONTH, model=MonthWork,
    broken="因程序故障停止，记过的都在，再记一次会接着记。请联系系统管理员。",
    given_up=f"中断了 {ATTEMPTS} 次。记过的都在，请联系系统管理员查看日志后再记一次。",
)  # fmt: skip


def month_request(*, viewer: Viewer, month: date, at: datetime, is_queued: bool = True) -> MonthWork:
    """This function asks the worker to record a month; not `is_queued`: the caller carries it out.

    Raises EntitlementNotYours, MonthNotCome, MonthUnderWay.
    """
    entitlements_refuse(viewer, RUNNERS)
    if viewer.organisation_id is None or viewer.appointment_id is None:
        raise EntitlementNotYours
    month = month_begun(month, at=at)
    slot, hi = min(lo for lo, _ in viewer.ranges), max(hi for _, hi in viewer.ranges)
    try:
        with transaction.atomic():
            work = MonthWork.objects.create(
                slot=slot, hi=hi, organisation_id=viewer.organisation_id, appointment_id=viewer.appointment_id,
                month=month, requested_at=at, requested_by=viewer.label[:200],
            )  # fmt: skip
            progress = progress_plan(
                viewer=viewer, label=f"记 {month:%Y-%m} 的按期发放", at=at, slot=slot, unit="步",
                href=f"/assistance/entitlements/?month={month:%Y-%m}",
            )  # fmt: skip
            work.progress_id = progress.pk
            work.save(update_fields=["progress_id"])
            if is_queued:
                MONTHS.queue(work.pk)
            entry_append(
                viewer=viewer, action="entitlement.request", subject_type="assistance.MonthWork", subject_id=work.pk,
                slot=slot, at=at, after={"month": month.isoformat()},
            )  # fmt: skip
    except IntegrityError:
        raise MonthUnderWay(month) from None
    return work

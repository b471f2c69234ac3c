"""A provider's month: filed, checked and settled by the office, agreed to or disputed, corrected, withdrawn."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from shouwang.insurance.care.errors import (
    CareBillLate,
    CareBillTaken,
    CareDocumentMissing,
    CareInvoiceDiffers,
    CareMonthOpen,
    CareNotFound,
    CareNothingToBill,
    CareStepOutOfTurn,
)
from shouwang.insurance.care.models import CareBill, CareDay, CareInsured
from shouwang.insurance.care.rules import BillState
from shouwang.insurance.care.selectors import days_over
from shouwang.insurance.care.services.common import (
    WORKERS,
    bill_locked,
    bill_saved,
    body_id,
    frame_of,
    handled_by,
    provider_turn,
    reason_stated,
    today_of,
)
from shouwang.insurance.care.services.settling import bill_settle
from shouwang.kit.dates import month_first, months_add
from shouwang.kit.money import yuan_text
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import Kind, Viewer


@dataclass(frozen=True)
class Filing:
    """A bill to file: its month, number and amount of the invoice, why it is late where it is."""

    month: date
    invoice: str
    invoice_fen: int
    late_reason: str = ""

    def __post_init__(self) -> None:
        numbers_refuse(self.late_reason)


def bill_file(*, viewer: Viewer, filing: Filing, at: datetime) -> CareBill:
    """This function files a month's bill over all days of service logged in it; the invoice must say their sum.

    Raises CareMonthOpen, CareNothingToBill, CareInvoiceDiffers, CareDocumentMissing, CareBillLate, CareBillTaken.
    """
    if viewer.kind is not Kind.CARE_PROVIDER or viewer.role not in WORKERS:
        raise CareNotFound
    month, today = month_first(filing.month), today_of(at)
    if months_add(month, 1) > today:
        raise CareMonthOpen(month)
    if not filing.invoice.strip():
        raise CareDocumentMissing("发票号码")
    scheme = frame_of(viewer, month).scheme
    late = filing.late_reason.strip()[:300]
    office, _ = body_id(viewer.ranges[0][0], scheme.run_by, "经办机构")
    due = scheme.bill_due(month)
    if today > due and not late:
        raise CareBillLate(due)
    with transaction.atomic():
        provider_turn(viewer.organisation_id or 0)
        mine = CareBill.objects.filter(provider_id=viewer.organisation_id or 0, office_id=office, month=month)
        if mine.exclude(state=BillState.WITHDRAWN).exists():
            raise CareBillTaken(month)
        days = list(_days(viewer, office, month))
        charged = sum(day.charge_fen for day in days)
        if not days:
            raise CareNothingToBill(month)
        if filing.invoice_fen != charged:
            raise CareInvoiceDiffers(filing.invoice_fen, charged)
        bill = CareBill(
            slot=viewer.ranges[0][0], office_id=office, provider_id=viewer.organisation_id or 0,
            provider_name=viewer.organisation_name[:120], month=month, invoice=filing.invoice.strip()[:60],
            invoice_fen=charged, is_late=today > due, late_reason=late if today > due else "",
            due_on=due, paid_by=scheme.paid_by, filed_at=at, filed_by=viewer.label[:200],
        )  # fmt: skip
        try:
            with transaction.atomic():
                bill_saved(
                    bill, viewer=viewer, at=at, what="lodge",
                    text=f"申报 {len(days)} 天，收费合计 {yuan_text(charged)} 元"
                    + (f"；逾期：{bill.late_reason}" if bill.is_late else ""),
                    charged_fen=charged, days=len(days),
                )  # fmt: skip
        except IntegrityError as error:
            raise CareBillTaken(month) from error
        CareDay.objects.filter(pk__in=[day.pk for day in days]).update(bill=bill)
    return bill


def _days(viewer: Viewer, office_id: int, month: date) -> QuerySet[CareDay]:
    return (
        CareDay.objects.select_for_update()
        .filter(
            provider_id=viewer.organisation_id or 0, office_id=office_id, on__gte=month, on__lt=months_add(month, 1),
            is_struck=False,
        )
        .order_by("pk")
    )  # fmt: skip


def bill_withdraw(*, viewer: Viewer, bill_id: int, version: int, reason: str, at: datetime) -> CareBill:
    """This function takes a bill back that has not been settled; its days are free to be mended and filed anew."""
    said = reason_stated(reason)
    with transaction.atomic():
        bill = bill_locked(viewer=viewer, bill_id=bill_id, version=version, step="withdraw")
        CareDay.objects.filter(bill=bill, is_struck=False).update(bill=None)
        bill.state = BillState.WITHDRAWN
        return bill_saved(bill, viewer=viewer, at=at, what="withdraw", text=f"撤回：{said}", before="FILED")


def days_strike(
    *, viewer: Viewer, bill_id: int, version: int, day_ids: Collection[int], reason: str, at: datetime
) -> CareBill:  # fmt: skip
    """This function strikes days of a bill, or lets struck ones stand again that the office itself struck.

    A day that stands is struck with the reason; one already struck comes back. Raises CareNotFound for a day of
    another bill, and CareOwnHand where the objection is to what the viewer struck or settled.
    """
    said = reason_stated(reason)
    with transaction.atomic():
        bill = bill_locked(viewer=viewer, bill_id=bill_id, version=version, step="strike")
        rows = list(CareDay.objects.select_for_update().filter(bill=bill, pk__in=list(day_ids)).order_by("pk"))
        if not rows or len(rows) != len(set(day_ids)):
            raise CareNotFound
        gone: list[CareDay] = []
        back: list[CareDay] = []
        for day in rows:
            (back if day.is_struck else gone).append(day)
            day.is_struck = not day.is_struck
            day.struck_reason, day.struck_by = (said[:200], viewer.label[:200]) if day.is_struck else ("", "")
            try:
                with transaction.atomic():
                    day.save(update_fields=["is_struck", "struck_reason", "struck_by"])
            except IntegrityError as error:
                raise CareNotFound("这一天已经算在别的服务里，或者评定、参保已经结束，不能恢复。") from error
        handled_by(bill, viewer)
        parts = [f"核减 {_named(gone)}"] if gone else []
        parts += [f"恢复 {_named(back)}"] if back else []
        return bill_saved(
            bill, viewer=viewer, at=at, what="strike", text=f"{'；'.join(parts)}：{said}",
            struck=[day.pk for day in gone], restored=[day.pk for day in back],
        )  # fmt: skip


def _named(days: list[CareDay]) -> str:
    return f"{len(days)} 天（{'、'.join(f'{day.on:%m-%d}' for day in days[:8])}{'等' if len(days) > 8 else ''}）"


def bill_check(*, viewer: Viewer, bill_id: int, version: int, at: datetime) -> CareBill:
    """This function settles a filed bill over the days that stand; refusals as of `bill_settle`."""
    with transaction.atomic():
        bill = bill_locked(viewer=viewer, bill_id=bill_id, version=version, step="check")
        return _settled(bill, viewer, at, "check")


def bill_correct(*, viewer: Viewer, bill_id: int, version: int, reason: str, at: datetime) -> CareBill:
    """This function settles a disputed bill anew, by nobody who had a hand in it; raises CareOwnHand."""
    said = reason_stated(reason)
    with transaction.atomic():
        bill = bill_locked(viewer=viewer, bill_id=bill_id, version=version, step="correct")
        return _settled(bill, viewer, at, "correct", said)


def _settled(bill: CareBill, viewer: Viewer, at: datetime, what: str, said: str = "") -> CareBill:
    before = bill.state
    handled_by(bill, viewer)
    found = bill_settle(bill, viewer=viewer, at=at)
    bill.state, bill.handled_user_ids = BillState.SETTLED, []
    text = f"第 {found.number} 次结算：{found.people} 人 {found.days} 天，应付 {yuan_text(found.paid_fen)} 元"
    return bill_saved(
        bill, viewer=viewer, at=at, what=what, text=f"{text}。{said}".rstrip("。"), before=before,
        paid_fen=found.paid_fen, number=found.number,
    )  # fmt: skip


def bill_reopen(*, viewer: Viewer, bill_id: int, version: int, reason: str, at: datetime) -> CareBill:
    """This function takes a settlement back that nobody was asked to pay; days after death or insurance are struck.

    The bill waits to be checked anew; the settlement stays on record. Raises CareStepOutOfTurn once money is under way.
    """
    said = reason_stated(reason)
    with transaction.atomic():
        bill = bill_locked(viewer=viewer, bill_id=bill_id, version=version, step="reopen")
        if bill.payment_asks:
            raise CareStepOutOfTurn("已经申请付款")
        before, gone = bill.state, 0
        for insured in CareInsured.objects.filter(pk__in=bill.days.values("insured_id")):
            gone += days_over(insured).filter(bill=bill).update(
                is_struck=True, struck_reason=insured.over_word, struck_by=viewer.label[:200]
            )  # fmt: skip
        bill.state, bill.settled_fen = BillState.FILED, None
        handled_by(bill, viewer)
        text = f"退回重核{f'，核减 {gone} 天' if gone else ''}：{said}"
        return bill_saved(bill, viewer=viewer, at=at, what="reopen", text=text, before=before, struck=gone)


def bill_agree(*, viewer: Viewer, bill_id: int, version: int, at: datetime) -> CareBill:
    """This function records that the provider agrees to the settlement."""
    with transaction.atomic():
        bill = bill_locked(viewer=viewer, bill_id=bill_id, version=version, step="agree")
        bill.state = BillState.AGREED
        said = f"确认结算 {yuan_text(bill.settled_fen or 0)} 元"
        return bill_saved(bill, viewer=viewer, at=at, what="agree", text=said, before="SETTLED")


def bill_dispute(*, viewer: Viewer, bill_id: int, version: int, reason: str, at: datetime) -> CareBill:
    """This function records the provider's objection to the settlement, with its reason."""
    said = reason_stated(reason)
    with transaction.atomic():
        bill = bill_locked(viewer=viewer, bill_id=bill_id, version=version, step="dispute")
        bill.state = BillState.DISPUTED
        return bill_saved(bill, viewer=viewer, at=at, what="object", text=f"有异议：{said}", before="SETTLED")

"""The month's statement of a provider: a clean A4 form, and a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from shouwang.insurance.care.models import CareBill, CareLine, CareSettlement
from shouwang.kit.money import yuan_text
from shouwang.kit.sheets import Cell, workbook_bytes
from shouwang.office.services.prints import pdf_print

TEMPLATE = Path(__file__).resolve().parents[2] / "data" / "care_statement.typ"
TITLE = "长期护理结算表"
HEADINGS = ("姓名", "天数", "收费（元）", "应付（元）", "本人付（元）", "怎么算的")


def bill_pdf(bill: CareBill, settlement: CareSettlement, lines: Sequence[CareLine], *, at: datetime) -> bytes:
    """This function returns the statement as a PDF: one line a person with every step, sums, who settled it when."""
    said: dict[str, Any] = {
        "provider": bill.provider_name,
        "month": f"{bill.month:%Y} 年 {bill.month.month} 月",
        "invoice": bill.invoice,
        "state": bill.state_label,
        "number": settlement.number,
        "settled": f"{settlement.actor}，{timezone.localdate(settlement.at):%Y-%m-%d}",
        "source": f"{settlement.source}{f'（{settlement.mark}）' if settlement.mark else ''}",
        "lines": [
            {
                "name": line.insured_name, "days": line.days, "charged": yuan_text(line.charged_fen),
                "paid": yuan_text(line.paid_fen), "own": yuan_text(line.charged_fen - line.paid_fen),
                "steps": [step["text"] for step in line.steps],
            }
            for line in lines
        ],
        "people": settlement.people,
        "days": settlement.days,
        "charged": yuan_text(settlement.charged_fen),
        "paid": yuan_text(settlement.paid_fen),
        "own": yuan_text(settlement.charged_fen - settlement.paid_fen),
        "paid_on": f"{bill.paid_on:%Y-%m-%d}（{bill.reference}）" if bill.paid_on else "",
    }  # fmt: skip
    return pdf_print(TEMPLATE, {"bill": said}, title=TITLE, head=bill.provider_name,
                     number=f"{bill.month:%Y-%m} 第 {settlement.number} 次结算", at=at)  # fmt: skip


def bill_workbook(bill: CareBill, settlement: CareSettlement, lines: Sequence[CareLine], *, at: datetime) -> bytes:
    """This function returns the statement as a workbook; every cell is a text, so that no amount is rounded."""

    def row(line: CareLine) -> Sequence[Cell]:
        own = line.charged_fen - line.paid_fen
        steps = "\n".join(step["text"] for step in line.steps)
        return (line.insured_name, line.days, *map(yuan_text, (line.charged_fen, line.paid_fen, own)), steps)

    own = settlement.charged_fen - settlement.paid_fen
    total: Sequence[Cell] = (
        "合计",
        settlement.days,
        *map(yuan_text, (settlement.charged_fen, settlement.paid_fen, own)),
        "",
    )
    return workbook_bytes([(f"{bill.month:%Y-%m}", HEADINGS, [*map(row, lines), total])])

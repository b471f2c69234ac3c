"""The list of payments of a batch as a sheet to sign and to keep."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.utils import timezone

from shouwang.audit.services import entry_append
from shouwang.funds.models import Batch
from shouwang.kit.masks import account_tail
from shouwang.kit.money import yuan_capitals, yuan_text
from shouwang.office.services.prints import pdf_print
from shouwang.people.access import Viewer

TEMPLATE = Path(__file__).resolve().parents[1] / "data" / "payments.typ"
SIGNED = ("MAKE", "CHECK", "RELEASE")


def batch_print(*, viewer: Viewer, batch: Batch, at: datetime) -> bytes:
    """This function returns the payment list of a batch as a PDF and logs the printing; accounts stay masked."""
    payments = list(batch.payments.select_related("commitment").defer("sealed_account").order_by("line"))
    acts = [act for act in batch.acts.order_by("pk") if act.what in SIGNED]
    data = {
        "payer": batch.organisation_name,
        "state": batch.get_state_display(),
        "made_on": f"{batch.made_on:%Y-%m-%d}",
        "tier": f"{batch.tier['name']}，{batch.tier['source']}",
        "rows": [
            [str(row.line), row.payee_name, row.commitment.get_relation_display(),
             f"{row.bank} {account_tail(row.account_shown)}", yuan_text(row.amount_fen),
             f"{row.commitment.purpose}，{row.commitment.ground}", row.get_state_display()]
            for row in payments
        ],
        "count": str(batch.count),
        "total": yuan_text(batch.total_fen),
        "capitals": yuan_capitals(batch.total_fen),
        "acts": [
            [act.get_what_display(), act.by, f"{timezone.localtime(act.at):%Y-%m-%d %H:%M}"] for act in acts
        ],
        "checksum": batch.checksum,
    }  # fmt: skip
    content = pdf_print(
        TEMPLATE, data, title="救助资金支付清单", head=batch.organisation_name, number=f"第 {batch.pk} 批", at=at
    )
    entry_append(
        viewer=viewer, action="batch.print", subject_type="funds.Batch", subject_id=batch.pk, slot=batch.slot, at=at,
        purpose="打印支付清单",
    )  # fmt: skip
    return content

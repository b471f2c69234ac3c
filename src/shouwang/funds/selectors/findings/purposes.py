"""Money that was used for something else: 挪用 by a movement, 挤占 by another programme's cost."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F

from shouwang.funds.models import Commitment, Entry, Posting
from shouwang.funds.selectors.findings.found import Evident, Finding, Ground, made
from shouwang.funds.selectors.ledger import accounts_visible_to
from shouwang.funds.selectors.payments import commitments_visible_to


def shifted(ground: Ground) -> Iterable[Finding]:
    """This function finds money that was moved to another purpose."""
    ids = accounts_visible_to(ground.viewer).values("pk")
    rows = list(
        Posting.objects.filter(account_id__in=ids, amount_fen__lt=0, entry__kind=Entry.Kind.SHIFT)
        .select_related("entry", "account").order_by("-pk")
    )  # fmt: skip
    into = Posting.objects.filter(entry_id__in=[row.entry_id for row in rows], amount_fen__gt=0)
    other = dict(into.values_list("entry_id", "account__purpose"))
    for row in rows:
        yield made(
            "SHIFTED", row.entry_id, slot=row.slot, amount_fen=-row.amount_fen, since=row.entry.on,
            title=f"{row.account.organisation_name}：{row.account.purpose}改作{other.get(row.entry_id, '其他用途')}",
            clause="专款专用", owner=row.account.organisation_name,
            evidence=[Evident(row.entry.on, f"{row.entry.document}：{row.entry.note}", -row.amount_fen,
                              account_id=row.account_id)],
        )  # fmt: skip


def charged(ground: Ground) -> Iterable[Finding]:
    """This function finds what was approved for one purpose and charged to the money of another."""
    rows = commitments_visible_to(ground.viewer).exclude(state=Commitment.State.CANCELLED)
    for row in rows.exclude(purpose=F("account__purpose")).order_by("-pk"):
        yield made(
            "CHARGED", row.pk, slot=row.slot, amount_fen=row.amount_fen, since=row.approved_on,
            title=f"{row.account.organisation_name}：{row.purpose}的支出记到了{row.account.purpose}",
            clause="专款专用", owner=row.account.organisation_name,
            evidence=[Evident(row.approved_on, f"{row.payee_name}：{row.ground}", row.amount_fen,
                              account_id=row.account_id)],
        )  # fmt: skip

"""Money that went to the wrong hand: one account for many households, an official's account, after death or exit."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Sum

from shouwang.funds.models import WatchedAccount
from shouwang.funds.selectors.findings.found import Finding, Ground, first_of_each, line, made, sent
from shouwang.kit.masks import account_tail
from shouwang.register.selectors import deaths_of, ends_of, gone_before, removals_of


def shared(ground: Ground) -> Iterable[Finding]:
    """This function finds a bank account that gets the money of several households."""
    sums = {
        bytes(row["account_blind"]): row
        for row in ground.payments.order_by().values("account_blind")
        .annotate(households=Count("household_id", distinct=True), fen=Sum("amount_fen"), count=Count("pk"))
        .filter(households__gt=1)
    }  # fmt: skip
    if not sums:
        return
    for blind, payments in first_of_each(ground.payments.filter(account_blind__in=list(sums)), "account_blind").items():
        of = sums[blind]
        yield made(
            "SHARED", blind.hex()[:32], slot=payments[0].slot, amount_fen=of["fen"], since=sent(payments[0]),
            count=of["count"],
            title=f"账户（{account_tail(payments[0].account_shown)}）收了 {of['households']} 户的钱",
            clause="一户一账户；监护人或代管人代领的要有委托", owner=payments[-1].batch.organisation_name,
            evidence=[line(payment) for payment in payments],
        )  # fmt: skip


def official(ground: Ground) -> Iterable[Finding]:
    """This function finds money that went into the account of an official."""
    watched = {bytes(row.account_blind): row for row in WatchedAccount.objects.filter(ground.viewer.q())}
    if not watched:
        return
    for payment in ground.payments.filter(account_blind__in=list(watched)):
        row = watched[bytes(payment.account_blind)]
        yield made(
            "OFFICIAL", payment.pk, slot=payment.slot, amount_fen=payment.amount_fen, since=sent(payment),
            title=f"{payment.payee_name}的钱打进了{row.post}{row.owner}的账户",
            clause="救助资金直接发放到户", owner=payment.batch.organisation_name, evidence=[line(payment)],
        )  # fmt: skip


def after_end(ground: Ground) -> Iterable[Finding]:
    """This function finds money sent after the payee died, the household ended, or its risk was marked as removed."""
    gone = gone_before(ground.viewer, person="commitment__person_id", household="household_id", day="sent_on")
    payments = list(ground.payments.filter(gone))
    households = {payment.household_id for payment in payments}
    deaths = deaths_of(ground.viewer, {payment.commitment.person_id or 0 for payment in payments})
    ends, removals = ends_of(ground.viewer, households), removals_of(ground.viewer, households)
    for payment in payments:
        known = (
            (deaths.get(payment.commitment.person_id or 0), "去世"),
            (ends.get(payment.household_id), "销户"),
            (removals.get(payment.household_id), "标注风险消除"),
        )
        day, word = min((day, word) for day, word in known if day is not None and day < sent(payment))
        yield made(
            "AFTER", payment.pk, slot=payment.slot, amount_fen=payment.amount_fen, since=sent(payment),
            title=f"{payment.payee_name}一户 {day:%Y-%m-%d} {word}，{sent(payment):%Y-%m-%d} 仍支付",
            clause="去世、销户或退出后停止支付", owner=payment.batch.organisation_name, evidence=[line(payment)],
        )  # fmt: skip

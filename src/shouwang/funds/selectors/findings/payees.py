"""Money that went to the wrong hand: one account for many households, an official's account, after death or exit."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Q, Sum

from shouwang.funds.models import WatchedAccount
from shouwang.funds.selectors.findings.found import TO_ORGANISATION, Finding, Ground, first_of_each, line, made, sent
from shouwang.kit.masks import account_tail
from shouwang.register.selectors import deaths_of, ends_of, gone_before, removals_of

SEVERAL = Q(households__gt=1) | Q(organisations__gt=1) | Q(households=1, organisations=1)


def shared(ground: Ground) -> Iterable[Finding]:
    """This function finds a bank account that gets the money of several households, or of one and of an organisation.

    An organisation that is paid for what it did for many households is none; the account of several of them is one.
    """
    sums = {
        bytes(row["account_blind"]): row
        for row in ground.payments.order_by().values("account_blind")
        .annotate(
            households=Count("household_id", distinct=True, filter=~TO_ORGANISATION),
            organisations=Count("payee_name", distinct=True, filter=TO_ORGANISATION),
            fen=Sum("amount_fen"), count=Count("pk"),
        )
        .filter(SEVERAL)
    }  # fmt: skip
    if not sums:
        return
    for blind, payments in first_of_each(ground.payments.filter(account_blind__in=list(sums)), "account_blind").items():
        of = sums[blind]
        what = _shared_text(of["households"], of["organisations"])
        yield made(
            "SHARED", blind.hex()[:32], slot=payments[0].slot, amount_fen=of["fen"], since=sent(payments[0]),
            count=of["count"],
            title=f"账户（{account_tail(payments[0].account_shown)}）{what}",
            clause="一户一账户；监护人或代管人代领的要有委托", owner=payments[-1].batch.organisation_name,
            evidence=[line(payment) for payment in payments],
        )  # fmt: skip


def _shared_text(households: int, organisations: int) -> str:
    """This function says in words who shares an account."""
    if households > 1:
        return f"收了 {households} 户的钱"
    return "收了户的钱，也收了服务机构的钱" if households else f"收了 {organisations} 家服务机构的钱"


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
    """This function finds money sent after the payee died, the household ended, or its risk was marked as removed.

    What an organisation did before such a day is paid later by right: which days count, its own room holds.
    """
    gone = gone_before(ground.viewer, person="commitment__person_id", household="household_id", day="sent_on")
    payments = list(ground.payments.filter(gone).exclude(TO_ORGANISATION))
    households = {payment.household_id for payment in payments if payment.household_id is not None}
    deaths = deaths_of(ground.viewer, {payment.commitment.person_id or 0 for payment in payments})
    ends, removals = ends_of(ground.viewer, households), removals_of(ground.viewer, households)
    for payment in payments:
        known = (
            (deaths.get(payment.commitment.person_id or 0), "去世"),
            (ends.get(payment.household_id or 0), "销户"),
            # A removed risk ends what a case was granted; what comes by another right goes on.
            (removals.get(payment.household_id or 0) if payment.commitment.case_id else None, "标注风险消除"),
        )
        before = [(day, word) for day, word in known if day is not None and day < sent(payment)]
        if not before:
            continue
        day, word = min(before)
        yield made(
            "AFTER", payment.pk, slot=payment.slot, amount_fen=payment.amount_fen, since=sent(payment),
            title=f"{payment.payee_name}一户 {day:%Y-%m-%d} {word}，{sent(payment):%Y-%m-%d} 仍支付",
            clause="去世、销户或退出后停止支付", owner=payment.batch.organisation_name, evidence=[line(payment)],
        )  # fmt: skip

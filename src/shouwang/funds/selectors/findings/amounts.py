"""Amounts that look made up: split below a tier, just below one, round ones in a row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction

from shouwang.funds.models import Payment
from shouwang.funds.rules import Paid, rounded_run, split_run
from shouwang.funds.selectors.findings.found import Finding, Ground, line, made, sent
from shouwang.kit.money import yuan_text


def _paid(payments: Iterable[Payment]) -> list[Paid]:
    return [Paid(payment.pk, sent(payment), payment.amount_fen, payment.batch_id) for payment in payments]


def _by(payments: Iterable[Payment], name: str) -> dict[int, list[Payment]]:
    found: dict[int, list[Payment]] = defaultdict(list)
    for payment in payments:
        found[getattr(payment, name)].append(payment)
    return found


def _sum(payments: Sequence[Payment]) -> int:
    return sum(payment.amount_fen for payment in payments)


def split(ground: Ground) -> Iterable[Finding]:
    """This function finds payments of one household, each below a tier, that reach it within the pack's days."""
    rules = ground.tiers
    if rules is None or rules.split is None:
        return
    for household, payments in _by(ground.payments, "household_id").items():
        for tier in reversed(rules.tiers):
            keys = split_run(_paid(payments), start_fen=tier.value.start, days=rules.split.value.days)
            if keys:
                run = [payment for payment in payments if payment.pk in keys]
                yield made(
                    "SPLIT", f"{household}:{run[0].pk}:{run[-1].pk}", slot=run[0].slot, amount_fen=_sum(run),
                    since=sent(run[0]), owner=run[-1].batch.organisation_name,
                    title=f"{run[0].payee_name}一户 {len(run)} 笔各不到 {yuan_text(tier.value.start)} 元，合计"
                          f" {yuan_text(_sum(run))} 元",
                    clause=f"{rules.split.name}（{rules.split.source}）", evidence=[line(each) for each in run],
                )  # fmt: skip
                break


def near(ground: Ground) -> Iterable[Finding]:
    """This function finds several payments of one payer that lie just below a tier."""
    rules = ground.tiers
    if rules is None or rules.split is None:
        return
    for tier in rules.tiers[1:]:
        start = tier.value.start
        least = start - int(start * Fraction(rules.split.value.share))
        close = [payment for payment in ground.payments if least <= payment.amount_fen < start]
        for payer, rows in _by(close, "organisation_id").items():
            if len(rows) > 1:
                yield made(
                    "NEAR", f"{payer}:{start}:{rows[0].pk}", slot=rows[0].batch.slot, amount_fen=_sum(rows),
                    since=sent(rows[0]), owner=rows[0].batch.organisation_name,
                    title=f"{rows[0].batch.organisation_name}有 {len(rows)} 笔刚好不到 {yuan_text(start)} 元",
                    clause=f"{rules.split.name}（{rules.split.source}）", evidence=[line(row) for row in rows],
                )  # fmt: skip


def rounded(ground: Ground) -> Iterable[Finding]:
    """This function finds payers whose payments within the pack's days are in whole units more often than chance."""
    stated = next((rules.round for rules in ground.rules if rules.round is not None), None)
    if stated is None:
        return
    rule = stated.value
    for payer, payments in _by(ground.payments, "organisation_id").items():
        keys = rounded_run(
            _paid(payments), unit_fen=rule.unit, days=rule.days, count=rule.count, share=Fraction(rule.share)
        )
        if keys:
            rows = [payment for payment in payments if payment.pk in keys]
            name = rows[0].batch.organisation_name
            yield made(
                "ROUND", f"{payer}:{rows[0].pk}", slot=rows[0].batch.slot, amount_fen=_sum(rows),
                since=_first(rows), owner=name,
                title=f"{name} {rule.days} 天内有 {len(rows)} 笔正好是 {yuan_text(rule.unit)} 元的整倍数",
                clause=f"{stated.name} {stated.value}（{stated.source}）", evidence=[line(row) for row in rows],
            )  # fmt: skip


def _first(payments: Sequence[Payment]) -> date:
    return min(sent(payment) for payment in payments)

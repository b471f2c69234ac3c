"""Amounts that look made up: split below a tier, just below one, round ones in a row.

Whom it concerns is found in the database, over all payments in sight; only the payments of those are read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, F, Min, QuerySet, Sum

from shouwang.funds.models import Payment
from shouwang.funds.rules import Paid, split_run
from shouwang.funds.selectors.findings.found import TO_ORGANISATION, Finding, Ground, first_of_each, line, made, sent
from shouwang.kit.money import yuan_text

FIELDS = ("organisation_id", "household_id", "batch_id", "sent_on", "amount_fen")
# A stretch begins with any day on which something was sent, and takes in the whole of it.
SPLIT = """
    run as (
        select household_id, min(batch_id) over stretch <> max(batch_id) over stretch as is_spread,
               sum(amount_fen) over stretch >= start as is_reached
        from paid join unnest(%s::bigint[]) as tier (start) on amount_fen < start
        window stretch as (
            partition by household_id, start
            order by sent_on range between current row and %s * interval '1 day' following
        )
    )
    select distinct household_id from run where is_spread and is_reached
"""
ROUND = """
    run as (
        select organisation_id, sent_on, count(*) over stretch as sent,
               count(*) filter (where amount_fen %% %s = 0) over stretch as whole
        from paid window stretch as (
            partition by organisation_id order by sent_on range between current row and %s * interval '1 day' following
        )
    )
    select organisation_id, min(sent_on) from run where whole >= %s and whole * %s >= sent * %s group by 1
"""


def _asked(payments: QuerySet[Payment], sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """This function runs a statement over payments, which it knows as `paid`, in the scope they were chosen in."""
    try:
        paid, values = payments.order_by().values(*FIELDS).query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        # A million payments are sorted: in memory, until this transaction ends.
        cursor.execute("set local work_mem = '64MB'")
        cursor.execute(f"with paid as materialized ({paid}), {sql}", [*values, *params])
        return cursor.fetchall()


def _sum(payments: Sequence[Payment]) -> int:
    return sum(payment.amount_fen for payment in payments)


def split(ground: Ground) -> Iterable[Finding]:
    """This function finds payments of one household, each below a tier, that reach it within the pack's days."""
    rules = ground.tiers
    if rules is None or rules.split is None:
        return
    days, starts = rules.split.value.days, [tier.value.start for tier in reversed(rules.tiers)]
    own = ground.payments.exclude(TO_ORGANISATION)
    homes = [home for (home,) in _asked(own, SPLIT, [starts, days])]
    by_home: dict[int, list[Payment]] = defaultdict(list)
    for payment in own.filter(household_id__in=homes) if homes else ():
        by_home[payment.household_id or 0].append(payment)
    for home, payments in by_home.items():
        paid = [Paid(each.pk, sent(each), each.amount_fen, each.batch_id) for each in payments]
        start, keys = next(
            (start, keys) for start in starts if (keys := split_run(paid, start_fen=start, days=days))
        )  # fmt: skip
        run = [payment for payment in payments if payment.pk in keys]
        yield made(
            "SPLIT", f"{home}:{run[0].pk}:{run[-1].pk}", slot=run[0].slot, amount_fen=_sum(run), since=sent(run[0]),
            owner=run[-1].batch.organisation_name,
            title=f"{run[0].payee_name}一户 {len(run)} 笔各不到 {yuan_text(start)} 元，合计 {yuan_text(_sum(run))} 元",
            clause=f"{rules.split.name}：{days} 天内分几批付，合计到上一档，{rules.split.source}",
            evidence=[line(each) for each in run],
        )  # fmt: skip


def _by_payer(payments: QuerySet[Payment]) -> Iterable[tuple[int, list[Payment], Mapping[str, Any]]]:
    """This function returns each payer of some payments with the first of them, and what all come to."""
    sums = payments.order_by().values("organisation_id").annotate(
        fen=Sum("amount_fen"), count=Count("pk"), since=Min("sent_on")
    )  # fmt: skip
    first = first_of_each(payments, "organisation_id")
    for row in sums.order_by("organisation_id"):
        yield row["organisation_id"], first[row["organisation_id"]], row


def near(ground: Ground) -> Iterable[Finding]:
    """This function finds several payments of one payer that lie just below a tier."""
    rules = ground.tiers
    if rules is None or rules.split is None:
        return
    share = rules.split.value.share
    for tier in rules.tiers[1:]:
        start = tier.value.start
        least = start - int(start * Fraction(share))
        for payer, rows, of in _by_payer(ground.payments.filter(amount_fen__gte=least, amount_fen__lt=start)):
            if of["count"] > 1:
                name = rows[0].batch.organisation_name
                yield made(
                    "NEAR", f"{payer}:{start}:{rows[0].pk}", slot=rows[0].batch.slot, amount_fen=of["fen"],
                    since=of["since"], owner=name, count=of["count"],
                    title=f"{name}有 {of['count']} 笔刚好不到 {yuan_text(start)} 元",
                    clause=f"{rules.split.name}：比上一档少不到 {float(share):.0%}，{rules.split.source}",
                    evidence=[line(row) for row in rows],
                )  # fmt: skip


def rounded(ground: Ground) -> Iterable[Finding]:
    """This function finds payers whose payments within the pack's days are in whole units more often than chance.

    The first stretch of so many days counts in which they are `count` or more and make up `share` of all or more.
    """
    stated = next((rules.round for rules in ground.rules if rules.round is not None), None)
    if stated is None:
        return
    rule, share = stated.value, Fraction(stated.value.share)
    asked = _asked(ground.payments, ROUND, [rule.unit, rule.days, rule.count, share.denominator, share.numerator])
    for payer, first in asked:
        whole = ground.payments.annotate(odd=F("amount_fen") % rule.unit).filter(
            odd=0, organisation_id=payer, sent_on__gte=first, sent_on__lte=first + timedelta(days=rule.days)
        )
        for _, rows, of in _by_payer(whole):
            name = rows[0].batch.organisation_name
            yield made(
                "ROUND", f"{payer}:{rows[0].pk}", slot=rows[0].batch.slot, amount_fen=of["fen"], since=of["since"],
                owner=name, count=of["count"],
                title=f"{name} {rule.days} 天内有 {of['count']} 笔正好是 {yuan_text(rule.unit)} 元的整倍数",
                clause=f"{stated.name}：{stated.value}，{stated.source}", evidence=[line(row) for row in rows],
            )  # fmt: skip

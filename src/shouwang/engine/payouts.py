"""Expected payments: what a pack's insurance ladders would pay for the losses behind warnings. Exact, in fen.

The bulk form of `rulebook.insurance.Ladder.payout`; a property test holds both equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm

import duckdb
import pyarrow as pa
from sqlglot import exp

from shouwang.engine.sqltext import DIALECT
from shouwang.rulebook.insurance import Ladder, ladders_of
from shouwang.rulebook.policy import Policy


@dataclass(frozen=True)
class LadderPaid:
    """What one ladder would pay: warnings it covers, how many of them come to a payment, and the sum in fen."""

    key: str
    covered: int
    paid: int
    paid_fen: int


@dataclass(frozen=True)
class Payout:
    """What all ladders would pay; `uncovered` warnings fall under none of them."""

    ladders: tuple[LadderPaid, ...]
    uncovered: int

    @property
    def paid(self) -> int:
        """The warnings that come to a payment."""
        return sum(ladder.paid for ladder in self.ladders)

    @property
    def paid_fen(self) -> int:
        """The whole sum in fen."""
        return sum(ladder.paid_fen for ladder in self.ladders)


def _whole(number: int) -> exp.Expr:
    # Wide enough for any loss times any share: BIGINT would overflow on absurd ones.
    return exp.cast(exp.Literal.number(number), "HUGEINT")


def _covers(ladder: Ladder) -> exp.Expr:
    causes = exp.column("cause").isin(*(exp.Literal.string(cause) for cause in ladder.causes))
    if not ladder.types:
        return causes
    return exp.and_(causes, exp.column("type_key").isin(*(exp.Literal.string(key) for key in ladder.types)))


def _paid(ladder: Ladder) -> exp.Expr:
    """This function returns the payment for `loss`, a HUGEINT, floored to the fen."""
    loss = exp.column("loss")
    over = exp.paren(loss.copy() - _whole(ladder.deductible))
    if ladder.fixed is not None:
        total = _whole(ladder.fixed)
    else:
        scale = lcm(*(band.share.denominator for band in ladder.bands))
        ends = [band.above for band in ladder.bands[1:]]
        parts: exp.Expr = _whole(0)
        for band, end in zip(ladder.bands, [*ends, None], strict=True):
            top = over.copy() if end is None else exp.Least(this=over.copy(), expressions=[_whole(end)])
            within = exp.Greatest(this=top - _whole(band.above), expressions=[_whole(0)])
            parts = parts + within * _whole(int(band.share * scale))
        total = exp.IntDiv(this=exp.paren(parts), expression=_whole(scale))
        if ladder.floor:
            least = exp.Least(this=loss.copy(), expressions=[_whole(ladder.floor)])
            total = exp.Greatest(this=total, expressions=[least])
    for cap in (ladder.cap, ladder.year_cap):
        if cap is not None:
            total = exp.Least(this=total, expressions=[_whole(cap)])
    is_due = exp.and_(exp.GTE(this=loss, expression=_whole(ladder.line)), exp.GT(this=over, expression=_whole(0)))
    return exp.Case(ifs=[exp.If(this=is_due, true=total)], default=_whole(0))


def payouts_query(ladders: tuple[Ladder, ...]) -> str:
    """This function renders the query over a relation `warned`: ladder (null: none), rows, payments, sum in fen."""
    place, paid = exp.Case(default=exp.Null()), exp.Case(default=_whole(0))
    for number, ladder in enumerate(ladders):
        place = place.when(_covers(ladder), exp.Literal.number(number), copy=False)
        paid = paid.when(
            exp.EQ(this=exp.column("ladder"), expression=exp.Literal.number(number)), _paid(ladder), copy=False
        )
    loss = exp.Coalesce(this=exp.cast(exp.column("loss"), "HUGEINT"), expressions=[_whole(0)])
    placed = exp.select(exp.alias_(place, "ladder"), exp.alias_(loss, "loss")).from_("warned").subquery("placed")
    each = exp.select("ladder", exp.alias_(paid, "paid")).from_(placed).subquery("each")
    query = (
        exp.select(
            "ladder", "count(*)", "count(*) FILTER (WHERE paid > 0)", "coalesce(sum(paid), 0)::HUGEINT", dialect=DIALECT
        )
        .from_(each)
        .group_by("ladder")
    )
    return query.sql(dialect=DIALECT)


def payout(warned: pa.Table, policy: Policy) -> Payout:
    """This function returns what the policy's ladders would pay for warnings: one row a household and cause.

    `warned` has the columns type_key, cause and loss, in fen; a null loss is nothing paid by the household. Each row
    is one claim of its own, whatever the household has been paid before.
    """
    stated = ladders_of(policy)
    if not stated:
        return Payout((), warned.num_rows)
    with duckdb.connect() as connection:
        connection.register("warned", warned)
        rows = connection.execute(payouts_query(tuple(one.value for one in stated))).fetchall()
    found = {ladder: (count, paid, int(total)) for ladder, count, paid, total in rows}
    ladders = tuple(LadderPaid(one.key, *found.get(number, (0, 0, 0))) for number, one in enumerate(stated))
    return Payout(ladders, found.get(None, (0, 0, 0))[0])

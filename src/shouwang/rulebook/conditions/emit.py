"""From the typed tree to SQL, as a SQLGlot tree for any dialect; the numbers stay integers.

Every number is carried as an integer expression over a fixed scale, and a per-head amount as its household total, so
that a comparison is made on whole fen multiplied out by scale and head count. 128-bit integers; an overflow fails.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import partial

from sqlglot import exp

from shouwang.rulebook.conditions.nodes import (
    NUMBER_SCALE,
    NUMBER_TEXT,
    Among,
    Arith,
    Coalesce,
    Compare,
    Const,
    DateShift,
    DayShift,
    FactRef,
    HasAny,
    IsTrue,
    IsUnknown,
    Logic,
    Node,
    Not,
    NumberOf,
    Unknown,
)  # fmt: skip
from shouwang.rulebook.facts import Fact, Kind
from shouwang.rulebook.windows import months_before

_LARGE = 2**62  # constants below it are compared in 64 bits
_NUMERIC = {Kind.MONEY, Kind.PER_HEAD, Kind.NUMBER}
_COMPARE: dict[str, type[exp.Expr]] = {
    "=": exp.EQ, "<>": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE,
}  # fmt: skip
_ARITH: dict[str, type[exp.Expr]] = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul}

# What is emitted belongs to nobody else yet: it is put together without being copied at every step.
_paren = partial(exp.paren, copy=False)
_cast = partial(exp.cast, copy=False)


@dataclass(frozen=True)
class Scaled:
    """`sql` divided by `scale`, and by the head count where `is_over_heads`."""

    sql: exp.Expr
    scale: int
    is_over_heads: bool


def _wide(sql: exp.Expr) -> exp.Expr:
    return _cast(sql, exp.DataType.Type.INT128)


def _integer(value: int) -> exp.Expr:
    return _wide(exp.Literal.number(value))


def _times(sql: exp.Expr, factor: int) -> exp.Expr:
    return sql if factor == 1 else exp.Mul(this=_paren(sql), expression=_integer(factor))


class Emitter:
    """Emits nodes as SQL for the day of a run; facts are the columns of one relation, `table` if it must be named."""

    def __init__(self, *, on: date, table: str = "") -> None:
        self.on = on
        self.table = table

    def column(self, fact: Fact) -> exp.Expr:
        """This function returns the column of a fact that is stored as such."""
        return exp.column(fact.column, table=self.table or None)

    @property
    def _heads(self) -> exp.Expr:
        return _wide(exp.column("member_count", table=self.table or None))

    def sql(self, node: Node) -> exp.Expr:
        """This function returns a condition (or a code, date, set) as a SQL expression."""
        if node.kind in _NUMERIC:
            raise TypeError("a number is emitted by `scaled`")
        match node:
            case Const():
                return self._literal(node)
            case Unknown():
                return _cast(exp.Null(), exp.DataType.Type.BOOLEAN)
            case FactRef(fact=fact):
                return self.column(fact)
            case DayShift(months=months, days=days):
                return self._date(months_before(self.on, months) - timedelta(days=days))
            case DateShift(value=value, months=months, days=days):
                later = exp.DateAdd(this=self.sql(value), expression=exp.Literal.number(months), unit=exp.var("MONTH"))
                if days:
                    number = exp.Literal.number(days)
                    later = exp.DateAdd(this=self.sql(value), expression=number, unit=exp.var("DAY"))
                return _cast(later, "date")
            case Coalesce(value=value, otherwise=otherwise):
                return exp.Coalesce(this=self.sql(value), expressions=[self.sql(otherwise)])
            case _:
                return _paren(self._boolean(node))

    def _boolean(self, node: Node) -> exp.Expr:
        match node:
            case Compare():
                return self._compare(node)
            case Among(value=value, items=items):
                return exp.In(this=self.sql(value), expressions=[exp.Literal.string(item) for item in items])
            case HasAny(value=value, items=items):
                wanted = exp.Array(expressions=[exp.Literal.string(item) for item in items])
                return exp.ArrayOverlaps(this=self.sql(value), expression=wanted)
            case IsUnknown(value=value):
                sql = self.scaled(value).sql if value.kind in _NUMERIC else self.sql(value)
                return exp.Is(this=_paren(sql), expression=exp.Null())
            case IsTrue(value=value, wanted=wanted):
                known = exp.Coalesce(this=self.sql(value), expressions=[exp.Boolean(this=not wanted)])
                return exp.EQ(this=known, expression=exp.Boolean(this=wanted))
            case Not(value=value):
                return exp.Not(this=self.sql(value))
            case Logic(op=op, parts=parts):
                emitted = [self.sql(part) for part in parts]
                return exp.and_(*emitted, copy=False) if op == "and" else exp.or_(*emitted, copy=False)
        raise TypeError(f"no SQL for {type(node).__name__}")

    @staticmethod
    def _date(day: date) -> exp.Expr:
        return _cast(exp.Literal.string(day.isoformat()), "date")

    def _literal(self, node: Const) -> exp.Expr:
        if isinstance(node.value, bool):
            return exp.Boolean(this=node.value)
        return self._date(node.value) if isinstance(node.value, date) else exp.Literal.string(str(node.value))

    def _compare(self, node: Compare) -> exp.Expr:
        make = _COMPARE[node.op]
        if node.left.kind not in _NUMERIC:
            return make(this=self.sql(node.left), expression=self.sql(node.right))
        plain = self._plain(node.left), self._plain(node.right)
        if all(plain):
            return make(this=plain[0], expression=plain[1])
        left, right, _ = self._aligned(self.scaled(node.left), self.scaled(node.right))
        return make(this=left, expression=right)

    def _plain(self, node: Node) -> exp.Expr | None:
        """This function returns a stored whole number or a whole constant as it stands: 64 bits are enough for it."""
        if isinstance(node, FactRef) and node.kind is not Kind.PER_HEAD:
            return self.column(node.fact)
        if isinstance(node, Const):
            values = [Fraction(str(node.value)), *(value for _, _, value in node.areas)]
            if all(value.denominator == 1 and abs(value) < _LARGE for value in values):
                return self._by_area(node, [exp.Literal.number(int(value)) for value in values])
        return None

    def _aligned(self, left: Scaled, right: Scaled) -> tuple[exp.Expr, exp.Expr, tuple[int, bool]]:
        """This function brings two numbers to one scale and multiplies out the head count if one is a per-head fact."""
        scale = math.lcm(left.scale, right.scale)
        heads = left.is_over_heads or right.is_over_heads
        one, other = (self._at(side, scale, heads) for side in (left, right))
        return one, other, (scale, heads)

    def _at(self, side: Scaled, scale: int, heads: bool) -> exp.Expr:
        sql = _times(side.sql, scale // side.scale)
        return exp.Mul(this=_paren(sql), expression=self._heads) if heads and not side.is_over_heads else sql

    def scaled(self, node: Node) -> Scaled:
        """This function returns a number as an integer expression and its scale."""
        match node:
            case Const():
                return self._quantity(node)
            case FactRef(fact=fact) if fact.kind is Kind.PER_HEAD:
                total = _wide(exp.column(fact.of_column, table=self.table or None))
                positive = exp.GT(this=self._heads, expression=exp.Literal.number(0))
                return Scaled(exp.Case().when(positive, total, copy=False), 1, True)
            case FactRef(fact=fact):
                return Scaled(_wide(self.column(fact)), 1, False)
            case NumberOf(value=value):
                return self._number_of(self.sql(value))
            case Arith(op="*", left=left, right=right):
                one, other = self.scaled(left), self.scaled(right)
                product = exp.Mul(this=_paren(one.sql), expression=_paren(other.sql))
                return Scaled(product, one.scale * other.scale, one.is_over_heads or other.is_over_heads)
            case Arith(op=op, left=left, right=right):
                return self._joined(_ARITH[op], left, right)
            case Coalesce(value=value, otherwise=otherwise):
                given, spare, (scale, heads) = self._aligned(self.scaled(value), self.scaled(otherwise))
                return Scaled(exp.Coalesce(this=given, expressions=[spare]), scale, heads)
        raise TypeError(f"no number in {type(node).__name__}")

    @staticmethod
    def _number_of(text: exp.Expr) -> Scaled:
        pattern = exp.Literal.string(f"^({NUMBER_TEXT.pattern})$")
        whole = exp.Case().when(exp.RegexpLike(this=text, expression=pattern), text.copy())
        decimal = _cast(whole, exp.DataType.build("DECIMAL(18, 4)"))
        widened = exp.Mul(this=_cast(decimal, exp.DataType.build("DECIMAL(38, 4)")),
                          expression=exp.Literal.number(NUMBER_SCALE))  # fmt: skip
        return Scaled(_wide(widened), NUMBER_SCALE, False)

    def _joined(self, make: type[exp.Expr], left: Node, right: Node) -> Scaled:
        one, other, (scale, heads) = self._aligned(self.scaled(left), self.scaled(right))
        return Scaled(make(this=_paren(one), expression=_paren(other)), scale, heads)

    def _quantity(self, node: Const) -> Scaled:
        values = [Fraction(str(node.value)), *(value for _, _, value in node.areas)]
        scale = math.lcm(*(value.denominator for value in values))
        whole = [_integer(int(value * scale)) for value in values]
        return Scaled(self._by_area(node, whole), scale, False)

    def _by_area(self, node: Const, values: list[exp.Expr]) -> exp.Expr:
        """This function chooses the value of the village, the first of `values` where no area has one of its own."""
        if not node.areas:
            return values[0]
        case = exp.Case(default=values[0])
        village = exp.column("village_code", table=self.table or None)
        for (lo, hi, _), value in zip(node.areas, values[1:], strict=True):
            inside = exp.Between(this=village.copy(), low=exp.Literal.number(lo), high=exp.Literal.number(hi))
            case = case.when(inside, value, copy=False)
        return case

    def floored(self, node: Node) -> exp.Expr:
        """This function returns a number to be shown: whole (fen or units), rounded down, also below zero."""
        number = self.scaled(node)
        divisor: exp.Expr = _integer(number.scale)
        if number.is_over_heads:
            divisor = exp.Mul(this=divisor, expression=exp.Nullif(this=self._heads, expression=exp.Literal.number(0)))
        rest = exp.Mod(this=_paren(number.sql), expression=_paren(divisor))
        # The remainder takes the sign of the dividend: made positive, subtracting it leaves an exact multiple.
        positive = exp.Mod(this=_paren(exp.Add(this=_paren(rest), expression=_paren(divisor.copy()))),
                           expression=_paren(divisor.copy()))  # fmt: skip
        multiple = exp.Sub(this=_paren(number.sql.copy()), expression=_paren(positive))
        quotient = exp.IntDiv(this=_paren(multiple), expression=_paren(divisor.copy()))
        return _cast(quotient, exp.DataType.Type.BIGINT)

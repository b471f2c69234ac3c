"""From the text of a condition to its typed tree: SQLGlot reads it, a white list and the types check it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from shouwang.kit.money import FEN_PER_YUAN
from shouwang.rulebook.conditions.bounds import bounds_check
from shouwang.rulebook.conditions.functions import FUNCTIONS
from shouwang.rulebook.conditions.nodes import (
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
)  # fmt: skip
from shouwang.rulebook.errors import ConditionError
from shouwang.rulebook.facts import KIND_LABELS, Fact, Kind
from shouwang.rulebook.lines import Measure
from shouwang.rulebook.policy import Policy

_COMPARE: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_ARITH: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*"}
_NUMERIC = {Kind.MONEY, Kind.PER_HEAD, Kind.NUMBER}
_QUOTED = re.compile(r"'(?:[^']|'')*'")
_COMMENT = re.compile(r"--|/\*|\*/|;")  # text that a reader of the rule would overlook
_PLAIN = re.compile(r"[0-9]{0,15}([.][0-9]{0,6})?", re.ASCII)
LONGEST = 4000
MONTHS, DAYS = 1200, 36_500  # as far as a condition may look back or ahead
DEEPEST = 60


@dataclass(frozen=True)
class Scope:
    """What a condition may speak of: the facts, and the values of a policy. `codes` adds values to coded facts.

    `functions` are those of one topic only; each gets its arguments as SQLGlot reads them.
    """

    facts: Mapping[str, Fact]
    policy: Policy | None = None
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    functions: Mapping[str, Callable[[list[exp.Expr]], Node]] = field(default_factory=dict)


def _refuse(sentence: str) -> ConditionError:
    return ConditionError(sentence)


class _Reader:
    """Turns SQLGlot's tree into ours; every kind of expression it does not know is refused."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.functions: dict[str, Callable[[list[exp.Expr]], Node]] = {
            "line": self._line, "amount": self._amount, "has": self._has, "yuan": self._yuan, "known": self._known,
            "today": self._today, "months_ago": self._months_ago, "days_ago": self._days_ago,
            "months_after": self._months_after, "days_after": self._days_after, "number": self._number_of,
            "filled": self._filled, "empty": self._empty, **scope.functions,
        }  # fmt: skip

    def read(self, tree: exp.Expr) -> Node:
        """This function returns the typed node of one expression; a refusal points at its place in the text."""
        try:
            return self._read(tree)
        except ConditionError as error:
            column = _column_of(tree) if error.column is None else None
            if column is None:
                raise
            raise ConditionError(error.sentence, column=column) from None

    def _read(self, tree: exp.Expr) -> Node:
        if isinstance(tree, exp.Paren):
            return self.read(tree.this)
        if isinstance(tree, exp.And | exp.Or):
            return self._logic(tree)
        if isinstance(tree, exp.Not):
            return Not(Kind.BOOL, self._boolean(tree.this))
        if type(tree) in _COMPARE:
            return self._compare(_COMPARE[type(tree)], self.read(tree.this), self.read(tree.expression))
        if type(tree) in _ARITH:
            return self._arith(_ARITH[type(tree)], self.read(tree.this), self.read(tree.expression))
        if isinstance(tree, exp.Neg):
            return self._arith("*", Const(Kind.NUMBER, Fraction(-1)), self.read(tree.this))
        if isinstance(tree, exp.Between):
            return self._between(tree)
        if isinstance(tree, exp.Is):
            return self._is(tree)
        if isinstance(tree, exp.In):
            return self._in(tree)
        if isinstance(tree, exp.Coalesce):
            return self._coalesce(tree)
        return self._leaf(tree)

    def _leaf(self, tree: exp.Expr) -> Node:
        if isinstance(tree, exp.Column):
            return self._column(tree)
        if isinstance(tree, exp.Literal):
            return Const(Kind.TEXT, tree.this) if tree.is_string else Const(Kind.NUMBER, self._number(tree))
        if isinstance(tree, exp.Boolean):
            return Const(Kind.BOOL, bool(tree.this))
        if isinstance(tree, exp.Cast) and tree.to.is_type("date") and tree.this.is_string:
            return self._date(tree.this.this)
        if isinstance(tree, exp.Anonymous):
            name = str(tree.this).lower()
            if name in self.functions:
                return self.functions[name](tree.expressions)
            raise _refuse(f"不认识的函数“{name}”，可用的有：{self._known_functions}")
        if isinstance(tree, exp.CurrentDate) and tree.this is None:
            return DayShift(Kind.DATE)
        if isinstance(tree, exp.Func):
            raise _refuse(f"不认识的函数“{tree.sql_name().lower()}”，可用的有：{self._known_functions}")
        shown = tree.sql(dialect="duckdb", comments=False)[:60] if not isinstance(tree, exp.ByteString) else "e'…'"
        raise _refuse(f"条件里不能用“{shown}”")

    @property
    def _known_functions(self) -> str:
        return "、".join((*FUNCTIONS, *self.scope.functions))

    def _column(self, tree: exp.Column) -> Node:
        name = tree.name
        if tree.table or name not in self.scope.facts:
            hint = "（金额的名字后面不加 _fen）" if name.removesuffix("_fen") in self.scope.facts else ""
            raise _refuse(f"不认识的事实“{tree.sql()}”{hint}")
        fact = self.scope.facts[name]
        return FactRef(fact.kind, fact)

    @staticmethod
    def _number(tree: exp.Expr) -> Fraction:
        text = tree.name
        if not isinstance(tree, exp.Literal) or tree.is_string or not text.replace(".", "", 1).isdigit():
            raise _refuse(f"“{tree.sql()}”不是写明的数")
        if not _PLAIN.fullmatch(text):
            raise _refuse(f"“{text[:30]}”位数太多：整数部分最多 15 位，小数最多 6 位")
        return Fraction(Decimal(text))

    def _whole(self, tree: exp.Expr) -> int:
        sign, inner = (-1, tree.this) if isinstance(tree, exp.Neg) else (1, tree)
        number = self._number(inner)
        if number.denominator != 1:
            raise _refuse(f"“{tree.sql()}”要写成整数")
        return sign * int(number)

    @staticmethod
    def _date(text: str) -> Node:
        try:
            return Const(Kind.DATE, date.fromisoformat(text))
        except ValueError:
            raise _refuse(f"“{text}”不是日期") from None

    @staticmethod
    def _text(tree: exp.Expr, function: str) -> str:
        if not isinstance(tree, exp.Literal) or not tree.is_string:
            raise _refuse(f"{function}() 里要写带单引号的名字")
        return str(tree.this)

    def _boolean(self, tree: exp.Expr) -> Node:
        node = self.read(tree)
        if node.kind is not Kind.BOOL:
            raise _refuse(f"“{tree.sql()}”是{KIND_LABELS[node.kind]}，这里要写一个成立与否的条件")
        return node

    def _logic(self, tree: exp.And | exp.Or) -> Node:
        op = "and" if isinstance(tree, exp.And) else "or"
        parts = tuple(self._boolean(part) for part in tree.flatten())
        return Logic(Kind.BOOL, op, parts)

    def _compare(self, op: str, left: Node, right: Node) -> Node:
        if left.kind is not right.kind or left.kind is Kind.SET:
            raise _refuse(f"{KIND_LABELS[left.kind]}不能与{KIND_LABELS[right.kind]}比较")
        if left.kind in {Kind.TEXT, Kind.BOOL} and op not in {"=", "<>"}:
            raise _refuse(f"{KIND_LABELS[left.kind]}只能用 = 或 <> 比较")
        for one, other in ((left, right), (right, left)):
            if isinstance(one, Const) and left.kind is Kind.TEXT:
                self._check_code(other, str(one.value))
        return Compare(Kind.BOOL, op, left, right)

    def _check_code(self, node: Node, code: str) -> None:
        if not isinstance(node, FactRef):
            return
        allowed = self.scope.codes.get(node.fact.key, node.fact.values)
        if allowed and code not in allowed:
            raise _refuse(f"“{node.fact.key}”没有“{code}”这个代码，可用的有：{'、'.join(allowed)}")

    @staticmethod
    def _arith(op: str, left: Node, right: Node) -> Node:
        if left.kind not in _NUMERIC or right.kind not in _NUMERIC:
            raise _refuse(f"{KIND_LABELS[left.kind]}与{KIND_LABELS[right.kind]}之间不能用 {op}")
        if op == "*":
            if Kind.NUMBER not in {left.kind, right.kind}:
                raise _refuse("金额不能与金额相乘")
            return Arith(right.kind if left.kind is Kind.NUMBER else left.kind, op, left, right)
        if left.kind is not right.kind:
            raise _refuse(f"{KIND_LABELS[left.kind]}与{KIND_LABELS[right.kind]}之间不能用 {op}")
        return Arith(left.kind, op, left, right)

    def _between(self, tree: exp.Between) -> Node:
        value = self.read(tree.this)
        low = self._compare(">=", value, self.read(tree.args["low"]))
        return Logic(Kind.BOOL, "and", (low, self._compare("<=", value, self.read(tree.args["high"]))))

    def _is(self, tree: exp.Is) -> Node:
        value = self.read(tree.this)
        if isinstance(tree.expression, exp.Null):
            return IsUnknown(Kind.BOOL, value)
        if isinstance(tree.expression, exp.Boolean) and value.kind is Kind.BOOL:
            return IsTrue(Kind.BOOL, value, bool(tree.expression.this))
        raise _refuse(f"“{tree.sql()}”：is 后面只能写 null、true 或 false")

    def _in(self, tree: exp.In) -> Node:
        value = self.read(tree.this)
        if value.kind is not Kind.TEXT:
            raise _refuse("in 只能用于代码；集合请用 has(…)")
        field_ = tree.args.get("field")
        items, label = self._items([field_] if field_ is not None else tree.expressions, "in")
        if not label:
            for item in items:
                self._check_code(value, item)
        return Among(Kind.BOOL, value, items, label)

    def _items(self, trees: list[exp.Expr], function: str) -> tuple[tuple[str, ...], str]:
        if len(trees) == 1 and isinstance(trees[0], exp.Anonymous) and str(trees[0].this).lower() == "listed":
            return self._listed(trees[0].expressions)
        if not trees:
            raise _refuse(f"{function} 里没有写任何代码")
        return tuple(self._text(tree, function) for tree in trees), ""

    def _listed(self, arguments: list[exp.Expr]) -> tuple[tuple[str, ...], str]:
        key = self._text(self._exactly(arguments, 1, "listed")[0], "listed")
        found = self._policy().lists.get(key)
        if found is None:
            raise _refuse(f"当日没有名为“{key}”的名单")
        return found.value.names, found.name

    @staticmethod
    def _exactly(arguments: list[exp.Expr], count: int, function: str) -> list[exp.Expr]:
        if len(arguments) != count:
            raise _refuse(f"{function}() 要写 {count} 项，写了 {len(arguments)} 项")
        return arguments

    def _policy(self) -> Policy:
        if self.scope.policy is None:
            raise _refuse("这里不能引用政策值")
        return self.scope.policy

    def _line(self, arguments: list[exp.Expr]) -> Node:
        if len(arguments) not in {1, 2}:
            raise _refuse("line() 要写线的名字，还可以写年份差，例如 line('national', -1)")
        key = self._text(arguments[0], "line")
        offset = self._whole(arguments[1]) if len(arguments) == 2 else 0
        line = self._policy().lines.get(key)
        found = line.at(offset) if line else None
        if found is None:
            year = self._policy().on.year + offset
            raise _refuse(f"{year} 年没有名为“{key}”的线（line 的年份差可写 0 到 -3）")
        label = f"{found.name}（{found.from_date.year if offset == 0 else self._policy().on.year + offset} 年）"
        return Const(Kind.PER_HEAD, found.value.value, label, found.value.areas, found)

    def _amount(self, arguments: list[exp.Expr]) -> Node:
        key = self._text(self._exactly(arguments, 1, "amount")[0], "amount")
        found = self._policy().amounts.get(key)
        if found is None:
            raise _refuse(f"当日没有名为“{key}”的限额")
        kind = {Measure.MONEY: Kind.MONEY, Measure.PER_HEAD: Kind.PER_HEAD, Measure.NUMBER: Kind.NUMBER}
        return Const(kind[found.value.measure], found.value.value, found.name, found.value.areas, found)

    def _yuan(self, arguments: list[exp.Expr]) -> Node:
        fen = self._number(self._exactly(arguments, 1, "yuan")[0]) * FEN_PER_YUAN
        if fen.denominator != 1:
            raise _refuse("yuan() 里的金额最多到分")
        return Const(Kind.MONEY, fen)

    def _has(self, arguments: list[exp.Expr]) -> Node:
        if len(arguments) < 2:
            raise _refuse("has() 要写集合和至少一个代码，例如 has(statuses, 'DIBAO')")
        value = self.read(arguments[0])
        if value.kind is not Kind.SET:
            raise _refuse(f"has() 的第一项要是集合，“{arguments[0].sql()}”是{KIND_LABELS[value.kind]}")
        items, label = self._items(arguments[1:], "has")
        return HasAny(Kind.BOOL, value, items, label)

    def _known(self, arguments: list[exp.Expr]) -> Node:
        value = self.read(self._exactly(arguments, 1, "known")[0])
        return Not(Kind.BOOL, IsUnknown(Kind.BOOL, value))

    def _coalesce(self, tree: exp.Coalesce) -> Node:
        arguments = [tree.this, *tree.expressions]
        value, otherwise = (self.read(part) for part in self._exactly(arguments, 2, "coalesce"))
        if value.kind is Kind.PER_HEAD:
            raise _refuse("coalesce() 不能用于人均金额，请用 known(…) 写明未知时怎么办")
        zero = isinstance(otherwise, Const) and otherwise.value == 0 and not isinstance(otherwise.value, bool)
        if zero and value.kind in _NUMERIC:
            otherwise = Const(value.kind, Fraction(0))
        if value.kind is not otherwise.kind:
            raise _refuse(f"coalesce() 两项要同类：{KIND_LABELS[value.kind]}与{KIND_LABELS[otherwise.kind]}")
        return Coalesce(value.kind, value, otherwise)

    def _today(self, arguments: list[exp.Expr]) -> Node:
        self._exactly(arguments, 0, "today")
        return DayShift(Kind.DATE)

    def _months_ago(self, arguments: list[exp.Expr]) -> Node:
        return DayShift(Kind.DATE, months=self._span(self._exactly(arguments, 1, "months_ago")[0], MONTHS))

    def _days_ago(self, arguments: list[exp.Expr]) -> Node:
        return DayShift(Kind.DATE, days=self._span(self._exactly(arguments, 1, "days_ago")[0], DAYS))

    def _months_after(self, arguments: list[exp.Expr]) -> Node:
        value, count = self._exactly(arguments, 2, "months_after")
        return DateShift(Kind.DATE, self._day(value), months=self._span(count, MONTHS))

    def _days_after(self, arguments: list[exp.Expr]) -> Node:
        value, count = self._exactly(arguments, 2, "days_after")
        return DateShift(Kind.DATE, self._day(value), days=self._span(count, DAYS))

    def _day(self, tree: exp.Expr) -> Node:
        node = self.read(tree)
        if node.kind is not Kind.DATE:
            raise _refuse(f"“{tree.sql()}”是{KIND_LABELS[node.kind]}，这里要写日期")
        return node

    def _span(self, tree: exp.Expr, most: int) -> int:
        count = self._whole(tree)
        if abs(count) > most:
            raise _refuse(f"“{tree.sql()}”太大，最多 {most}")
        return count

    def _words(self, arguments: list[exp.Expr], function: str) -> Node:
        node = self.read(self._exactly(arguments, 1, function)[0])
        if node.kind is not Kind.TEXT:
            raise _refuse(f"{function}() 里要写文字或代码，“{arguments[0].sql()}”是{KIND_LABELS[node.kind]}")
        return node

    def _number_of(self, arguments: list[exp.Expr]) -> Node:
        return NumberOf(Kind.NUMBER, self._words(arguments, "number"))

    def _filled(self, arguments: list[exp.Expr]) -> Node:
        said = Compare(Kind.BOOL, "<>", self._words(arguments, "filled"), Const(Kind.TEXT, ""))
        return IsTrue(Kind.BOOL, said, True)

    def _empty(self, arguments: list[exp.Expr]) -> Node:
        said = Compare(Kind.BOOL, "=", self._words(arguments, "empty"), Const(Kind.TEXT, ""))
        return IsTrue(Kind.BOOL, said, True)


def _column_of(tree: exp.Expr) -> int | None:
    """This function returns where an expression begins in its text, from 1; None when SQLGlot kept no place."""
    starts = [node.meta["start"] for node in tree.walk() if "start" in node.meta]
    return min(starts) + 1 if starts else None


def _column_of_fault(error: Exception, text: str) -> int | None:
    """This function returns where SQLGlot gave up reading, from 1."""
    found = error.errors[0] if isinstance(error, ParseError) and error.errors else {}
    line, column = found.get("line"), found.get("col")
    if line is None or column is None:
        return None
    before = sum(len(part) + 1 for part in text.split("\n")[: line - 1])
    return max(1, before + column - len(found.get("highlight") or " ") + 1)


def tree_read(tree: exp.Expr, scope: Scope) -> Node:
    """This function reads an expression that stands inside another, such as members(…); raises ConditionError."""
    return _Reader(scope).read(tree)


def _depth(tree: exp.Expr) -> int:
    deepest, stack = 0, [(tree, 1)]
    while stack:
        node, depth = stack.pop()
        deepest = max(deepest, depth)
        stack.extend((child, depth + 1) for child in node.iter_expressions())
    return deepest


def expression_parse(text: str, scope: Scope) -> Node:
    """This function reads one expression of any type; raises ConditionError."""
    if len(text) > LONGEST:
        raise _refuse(f"条件太长（超过 {LONGEST} 个字符）")
    if _COMMENT.search(_QUOTED.sub("''", text)):
        raise _refuse("条件里不能写注释")
    try:
        tree = sqlglot.parse_one(text, dialect="duckdb")
    except RecursionError:
        raise _refuse("条件嵌套太深") from None
    except SqlglotError as error:
        sentence = f"“{text[:80]}”不是合格的条件，请检查括号、引号和 and/or"
        raise ConditionError(sentence, column=_column_of_fault(error, text)) from None
    if not isinstance(tree, exp.Expr) or _depth(tree) > DEEPEST:
        raise _refuse("条件嵌套太深")
    node = _Reader(scope).read(tree)
    bounds_check(node)
    return node


def condition_parse(text: str, scope: Scope) -> Node:
    """This function reads a condition, which holds, does not hold, or is unknown; raises ConditionError."""
    node = expression_parse(text, scope)
    if node.kind is not Kind.BOOL:
        raise _refuse(f"整个条件是{KIND_LABELS[node.kind]}，要写成成立与否的条件")
    return node

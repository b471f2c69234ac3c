"""From the trees written for DuckDB to Spark SQL: every difference between the two, in one place.

Whole numbers of 128 bits are DECIMAL(38,0) in Spark, sums included; in ANSI mode an overflow fails there as it does in
DuckDB. What this module does not touch SQLGlot translates; what neither knows is refused here or by Spark's analyser,
before a row is read.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from sqlglot import exp

from shouwang.engine.errors import RuleFailure

DIALECT = "spark"
_WIDE = exp.DataType.build("DECIMAL(38, 0)", dialect=DIALECT)


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _type(tree: exp.DataType) -> exp.Expr:
    """HUGEINT: Spark's widest whole number."""
    return _WIDE.copy() if tree.this is exp.DataType.Type.INT128 else tree


def _sum(tree: exp.Sum) -> exp.Expr:
    """A sum may pass beyond BIGINT on its way: DuckDB adds up in HUGEINT, Spark in the type it is given."""
    return exp.Sum(this=exp.Cast(this=exp.paren(tree.this), to=_WIDE.copy()))


def _quotient(tree: exp.IntDiv) -> exp.Expr:
    """Spark's DIV cuts a quotient of wide numbers down to 64 bits without a word; an exact division fails instead."""
    if not any(type_ == _WIDE for type_ in tree.find_all(exp.DataType)):
        return tree
    number, divisor = exp.paren(tree.this), exp.paren(tree.expression)
    multiple = exp.Sub(this=number, expression=exp.Mod(this=number.copy(), expression=divisor))
    exact = exp.Div(this=exp.paren(multiple), expression=divisor.copy(), typed=False, safe=False)
    return exp.Cast(this=exact, to=_WIDE.copy())


def _overlaps(tree: exp.ArrayOverlaps) -> exp.Expr:
    return _call("arrays_overlap", tree.this, tree.expression)


def _filter(tree: exp.Filter) -> exp.Expr:
    """A filter stands at the aggregate: where a list was turned inside out, it goes inwards."""
    inner = tree.this.find(exp.Anonymous) if isinstance(tree.this, exp.Anonymous) else None
    collected = next((call for call in tree.this.find_all(exp.Anonymous) if call.name == "collect_list"), None)
    if inner is None or collected is None:
        return tree
    collected.replace(exp.Filter(this=collected.copy(), expression=tree.expression))
    return tree.this


def _ascending(order: exp.Order) -> list[exp.Expr]:
    if any(key.args.get("desc") or key.args.get("nulls_first") for key in order.expressions):
        raise RuleFailure("Spark 引擎不会按从大到小的次序收集清单。")
    return [key.this for key in order.expressions]


def _list(tree: exp.ArrayAgg) -> exp.Expr:
    """Spark collects in no order: keys and value are collected together and sorted, then the value is taken.

    array_sort puts null keys last, as DuckDB does. A list in no order is only right as a set: Spark leaves nulls out.
    """
    if not isinstance(tree.this, exp.Order):
        around = tree.parent.parent if isinstance(tree.parent, exp.Filter) else tree.parent
        if not isinstance(around, exp.ArrayDistinct):
            raise RuleFailure("Spark 引擎收集清单要么去重，要么写明次序。")
        return tree
    keys = [exp.alias_(key, f"key_{number}") for number, key in enumerate(_ascending(tree.this))]
    pairs = _call("collect_list", exp.Struct(expressions=[*keys, exp.alias_(tree.this.this, "value")]))
    value = exp.Dot(this=exp.to_identifier("item"), expression=exp.to_identifier("value"))
    return _call(
        "transform", _call("array_sort", pairs), exp.Lambda(this=value, expressions=[exp.to_identifier("item")])
    )


def _json(tree: exp.Anonymous) -> exp.Expr:
    """`to_json(f)` of a whole row: Spark leaves unknown values out unless told otherwise."""
    if tree.name.lower() != "to_json" or len(tree.expressions) != 1:
        return tree
    row = exp.Column(this=exp.Star(), table=exp.to_identifier(tree.expressions[0].name))
    options = _call("map", exp.Literal.string("ignoreNullFields"), exp.Literal.string("false"))
    return _call("to_json", _call("struct", row), options)


_TWINS: dict[type[exp.Expr], Callable[..., exp.Expr]] = {
    exp.DataType: _type,
    exp.Sum: _sum,
    exp.IntDiv: _quotient,
    exp.ArrayOverlaps: _overlaps,
    exp.ArrayAgg: _list,
    exp.Anonymous: _json,
    exp.Filter: _filter,
}


def spark_tree(tree: exp.Expr) -> exp.Expr:
    """This function returns the tree that means in Spark what the given one means in DuckDB."""
    root = exp.Paren(this=tree.copy())  # a root that is replaced itself would be lost
    for node in reversed(list(root.bfs())):  # innermost first: what stands around sees what stands within
        twin = _TWINS.get(type(node))
        if twin is not None:
            made = twin(node)
            if made is not node:
                node.replace(made)
    return root.this


def spark_sql(tree: exp.Expr) -> str:
    """This function returns Spark SQL that means what the tree, written for DuckDB, means there."""
    return spark_tree(tree).sql(dialect=DIALECT)


@lru_cache(maxsize=256)
def spark_type(type_: str) -> str:
    """This function returns Spark's name of a column type of the snapshot's schema."""
    return _type(exp.DataType.build(type_, dialect="duckdb")).sql(dialect=DIALECT)

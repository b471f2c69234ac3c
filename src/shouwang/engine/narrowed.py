"""Steps narrowed to what is asked of them: fewer columns, relations put in place, one window instead of all."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlglot import exp

from shouwang.engine.steps.incomes import WINDOW_FLAGS


def pruned(tree: exp.Expr, columns: Collection[str]) -> exp.Expr:
    """This function leaves a step's query only the columns that are asked for."""
    if not isinstance(tree, exp.Select) or any(isinstance(column, exp.Star) for column in tree.expressions):
        return tree
    wanted = {"household_key", *columns}
    kept = [column.copy() for column in tree.expressions if column.alias_or_name in wanted]
    rest = {name: part for name, part in tree.args.items() if name != "expressions"}
    return exp.Select(**copy.deepcopy(rest), expressions=kept)


def inlined(tree: exp.Expr, inner: Mapping[str, exp.Expr]) -> exp.Expr:
    """This function puts queries in place of the relations that a step reads."""

    def put(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Table) and node.name in inner:
            return exp.Subquery(this=inner[node.name].copy(), alias=exp.TableAlias(this=exp.to_identifier(node.name)))
        return node

    return tree.transform(put)


def _asked(tree: exp.Expr) -> Iterator[str]:
    """This function yields the columns that a query's own columns are worked out from."""
    for column in tree.expressions:
        for part in column.find_all(exp.Column):
            yield part.name


def _unfiltered(tree: exp.Expr, flag: str) -> exp.Expr:
    """This function leaves out of an aggregate's filter a flag that holds for every row."""

    def put(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.And):
            for one, other in ((node.left, node.right), (node.right, node.left)):
                if isinstance(one, exp.Column) and one.name == flag:
                    return other
        if isinstance(node, exp.Filter):
            condition = node.expression.this
            if isinstance(condition, exp.Column) and condition.name == flag:
                return node.this
        return node

    return tree.transform(put)


def incomes_narrowed(
    steps: Mapping[str, exp.Expr], *, windowed: exp.Expr, windows: Sequence[str], columns: Collection[str]
) -> exp.Expr:
    """This function returns the income step of some columns over the rows of some windows.

    Only the sums behind the columns are made; with one window nobody asks a row again whether it lies in it.
    """
    incomes = pruned(steps["incomes"], columns)
    asked = set(_asked(incomes))
    known = incomes.find(exp.Subquery)
    if known is not None:
        if "is_known" in asked:
            asked |= set(_asked(known.this))
        else:
            known.this.set("expressions", [exp.Star()])
    summed = pruned(steps["summed_income"], asked)
    if len(windows) == 1:
        summed = _unfiltered(summed, WINDOW_FLAGS[windows[0]])
    rows = inlined(summed, {"windowed_income": windowed})
    return inlined(incomes, {"summed_income": rows})

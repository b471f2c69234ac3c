"""SQL as SQLGlot trees: constant texts with named placeholders, filled with values as literals, never by pasting."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp

DIALECT = "duckdb"


@lru_cache(maxsize=256)
def _parsed(text: str) -> exp.Expr:
    return sqlglot.parse_one(text, dialect=DIALECT)


def sql_tree(text: str, **values: Any) -> exp.Expr:
    """This function parses a constant text and puts values (or trees) in place of its `:name` placeholders."""
    tree = _parsed(text)
    return exp.replace_placeholders(tree, **values) if values else tree.copy()  # the first copies, too


def quoted(path: str) -> str:
    """This function renders a file name as a SQL text literal."""
    return exp.Literal.string(path).sql(dialect=DIALECT)

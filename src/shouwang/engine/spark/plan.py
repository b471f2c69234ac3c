"""The steps of one run in Spark: stated as named queries, put together only where rows are asked for.

Spark walks a query's whole plan each time it is named, and a plan that is named in every branch of a union grows beyond
all measure: what is named more than once is kept as rows.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from sqlglot import exp

from shouwang.engine.spark.dialect import DIALECT, spark_tree

BROADCAST_AT_MOST = 2_000_000  # households warned of that are sent to every worker


def warned_of(table: str) -> exp.Select:
    """This function returns the rows of a table that belong to the households warned of."""
    hit = exp.to_table("hit_household")
    return exp.select(f"{table}.*").from_(table).join(hit, using=["household_key"], join_type="semi")


class Plan:
    """Named queries over the tables of a session; a later query sees the latest meaning of a name."""

    def __init__(self, session: Any, *, is_small: bool) -> None:
        self.session = session
        self.is_small = is_small
        self._stated: dict[str, exp.Expr] = {}

    def state(self, name: str, query: exp.Expr) -> None:
        """This function gives a query, as written for DuckDB, a name."""
        self._stated.pop(name, None)
        self._stated[name] = spark_tree(query)

    def _needed(self, query: exp.Expr) -> list[str]:
        needed: set[str] = set()
        waiting = [query]
        while waiting:
            for table in waiting.pop().find_all(exp.Table):
                if table.name in self._stated and table.name not in needed:
                    needed.add(table.name)
                    waiting.append(self._stated[table.name])
        return [name for name in self._stated if name in needed]

    def _frame(self, query: exp.Expr) -> Any:
        whole = spark_tree(query)
        own = whole.args.get("with_")
        shared = [
            exp.CTE(this=self._stated[name].copy(), alias=exp.TableAlias(this=exp.to_identifier(name)))
            for name in self._needed(whole)
        ]
        if shared:
            whole.set("with_", exp.With(expressions=[*shared, *(own.expressions if own is not None else [])]))
        return self.session.sql(whole.sql(dialect=DIALECT))

    def rows(self, query: exp.Expr) -> list[Any]:
        """This function returns the few rows of a query."""
        return list(self._frame(query).collect())

    def table(self, query: exp.Expr) -> pa.Table:
        """This function returns the rows of a query as an Arrow table, in their order."""
        return self._frame(query).toArrow()

    def _named(self, name: str, frame: Any) -> None:
        self._stated.pop(name, None)
        frame.createOrReplaceTempView(name)

    def keep(self, name: str, query: exp.Expr) -> None:
        """This function computes a query and keeps its rows under a name, cut off from how they came about."""
        frame = self._frame(query)
        self._named(name, self.session.createDataFrame(frame.toArrow()) if self.is_small else frame.localCheckpoint())

    def store(self, name: str, query: exp.Expr, folder: str | None) -> pa.Table | None:
        """This function writes rows as Parquet below a folder, or returns them; `name`, if any, means them from now."""
        frame = self._frame(query)
        if folder is not None:
            frame.write.parquet(folder)
            if name:
                self._named(name, self.session.read.parquet(folder))
            return None
        table = frame.toArrow()
        if name:
            self._named(name, self.session.createDataFrame(table))
        return table

    def narrow(self, *tables: str) -> None:
        """This function leaves in each table the rows of the households warned of, and keeps them."""
        if self.is_small:
            return
        is_few = self.rows(exp.select("count(*)").from_("hit_household"))[0][0] <= BROADCAST_AT_MOST
        for table in tables:
            query = warned_of(table)
            self.keep(table, query.hint("BROADCAST(hit_household)", dialect=DIALECT) if is_few else query)

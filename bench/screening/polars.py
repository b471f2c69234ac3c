"""Polars, lazily: the same order as the hand-written queries, cheap questions first, on its streaming engine."""

from __future__ import annotations

import polars as pl
import pyarrow as pa

from bench.screening.task import ANSWER, CAUSES, TRIGGERS, Start, Task

KEY = "household_key"
SIGNED = (
    pl.when(pl.col("kind") == "COST").then(-pl.col("amount_fen"))
    .when(pl.col("kind") == "CLAIMS").then(0)
    .otherwise(pl.col("amount_fen"))
)  # fmt: skip


def _bills(task: Task) -> pl.LazyFrame:
    paid, unclear = pl.col("paid"), pl.col("paid").is_null()
    of = {cause: pl.col("cause") == cause.upper() for cause in CAUSES}
    listed = (of["illness"] & pl.col("detail").is_in(task.diseases)) | (
        of["study"] & pl.col("detail").is_in(task.schools)
    )
    unsure = pl.col("detail").is_null() | (listed.fill_null(False) & unclear)
    sums = [paid.filter(of[cause]).sum().alias(cause) for cause in CAUSES]
    counts = [(of[cause] & unclear).sum().alias(f"{cause}_unknown") for cause in CAUSES]
    wanted = [
        expression
        for cause, name in (("illness", "listed"), ("study", "covered"))
        for expression in (
            paid.filter(of[cause] & listed.fill_null(False)).sum().alias(name),
            (of[cause] & unsure).sum().alias(f"{name}_unknown"),
        )
    ]
    sum_of = {"illness": "listed", "study": "covered", "disaster": "disaster", "accident": "accident"}
    large = [
        expression
        for cause, name in sum_of.items()
        for expression in (pl.col(name) >= _least(task.starts[cause]), pl.col(f"{name}_unknown") > 0)
    ]
    start, end = task.spending
    return (
        pl.scan_parquet(task.file("spending"))
        .filter(pl.col("event_date").is_between(start, end, closed="left"))
        .filter(pl.col("cause").is_in([cause.upper() for cause in CAUSES]))
        .select(
            KEY, "cause", "detail",
            paid=pl.coalesce("self_paid_fen", pl.col("gross_fen") - pl.col("reimbursed_fen")),
        )
        .group_by(KEY)
        .agg(*sums, *counts, *wanted)
        .filter(pl.any_horizontal(large))
    )  # fmt: skip


def _least(start: Start) -> int:
    return min(start.general, *(fen for _, fen in start.counties))


def _casualties(task: Task) -> pl.LazyFrame:
    start, end = task.spending
    house = pl.col("kind") == "HOUSE_DAMAGED"
    return (
        pl.scan_parquet(task.file("status"))
        .filter(pl.col("kind").is_in(["HOUSE_DAMAGED", "INJURY", "DEATH"]))
        .filter(pl.col("from_date").is_between(start, end, closed="left") & (pl.col("from_date") <= task.on))
        .group_by(KEY)
        .agg(house=house.any(), hurt=(~house).any())
    )


def _idle(task: Task) -> pl.LazyFrame:
    start, end = task.recent
    earned = pl.when(pl.col("kind") == "TRANSFER").then(0).otherwise(pl.col("signed"))
    return (
        pl.scan_parquet(task.file("income"))
        .filter(pl.col("month").is_between(start, end, closed="left"))
        .select(KEY, "kind", "amount_fen", signed=SIGNED)
        .group_by(KEY)
        .agg(recent_net=pl.col("signed").sum(), earned=earned.sum(), unknown=pl.col("amount_fen").null_count())
        .filter((pl.col("unknown") == 0) & (pl.col("earned") <= 0))
        .select(KEY, "recent_net")
    )


def _start(start: Start) -> pl.Expr:
    county = pl.col("village_code") // 10**6
    chosen: pl.Expr = pl.lit(start.general, pl.Int64)
    for code, fen in start.counties:
        chosen = pl.when(county == code).then(pl.lit(fen, pl.Int64)).otherwise(chosen)
    return chosen


def _candidates(task: Task) -> pl.DataFrame:
    bills, casualties, idle = pl.collect_all([_bills(task), _casualties(task), _idle(task)], engine="streaming")
    asked = pl.concat([frame.select(KEY) for frame in (bills, casualties, idle)]).unique()
    able = pl.col("labour").is_in(["ORDINARY", "SKILLED", "WEAK"])
    loss = (pl.col("able") > 0) & _is_loss(task)
    return (
        pl.scan_parquet(task.file("person"))
        .select(KEY, "labour")
        .join(asked.lazy(), on=KEY, how="semi")
        .group_by(KEY)
        .agg(members=pl.len().cast(pl.Int64), able=able.sum().cast(pl.Int64))
        .join(bills.lazy(), on=KEY, how="left")
        .join(casualties.lazy(), on=KEY, how="left")
        .join(idle.lazy(), on=KEY, how="left")
        .filter(pl.col("listed").is_not_null() | pl.col("house").is_not_null() | loss.fill_null(False))
        .collect(engine="streaming")
    )


def _is_loss(task: Task) -> pl.Expr:
    limit = task.share.numerator * task.line_fen * pl.col("members")
    return pl.col("recent_net") * task.share.denominator < limit


def _watched(task: Task, candidates: pl.DataFrame) -> pl.DataFrame:
    start, end = task.income
    earned = (
        pl.scan_parquet(task.file("income"))
        .filter(pl.col("month").is_between(start, end, closed="left"))
        .select(KEY, "amount_fen", signed=SIGNED)
        .join(candidates.lazy().select(KEY), on=KEY, how="semi")
        .group_by(KEY)
        .agg(net=pl.col("signed").sum(), unknown=pl.col("amount_fen").null_count())
        .select(KEY, net=pl.when(pl.col("unknown") == 0).then("net"))
    )
    line = task.line_fen * pl.col("members")
    monitored = (pl.col("net") > line) & (pl.col("net") * task.multiple.denominator <= line * task.multiple.numerator)
    zeros = [pl.col(name).fill_null(0) for name in _amounts()]
    return (
        pl.scan_parquet(task.file("household"))
        .select(KEY, "village_code", "poverty_status", "is_exit_unstable", "is_low_income")
        .join(candidates.lazy(), on=KEY)
        .join(earned, on=KEY, how="left")
        .with_columns(
            *zeros, pl.col("house", "hurt").fill_null(False),
            monitored=monitored,
            unstable=(pl.col("poverty_status") == "EXITED") & pl.col("is_exit_unstable"),
            marginal=(pl.col("poverty_status") == "NEVER") & pl.col("is_low_income"),
            **{f"{cause}_start": _start(task.starts[cause]) for cause in CAUSES},
        )
        .with_columns(
            is_watched=pl.col("monitored") | pl.col("unstable") | pl.col("marginal"),
            type_key=pl.when("monitored").then(pl.lit("MONITORED")).when("unstable").then(pl.lit("EXIT_UNSTABLE"))
            .when("marginal").then(pl.lit("MARGINAL")),
        )
        .collect(engine="streaming")
    )  # fmt: skip


def _amounts() -> tuple[str, ...]:
    names = (*CAUSES, "listed", "covered")
    return (*names, *(f"{name}_unknown" for name in names))


def _hits(task: Task, watched: pl.DataFrame) -> pl.DataFrame:
    """This function returns one row a household and trigger that fires."""
    is_watched, may_be = pl.col("is_watched").fill_null(False), pl.col("is_watched").fill_null(True)
    threshold = task.line_fen * task.share.numerator // task.share.denominator
    one = pl.lit(1, pl.Int64)

    def bill(place: int, cause: str, name: str) -> pl.DataFrame:
        enough = pl.col(name) >= pl.col(f"{cause}_start")
        unclear = pl.col(f"{name}_unknown") > 0
        if name != cause:
            unclear &= (pl.col(cause) >= pl.col(f"{cause}_start")) | (pl.col(f"{cause}_unknown") > 0)
        return fired(
            place, cause.upper(), may_be & (enough | unclear), pl.col(name), pl.col(f"{cause}_start"),
            ~(is_watched & enough),
        )  # fmt: skip

    def fired(
        place: int, cause: str, when: pl.Expr, measured: pl.Expr, threshold: pl.Expr, undecided: pl.Expr
    ) -> pl.DataFrame:
        return watched.filter(when).select(
            KEY, "type_key", place=pl.lit(place), trigger_key=pl.lit(TRIGGERS[place]), cause=pl.lit(cause),
            measured=measured.cast(pl.Int64), threshold=threshold.cast(pl.Int64), is_undecided=undecided,
        )  # fmt: skip

    no = pl.lit(False)
    loss = (is_watched & (pl.col("able") > 0) & _is_loss(task)).fill_null(False)
    return pl.concat(
        [
            bill(0, "illness", "listed"),
            bill(1, "study", "covered"),
            bill(2, "disaster", "disaster"),
            bill(3, "accident", "accident"),
            fired(4, "DISASTER", is_watched & pl.col("house"), one, one, no),
            fired(5, "ACCIDENT", is_watched & pl.col("hurt"), one, one, no),
            fired(6, "EMPLOYMENT", loss, pl.col("recent_net") // pl.col("members"), pl.lit(threshold), no),
        ]
    )


def answer(task: Task) -> pa.Table:
    """This function screens with Polars."""
    hits = _hits(task, _watched(task, _candidates(task)))
    first = hits.sort(KEY, "cause", "is_undecided", "place").unique([KEY, "cause"], keep="first", maintain_order=True)
    return first.select(ANSWER.names).to_arrow()

"""A decision engine that judges row by row (zen-engine), on a sample: one household in so many, evenly spaced.

Only the judging is timed. The facts of the sampled households are given to it for nothing, worked out before the clock;
so its figure, scaled to all households, is a lower bound.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import zen

from bench.screening.sample import sample_step
from bench.screening.task import ANSWER, CAUSES, TRIGGERS, Task, policy_load
from shouwang.engine import screen

LISTED = {"illness": "listed_illness", "study": "covered_study", "disaster": "disaster", "accident": "accident"}
PRODUCED = (*(cause.upper() for cause in CAUSES), "DISASTER", "ACCIDENT", "EMPLOYMENT")
Row = dict[str, Any]


def _expressions(task: Task) -> dict[str, str]:
    line, multiple, share = task.line_fen, task.multiple, task.share
    watched = {
        "is_monitored": f"is_income_known and member_count > 0 and net_income > {line} * member_count and "
        f"net_income * {multiple.denominator} <= {multiple.numerator * line} * member_count",
        "is_unstable": "poverty_status == 'EXITED' and is_exit_unstable",
        "is_marginal": "poverty_status == 'NEVER' and is_low_income",
        "other_type": "$.is_marginal ? 'MARGINAL' : ''",
        "is_watched": "$.is_monitored or $.is_unstable or $.is_marginal",
        "may_be_watched": "$.is_watched or not is_income_known or member_count == 0",
        "type_key": "$.is_monitored ? 'MONITORED' : ($.is_unstable ? 'EXIT_UNSTABLE' : $.other_type)",
    }
    bills = {}
    for cause in CAUSES:
        name, start = LISTED[cause], f"$.{cause}_start"
        unclear = f"{name}_unknown > 0"
        if name != cause:
            unclear = f"({unclear} and ({cause}_self_paid >= {start} or {cause}_unknown > 0))"
        counties = task.starts[cause].counties
        chosen = "".join(f"county == {code} ? {fen} : " for code, fen in counties) + str(task.starts[cause].general)
        bills[f"{cause}_start"] = chosen
        bills[f"{cause}_enough"] = f"{name}_self_paid >= {start}"
        bills[f"warns_{cause}"] = f"$.may_be_watched and ($.{cause}_enough or {unclear})"
        bills[f"undecided_{cause}"] = f"not ($.is_watched and $.{cause}_enough)"
    below = f"recent_net_income * {share.denominator} < {share.numerator * line} * member_count"
    others = {
        "warns_house_damaged": "$.is_watched and house_damaged",
        "warns_casualty": "$.is_watched and has_casualty",
        "warns_income_loss": "$.is_watched and is_recent_known and labour_count > 0 and recent_earned_income <= 0 and "
        + below,
        "recent_per_head": "member_count > 0 ? floor(recent_net_income / member_count) : 0",
    }
    return {**watched, **bills, **others}


def _decision(task: Task) -> dict[str, Any]:
    at = {"position": {"x": 0, "y": 0}}
    rules = [{"id": key, "key": key, "value": text} for key, text in _expressions(task).items()]
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode", "content": {}, **at},
        {"id": "rules", "name": "rules", "type": "expressionNode", "content": {"expressions": rules}, **at},
        {"id": "out", "name": "out", "type": "outputNode", "content": {}, **at},
    ]
    edges = [
        {"id": f"{one}-{two}", "sourceId": one, "targetId": two, "type": "edge"}
        for one, two in (("in", "rules"), ("rules", "out"))
    ]
    return {"nodes": nodes, "edges": edges}


def prepare(task: Task) -> list[Row]:
    """This function returns the facts of the sampled households, one row each."""
    with tempfile.TemporaryDirectory() as name, duckdb.connect() as connection:
        folder, wanted = Path(name), f"household_key % {sample_step(task.folder)} = 0"
        for table in ("household", "person", "income", "spending", "status"):
            query = f"SELECT * FROM '{task.file(table)}' WHERE {wanted}"
            connection.execute(f"COPY ({query}) TO '{folder / table}.parquet' (FORMAT parquet)")
        policy = policy_load()
        facts = screen(folder, policy, on=policy.on, facts="all").facts.to_pylist()
    return [_row(fact) for fact in facts]


def _row(fact: Row) -> Row:
    amounts = {name.removesuffix("_fen"): value for name, value in fact.items() if name.endswith("_self_paid_fen")}
    counts = {name: value for name, value in fact.items() if name.endswith("_unknown")}
    return {
        "household_key": fact["household_key"],
        "county": fact["village_code"] // 10**6,
        **{name: fact[name] for name in ("poverty_status", "member_count", "labour_count")},
        **{name: bool(fact[name]) for name in ("is_exit_unstable", "is_low_income")},
        **{name: amounts[name] for cause in CAUSES for name in (f"{cause}_self_paid", f"{LISTED[cause]}_self_paid")},
        **{name: counts[name] for cause in CAUSES for name in (f"{cause}_unknown", f"{LISTED[cause]}_unknown")},
        "net_income": fact["net_income_fen"] or 0,
        "is_income_known": fact["net_income_fen"] is not None,
        "recent_net_income": fact["recent_net_income_fen"] or 0,
        "recent_earned_income": fact["recent_earned_income_fen"] or 0,
        "is_recent_known": fact["recent_net_income_fen"] is not None,
        "house_damaged": "HOUSE_DAMAGED" in fact["new_statuses"],
        "has_casualty": bool({"INJURY", "DEATH"} & set(fact["new_statuses"])),
    }


def answer(task: Task, rows: list[Row]) -> pa.Table:
    """This function judges row by row, all rows in one batch."""
    engine = zen.ZenEngine({"loader": {"type": "static", "content": {"screening": _decision(task)}}})
    results = engine.evaluate_batch([{"key": "screening", "context": row} for row in rows])
    loss = task.line_fen * task.share.numerator // task.share.denominator
    found = []
    for row, result in zip(rows, results, strict=True):
        said = result["data"]["result"]
        hits: dict[str, tuple[bool, int]] = {}
        for place, (trigger, cause) in enumerate(zip(TRIGGERS, PRODUCED, strict=True)):
            if said[f"warns_{trigger}"]:
                rank = (bool(said.get(f"undecided_{trigger}", False)), place)
                hits[cause] = min(hits.get(cause, rank), rank)
        found += [_warning(row, said, cause, *hits[cause], loss=loss) for cause in hits]
    return pa.Table.from_pylist(found, schema=ANSWER)


def _warning(row: Row, said: Row, cause: str, is_undecided: bool, place: int, *, loss: int) -> Row:
    trigger = TRIGGERS[place]
    measured, threshold = 1, 1
    if trigger in CAUSES:
        measured, threshold = row[f"{LISTED[trigger]}_self_paid"], said[f"{trigger}_start"]
    elif trigger == "income_loss":
        measured, threshold = said["recent_per_head"], loss
    return {
        "household_key": row["household_key"], "type_key": said["type_key"] or None, "trigger_key": trigger,
        "cause": cause, "measured": int(measured), "threshold": int(threshold), "is_undecided": is_undecided,
    }  # fmt: skip

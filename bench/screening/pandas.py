"""pandas, as one writes it who knows it: only the columns and rows needed, categories for codes, groups by sums."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

from bench.screening.task import ANSWER, CAUSES, TRIGGERS, Start, Task

KEY = "household_key"


def _read(task: Task, table: str, columns: list[str], where: ds.Expression | None = None) -> pd.DataFrame:
    """This function reads columns and rows of a table."""
    found = ds.dataset(task.file(table)).to_table(columns=columns, filter=where)
    return found.to_pandas(strings_to_categorical=True, date_as_object=False, self_destruct=True, split_blocks=True)


def _between(column: str, span: tuple[object, object]) -> ds.Expression:
    return (ds.field(column) >= pa.scalar(span[0])) & (ds.field(column) < pa.scalar(span[1]))


def _bills(task: Task) -> pd.DataFrame:
    events = _read(
        task, "spending", [KEY, "cause", "detail", "gross_fen", "reimbursed_fen", "self_paid_fen"],
        _between("event_date", task.spending) & ds.field("cause").isin([cause.upper() for cause in CAUSES]),
    )  # fmt: skip
    paid = events["self_paid_fen"].fillna(events["gross_fen"] - events["reimbursed_fen"])
    unclear, detail = paid.isna(), events["detail"]
    columns: dict[str, pd.Series] = {}
    lists = {"illness": ("listed", task.diseases), "study": ("covered", task.schools)}
    for cause in CAUSES:
        of = events["cause"] == cause.upper()
        columns[cause], columns[f"{cause}_unknown"] = paid.where(of, 0).fillna(0).astype("int64"), of & unclear
        if cause in lists:
            name, names = lists[cause]
            is_listed = of & detail.isin(names)
            columns[name] = paid.where(is_listed, 0).fillna(0).astype("int64")
            columns[f"{name}_unknown"] = of & (detail.isna() | (is_listed & unclear))
    return pd.DataFrame(columns).groupby(events[KEY], sort=False).sum()


def _casualties(task: Task) -> pd.DataFrame:
    kinds = ds.field("kind").isin(["HOUSE_DAMAGED", "INJURY", "DEATH"])
    begun = _between("from_date", task.spending) & (ds.field("from_date") <= pa.scalar(task.on))
    rows = _read(task, "status", [KEY, "kind"], kinds & begun)
    house = rows["kind"] == "HOUSE_DAMAGED"
    return pd.DataFrame({"house": house, "hurt": ~house}).groupby(rows[KEY], sort=False).any()


def _incomes(task: Task) -> pd.DataFrame:
    """This function adds up the year and, within it, the recent months; unknown where an amount is."""
    rows = _read(task, "income", [KEY, "month", "kind", "amount_fen"], _between("month", task.income))
    month = rows["month"]
    recent = ((month >= pd.Timestamp(task.recent[0])) & (month < pd.Timestamp(task.recent[1]))).to_numpy()
    sign = rows["kind"].map({"COST": -1, "CLAIMS": 0}).astype("float").fillna(1).to_numpy().astype("int64")
    unknown = rows["amount_fen"].isna().to_numpy()
    signed = rows["amount_fen"].fillna(0).to_numpy().astype("int64") * sign
    transfer = (rows["kind"] == "TRANSFER").to_numpy()
    sums = pd.DataFrame(
        {
            "net": signed,
            "unknown": unknown,
            "recent_net": signed * recent,
            "recent_earned": signed * (recent & ~transfer),
            "recent_unknown": unknown & recent,
            "recent_rows": recent,
        }
    )
    return sums.groupby(rows[KEY].to_numpy(), sort=False).sum()


def _members(task: Task) -> pd.DataFrame:
    rows = _read(task, "person", [KEY, "labour"])
    able = rows["labour"].isin(["ORDINARY", "SKILLED", "WEAK"])
    return pd.DataFrame({"members": 1, "able": able}).groupby(rows[KEY], sort=False).sum()


def _start(start: Start, county: pd.Series) -> pd.Series:
    return county.map(dict(start.counties)).fillna(start.general).astype("int64")


def _watched(task: Task) -> pd.DataFrame:
    columns = [KEY, "village_code", "poverty_status", "is_exit_unstable", "is_low_income"]
    all_ = _read(task, "household", columns).set_index(KEY)
    for part in (_members(task), _bills(task), _casualties(task), _incomes(task)):
        all_ = all_.join(part)
    counts = all_.columns.difference(["village_code", "poverty_status", "is_exit_unstable", "is_low_income", "net",
                                      "recent_net"])  # fmt: skip
    all_[counts] = all_[counts].astype("float").fillna(0).astype("int64")
    line = task.line_fen * all_["members"]
    is_known = (all_["unknown"] == 0) & all_["net"].notna() & (all_["members"] > 0)
    net = all_["net"].where(is_known)
    all_["monitored"] = (net > line) & (net * task.multiple.denominator <= task.multiple.numerator * line)
    unstable = all_["is_exit_unstable"].astype("boolean") & (all_["poverty_status"] == "EXITED")
    marginal = all_["is_low_income"].astype("boolean") & (all_["poverty_status"] == "NEVER")
    watched = all_["monitored"].astype("boolean").mask(~is_known) | unstable | marginal
    all_["is_watched"], all_["may_be"] = watched.fillna(False).astype(bool), watched.fillna(True).astype(bool)
    all_["type_key"] = np.select(
        [all_["monitored"], unstable.fillna(False), marginal.fillna(False)],
        ["MONITORED", "EXIT_UNSTABLE", "MARGINAL"], None,
    )  # fmt: skip
    recent = all_["recent_net"].where((all_["recent_rows"] > 0) & (all_["recent_unknown"] == 0))
    all_["loss"] = (
        (all_["able"] > 0)
        & (all_["recent_earned"] <= 0)
        & (recent * task.share.denominator < task.share.numerator * line)
    )
    county = all_["village_code"] // 10**6
    for cause in CAUSES:
        all_[f"{cause}_start"] = _start(task.starts[cause], county)
    return all_


def _hits(task: Task, all_: pd.DataFrame) -> pd.DataFrame:
    found = []
    threshold = task.line_fen * task.share.numerator // task.share.denominator

    def add(place: int, cause: str, when: pd.Series, measured: object, threshold: object, undecided: object) -> None:
        rows = all_.index[when]
        of = {
            name: value[when].to_numpy() if isinstance(value, pd.Series) else value
            for name, value in (("measured", measured), ("threshold", threshold), ("is_undecided", undecided))
        }
        found.append(
            pd.DataFrame(
                {KEY: rows, "type_key": all_["type_key"][when].to_numpy(), "place": place, "cause": cause, **of}
            )
        )

    for place, (cause, name) in enumerate(zip(CAUSES, ("listed", "covered", "disaster", "accident"), strict=True)):
        enough = all_[name] >= all_[f"{cause}_start"]
        unclear = all_[f"{name}_unknown"] > 0
        if name != cause:
            unclear &= (all_[cause] >= all_[f"{cause}_start"]) | (all_[f"{cause}_unknown"] > 0)
        fires = all_["may_be"] & (enough | unclear)
        add(place, cause.upper(), fires, all_[name], all_[f"{cause}_start"], ~(all_["is_watched"] & enough))
    add(4, "DISASTER", all_["is_watched"] & (all_["house"] > 0), 1, 1, False)
    add(5, "ACCIDENT", all_["is_watched"] & (all_["hurt"] > 0), 1, 1, False)
    loss = all_["is_watched"] & all_["loss"]
    per_head = all_["recent_net"].fillna(0).astype("int64") // all_["members"].clip(lower=1)
    add(6, "EMPLOYMENT", loss, per_head, threshold, False)
    return pd.concat(found, ignore_index=True)


def answer(task: Task) -> pa.Table:
    """This function screens with pandas."""
    hits = _hits(task, _watched(task)).sort_values([KEY, "cause", "is_undecided", "place"])
    first = hits.drop_duplicates([KEY, "cause"])
    first = first.assign(trigger_key=[TRIGGERS[place] for place in first["place"]])
    return pa.Table.from_pandas(first[ANSWER.names], schema=ANSWER, preserve_index=False)

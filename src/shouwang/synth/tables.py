"""The snapshot tables of a block as Arrow: names and types of the snapshot format, unknown as null."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from shouwang.synth import events, incomes, persons, standing, statuses
from shouwang.synth.blocks import Block
from shouwang.synth.draws import Bools, Floats, Ints, stream
from shouwang.synth.households import RELATIONSHIPS

# One delivery a department and kind: days before the day; the water bureau's is long stale.
FEEDS = (
    ("civil_affairs", "dibao_household", 20),
    ("civil_affairs", "dibao_person", 20),
    ("disabled", "certificate", 40),
    ("disabled", "subsidy", 40),
    ("medical_insurance", "inpatient", 25),
    ("medical_insurance", "visit", 25),
    ("education", "tuition", 55),
    ("education", "dropout", 55),
    ("public_security", "incident", 12),
    ("emergency", "disaster", 9),
    ("labour", "work", 28),
    ("labour", "unemployed", 28),
    ("rural", "marginal", 30),
    ("housing", "unsafe_house", 75),
    ("water", "unsafe_water", 210),
)


def coded(codes: Ints, words: tuple[str, ...]) -> pa.Array:
    """This function turns indexes into words; -1 becomes null."""
    dictionary = pa.array([str(word) for word in words])
    indexes = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indexes, dictionary).cast(pa.string())


def days(numbers: Ints, *, none: int | None = -1) -> pa.Array:
    """This function turns day numbers into dates; `none` becomes null."""
    return pa.array(numbers.astype(np.int32), mask=None if none is None else numbers == none).cast(pa.date32())


def whole(numbers: Ints, *, kind: pa.DataType | None = None) -> pa.Array:
    """This function turns numbers into integers; -1 becomes null."""
    return pa.array(numbers, mask=numbers < 0).cast(kind or pa.int64())


def known(numbers: Ints) -> pa.Array:
    """This function turns 0, 1, 2 into false, true, null."""
    return pa.array(numbers == 1, mask=numbers == 2)


def _keys(rows: Ints, first: int) -> pa.Array:
    return pa.array(rows + first, mask=rows < 0)


def household_table(block: Block) -> pa.Table:
    """This function returns the household table."""
    who, size = block.standing, block.kin.size
    verified = np.where(who.poverty == 2, (block.means.net * 0.9).astype(np.int64) // size * size, -1)
    return pa.table(
        {
            "household_key": block.household_key,
            "village_code": block.village,
            "poverty_status": coded(who.poverty, standing.POVERTY),
            "is_exit_unstable": who.is_unstable,
            "is_low_income": who.is_low_income,
            "watch_type": coded(who.watch, standing.WATCH),
            "identified_date": days(who.identified),
            "removed_date": days(who.removed),
            "is_without_labour": block.is_without_labour,
            "housing_safe": known(who.housing_safe),
            "water_safe": known(who.water_safe),
            "verified_income_fen": whole(verified),
        }
    )


def person_table(block: Block) -> pa.Table:
    """This function returns the person table."""
    who = block.persons
    return pa.table(
        {
            "person_key": block.person_key,
            "household_key": block.kin.household + block.first_household,
            "relationship": coded(block.kin.relationship, RELATIONSHIPS),
            "sex": coded(who.sex, ("F", "M")),
            "birth_date": days(who.birth_day, none=None),
            "labour": coded(who.labour, persons.LABOUR),
            "student_status": coded(who.student, persons.STUDENT),
            "education": coded(who.education, persons.EDUCATION),
            "is_chronic": who.is_chronic,
            "is_seriously_ill": who.is_serious,
            "is_disabled": who.is_disabled,
            "disability_category": whole(who.category, kind=pa.int32()),
            "disability_level": whole(who.grade, kind=pa.int32()),
            "work_place": coded(who.work_place, persons.WORK_PLACES),
            "work_months": whole(who.work_months, kind=pa.int32()),
            "is_medically_insured": who.is_insured,
            "has_dropped_out": who.has_dropped_out,
        }
    )


def income_table(block: Block, on: date) -> pa.Table:
    """This function returns the income table."""
    return income_rows(block, block.incomes, incomes.history_months(on))


def income_rows(block: Block, rows: dict[str, Ints], months: tuple[date, ...]) -> pa.Table:
    """This function returns rows of the income table; their months are places in `months`."""
    firsts = np.array([persons.day_number(month) for month in months])
    return pa.table(
        {
            "household_key": rows["household"] + block.first_household,
            "person_key": _keys(rows["person"], block.first_person),
            "month": days(firsts[rows["month"]]),
            "kind": coded(rows["kind"], incomes.KINDS),
            "amount_fen": rows["amount"],
            "source": coded(rows["source"], incomes.SOURCES),
        }
    )


def spending_table(block: Block) -> pa.Table:
    """This function returns the spending table."""
    return spending_rows(block, block.spending, np.arange(len(block.spending["day"])) + block.first_event)


def spending_rows(block: Block, rows: dict[str, Ints], keys: Ints) -> pa.Table:
    """This function returns spending rows; a stay that is not settled yet has no reimbursed and self-paid sum."""
    settled = rows["is_unsettled"] == 0
    return pa.table(
        {
            "event_key": keys,
            "household_key": rows["household"] + block.first_household,
            "person_key": _keys(rows["person"], block.first_person),
            "cause": coded(rows["cause"], events.SPENDING_CAUSES),
            "event_date": days(rows["day"]),
            "gross_fen": rows["gross"],
            "reimbursed_fen": pa.array(rows["reimbursed"], mask=~settled),
            "self_paid_fen": pa.array(rows["self_paid"], mask=~settled),
            "detail": coded(rows["detail"], events.DETAILS),
            "source": coded(rows["source"], events.SPENDING_SOURCES),
        }
    )


def status_table(block: Block) -> pa.Table:
    """This function returns the status table."""
    return status_rows(block, block.statuses, np.arange(len(block.statuses["kind"])) + block.first_status)


def status_rows(block: Block, rows: dict[str, Ints], keys: Ints) -> pa.Table:
    """This function returns rows of the status table."""
    return pa.table(
        {
            "status_key": keys,
            "household_key": rows["household"] + block.first_household,
            "person_key": _keys(rows["person"], block.first_person),
            "kind": coded(rows["kind"], statuses.STATUS_KINDS),
            "value": whole(rows["value"]).cast(pa.string()),
            "from_date": days(rows["from_day"], none=None),
            "until_date": days(rows["until_day"]),
            "source": coded(rows["source"], statuses.STATUS_SOURCES),
        }
    )


def named_columns(block: Block, seed: int) -> dict[str, list[str]]:
    """This function returns imported columns that the model does not know, one value a household."""
    rng = stream(seed, block.first_household, "named")
    count = block.kin.count
    acres: Floats = np.round(rng.gamma(3, 1.6, count), 1)
    house = rng.integers(45, 180, count)
    road: Floats = np.round(rng.exponential(0.8, count), 1)
    toilet: Bools = rng.random(count) < 0.82
    return {
        "耕地面积（亩）": [f"{value:g}" for value in acres],
        "住房面积": [str(value) for value in house],
        "与村主干路距离": [f"{value:g}" for value in road],
        "是否有卫生厕所": ["是" if value else "否" for value in toilet],
    }


def named_table(block: Block, seed: int) -> pa.Table:
    """This function returns the named facts of the households that the national system knows."""
    listed = np.flatnonzero((block.standing.poverty > 0) | block.standing.is_watched | (block.standing.watch >= 0))
    columns = named_columns(block, seed)
    names = list(columns)
    values: npt.NDArray[np.object_] = np.array([columns[name] for name in names], dtype=object)
    household = np.repeat(listed, len(names))
    return pa.table(
        {
            "household_key": household + block.first_household,
            "person_key": pa.nulls(len(household), pa.int64()),
            "name": pa.array(names * len(listed), pa.string()),
            "value": pa.array(values[:, listed].T.ravel().tolist(), pa.string()),
        }
    )


def feed_dates(on: date) -> dict[str, date]:
    """This function returns the day up to which each kind of delivery holds."""
    return {kind: on - timedelta(days=age) for _, kind, age in FEEDS}


def feed_table(on: date) -> pa.Table:
    """This function returns the feed table: the last delivery of every department and kind."""
    dates = [on - timedelta(days=age) for _, _, age in FEEDS]
    arrived = [datetime(day.year, day.month, day.day, 9, 30) for day in dates]  # noqa: DTZ001 - the format has no zone
    return pa.table(
        {
            "department": [department for department, _, _ in FEEDS],
            "kind": [kind for _, kind, _ in FEEDS],
            "data_date": pa.array(dates, pa.date32()),
            "imported_at": pa.array(arrived, pa.timestamp("us")),
        }
    )


def identity_table(block: Block) -> pa.Table:
    """This function returns who the persons are; the engine never reads it."""
    who = block.persons
    digits = pc.cast(pa.array(np.where(who.is_disabled, who.category * 10 + who.grade, 0)), pa.string())
    certificate = pc.if_else(
        pa.array(who.is_disabled),
        pc.binary_join_element_wise(block.resident_ids, digits, ""),
        pa.scalar(None, pa.string()),
    )
    return pa.table(
        {
            "person_key": block.person_key,
            "household_key": block.kin.household + block.first_household,
            "name": block.names,
            "resident_id": block.resident_ids,
            "phone": block.phones,
            "disability_certificate": certificate,
        }
    )


def identity_household_table(block: Block) -> pa.Table:
    """This function returns who the households are: head, village, bank account."""
    head = pa.array(block.head_row)
    return pa.table(
        {
            "household_key": block.household_key,
            "head_name": pc.take(block.names, head),
            "head_resident_id": pc.take(block.resident_ids, head),
            "village_code": block.village,
            "bank_account": block.accounts,
        }
    )

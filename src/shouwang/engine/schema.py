"""The tables of a snapshot. Unknown is NULL, never 0; codes are upper-case texts; keys hold for one snapshot only."""

from __future__ import annotations

from shouwang.kit.codes import IncomeKind, Labour, Measure, PovertyStatus, Risk, SpendingCause, WatchType

TABLES: dict[str, dict[str, str]] = {
    "household": {
        "household_key": "BIGINT",
        "village_code": "BIGINT",
        "poverty_status": "VARCHAR",
        "is_exit_unstable": "BOOLEAN",
        "is_low_income": "BOOLEAN",
        "watch_type": "VARCHAR",
        "identified_date": "DATE",
        "removed_date": "DATE",
        "is_without_labour": "BOOLEAN",
        "housing_safe": "BOOLEAN",
        "water_safe": "BOOLEAN",
        "verified_income_fen": "BIGINT",
    },
    "person": {
        "person_key": "BIGINT",
        "household_key": "BIGINT",
        "relationship": "VARCHAR",
        "sex": "VARCHAR",
        "birth_date": "DATE",
        "labour": "VARCHAR",
        "student_status": "VARCHAR",
        "education": "VARCHAR",
        "is_chronic": "BOOLEAN",
        "is_seriously_ill": "BOOLEAN",
        "is_disabled": "BOOLEAN",
        "disability_category": "INTEGER",
        "disability_level": "INTEGER",
        "work_place": "VARCHAR",
        "work_months": "INTEGER",
        "is_medically_insured": "BOOLEAN",
        "has_dropped_out": "BOOLEAN",
    },
    "income": {
        "household_key": "BIGINT",
        "person_key": "BIGINT",
        "month": "DATE",
        "kind": "VARCHAR",
        "amount_fen": "BIGINT",
        "source": "VARCHAR",
    },
    "spending": {
        "event_key": "BIGINT",
        "household_key": "BIGINT",
        "person_key": "BIGINT",
        "cause": "VARCHAR",
        "event_date": "DATE",
        "gross_fen": "BIGINT",
        "reimbursed_fen": "BIGINT",
        "self_paid_fen": "BIGINT",
        "detail": "VARCHAR",
        "source": "VARCHAR",
    },
    "status": {
        "status_key": "BIGINT",
        "household_key": "BIGINT",
        "person_key": "BIGINT",
        "kind": "VARCHAR",
        "value": "VARCHAR",
        "from_date": "DATE",
        "until_date": "DATE",
        "source": "VARCHAR",
    },
    "named": {"household_key": "BIGINT", "person_key": "BIGINT", "name": "VARCHAR", "value": "VARCHAR"},
    "feed": {"department": "VARCHAR", "kind": "VARCHAR", "data_date": "DATE", "imported_at": "TIMESTAMP"},
    "risk": {
        "risk_key": "BIGINT",
        "household_key": "BIGINT",
        "risk": "VARCHAR",
        "from_date": "DATE",
        "removed_date": "DATE",
        "removal": "VARCHAR",
    },
    "measure": {
        "measure_key": "BIGINT",
        "household_key": "BIGINT",
        "person_key": "BIGINT",
        "kind": "VARCHAR",
        "from_date": "DATE",
        "until_date": "DATE",
        "source": "VARCHAR",
    },
}
# A screening reads these; risks and measures are for the data-quality checks alone.
SCREENED: tuple[str, ...] = tuple(name for name in TABLES if name not in {"risk", "measure"})

# A table without these columns says nothing; any other column may be missing and is then unknown.
KEYS: dict[str, tuple[str, ...]] = {
    "household": ("household_key", "village_code"),
    "person": ("person_key", "household_key"),
    "income": ("household_key", "month", "kind", "amount_fen"),
    "spending": ("event_key", "household_key", "cause", "event_date"),
    "status": ("status_key", "household_key", "kind", "from_date"),
    "named": ("household_key", "name", "value"),
    "feed": ("department", "data_date"),
    "risk": ("household_key", "risk"),
    "measure": ("household_key", "kind"),
}

CODES: dict[tuple[str, str], tuple[str, ...]] = {
    ("household", "poverty_status"): tuple(PovertyStatus),
    ("household", "watch_type"): tuple(WatchType),
    ("person", "labour"): tuple(Labour),
    ("income", "kind"): tuple(IncomeKind),
    ("spending", "cause"): tuple(SpendingCause),
    ("risk", "risk"): tuple(Risk),
    ("risk", "removal"): ("HELP", "SELF"),
    ("measure", "kind"): tuple(Measure),
}

# Evidence that has led to a case before: (household, table, key); for income the key is the year and month, 202006.
HANDLED = {"household_key": "BIGINT", "table": "VARCHAR", "key": "BIGINT"}

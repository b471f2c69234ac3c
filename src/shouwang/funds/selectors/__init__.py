"""Reads of funds."""

from shouwang.funds.selectors.desk import purposes_to_pay
from shouwang.funds.selectors.grants import (
    UNITS,
    GrantTotals,
    grant_totals,
    grants_by_ids,
    grants_of_case,
    grants_of_household,
    grants_visible_to,
)
from shouwang.funds.selectors.ledger import (
    Account,
    LevelSum,
    account_visible,
    accounts_visible_to,
    balance_findings,
    balances_recounted,
    money_by_level,
)
from shouwang.funds.selectors.payments import (
    batches_visible_to,
    commitment_of,
    commitments_of_household,
    commitments_visible_to,
    commitments_waiting,
    payments_of_household,
    payments_unknown,
    payments_visible_to,
)
from shouwang.funds.selectors.requests import RequestStanding, request_standings, requests_brought_back, requests_paid
from shouwang.funds.selectors.waiting import money_waiting

__all__ = [
    "UNITS",
    "Account",
    "GrantTotals",
    "LevelSum",
    "RequestStanding",
    "account_visible",
    "accounts_visible_to",
    "balance_findings",
    "balances_recounted",
    "batches_visible_to",
    "commitment_of",
    "commitments_of_household",
    "commitments_visible_to",
    "commitments_waiting",
    "grant_totals",
    "grants_by_ids",
    "grants_of_case",
    "grants_of_household",
    "grants_visible_to",
    "money_by_level",
    "money_waiting",
    "payments_of_household",
    "payments_unknown",
    "payments_visible_to",
    "purposes_to_pay",
    "request_standings",
    "requests_brought_back",
    "requests_paid",
]

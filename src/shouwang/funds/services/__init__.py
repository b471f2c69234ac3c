"""Writes of funds. Refusals are in `funds.errors`."""

from shouwang.funds.services.accounts import (
    Ground,
    Money,
    account_open,
    budget_enter,
    money_allocate,
    purpose_shift,
    year_carry,
    year_close,
)
from shouwang.funds.services.asking import Wanted, case_pay, is_payable
from shouwang.funds.services.bank import Taken, return_read
from shouwang.funds.services.batches import batch_check, batch_make, batch_reject, batch_release
from shouwang.funds.services.granting import grants_report
from shouwang.funds.services.grants import (
    AmountNotSane,
    Benefit,
    Grant,
    GrantNotFound,
    PeriodNotInOrder,
    grant_cancel,
    grant_lessen,
    grant_record,
)
from shouwang.funds.services.ledger import Movement, entries_post
from shouwang.funds.services.owing import (
    Commitment,
    Payee,
    PaymentRequest,
    commitment_cancel,
    payee_correct,
    payment_request,
)
from shouwang.funds.services.owing_many import AskedMany, payments_request
from shouwang.funds.services.resolving import payment_doubt, payment_recover, resolution_ask, resolution_decide
from shouwang.funds.services.sending import batch_hand, batch_send
from shouwang.funds.services.verifying import balances_verify

__all__ = [
    "AmountNotSane",
    "AskedMany",
    "Benefit",
    "Commitment",
    "Grant",
    "GrantNotFound",
    "Ground",
    "Money",
    "Movement",
    "Payee",
    "PaymentRequest",
    "PeriodNotInOrder",
    "Taken",
    "Wanted",
    "account_open",
    "balances_verify",
    "batch_check",
    "batch_hand",
    "batch_make",
    "batch_reject",
    "batch_release",
    "batch_send",
    "budget_enter",
    "case_pay",
    "commitment_cancel",
    "entries_post",
    "grant_cancel",
    "grant_lessen",
    "grant_record",
    "grants_report",
    "is_payable",
    "money_allocate",
    "payee_correct",
    "payment_doubt",
    "payment_recover",
    "payment_request",
    "payments_request",
    "purpose_shift",
    "resolution_ask",
    "resolution_decide",
    "return_read",
    "year_carry",
    "year_close",
]

"""Writes of insurance. Each is one transaction with its audit row; refusals are in `insurance.errors`."""

from shouwang.insurance.services.asking import advance_apply, overpaid_take_back, payment_apply
from shouwang.insurance.services.assessing import (
    Item,
    change_ask,
    change_settle,
    claim_assess,
    claim_ladder,
    claim_paper_add,
    claim_policy,
    claim_propose,
    document_kinds,
    documents_missing,
)
from shouwang.insurance.services.common import may_step
from shouwang.insurance.services.deciding import (
    aid_decide,
    claim_appeal,
    claim_decide,
    claim_return,
    claim_withdraw,
)
from shouwang.insurance.services.following import LOOKBACK, YEAR, payments_follow
from shouwang.insurance.services.ledger import pool_ledger_fen
from shouwang.insurance.services.opening import Event, Standing, case_of, case_policy, claim_open, standing_of
from shouwang.insurance.services.paying import (
    aid_record,
    overpaid_recover,
    payee_change,
    payment_record,
    payment_request,
)
from shouwang.insurance.services.pools import (
    Opening,
    carry_waits,
    pool_carry,
    pool_following,
    pool_open,
    pool_pay_in,
    pools_stated,
    term_end,
)
from shouwang.insurance.services.printing import LIST_LIMIT, claims_export, statement_print
from shouwang.insurance.services.replaying import Reckoned, Replay, claim_reckonings, claim_replay
from shouwang.insurance.services.settling import settle_execute, settle_request, settles_resume, work_text
from shouwang.insurance.services.settling_list import list_read, open_list
from shouwang.insurance.services.trying import LadderChange, LadderTried, Tried, ladders_try

__all__ = [
    "LIST_LIMIT",
    "LOOKBACK",
    "YEAR",
    "Event",
    "Item",
    "LadderChange",
    "LadderTried",
    "Opening",
    "Reckoned",
    "Replay",
    "Standing",
    "Tried",
    "advance_apply",
    "aid_decide",
    "aid_record",
    "carry_waits",
    "case_of",
    "case_policy",
    "change_ask",
    "change_settle",
    "claim_appeal",
    "claim_assess",
    "claim_decide",
    "claim_ladder",
    "claim_open",
    "claim_paper_add",
    "claim_policy",
    "claim_propose",
    "claim_reckonings",
    "claim_replay",
    "claim_return",
    "claim_withdraw",
    "claims_export",
    "document_kinds",
    "documents_missing",
    "ladders_try",
    "list_read",
    "may_step",
    "open_list",
    "overpaid_recover",
    "overpaid_take_back",
    "payee_change",
    "payment_apply",
    "payment_record",
    "payment_request",
    "payments_follow",
    "pool_carry",
    "pool_following",
    "pool_ledger_fen",
    "pool_open",
    "pool_pay_in",
    "pools_stated",
    "settle_execute",
    "settle_request",
    "settles_resume",
    "standing_of",
    "statement_print",
    "term_end",
    "work_text",
]

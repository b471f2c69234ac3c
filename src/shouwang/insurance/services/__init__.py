"""Writes of insurance. Each is one transaction with its audit row; refusals are in `insurance.errors`."""

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
from shouwang.insurance.services.opening import Event, Standing, case_of, case_policy, claim_open, standing_of
from shouwang.insurance.services.paying import aid_record, payee_change, payment_record, payment_request
from shouwang.insurance.services.pools import Opening, pool_carry, pool_open, pool_pay_in, pools_stated, term_end
from shouwang.insurance.services.replaying import Replay, claim_replay

__all__ = [
    "Event",
    "Item",
    "Opening",
    "Replay",
    "Standing",
    "aid_decide",
    "aid_record",
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
    "claim_replay",
    "claim_return",
    "claim_withdraw",
    "document_kinds",
    "documents_missing",
    "may_step",
    "payee_change",
    "payment_record",
    "payment_request",
    "pool_carry",
    "pool_open",
    "pool_pay_in",
    "pools_stated",
    "standing_of",
    "term_end",
]

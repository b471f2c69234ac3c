"""Grants, the ledger, payments."""

from shouwang.funds.models.grants import LIMIT_FEN, Grant
from shouwang.funds.models.ledger import Account, BalanceFinding, Entry, Posting, Source
from shouwang.funds.models.payments import (
    BankReturn,
    Batch,
    BatchAct,
    Commitment,
    Evidence,
    Payment,
    PaymentEvent,
    Resolution,
)
from shouwang.funds.models.watching import FindingNote, WatchedAccount

__all__ = [
    "LIMIT_FEN",
    "Account",
    "BalanceFinding",
    "BankReturn",
    "Batch",
    "BatchAct",
    "Commitment",
    "Entry",
    "Evidence",
    "FindingNote",
    "Grant",
    "Payment",
    "PaymentEvent",
    "Posting",
    "Resolution",
    "Source",
    "WatchedAccount",
]

"""Tables of insurance; those of long-term care stand in their own folder."""

from shouwang.insurance.care import models as care_models  # noqa: F401 - Django looks for tables here alone
from shouwang.insurance.models.claims import Claim, ClaimChange, ClaimEvent, ClaimItem, ClaimPaper, Computation
from shouwang.insurance.models.payments import EarlierPayment
from shouwang.insurance.models.pools import LIMIT_FEN, Pool, PoolEntry
from shouwang.insurance.models.works import SettleLeft, SettleWork

__all__ = [
    "LIMIT_FEN",
    "Claim",
    "ClaimChange",
    "ClaimEvent",
    "ClaimItem",
    "ClaimPaper",
    "Computation",
    "EarlierPayment",
    "Pool",
    "PoolEntry",
    "SettleLeft",
    "SettleWork",
]

"""Writes of oversight."""

from shouwang.oversight.services.backtesting import (
    Asked,
    BacktestUnderWay,
    backtest_execute,
    backtest_request,
    backtest_store,
)
from shouwang.oversight.services.drafting import draft_change
from shouwang.oversight.services.proposing import AreaGone, variant_propose
from shouwang.oversight.services.trying import FactsNotReady, trial_results, trial_store, variant_households

__all__ = [
    "AreaGone",
    "Asked",
    "BacktestUnderWay",
    "FactsNotReady",
    "backtest_execute",
    "backtest_request",
    "backtest_store",
    "draft_change",
    "trial_results",
    "trial_store",
    "variant_households",
    "variant_propose",
]

"""What the pages of oversight show."""

from shouwang.oversight.contexts.backtest import BacktestPage, ResultPage
from shouwang.oversight.contexts.lab import (
    LabPage,
    MovedPage,
    MovedRow,
    ProposePage,
    Shown,
    SourceChoice,
    TrialPage,
    WhatIfPage,
)
from shouwang.oversight.contexts.overrides import OverridesPage
from shouwang.oversight.contexts.screen import CaseLine, LampLine, ScreenPage

__all__ = [
    "BacktestPage",
    "CaseLine",
    "LabPage",
    "LampLine",
    "MovedPage",
    "MovedRow",
    "OverridesPage",
    "ProposePage",
    "ResultPage",
    "ScreenPage",
    "Shown",
    "SourceChoice",
    "TrialPage",
    "WhatIfPage",
]

"""What the pages of oversight show."""

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
from shouwang.oversight.contexts.screen import CaseLine, LampLine, ScreenPage

__all__ = [
    "CaseLine",
    "LabPage",
    "LampLine",
    "MovedPage",
    "MovedRow",
    "ProposePage",
    "ScreenPage",
    "Shown",
    "SourceChoice",
    "TrialPage",
    "WhatIfPage",
]

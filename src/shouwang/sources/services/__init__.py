"""Writes of sources: clues and department feeds."""

from shouwang.sources.services.clues import (
    ClueTaken,
    HouseholdElsewhere,
    MayNotReport,
    ReportKeyReused,
    clue_attach,
    clue_collect,
    clue_report,
    report_listen,
)

__all__ = [
    "ClueTaken",
    "HouseholdElsewhere",
    "MayNotReport",
    "ReportKeyReused",
    "clue_attach",
    "clue_collect",
    "clue_report",
    "report_listen",
]

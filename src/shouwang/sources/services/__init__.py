"""Writes of sources: clues and department feeds."""

from shouwang.sources.services.calls import PhoneUnreadable, Taken, call_look_up, call_phone_show, call_take
from shouwang.sources.services.clues import (
    ClueTaken,
    HouseholdElsewhere,
    MayNotReport,
    ReportKeyReused,
    clue_attach,
    clue_collect,
    clue_move,
    clue_report,
    report_listen,
)
from shouwang.sources.services.deciding import Decided, decisions_undo, pairs_decide
from shouwang.sources.services.importing import feed_import_run
from shouwang.sources.services.opinions import OpinionJudged, OriginMissing, WhyMissing, opinion_enter, opinion_judge
from shouwang.sources.services.phone import BatchTooLarge, KeyTwice, ReportResult, reports_take
from shouwang.sources.services.pictures import Picture, PictureTooLarge, ReportNotThere, picture_take
from shouwang.sources.services.reading import feed_read
from shouwang.sources.services.resuming import imports_resume
from shouwang.sources.services.scoring import pairs_score
from shouwang.sources.services.undoing import feed_import_undo, feed_import_undo_run
from shouwang.sources.services.uploads import feed_upload, mapping_confirm

__all__ = [
    "BatchTooLarge",
    "ClueTaken",
    "Decided",
    "HouseholdElsewhere",
    "KeyTwice",
    "MayNotReport",
    "OpinionJudged",
    "OriginMissing",
    "PhoneUnreadable",
    "Picture",
    "PictureTooLarge",
    "ReportKeyReused",
    "ReportNotThere",
    "ReportResult",
    "Taken",
    "WhyMissing",
    "call_look_up",
    "call_phone_show",
    "call_take",
    "clue_attach",
    "clue_collect",
    "clue_move",
    "clue_report",
    "decisions_undo",
    "feed_import_run",
    "feed_import_undo",
    "feed_import_undo_run",
    "feed_read",
    "feed_upload",
    "imports_resume",
    "mapping_confirm",
    "opinion_enter",
    "opinion_judge",
    "pairs_decide",
    "pairs_score",
    "picture_take",
    "report_listen",
    "reports_take",
]

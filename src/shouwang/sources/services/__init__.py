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
    clue_withdraw,
    report_listen,
)
from shouwang.sources.services.deciding import Decided, decisions_undo, pairs_decide
from shouwang.sources.services.delivering import (
    ColumnUnknown,
    Delivered,
    KindNotFound,
    delivery_get,
    delivery_rows_aside,
    kinds_open,
    table_deliver,
)
from shouwang.sources.services.importing import feed_import_run
from shouwang.sources.services.interface_keys import (
    Keyed,
    KeyRefused,
    MayNotMakeKeys,
    QuotaSpent,
    TooManyCalls,
    interface_key_make,
    interface_key_open,
    interface_key_revoke,
)
from shouwang.sources.services.opinions import OpinionJudged, OriginMissing, WhyMissing, opinion_enter, opinion_judge
from shouwang.sources.services.phone import BatchTooLarge, KeyTwice, ReportResult, reports_take
from shouwang.sources.services.pictures import Picture, PictureTooLarge, ReportNotThere, picture_take
from shouwang.sources.services.pushing import CluesNotOpen, Pushed, PushedClue, VillageUnknown, clue_push
from shouwang.sources.services.reading import feed_read
from shouwang.sources.services.resuming import imports_resume
from shouwang.sources.services.scoring import pairs_score
from shouwang.sources.services.undoing import feed_import_undo, feed_import_undo_run
from shouwang.sources.services.uploads import feed_upload, mapping_confirm

__all__ = [
    "BatchTooLarge",
    "ClueTaken",
    "CluesNotOpen",
    "ColumnUnknown",
    "Decided",
    "Delivered",
    "HouseholdElsewhere",
    "KeyRefused",
    "KeyTwice",
    "Keyed",
    "KindNotFound",
    "MayNotMakeKeys",
    "MayNotReport",
    "OpinionJudged",
    "OriginMissing",
    "PhoneUnreadable",
    "Picture",
    "PictureTooLarge",
    "Pushed",
    "PushedClue",
    "QuotaSpent",
    "ReportKeyReused",
    "ReportNotThere",
    "ReportResult",
    "Taken",
    "TooManyCalls",
    "VillageUnknown",
    "WhyMissing",
    "call_look_up",
    "call_phone_show",
    "call_take",
    "clue_attach",
    "clue_collect",
    "clue_move",
    "clue_push",
    "clue_report",
    "clue_withdraw",
    "decisions_undo",
    "delivery_get",
    "delivery_rows_aside",
    "feed_import_run",
    "feed_import_undo",
    "feed_import_undo_run",
    "feed_read",
    "feed_upload",
    "imports_resume",
    "interface_key_make",
    "interface_key_open",
    "interface_key_revoke",
    "kinds_open",
    "mapping_confirm",
    "opinion_enter",
    "opinion_judge",
    "pairs_decide",
    "pairs_score",
    "picture_take",
    "report_listen",
    "reports_take",
    "table_deliver",
]

"""Writes of the office: progress, files, and keys of what was sent."""

from shouwang.office.services.files import FileGone, file_open, file_store, files_expire
from shouwang.office.services.progress import (
    progress_advance,
    progress_fail,
    progress_finish,
    progress_plan,
    progress_start,
)
from shouwang.office.services.sending import (
    Claims,
    KeyReused,
    KeyUnreadable,
    sendings_claim,
    sendings_expire,
    sendings_settle,
)

__all__ = [
    "Claims",
    "FileGone",
    "KeyReused",
    "KeyUnreadable",
    "file_open",
    "file_store",
    "files_expire",
    "progress_advance",
    "progress_fail",
    "progress_finish",
    "progress_plan",
    "progress_start",
    "sendings_claim",
    "sendings_expire",
    "sendings_settle",
]

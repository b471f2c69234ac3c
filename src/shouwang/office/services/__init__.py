"""Writes of the office: progress, files, papers, and keys of what was sent."""

from shouwang.office.services.files import FileGone, file_open, file_store, files_expire
from shouwang.office.services.papers import Shown, paper_glance, paper_keep, paper_make, paper_name, paper_open
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
    "Shown",
    "file_open",
    "file_store",
    "files_expire",
    "paper_glance",
    "paper_keep",
    "paper_make",
    "paper_name",
    "paper_open",
    "progress_advance",
    "progress_fail",
    "progress_finish",
    "progress_plan",
    "progress_start",
    "sendings_claim",
    "sendings_expire",
    "sendings_settle",
]

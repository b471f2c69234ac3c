"""Writes of the office: progress and files."""

from shouwang.office.services.files import FileGone, file_open, file_store, files_expire
from shouwang.office.services.progress import (
    progress_advance,
    progress_fail,
    progress_finish,
    progress_plan,
    progress_start,
)

__all__ = [
    "FileGone",
    "file_open",
    "file_store",
    "files_expire",
    "progress_advance",
    "progress_fail",
    "progress_finish",
    "progress_plan",
    "progress_start",
]

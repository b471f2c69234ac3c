"""What goes into the logs: where it happened and what kind of error, never the values (they may be a person's)."""

from __future__ import annotations

import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from shouwang.config.places import LOG_DIR
from shouwang.kit.texts import numbers_hidden

ErrorFacts = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def frames_text(error: BaseException) -> str:
    """This function returns the path an error took and its type, without its message."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}' for frame in frames]
    return "\n".join([*lines, f"{type(error).__module__}.{type(error).__qualname__}"])


class NoValues(logging.Formatter):
    """Formats errors by their frames and type; messages of the database and of conversions quote values."""

    def format(self, record: logging.LogRecord) -> str:
        return numbers_hidden(super().format(record))  # somebody's number in an address that was not found

    def formatException(self, ei: ErrorFacts) -> str:  # noqa: N802 - the name is logging's
        return frames_text(ei[1]) if ei[1] is not None else ""


def error_record(error: BaseException) -> Path:
    """This function appends an unforeseen error of the command line to var/log/errors.log and returns the file."""
    LOG_DIR.mkdir(parents=True, exist_ok=True)
    path = LOG_DIR / "errors.log"
    with path.open("a", encoding="utf-8") as log:
        log.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}Z\n{frames_text(error)}\n")
    return path

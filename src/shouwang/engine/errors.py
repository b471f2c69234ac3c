"""What the engine refuses."""

from __future__ import annotations

from shouwang.kit.errors import Refusal


class SnapshotError(Refusal):
    """The snapshot tables cannot be taken as they stand."""


class OutputFailed(Refusal):
    """A result cannot be written, most likely because the disk is full; nothing of it is left."""

    def __init__(self, error: BaseException) -> None:
        line = next(iter(str(error).strip().splitlines()), type(error).__name__)[:200]
        super().__init__(f"结果写不下，没有留下任何结果，原有的结果不变。请看磁盘是否满了：{line}")


def is_of_writing(error: BaseException) -> bool:
    """This function tells whether an error of DuckDB or of the system is about a file that cannot be written."""
    text = str(error).lower()
    return "write" in text or "no space" in text or "file too large" in text or "disk" in text


class RuleFailure(Refusal):
    """A rule failed while it was computed; the run stops and leaves nothing."""

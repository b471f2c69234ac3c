"""Where the office's sealed values stand, for the rotation of keys."""

from __future__ import annotations

from shouwang.kit.sealed import Sealed, SealedColumn, SealedFiles

SEALED: tuple[Sealed, ...] = (
    SealedColumn("office_storedfile", "sealed_name", "office_file_name:{path}"),
    SealedColumn("office_channel", "sealed_url", "office_channel:{token}"),
    SealedFiles("office_storedfile", "path", "office_file:{path}"),
    SealedColumn("office_paper", "sealed_name", "office_paper_name:{path}"),
    SealedColumn("office_paper", "sealed_thumb", "office_paper_thumb:{path}"),
    SealedFiles("office_paper", "path", "office_paper:{path}"),
)

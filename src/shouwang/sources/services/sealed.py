"""Where the sources' sealed values stand, for the rotation of keys."""

from __future__ import annotations

from shouwang.kit.sealed import Sealed, SealedColumn

SEALED: tuple[Sealed, ...] = (
    SealedColumn("sources_call", "sealed_phone", "sources_call:{clue_id}"),
    SealedColumn("sources_feedimport", "sealed_file_name", "sources_feedimport_name:{file_token}"),
    SealedColumn("sources_feedrow", "sealed_cells", "sources_feedrow:{feed_import_id}:{sheet_number}:{row_number}"),
    SealedColumn("sources_matchpair", "sealed_subject", "sources_matchpair:{feed_row_id}:{person_id}"),
)

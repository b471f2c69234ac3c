"""Lists photos and PDFs of a case for any page that shows some."""

from __future__ import annotations

from collections.abc import Iterable

from shouwang.casework.contexts import PaperLine
from shouwang.casework.models import Attachment
from shouwang.casework.services.attaching import may_withdraw
from shouwang.office.selectors import papers_by_ids
from shouwang.people.access import Viewer

KB, MB = 1024, 1024 * 1024


def paper_lines(viewer: Viewer, attachments: Iterable[Attachment]) -> list[PaperLine]:
    """This function returns papers as pages list them, in one query more; those out of sight are left out."""
    rows = list(attachments)
    papers = papers_by_ids(row.paper_id for row in rows) if rows else {}
    return [
        PaperLine(
            attachment=row,
            size=_size(papers[row.paper_id].size, papers[row.paper_id].pages),
            is_photo=not papers[row.paper_id].pages,
            may_withdraw=may_withdraw(viewer, row),
        )
        for row in rows
        if row.paper_id in papers
    ]


def _size(size: int, pages: int) -> str:
    text = f"{size / MB:.1f} MB" if size >= MB else f"{max(1, size // KB)} KB"
    return f"PDF，{pages} 页，{text}" if pages else f"照片，{text}"

"""Photos and PDFs of a case: which kinds there may be, which there are, who may see them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from shouwang.casework.errors import AttachmentNotFound
from shouwang.casework.models import Attachment, Case
from shouwang.casework.rules import BROUGHT
from shouwang.casework.selectors.procedures import workflow_for
from shouwang.people.access import Viewer


def paper_kinds(case: Case) -> dict[str, str]:
    """This function returns what papers of a case may be: key → name."""
    return workflow_for(case).papers | {kind.value: kind.label for kind in BROUGHT}


def papers_missing(case: Case, required: Iterable[str]) -> list[str]:
    """This function returns the names of the required kinds of papers that a case has none of."""
    wanted = list(required)
    if not wanted:
        return []
    names, known = paper_kinds(case), kinds_attached(case)
    return [names[kind] for kind in wanted if kind not in known]


def attachments_visible_to(viewer: Viewer) -> QuerySet[Attachment]:
    """This function returns the papers of cases in sight; for departments and insurers, those they brought."""
    standing = Attachment.objects.filter(withdrawn_at__isnull=True)
    if viewer.reads_register:
        return standing.filter(viewer.q())
    return standing.filter(organisation_id=viewer.organisation_id or 0)


def attachment_get(viewer: Viewer, attachment_id: int) -> Attachment:
    """This function returns one paper in sight; raises AttachmentNotFound."""
    found = attachments_visible_to(viewer).filter(pk=attachment_id).first()
    if found is None:
        raise AttachmentNotFound
    return found


def attachments_of_case(viewer: Viewer, case_id: int) -> list[Attachment]:
    """This function returns a case's papers in sight, oldest first."""
    return list(attachments_visible_to(viewer).filter(case_id=case_id).select_related("notice").order_by("pk"))


def kinds_attached(case: Case) -> frozenset[str]:
    """This function returns the kinds of papers a case has, whoever may see them: for stages that require some."""
    rows = Attachment.objects.filter(case=case, withdrawn_at__isnull=True)
    return frozenset(rows.values_list("kind", flat=True))


def attachments_of(viewer: Viewer, *, notice_ids: Iterable[int]) -> dict[int, list[Attachment]]:
    """This function returns the photos of notices in sight by notice, oldest first."""
    found: dict[int, list[Attachment]] = {}
    rows = attachments_visible_to(viewer).filter(notice_id__in=list(notice_ids)).select_related("notice")
    for row in rows.order_by("pk"):
        found.setdefault(row.notice_id or 0, []).append(row)
    return found

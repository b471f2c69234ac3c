"""Reads of progress, files and papers."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from shouwang.office.models import Paper, Progress, StoredFile
from shouwang.people.access import Kind, Viewer


def progress_visible_to(viewer: Viewer) -> QuerySet[Progress]:
    """This function returns the work of the viewer's own organisation, newest first."""
    if viewer.kind is Kind.SYSTEM:
        return Progress.objects.order_by("-pk")
    return Progress.objects.filter(Q(organisation_id=viewer.organisation_id)).order_by("-pk")


def progress_by_id(viewer: Viewer, progress_id: int) -> Progress | None:
    """This function returns one piece of the viewer's organisation's work, or None."""
    return progress_visible_to(viewer).filter(pk=progress_id).first()


def file_belongs_to(viewer: Viewer, file_id: int) -> bool:
    """This function tells whether a stored file is of the viewer's own organisation."""
    return StoredFile.objects.filter(pk=file_id, organisation_id=viewer.organisation_id).exists()


def papers_by_ids(paper_ids: Iterable[int]) -> dict[int, Paper]:
    """This function returns papers the wall of the table lets through, without their thumbnails, by id."""
    return Paper.objects.defer("sealed_thumb").in_bulk(list(paper_ids))

"""Reads of progress, files, papers, messages and their ways out."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from shouwang.office.models import Channel, Delivery, Message, Paper, Progress, StoredFile
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


def messages_to(viewer: Viewer) -> QuerySet[Message]:
    """This function returns the messages to the viewer's organisation and to herself in it, with their deliveries."""
    mine = Q(appointment_id__isnull=True) | Q(appointment_id=viewer.appointment_id)
    found = Message.objects.filter(mine, organisation_id=viewer.organisation_id or 0)
    return found.prefetch_related("deliveries__channel").order_by("-pk")


def channels_under(viewer: Viewer) -> QuerySet[Channel]:
    """This function returns the ways out in use in an administrator's areas."""
    found = Channel.objects.filter(viewer.q(), stopped_at__isnull=True)
    return found.select_related("organisation").order_by("organisation__name", "pk")


def deliveries_under(viewer: Viewer) -> QuerySet[Delivery]:
    """This function returns the deliveries in an administrator's areas, with their log."""
    found = Delivery.objects.filter(viewer.q()).select_related("message", "channel__organisation")
    return found.prefetch_related("log").order_by("-pk")


def keys_told(prefix: str) -> set[str]:
    """This function returns the keys with a prefix that were told already."""
    return set(Message.objects.filter(key__gte=prefix, key__lt=f"{prefix}~").values_list("key", flat=True))

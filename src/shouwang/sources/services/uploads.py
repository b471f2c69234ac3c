"""Taking a department's file in: sealed, then read by the worker; the headings confirmed by the clerk."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from procrastinate.contrib.django import app

from shouwang.audit.services import entry_append
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.seal import keyring
from shouwang.office.services import file_store, progress_plan
from shouwang.people.access import Kind, Viewer
from shouwang.sources.models import Feed, FeedImport
from shouwang.sources.rules.headings import Layout, heading_key
from shouwang.sources.rules.kinds import FeedKind, feed_kind
from shouwang.sources.services.errors import (
    DataDateInFuture,
    DeliveredBefore,
    ImportNotFound,
    ImportStale,
    MappingDoubled,
    MappingIncomplete,
    MayNotDeliver,
    NotAtThisStep,
)

SUBJECT = "sources.FeedImport"
READ_TASK = "sources.feed_read"
RUN_TASK = "sources.feed_import"
UNDO_TASK = "sources.feed_undo"
SCORE_TASK = "sources.pairs_score"
OVER = (FeedImport.State.FAILED, FeedImport.State.UNDONE)


def name_context(token: str) -> str:
    """This function returns the sealing context of an import's file name."""
    return f"sources_feedimport_name:{token}"


def job_defer(task: str, *, import_id: int) -> None:
    """This function puts a step of an import into the queue, in the caller's transaction."""
    app.configure_task(task, queue="long", allow_unknown=False).defer(import_id=import_id)


def import_for_change(viewer: Viewer, import_id: int, *, version: int | None = None) -> FeedImport:
    """This function locks an import of the viewer's organisation; raises ImportNotFound or ImportStale."""
    found = (
        FeedImport.objects.select_for_update(of=("self",))
        .select_related("feed")
        .filter(pk=import_id, organisation_id=viewer.organisation_id or 0)
        .first()
    )
    if found is None:
        raise ImportNotFound
    if version is not None and found.version != version:
        raise ImportStale
    return found


def _feed(viewer: Viewer, kind: FeedKind) -> Feed:
    feed, _ = Feed.objects.get_or_create(
        organisation_id=viewer.organisation_id or 0,
        kind=kind.key,
        defaults={"department": kind.department, "slot": viewer.ranges[0][0]},
    )
    return feed


def feed_upload(
    *,
    viewer: Viewer,
    kind_key: str,
    file_name: str,
    content: bytes,
    data_date: date,
    at: datetime,
    is_queued: bool = True,
    layout: Layout | None = None,
    ranges: Sequence[tuple[int, int]] = (),
) -> FeedImport:
    """This function stores a department's file sealed and hands it to the worker; returns the import.

    Not `is_queued`: the caller carries the steps out herself (command line). `layout`: what every column is, where the
    sender has said so; then no clerk is asked. `ranges` narrow the viewer's areas.

    Raises MayNotDeliver, DataDateInFuture, or DeliveredBefore for a file that is in already.
    """
    kind = feed_kind(kind_key)
    is_of_department = viewer.kind is Kind.DEPARTMENT and viewer.department == kind.department
    if not is_of_department or not viewer.ranges or viewer.organisation_id is None:
        raise MayNotDeliver
    if data_date > at.astimezone(SHANGHAI).date():
        raise DataDateInFuture
    with transaction.atomic():
        feed = Feed.objects.select_for_update().get(pk=_feed(viewer, kind).pk)
        digest = hashlib.sha256(content).hexdigest()
        before = feed.imports.filter(~Q(state__in=OVER), file_digest=digest).first()
        if before is not None:
            raise DeliveredBefore(before.uploaded_at)
        token = secrets.token_hex(16)
        stored = file_store(
            viewer=viewer,
            name=file_name,
            content=content,
            at=at,
            days=settings.UPLOAD_KEEP_DAYS,
            slot=feed.slot,
            purpose=f"部门数据导入：{kind.name}",
        )
        taken = FeedImport.objects.create(
            feed=feed,
            organisation_id=viewer.organisation_id or 0,
            appointment_id=viewer.appointment_id,
            slot=feed.slot,
            ranges=[list(pair) for pair in ranges or viewer.ranges],
            layout=[layout.as_json()] if layout else [],
            file_id=stored.pk,
            file_token=token,
            sealed_file_name=keyring().seal(file_name[-120:], context=name_context(token)),
            file_digest=digest,
            data_date=data_date,
            uploaded_at=at,
            moved_at=at,
        )
        progress = progress_plan(
            viewer=viewer,
            label=f"导入{kind.name}",
            at=at,
            slot=feed.slot,
            href=reverse("sources:feed", args=[taken.pk]),
        )
        taken.progress_id = progress.pk
        taken.save(update_fields=["progress_id"])
        entry_append(
            viewer=viewer, action="feed.upload", subject_type=SUBJECT, subject_id=taken.pk, slot=feed.slot, at=at,
            after={"kind": kind.key, "data_date": data_date, "digest": digest},
        )  # fmt: skip
        if is_queued:
            job_defer(RUN_TASK if layout else READ_TASK, import_id=taken.pk)
    return taken


def file_name_of(taken: FeedImport) -> str:
    """This function returns the name of the delivered file."""
    return keyring().open(bytes(taken.sealed_file_name), context=name_context(taken.file_token))


def mapping_check(layouts: list[Layout], kind: FeedKind) -> None:
    """This function refuses layouts with a doubled field or without a required one."""
    for layout in layouts:
        used = [column.field for column in layout.columns if column.field]
        for name in used:
            if used.count(name) > 1:
                raise MappingDoubled(kind.fields[name].heading)
        missing = layout.missing(kind)
        if missing:
            raise MappingIncomplete(missing)


def mapping_confirm(
    *,
    viewer: Viewer,
    import_id: int,
    version: int,
    fields: Mapping[tuple[int, int], str],
    at: datetime,
    is_queued: bool = True,
) -> FeedImport:
    """This function takes the clerk's corrected headings, remembers them for the feed and lets the import run.

    `fields`: (sheet number, column) → field, '' = not used. Raises MappingIncomplete, MappingDoubled, ImportStale.
    """
    with transaction.atomic():
        taken = import_for_change(viewer, import_id, version=version)
        if taken.state != FeedImport.State.MAPPING:
            raise NotAtThisStep(taken.get_state_display())
        kind = feed_kind(taken.feed.kind)
        layouts = []
        for body in taken.layout:
            layout = Layout.from_json(body)
            own = {column: name for (sheet, column), name in fields.items() if sheet == layout.sheet_number}
            layouts.append(layout.with_fields({c: name for c, name in own.items() if name in kind.fields or not name}))
        mapping_check(layouts, kind)
        taken.layout = [layout.as_json() for layout in layouts]
        taken.state = FeedImport.State.WAITING
        taken.version += 1
        taken.moved_at = at
        taken.save(update_fields=["layout", "state", "version", "moved_at"])
        mapping_remember(taken.feed, layouts)
        entry_append(
            viewer=viewer, action="feed.map", subject_type=SUBJECT, subject_id=taken.pk, slot=taken.slot, at=at,
            after={"columns": {c.heading: c.field for layout in layouts for c in layout.columns}},
        )  # fmt: skip
        if is_queued:
            job_defer(RUN_TASK, import_id=taken.pk)
    return taken


def mapping_remember(feed: Feed, layouts: list[Layout]) -> None:
    """This function keeps what each heading of this department's table means."""
    learned = {heading_key(column.heading): column.field for layout in layouts for column in layout.columns}
    feed.mapping = {**feed.mapping, **learned}
    feed.save(update_fields=["mapping"])

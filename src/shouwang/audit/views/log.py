"""The log as auditors and security officers read it; reading it is logged too."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from shouwang.audit.contexts import EntryRow, LogPage
from shouwang.audit.forms import FilterForm
from shouwang.audit.labels import action_label, subject_label
from shouwang.audit.models import Entry
from shouwang.audit.selectors import entries_about, entries_found
from shouwang.audit.services import entry_append
from shouwang.kit import divisions
from shouwang.people.access import Kind, Role, requires
from shouwang.ui.tables import key_page

readers = requires(Kind.AUDIT, Kind.OPERATOR, roles={Role.AUDITOR, Role.SECURITY})


@require_GET
@readers
def listing(request: HttpRequest) -> HttpResponse:
    """This function shows the log of the reader's areas, newest first, with its filter in the address."""
    viewer = request.viewer  # type: ignore[attr-defined]
    form = FilterForm(request.GET)
    form.is_valid()
    found = key_page(entries_found(viewer, form.wanted()), order=["-pk"], after=request.GET.get("after"))
    return render(request, "audit/log.html", {"page": LogPage(rows=entry_rows(found), page=found, form=form)})


@require_GET
@readers
def subject(request: HttpRequest, subject_type: str, subject_id: int) -> HttpResponse:
    """This function shows who did or looked at what of one person, household, case or account."""
    viewer = request.viewer  # type: ignore[attr-defined]
    rows = entries_about(viewer, subject_type=subject_type, subject_id=subject_id)
    found = key_page(rows, order=["-pk"], after=request.GET.get("after"))
    entry_append(
        viewer=viewer,
        action="audit.read",
        subject_type=subject_type[:60],
        subject_id=subject_id,
        slot=None,
        at=timezone.now(),
    )
    name = f"{subject_label(subject_type)} {subject_id}"
    page = LogPage(rows=entry_rows(found), page=found, form=None, subject=name)
    return render(request, "audit/log.html", {"page": page})


def entry_rows(entries: Iterable[Entry]) -> list[EntryRow]:
    """This function puts entries into words."""
    return [
        EntryRow(
            number=entry.pk,
            at=entry.at,
            actor=entry.actor,
            action=action_label(entry.action),
            subject=f"{subject_label(entry.subject_type)} {entry.subject_id}" if entry.subject_id else "",
            subject_href=reverse("audit:subject", args=[entry.subject_type, entry.subject_id])
            if entry.subject_id and entry.subject_type
            else "",
            place=_place(entry.slot),
            purpose=entry.purpose,
            changes=_changes(entry.before, entry.after),
        )
        for entry in entries
    ]


def _place(slot: int | None) -> str:
    if slot is None:
        return ""
    table = divisions.load()
    return "".join(table.name(code) for code in (*divisions.ancestors(slot), slot)[2:]) or table.full_name(slot)


def _changes(before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[tuple[str, str]]:
    parts = []
    for label, values in (("原来", before), ("之后", after)):
        if values:
            parts.append((label, json.dumps(values, ensure_ascii=False, sort_keys=True)))
    return parts

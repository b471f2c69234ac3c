"""The headings of a delivered table as recognised, for the clerk to correct."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.people.access import Kind, Viewer, requires
from shouwang.sources.contexts import HeadingRowShown, HeadingsPage
from shouwang.sources.forms import HeadingsForm
from shouwang.sources.models import FeedImport
from shouwang.sources.rules.headings import Layout
from shouwang.sources.rules.kinds import feed_kind
from shouwang.sources.selectors.feeds import import_get
from shouwang.sources.services.errors import MappingDoubled, MappingIncomplete
from shouwang.sources.services.uploads import mapping_confirm
from shouwang.sources.views.absence import absent_as_404
from shouwang.sources.views.feeds import CLERKS
from shouwang.sources.views.lines import import_lines


@require_http_methods(["GET", "POST"])
@requires(Kind.DEPARTMENT, roles=CLERKS)
def headings(request: HttpRequest, import_id: int) -> HttpResponse:
    """This function shows what each column was taken for, and lets the import run once that is right."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    with absent_as_404():
        taken = import_get(viewer, import_id)
    if request.method == "GET" and taken.state != FeedImport.State.MAPPING:
        return redirect("sources:feed", taken.pk)
    kind, layouts = feed_kind(taken.feed.kind), [Layout.from_json(body) for body in taken.layout]
    form = HeadingsForm(
        request.POST if request.method == "POST" else None,
        kind=kind,
        layouts=layouts,
        initial={"version": taken.version},
    )
    if request.method == "POST" and form.is_valid():
        try:
            mapping_confirm(
                viewer=viewer,
                import_id=taken.pk,
                version=form.cleaned_data["version"],
                fields=form.meanings(),
                at=timezone.now(),
            )
            return redirect("sources:feed", taken.pk)
        except (MappingIncomplete, MappingDoubled) as refusal:
            form.add_error(None, refusal.message)
    sheets = [
        (
            layout,
            [
                HeadingRowShown(column, form[form.name_of(layout.sheet_number, column.index)], bool(column.field))
                for column in layout.columns
            ],
        )
        for layout in layouts
    ]
    missing = sorted({heading for layout in layouts for heading in layout.missing(kind)})
    page = HeadingsPage(import_lines([taken])[0], kind, form, sheets, missing)
    return render(request, "sources/headings.html", {"page": page}, status=422 if form.is_bound else 200)

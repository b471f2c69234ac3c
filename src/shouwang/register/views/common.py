"""What the register's pages share: who may, absence, and the way a form becomes a change."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Role, StaleWrite, Viewer
from shouwang.register import errors
from shouwang.register.contexts import FormContext
from shouwang.register.selectors import PersonHit, hits_of, household_search, person_row
from shouwang.ui.pages import Difference, stale_page

ABSENT = (
    errors.HouseholdNotFound, errors.PersonNotFound, errors.RowNotFound, errors.ImportNotFound, errors.ConflictNotFound,
    errors.FindingNotFound, errors.MergeNotFound, errors.FactUnknown,
)  # fmt: skip
READERS = (
    Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT,
)  # fmt: skip
OBJECTORS = tuple(kind for kind in READERS if kind is not Kind.AUDIT)
EDITORS = (Kind.TOWNSHIP, Kind.COUNTY_CENTRE)
DECIDERS = (Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.CITY_CENTRE, Kind.PROVINCE)
WORKERS = frozenset({Role.OFFICER, Role.CLERK, Role.LEADER, Role.SUPERVISOR})


def viewer_of(request: HttpRequest) -> Viewer:
    """This function returns who acts in this request."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def absent_as_404(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """This function turns the refusal of what cannot be seen into a page that does not exist."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except ABSENT as refusal:
            raise Http404 from refusal

    return guarded


def change(
    request: HttpRequest, form: Any, act: Callable[[], HttpResponse], *, back: str, field: str | None = None
) -> HttpResponse | None:
    """This function carries a form's change out; a refusal stands in the form (None), a stale write gets its page."""
    try:
        with transaction.atomic():
            return act()
    except ABSENT as refusal:
        raise Http404 from refusal
    except StaleWrite as stale:
        mine = [Difference(bound.label, "", bound.value()) for bound in form if bound.value() and not bound.is_hidden]
        return stale_page(request, error=stale, rows=mine, back=back)
    except Refusal as refusal:
        form.add_error(field, refusal.message)
        return None


def form_page(request: HttpRequest, page: FormContext) -> HttpResponse:
    """This function draws a page that is one form; 422 when something has to be mended."""
    is_wrong = page.form.is_bound and (page.form.errors or (page.formset is not None and page.formset.errors))
    return render(request, "register/form.html", {"page": page}, status=422 if is_wrong else 200)


def posted(request: HttpRequest) -> Any:
    """This function returns what was posted, None for a page that is only opened."""
    return request.POST if request.method == "POST" else None


def version_of(request: HttpRequest, current: int, name: str = "version") -> int:
    """This function returns the version the reader saw: the one posted, or the current one on opening."""
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() else current


def person_hit(viewer: Viewer, person_id: int, on: Any) -> PersonHit:
    """This function returns a person of the viewer's with her household; raises PersonNotFound."""
    person_row(viewer, person_id)
    return hits_of([person_id], on=on)[person_id]


def household_named(viewer: Viewer, text: str) -> int:
    """This function returns the one household that a number or head's name means; raises a Refusal otherwise."""
    found = household_search(viewer, text).rows
    exact = [card for card in found if text in (card.number, card.head_name)] or list(found)
    if len(exact) == 1:
        return exact[0].id
    if not exact:
        raise HouseholdUnclear("没有找到这一户，请核对户编号或户主姓名。")
    named = "；".join(f"{card.head_name}（{card.place}，户编号 {card.number or '未编'}）" for card in exact[:5])
    raise HouseholdUnclear(f"有几户都对得上，请写户编号：{named}。")


class HouseholdUnclear(Refusal):
    """The text means no household, or several."""

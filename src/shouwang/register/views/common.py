"""What the register's pages share: who may, absence, the way a form becomes a change, what waits where."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from shouwang.kit.errors import Refusal
from shouwang.kit.texts import has_personal_number, squeezed
from shouwang.people.access import READS_REGISTER, Kind, Role, StaleWrite, Viewer
from shouwang.register import errors
from shouwang.register.contexts import FormContext, Tab
from shouwang.register.selectors import (
    PersonHit,
    conflicts_waiting,
    findings_open,
    hits_of,
    household_get,
    household_search,
    objections_open,
    person_row,
)
from shouwang.ui.pages import Difference, stale_page

ABSENT = (
    errors.HouseholdNotFound, errors.PersonNotFound, errors.RowNotFound, errors.ImportNotFound, errors.ConflictNotFound,
    errors.FindingNotFound, errors.MergeNotFound, errors.FactUnknown,
)  # fmt: skip
READERS = (*sorted(READS_REGISTER - {Kind.SYSTEM}),)
EDITORS = (Kind.TOWNSHIP, Kind.COUNTY_CENTRE)
OBJECTORS = (Kind.VILLAGE, *EDITORS)
DECIDERS = (*EDITORS, Kind.CITY_CENTRE, Kind.PROVINCE)
WORKERS = frozenset({Role.OFFICER, Role.CLERK, Role.LEADER})
DECIDING = WORKERS | {Role.SUPERVISOR}
_LONG_NUMBER = re.compile(r"[\d*-]{7,}[Xx]?")


def viewer_of(request: HttpRequest) -> Viewer:
    """This function returns who acts in this request."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def may_edit(viewer: Viewer) -> bool:
    """This function tells whether a viewer is offered changes of the register."""
    return viewer.kind in EDITORS and viewer.role in WORKERS


def may_object(viewer: Viewer) -> bool:
    """This function tells whether a viewer is offered objections."""
    return viewer.kind in OBJECTORS and viewer.role in WORKERS


def may_decide(viewer: Viewer) -> bool:
    """This function tells whether a viewer decides pairs of persons and doubles."""
    return viewer.kind in DECIDERS and viewer.role in DECIDING


def stays_out_of_addresses(text: str) -> bool:
    """This function tells whether a text may name somebody by a number: an ID, a phone, part of one."""
    return has_personal_number(text) or bool(_LONG_NUMBER.search(squeezed(text)))


def key_of(text: str) -> int | None:
    """This function reads the key that a page begins behind."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def villages_url(*, anywhere: bool = False) -> str:
    """This function returns where a picker searches villages: those in sight, or the whole country's."""
    return reverse("register:villages") if anywhere else f"{reverse('people:areas_search')}?level=5"


def tabs_of(viewer: Viewer, current: str) -> list[Tab]:
    """This function returns the parts of the register that a viewer has, with how much waits in each."""
    tabs = [Tab("查户查人", reverse("register:search"), current == "search")]
    if viewer.kind is not Kind.VILLAGE:
        findings, objections = findings_open(viewer).order_by().count(), objections_open(viewer).order_by().count()
        tabs.append(Tab("登记要核对", reverse("register:findings"), current == "findings", findings))
        tabs.append(Tab("异议", reverse("register:objections"), current == "objections", objections))
    if may_decide(viewer):
        tabs.append(
            Tab(
                "两地登记的人", reverse("register:conflicts"), current == "conflicts", conflicts_waiting(viewer).count()
            )
        )
    if may_edit(viewer):
        tabs.append(Tab("导入", reverse("register:imports"), current == "imports"))
    return tabs


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
    request: HttpRequest,
    form: Any,
    act: Callable[[], HttpResponse],
    *,
    back: str,
    now: Sequence[tuple[str, Any, Any]] = (),
    beside: Mapping[type[Refusal], str] | None = None,
) -> HttpResponse | None:
    """This function carries a form's change out; a stale write gets its page.

    A refusal stands beside its field (`beside`: refusal → field), else above the form, and None comes back. `now` says
    what stands there today beside what was typed: (label, there, typed).
    """
    try:
        with transaction.atomic():
            return act()
    except ABSENT as refusal:
        raise Http404 from refusal
    except StaleWrite as stale:
        typed = [Difference(bound.label, "", _shown(bound)) for bound in form if bound.value() and not bound.is_hidden]
        rows = [Difference(*row) for row in now] + [row for row in typed if row.label not in {each[0] for each in now}]
        return stale_page(request, error=stale, rows=rows, back=back)
    except Refusal as refusal:
        field = next((name for kind, name in (beside or {}).items() if isinstance(refusal, kind)), None)
        form.add_error(field if field in form.fields else None, str(refusal))
        return None


def _shown(bound: Any) -> Any:
    """This function returns what was typed into a field in words."""
    choices = dict(getattr(bound.field, "choices", ()))
    value = bound.value()
    if isinstance(value, list):
        return "、".join(str(choices.get(part, part)) for part in value)
    return choices.get(value, value)


def form_page(request: HttpRequest, page: FormContext) -> HttpResponse:
    """This function draws a page that is one form; 422 when something has to be mended."""
    is_wrong = page.form.is_bound and page.form.errors
    return render(request, "register/form.html", {"page": page}, status=422 if is_wrong else 200)


def posted(request: HttpRequest) -> Any:
    """This function returns what was posted, None for a page that is only opened."""
    return request.POST if request.method == "POST" else None


def version_of(request: HttpRequest, current: int, name: str = "version") -> int:
    """This function returns the version the reader saw: the one posted, or the current one on opening."""
    if request.method != "POST":
        return current
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def person_hit(viewer: Viewer, person_id: int, on: Any) -> PersonHit:
    """This function returns a person of the viewer's with her household; raises PersonNotFound."""
    if not viewer.reads_register:
        raise errors.PersonNotFound
    person_row(viewer, person_id)
    found = hits_of([person_id], on=on)
    if person_id not in found:
        raise errors.PersonNotFound
    return found[person_id]


def household_named(viewer: Viewer, text: str) -> int:
    """This function returns the one household that a number or a member's name means; raises a Refusal otherwise."""
    found = [card for card in household_search(viewer, text).rows if card.ended_on is None]
    exact = [card for card in found if text in (card.number, card.head_name)] or found
    if len(exact) == 1:
        return exact[0].id
    if not exact:
        raise HouseholdUnclear("没有找到这一户，请核对户编号或户主姓名。")
    named = "；".join(f"{card.head_name}（{card.place}，户编号 {card.number or '未编'}）" for card in exact[:5])
    raise HouseholdUnclear(f"有几户都对得上，请写户编号或户里一个人的身份证号：{named}。")


def household_lead(viewer: Viewer, household_id: int) -> str:
    """This function returns the line under the title of a page about a household."""
    card = household_get(viewer, household_id)
    return f"{card.head_name}家 · {card.place}"


class HouseholdUnclear(Refusal):
    """The text means no household, or several."""

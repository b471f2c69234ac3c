"""Notices that hang now, by village, names masked; and the objection to one of them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.people.selectors import AreaRow
from shouwang.public.contexts import NoticesPage, ObjectPage, PlacePage
from shouwang.public.forms import ObjectionForm
from shouwang.public.pages import address_of, public_page
from shouwang.public.selectors.notices import notices_hanging
from shouwang.public.selectors.places import place_step, village_served
from shouwang.public.selectors.policy import matter_due, matter_for
from shouwang.public.services.petitions import objection_lodge


def _village(code: str) -> AreaRow:
    village = village_served(code)
    if village is None:
        raise Http404
    return village


@require_GET
@public_page
def notices_place(request: HttpRequest) -> HttpResponse:
    """This function asks whose notices are to be read, one step a page."""
    step = place_step(request.GET.get("in", "")[:12])
    if step is None:
        raise Http404
    if step.reached is not None:
        return redirect("public:notices", step.reached.code)
    return render(request, "public/place.html", {"page": PlacePage(step, "看公示")})


@require_GET
@public_page
def notices(request: HttpRequest, code: str) -> HttpResponse:
    """This function shows the notices that hang in a village today."""
    village, today = _village(code), timezone.localdate()
    found = notices_hanging(lo=village.lo, hi=village.hi, on=today)
    page = NoticesPage(village, found, matter_for(village.lo, "objection", on=today) is not None)
    return render(request, "public/notices.html", {"page": page})


@require_http_methods(["GET", "POST"])
@public_page
def objection(request: HttpRequest, code: str, notice_id: int) -> HttpResponse:
    """This function takes an objection to a notice that hangs."""
    village, today = _village(code), timezone.localdate()
    hanging = {notice.id: notice for notice in notices_hanging(lo=village.lo, hi=village.hi, on=today)}
    stated = matter_for(village.lo, "objection", on=today)
    if notice_id not in hanging or stated is None:
        raise Http404
    form = ObjectionForm(request.POST if request.method == "POST" else None, may_be_unnamed=stated.value.unnamed)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        objection_lodge(notice_id=notice_id, slot=village.lo, said_by=said["said_by"], text=said["text"],
                        address=address_of(request), at=timezone.now())  # fmt: skip
        due = matter_due(stated, today)
        return render(request, "public/lodged.html", {"what": "意见", "due_on": due.day if due else None})
    page = ObjectPage(village, hanging[notice_id], form)
    return render(request, "public/object.html", {"page": page}, status=422 if form.is_bound else 200)

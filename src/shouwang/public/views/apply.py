"""我要申请: choose the village step by step, fill the form, get the receipt; works without JavaScript and cookies."""

from __future__ import annotations

import secrets

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.kit.errors import Refusal
from shouwang.people.selectors import AreaRow
from shouwang.public.contexts import AppliedPage, ApplyPage, PlacePage
from shouwang.public.forms import ApplicationForm
from shouwang.public.pages import address_of, public_page
from shouwang.public.rules.receipts import receipt_grouped
from shouwang.public.selectors.places import place_step, village_served
from shouwang.public.selectors.policy import matter_due, matter_for
from shouwang.public.services.applying import Contact, FormStale, Wish, application_send
from shouwang.public.services.limits import TooOften
from shouwang.sources.rules.report import ReportRefusal
from shouwang.sources.selectors.reporting import causes_offered

NEAREST = "找不到您的村？选最近的村，在“家住村里哪一块”里写清楚。"


@require_GET
@public_page
def home(request: HttpRequest) -> HttpResponse:
    """This function shows the four things that anybody may do."""
    return render(request, "public/home.html")


@require_GET
@public_page
def place(request: HttpRequest) -> HttpResponse:
    """This function asks for the village, one step a page."""
    step = place_step(request.GET.get("in", "")[:12])
    if step is None:
        raise Http404
    if step.reached is not None:
        return redirect("public:apply_form", step.reached.code)
    return render(request, "public/place.html", {"page": PlacePage(step, "我要申请", hint=NEAREST)})


@require_http_methods(["GET", "POST"])
@public_page
def apply_form(request: HttpRequest, code: str) -> HttpResponse:
    """This function takes an application for a household of a village."""
    village = village_served(code)
    if village is None:
        raise Http404
    today = timezone.localdate()
    form = ApplicationForm(
        request.POST if request.method == "POST" else None,
        causes=causes_offered(slot=village.lo, on=today),
        today=today,
        initial={"key": secrets.token_hex(16)},
    )
    if form.is_bound and form.is_valid():
        return _send(request, village, form)
    return render(
        request, "public/apply.html", {"page": ApplyPage(village, form)}, status=422 if form.is_bound else 200
    )


def _send(request: HttpRequest, village: AreaRow, form: ApplicationForm) -> HttpResponse:
    said = form.cleaned_data
    contact = Contact(said["name"], said["resident_id"], said["phone"], said["home"], said.get("applicant", ""))
    wish = Wish(village.lo, said["by"], said["cause"], said.get("cause_note", ""), said["occurred_on"],
                said["summary"], said["self_paid"], contact)  # fmt: skip
    try:
        receipt = application_send(
            wish=wish, key=said["key"], pin=said["pin"], address=address_of(request), at=timezone.now()
        )
    except (TooOften, FormStale):
        raise
    except Refusal as refusal:
        field = refusal.field if isinstance(refusal, ReportRefusal) else None
        form.add_error(field if field in form.fields else None, refusal.message)
        return render(request, "public/apply.html", {"page": ApplyPage(village, form)}, status=422)
    today = timezone.localdate()
    due = matter_due(matter_for(village.lo, "application", on=today), today)
    page = AppliedPage(receipt_grouped(receipt), village, bool(said["pin"]), due.day if due else None)
    return render(request, "public/applied.html", {"page": page})

"""The officer's side of a receipt: who applied and whom to call; a new PIN shown once."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.audit.services import entry_append
from shouwang.casework.selectors import case_get
from shouwang.kit.masks import phone_mask, resident_id_mask
from shouwang.people.access import Viewer, requires
from shouwang.public.contexts import ApplicationPage, HandPage
from shouwang.public.forms import HandForm, PurposeForm
from shouwang.public.rules.receipts import receipt_grouped
from shouwang.public.services.collecting import contact_of
from shouwang.public.services.handing import (
    HANDERS,
    HANDING_ROLES,
    IdentityUnchecked,
    ReceiptMissing,
    application_get,
    receipt_hand_over,
)
from shouwang.register.selectors import household_card, places_of

NONE = "没有写"


@require_http_methods(["GET", "POST"])
@requires(*HANDERS, roles=HANDING_ROLES)
def application(request: HttpRequest, clue_id: int) -> HttpResponse:
    """This function shows an application to who looks into it; numbers in full only with a purpose, which is logged."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = application_get(viewer, clue_id=clue_id)
    contact = contact_of(found)
    form = PurposeForm(request.POST if request.method == "POST" else None)
    is_open = form.is_bound and form.is_valid()
    if is_open:
        entry_append(
            viewer=viewer, action="application.show", subject_type="public.Application", subject_id=found.pk,
            slot=found.slot, at=timezone.now(), purpose=form.cleaned_data["purpose"],
        )  # fmt: skip
    facts = [
        ("有困难的人", contact.name),
        ("谁来申请的", found.get_by_display() + (f"，填表人 {contact.applicant}" if contact.applicant else "")),
        ("身份证号", (contact.resident_id if is_open else resident_id_mask(contact.resident_id)) or NONE),
        ("电话", (contact.phone if is_open else phone_mask(contact.phone)) or NONE),
        ("家住哪里", contact.home or NONE),
    ]
    page = ApplicationPage(
        clue_id, places_of({found.slot})[found.slot], facts, found.summary, found.withdrawn_at, is_open, form
    )
    status = 422 if form.is_bound and not is_open else 200
    return render(request, "public/application.html", {"page": page}, status=status)


@require_http_methods(["GET", "POST"])
@requires(*HANDERS, roles=HANDING_ROLES)
def hand_case(request: HttpRequest, case_id: int) -> HttpResponse:
    """This function hands receipt and PIN of a case over to its household."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    case = case_get(viewer, case_id)
    subject = f"{household_card(viewer, case.household_id).head_name}家，案件号 {case_id}"
    return _handed(request, subject, reverse("casework:case", args=[case_id]), case_id=case_id)


@require_http_methods(["GET", "POST"])
@requires(*HANDERS, roles=HANDING_ROLES)
def hand_application(request: HttpRequest, clue_id: int) -> HttpResponse:
    """This function hands receipt and PIN of an application over."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = application_get(viewer, clue_id=clue_id)
    back = reverse("public:application", args=[clue_id])
    return _handed(request, f"{contact_of(found).name}，自主申请", back, clue_id=clue_id)


def _handed(
    request: HttpRequest, subject: str, back: str, *, case_id: int | None = None, clue_id: int | None = None
) -> HttpResponse:
    form, now = HandForm(request.POST if request.method == "POST" else None), timezone.now()
    if not form.is_bound or not form.is_valid():
        page = HandPage(subject, back, form)
        return render(request, "public/hand.html", {"page": page}, status=422 if form.is_bound else 200)
    try:
        handed = receipt_hand_over(
            viewer=request.viewer, at=now, seen=form.cleaned_data["seen"],  # type: ignore[attr-defined]
            with_receipt=form.cleaned_data["what"] == "both", case_id=case_id, clue_id=clue_id,
        )  # fmt: skip
    except (IdentityUnchecked, ReceiptMissing) as refusal:
        form.add_error(refusal.field, refusal.message)
        return render(request, "public/hand.html", {"page": HandPage(subject, back, form)}, status=422)
    shown = receipt_grouped(handed.receipt) if handed.receipt else ""
    page = HandPage(subject, back, None, shown, f"{handed.pin[:3]} {handed.pin[3:]}", now)
    return render(request, "public/hand.html", {"page": page})

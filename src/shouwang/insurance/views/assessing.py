"""The loss by item and what others paid; the amount follows from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.insurance.contexts import AssessPage
from shouwang.insurance.errors import ItemsMissing, LossOverEvidence, ReceiptUsed
from shouwang.insurance.forms import ItemFormSet, OffsetsForm
from shouwang.insurance.models import Claim
from shouwang.insurance.selectors import claim_get, paid_by_others
from shouwang.insurance.services import claim_assess, may_step
from shouwang.insurance.views.common import ROLES, WORKING, viewer_of
from shouwang.kit.errors import Refusal
from shouwang.kit.money import yuan_plain
from shouwang.people.access import requires
from shouwang.ui.forms import version_posted


@require_http_methods(["GET", "POST"])
@requires(*WORKING, roles=ROLES)
def assess(request: HttpRequest, claim_id: int) -> HttpResponse:
    """This function takes the loss by item and computes the amount."""
    viewer = viewer_of(request)
    claim = claim_get(viewer, claim_id)
    if request.method == "GET" and not may_step(viewer, claim, "assess"):
        raise Http404
    posted = request.POST if request.method == "POST" else None
    formset = ItemFormSet(posted, prefix="items", initial=_items(claim))
    offsets = OffsetsForm(posted, initial={kind: yuan_plain(fen) for kind, fen in claim.offsets.items()})
    faults: list[tuple[str, str]] = []
    if request.method == "POST":
        if formset.is_valid() and offsets.is_valid():
            lines = [(number, form) for number, form in enumerate(formset, 1) if form.cleaned_data.get("name")]
            items = [form.item() for _, form in lines]
            try:
                claim_assess(
                    viewer=viewer, claim_id=claim_id, version=version_posted(request), items=items,
                    offsets=offsets.offsets(), at=timezone.now(),
                )  # fmt: skip
            except (LossOverEvidence, ReceiptUsed) as refusal:
                # Counted as the page counts them, lines left empty included.
                number, form = lines[(refusal.row or 1) - 1]
                said = f"第 {number} 项{'的' if isinstance(refusal, ReceiptUsed) else ''}{refusal.about}"
                form.add_error(refusal.field, said)
                faults = [(said, form[refusal.field].id_for_label)]
            except ItemsMissing as refusal:
                for form in formset.forms[:1]:
                    form.add_error("name", refusal.message)
                faults = [(refusal.message, formset.forms[0]["name"].id_for_label if formset.forms else "")]
            except Refusal as refusal:
                faults = [(refusal.message, "")]
            else:
                return redirect("insurance:claim", claim_id)
        else:
            faults = list(_faults(formset, offsets))
    page = AssessPage(claim, formset, offsets, paid_by_others(viewer, claim), faults)
    return render(request, "insurance/assess.html", {"page": page}, status=422 if faults else 200)


def _faults(formset: Any, offsets: OffsetsForm) -> Iterator[tuple[str, str]]:
    """This function yields what was typed wrongly, each with the field to go to."""
    for text in formset.non_form_errors():
        yield str(text), ""
    for number, form in enumerate(formset, start=1):
        for name, texts in form.errors.items():
            yield f"第 {number} 项{form[name].label}：{texts[0]}", form[name].id_for_label
    for name, texts in offsets.errors.items():
        yield f"{offsets[name].label}：{texts[0]}", offsets[name].id_for_label


def _items(claim: Claim) -> list[dict[str, Any]]:
    return [
        {"name": item.name, "receipt": item.receipt, "evidence": yuan_plain(item.evidence_fen), "note": item.note,
         "claimed": yuan_plain(item.claimed_fen), "assessed": yuan_plain(item.assessed_fen)}
        for item in claim.items.order_by("pk")
    ]  # fmt: skip

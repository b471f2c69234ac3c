"""查进度: the stage by receipt; with the PIN what was decided, what is needed, appeal and withdrawal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from shouwang.assistance.services import measure_confirm_online
from shouwang.people.access import acting_as
from shouwang.public.contexts import OpenedPage, StatusPage, Told
from shouwang.public.forms import ArrivedForm, ReceiptForm, WordsForm
from shouwang.public.models import Petition
from shouwang.public.pages import address_of, public_page
from shouwang.public.rules.receipts import receipt_grouped
from shouwang.public.rules.stages import stage_words
from shouwang.public.selectors.helped import Helped, helped_of
from shouwang.public.selectors.opened import course_of
from shouwang.public.services.opening import Opened, PassGone, pass_make, pass_open, receipt_open, stage_of
from shouwang.public.services.petitions import appeal_lodge, case_of, may_appeal, may_withdraw, withdrawal_lodge

# One sentence whether the receipt is unknown, has no PIN, or the PIN is wrong.
NOT_OPENED = "回执号和密码对不上。请核对；没有密码或忘了密码，请带身份证找村干部发一个。"
NOT_FOUND = "没有查到这个回执号，请对照回执核对。"
ASKS = {"appeal": "为什么不同意", "withdraw": "为什么撤回"}


@require_http_methods(["GET", "POST"])
@public_page
def status(request: HttpRequest) -> HttpResponse:
    """This function shows where the matter of a receipt stands, and more with its PIN."""
    form = ReceiptForm(request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        page = StatusPage(form)
        return render(request, "public/status.html", {"page": page}, status=422 if form.is_bound else 200)
    receipt, pin = form.cleaned_data["receipt"], form.cleaned_data["pin"]
    address, now = address_of(request), timezone.now()
    shown = receipt_grouped(receipt)
    if pin:
        opened = receipt_open(receipt=receipt, pin=pin, address=address, at=now)
        if opened is not None:
            return opened_page(request, opened, at=now)
        return render(request, "public/status.html", {"page": StatusPage(form, shown, problem=NOT_OPENED)})
    stage = stage_of(receipt=receipt, address=address, at=now)
    if stage is None:
        return render(request, "public/status.html", {"page": StatusPage(form, shown, problem=NOT_FOUND)})
    word, sentence = stage_words(stage)
    return render(request, "public/status.html", {"page": StatusPage(ReceiptForm(), shown, word, sentence)})


def opened_page(
    request: HttpRequest,
    opened: Opened,
    *,
    at: datetime,
    appeal: WordsForm | None = None,
    withdrawal: WordsForm | None = None,
    arrived: ArrivedForm | None = None,
) -> HttpResponse:
    """This function shows what a receipt with its PIN opens; a form with errors comes back with what was typed."""
    stage, case = opened.stage, case_of(opened)
    course = course_of(
        viewer=opened.viewer, receipt_id=opened.receipt_id, case=case, stage=stage, is_given=opened.is_given
    )
    word, sentence = stage_words(stage)
    carried = pass_make(opened)
    page = OpenedPage(
        word=course.end or word,
        sentence="" if course.end else sentence,
        next_on=course.next_on,
        is_late=course.next_on is not None and course.next_on < timezone.localdate(at),
        needed=course.needed,
        told=[Told(*line) for line in course.told],
        asked=[Told(*line) for line in course.asked],
        opened=carried,
        has_statement=opened.is_given and opened.case_id is not None,
        appeal=appeal or (_words("appeal", carried) if may_appeal(opened, case, at=at) else None),
        withdrawal=withdrawal or (_words("withdraw", carried) if may_withdraw(opened, case, at=at) else None),
        helped=[
            (one, arrived if arrived is not None and arrived.measure_id == one.measure_id else _arrived(one, carried))
            for one in helped_of(viewer=opened.viewer, case_id=opened.case_id, is_given=opened.is_given)
        ],
    )
    is_wrong = any(form is not None for form in (appeal, withdrawal, arrived))
    return render(request, "public/opened.html", {"page": page}, status=422 if is_wrong else 200)


def _words(prefix: str, carried: str) -> WordsForm:
    return WordsForm(initial={"opened": carried}, auto_id=f"{prefix}_%s", asks=ASKS[prefix])


def _arrived(one: Helped, carried: str) -> ArrivedForm:
    first = {"opened": carried, "measure": one.measure_id}
    return ArrivedForm(initial=first, auto_id=f"arrived_{one.measure_id}_%s")


@require_POST
@public_page
def arrived(request: HttpRequest) -> HttpResponse:
    """This function takes what a household says about help that was delivered, from the page that the PIN opened."""
    form = ArrivedForm(request.POST)
    form.full_clean()
    if "opened" not in form.cleaned_data:
        raise PassGone
    opened, now = pass_open(form.cleaned_data["opened"]), timezone.now()
    if not opened.is_given or opened.case_id is None or "measure" not in form.cleaned_data:
        raise PassGone
    if form.is_valid():
        said = form.cleaned_data
        with acting_as(opened.viewer):
            measure_confirm_online(
                viewer=opened.viewer, measure_id=said["measure"], case_id=opened.case_id,
                is_received=said["received"] == "yes", note=said["note"] or "", at=now,
            )  # fmt: skip
        return opened_page(request, opened, at=now)
    form.auto_id = f"arrived_{form.measure_id}_%s"
    return opened_page(request, opened, at=now, arrived=form)


@require_POST
@public_page
def appeal(request: HttpRequest) -> HttpResponse:
    """This function takes an appeal from the page that the PIN opened."""
    return _lodged(request, "appeal", appeal_lodge)


@require_POST
@public_page
def withdraw(request: HttpRequest) -> HttpResponse:
    """This function takes the wish to withdraw from the page that the PIN opened."""
    return _lodged(request, "withdraw", withdrawal_lodge)


def _lodged(request: HttpRequest, kind: str, lodge: Callable[..., Petition]) -> HttpResponse:
    form = WordsForm(request.POST, auto_id=f"{kind}_%s", asks=ASKS[kind])
    form.full_clean()
    if "opened" not in form.cleaned_data:
        raise PassGone
    opened, now = pass_open(form.cleaned_data["opened"]), timezone.now()
    if not form.is_valid():
        is_appeal = kind == "appeal"
        return opened_page(
            request, opened, at=now, appeal=form if is_appeal else None, withdrawal=None if is_appeal else form
        )
    petition = lodge(opened=opened, text=form.cleaned_data["text"], at=now)
    told = {"what": petition.get_kind_display(), "due_on": petition.due_on, "is_told_here": True}
    return render(request, "public/lodged.html", told)

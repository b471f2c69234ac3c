"""Pledges of social aid: listed, taken down, matched with needs, allotted, received, ended, thanked for."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shouwang.assistance.contexts.giving import (
    MatchLine,
    NeedLine,
    PledgeFormPage,
    PledgeLine,
    PledgePage,
    PledgesPage,
)
from shouwang.assistance.forms.giving import AllotForm, PledgeForm, ReceiveForm, WhyForm
from shouwang.assistance.models import Pledge
from shouwang.assistance.rules.giving import KEEPERS, amount_text, may_keep_pledges
from shouwang.assistance.selectors.giving import (
    allotments_denied,
    allotments_out,
    allotments_unasked,
    allotments_visible_to,
    giving_policy,
    matches_of,
    needs_open,
    pledge_get,
    pledges_visible_to,
    thanks_get,
    thanks_late,
    unthanked,
)
from shouwang.assistance.services import (
    allotment_make,
    pledge_close,
    pledge_make,
    pledge_receive,
    thanks_make,
    thanks_print,
)
from shouwang.assistance.views.allotments import allotment_lines
from shouwang.assistance.views.common import READERS, viewer_of
from shouwang.kit.errors import Refusal
from shouwang.kit.money import yuan_plain
from shouwang.people.access import Kind, Viewer, requires
from shouwang.people.selectors import areas_by_lo, areas_visible_to, top_area
from shouwang.register.selectors import household_cards
from shouwang.ui.files import PDF, file_answer
from shouwang.ui.forms import key_read, refusal_add, version_posted
from shouwang.ui.tables import key_page

COUNTY = 10**6
ALLOTTED = 100


def pledge_line(pledge: Pledge, places: dict[int, str]) -> PledgeLine:
    """This function returns a pledge as lists show it."""
    today = timezone.localdate()
    is_over = pledge.closed_at is not None or (pledge.expires_on is not None and pledge.expires_on < today)
    return PledgeLine(pledge, places.get(pledge.slot, f"{pledge.slot:012d}"), is_over)


@require_GET
@requires(*READERS)
def pledges(request: HttpRequest) -> HttpResponse:
    """This function lists the pledges of the viewer's areas and says what waits."""
    viewer, today = viewer_of(request), timezone.localdate()
    found = key_page(pledges_visible_to(viewer), order=("-pk",), after=request.GET.get("after"))
    places = areas_by_lo({pledge.slot for pledge in found.rows})
    slot = viewer.ranges[0][0] if viewer.ranges else 0
    area = top_area(viewer)
    page = PledgesPage(
        [pledge_line(pledge, places) for pledge in found.rows],
        found,
        may_keep_pledges(viewer),
        needs_open(viewer).count(),
        allotments_out(viewer).count(),
        allotments_unasked(viewer).count(),
        allotments_denied(viewer).count(),
        unthanked(viewer).count(),
        thanks_late(viewer, slot, today).count(),
        reverse("assistance:given", args=[f"{slot // COUNTY * COUNTY:012d}"]) if area and area.level >= 3 else "",
    )
    return render(request, "assistance/pledges.html", {"page": page})


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def pledge_new(request: HttpRequest) -> HttpResponse:
    """This function takes a pledge down."""
    viewer, today = viewer_of(request), timezone.localdate()
    policy = giving_policy(viewer.ranges[0][0], today)
    areas = areas_visible_to(viewer).filter(level__gte=3).order_by("level", "lo").values_list("lo", "level", "name")
    names = {lo: name for lo, level, name in areas if level == 4}
    form = PledgeForm(
        request.POST if request.method == "POST" else None,
        givers=[(key, stated.name) for key, stated in policy.givers.items()],
        purposes=[(key, stated.name) for key, stated in policy.purposes.items()],
        areas=[
            (f"{lo:012d}", name if level < 5 else f"{names.get(lo // 1000 * 1000, '')}{name}")
            for lo, level, name in areas
        ],
        initial={"pledged_on": today, "form": "MONEY"},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = pledge_make(viewer=viewer, promise=form.promise(), at=timezone.now())
        except Refusal as refusal:
            refusal_add(form, refusal)
        else:
            messages.success(request, f"已登记{made.giver}的捐赠。")
            return redirect("assistance:pledge", made.pk)
    page = PledgeFormPage(form, bool(policy.givers and policy.purposes))
    return render(request, "assistance/pledge_new.html", {"page": page}, status=422 if form.is_bound else 200)


def _pledge(viewer: Viewer, pledge_id: int) -> Pledge:
    found = pledge_get(viewer, pledge_id)
    if found is None:
        raise Http404
    return found


@require_GET
@requires(*READERS)
def pledge(request: HttpRequest, pledge_id: int) -> HttpResponse:
    """This function shows one pledge: which needs it suits and why, what is allotted, which letters went out."""
    return _page(request, viewer_of(request), _pledge(viewer_of(request), pledge_id))


def _page(
    request: HttpRequest, viewer: Viewer, found: Pledge, *, form: forms.Form | None = None, problem: str = ""
) -> HttpResponse:
    """This function draws a pledge; `form` is what was refused: it stands again as typed, with what is wrong."""
    today = timezone.localdate()
    keeps = may_keep_pledges(viewer) and viewer.can_see(found.slot) and found.closed_at is None
    matched = matches_of(viewer, found, today) if keeps else []
    rows = list(allotments_visible_to(viewer).filter(pledge=found).order_by("-pk")[:ALLOTTED])
    cards = household_cards(
        viewer, {need.household_id for need, _ in matched} | {row.household_id for row in rows}
    )  # fmt: skip
    allots = {form.need_id: form} if isinstance(form, AllotForm) else {}
    if allots and not any(need.pk in allots for need, _ in matched):  # it suits no more: the row is gone
        problem = "".join(str(text) for texts in allots.popitem()[1].errors.values() for text in texts)
    page = PledgePage(
        pledge_line(found, areas_by_lo({found.slot})),
        [
            MatchLine(
                NeedLine(need, cards.get(need.household_id)), match,
                allots.get(need.pk)
                or AllotForm(
                    need_id=need.pk, is_money=found.form == "MONEY",
                    initial={"quantity": _offered(found, match.quantity)},
                ),
                amount_text(match.quantity, form=found.form, unit=found.unit),
            )
            for need, match in matched
        ],
        allotment_lines(viewer, rows),
        list(found.thanks.order_by("-pk")) if viewer.can_see(found.slot) else [],
        keeps,
        keeps and found.form == "MONEY" and found.account_id is None and not found.allotted
        and found.organisation_id == viewer.organisation_id and viewer.kind is Kind.COUNTY_CENTRE,
        unthanked(viewer).filter(pledge=found).count() if keeps else 0,
        form if isinstance(form, WhyForm) else WhyForm(auto_id="close_%s"),
        form if isinstance(form, ReceiveForm) else ReceiveForm(auto_id="receive_%s", initial={"on": today}),
        found.account_id if found.organisation_id == viewer.organisation_id else None,
        problem,
    )  # fmt: skip
    return render(request, "assistance/pledge.html", {"page": page}, status=422 if form is not None or problem else 200)


def _offered(pledge: Pledge, quantity: int) -> str:
    return yuan_plain(quantity) if pledge.form == "MONEY" else str(quantity)


def _act(
    request: HttpRequest, pledge_id: int, act: Callable[[Viewer], str], *, form: forms.Form | None = None
) -> HttpResponse:
    """This function does one thing to a pledge and goes back to it, or says beside its form why not."""
    viewer = viewer_of(request)
    found = _pledge(viewer, pledge_id)
    if not may_keep_pledges(viewer) or not viewer.can_see(found.slot):
        raise Http404
    if form is not None and not form.is_valid():
        return _page(request, viewer, found, form=form)
    try:
        said = act(viewer)
    except Refusal as refusal:
        if refusal.is_absent:
            raise Http404 from refusal
        if form is None:
            return _page(request, viewer, found, problem=refusal.message)
        refusal_add(form, refusal)
        return _page(request, viewer, found, form=form)
    messages.success(request, said)
    return redirect("assistance:pledge", pledge_id)


@require_POST
@requires(*KEEPERS)
def allot(request: HttpRequest, pledge_id: int) -> HttpResponse:
    """This function allots a part of a pledge to a need."""
    found = _pledge(viewer_of(request), pledge_id)
    need_id = key_read(request.POST.get("need", ""))
    form = AllotForm(request.POST, need_id=need_id or 0, is_money=found.form == "MONEY")

    def act(viewer: Viewer) -> str:
        made = allotment_make(
            viewer=viewer, pledge_id=pledge_id, version=version_posted(request), need_id=need_id or 0,
            quantity=form.cleaned_data["read"], at=timezone.now(),
        )  # fmt: skip
        return f"已分配 {amount_text(made.quantity, form=found.form, unit=found.unit)}。"

    return _act(request, pledge_id, act, form=form)


@require_POST
@requires(*KEEPERS)
def close(request: HttpRequest, pledge_id: int) -> HttpResponse:
    """This function ends a pledge."""
    form = WhyForm(request.POST, auto_id="close_%s")

    def act(viewer: Viewer) -> str:
        pledge_close(
            viewer=viewer, pledge_id=pledge_id, version=version_posted(request), reason=form.cleaned_data["reason"],
            at=timezone.now(),
        )  # fmt: skip
        return "这笔捐赠已结束。"

    return _act(request, pledge_id, act, form=form)


@require_POST
@requires(Kind.COUNTY_CENTRE)
def receive(request: HttpRequest, pledge_id: int) -> HttpResponse:
    """This function records that the money came into the county's account."""
    form = ReceiveForm(request.POST, auto_id="receive_%s")

    def act(viewer: Viewer) -> str:
        pledge_receive(
            viewer=viewer, pledge_id=pledge_id, version=version_posted(request), on=form.cleaned_data["on"],
            document=form.cleaned_data["document"], at=timezone.now(),
        )  # fmt: skip
        return "已记到账，资金来源为社会捐助。"

    return _act(request, pledge_id, act, form=form)


@require_POST
@requires(*KEEPERS)
def thank(request: HttpRequest, pledge_id: int) -> HttpResponse:
    """This function writes a letter of thanks for what was delivered."""

    def act(viewer: Viewer) -> str:
        made = thanks_make(viewer=viewer, pledge_id=pledge_id, at=timezone.now())
        return f"感谢信已写好（{len(made.lines)} 笔送达），可以打印寄出。"

    return _act(request, pledge_id, act)


@require_GET
@requires(*KEEPERS)
def letter(request: HttpRequest, thanks_id: int) -> HttpResponse:
    """This function prints a letter of thanks."""
    viewer = viewer_of(request)
    found = thanks_get(viewer, thanks_id)
    if found is None or not viewer.can_see(found.slot):
        raise Http404
    content = thanks_print(viewer=viewer, thanks=found, at=timezone.now())
    return file_answer(f"感谢信 {found.on.year}-{found.pk}.pdf", content, media_type=PDF)

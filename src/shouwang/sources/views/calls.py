"""Hotline 12317 and village groups: one page by keyboard alone, and the clue behind a number read out."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from shouwang.kit.codes import Risk
from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.register.selectors import HouseholdCard, household_get, household_search
from shouwang.sources.contexts import CallFoundPage, CallsPage, CallTold
from shouwang.sources.forms import CallForm
from shouwang.sources.models import Call, Channel, Clue
from shouwang.sources.rules.call_number import call_number_said
from shouwang.sources.rules.report import ReportRefusal
from shouwang.sources.selectors import clues_of_household
from shouwang.sources.selectors.reporting import burden_counted, causes_offered
from shouwang.sources.services.calls import Taken, call_look_up, call_take
from shouwang.sources.views.absence import absent_as_404
from shouwang.sources.views.lines import clue_line, clue_lines
from shouwang.ui.forms import key_read

TAKERS = (Kind.TOWNSHIP, Kind.COUNTY_CENTRE)
ROLES = {Role.CLERK, Role.LEADER}
MARK = "@"  # stands before the key of a household that was chosen; nobody types a name like that
HITS = 8
RECENT = timedelta(days=90)


@require_http_methods(["GET", "POST"])
@requires(*TAKERS, roles=ROLES)
def calls(request: HttpRequest) -> HttpResponse:
    """This function takes a call down and then shows the number to tell, above the form for the next call."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if request.method != "POST":
        channel = request.GET.get("channel", "")
        return render(request, "sources/calls.html", {"page": CallsPage(_blank(viewer, channel))})
    typed = request.POST.get("household", "").strip()[:60]
    cards = household_meant(viewer, typed)
    data = request.POST.copy()
    if len(cards) == 1:
        data["household"] = f"{MARK}{cards[0].id}"
    form = CallForm(data, causes=_causes(viewer), viewer=viewer)
    is_stranger = not cards and bool(request.POST.get("person_name", "").strip())
    if form.is_valid() and not _place_problem(form, cards, typed, is_stranger=is_stranger):
        try:
            taken = _take(viewer, form, cards[0] if cards else None)
        except ReportRefusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            told = _told(viewer, taken)
            return render(request, "sources/calls.html", {"page": CallsPage(_blank(viewer, taken.clue.channel), told)})
    shown = _name(cards[0]) if len(cards) == 1 else ""
    page = CallsPage(form, cards=cards if len(cards) > 1 else (), shown=shown, is_stranger=not cards)
    return render(request, "sources/calls.html", {"page": page}, status=422)


def _causes(viewer: Viewer) -> list[tuple[str, str]]:
    return causes_offered(slot=viewer.ranges[0][0], on=timezone.localdate())


def _blank(viewer: Viewer, channel: str) -> CallForm:
    return CallForm(
        causes=_causes(viewer), viewer=viewer,
        initial={
            "key": secrets.token_hex(16), "tie": Call.Tie.SELF, "occurred_on": timezone.localdate(),
            "channel": channel if channel in (Channel.HOTLINE, Channel.WECHAT) else Channel.HOTLINE,
        },
    )  # fmt: skip


def household_meant(viewer: Viewer, typed: str) -> Sequence[HouseholdCard]:
    """This function returns the household that was chosen, or those that what was typed may mean."""
    if not typed:
        return ()
    if typed.startswith(MARK):
        key = key_read(typed[len(MARK) :])
        with absent_as_404():
            return (household_get(viewer, key or 0),)
    try:
        return household_search(viewer, typed).rows[:HITS]
    except Refusal:
        return ()


def _place_problem(form: CallForm, cards: Sequence[HouseholdCard], typed: str, *, is_stranger: bool) -> bool:
    """This function says beside the field what keeps the call from having a household or a findable person."""
    said = form.cleaned_data
    if len(cards) > 1:
        form.add_error("household", "不止一户，请在下面选一户。")
    elif not cards and not is_stranger:
        form.add_error("household", "登记簿里没有找到这一户。换个写法，或者在下面写姓名和住处。" if typed
                       else "请写是哪一户：姓名、拼音首字母、身份证号或手机号。")  # fmt: skip
    elif is_stranger and said.get("village") is None:
        form.add_error("village", "请写这个人住在哪个村。")
    elif is_stranger and not said.get("person_note"):
        form.add_error("person_note", "请写怎么找到这家人。")
    return bool(form.errors)


def _take(viewer: Viewer, form: CallForm, card: HouseholdCard | None) -> Taken:
    said: dict[str, Any] = form.cleaned_data
    household_id = card.id if card else None
    asked = form.asked(is_registered=card is not None)
    return call_take(
        viewer=viewer, channel=said["channel"], household_id=household_id, cause=said["cause"],
        cause_note=said["cause_note"], summary=said["summary"], occurred_on=said["occurred_on"], at=timezone.now(),
        idempotency_key=said["key"], person_name=said["person_name"], person_note=said["person_note"],
        slot=said["village"].lo if said["village"] else None, caller=said["caller"], tie=said["tie"],
        phone=said["phone"], is_urgent=said["is_urgent"],
        burden=burden_counted(viewer, household_id, asked=asked, on=timezone.localdate()),
    )  # fmt: skip


def _told(viewer: Viewer, taken: Taken) -> CallTold:
    clue = taken.clue
    others: Sequence[Clue] = ()
    if clue.household_id is not None:
        since = clue.reported_at - RECENT
        around = clues_of_household(viewer, clue.household_id).filter(reported_at__gte=since)
        others = list(around.exclude(pk=clue.pk)[:5])
    is_urgent = Call.objects.filter(clue=clue, is_urgent=True).exists()
    return CallTold(clue_line(viewer, clue), call_number_said(taken.number), clue_lines(viewer, others), is_urgent)


def _name(card: HouseholdCard) -> str:
    return f"{card.head_name} · {card.place}"


@require_POST
@requires(*TAKERS, roles=ROLES)
def households(request: HttpRequest) -> HttpResponse:
    """This function suggests households while the clerk types; by POST, since what is typed may be an ID."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    text = request.POST.get("q", "").strip()[:60]
    options = [
        (f"{MARK}{card.id}", _name(card), f"{card.members} 口人" + (f" · {card.number}" if card.number else ""))
        for card in ([] if text.startswith(MARK) else household_meant(viewer, text))
    ]
    return render(request, "ui/picker_options.html", {"options": options, "asked": text})


@require_http_methods(["GET", "POST"])
@requires(*TAKERS, roles=ROLES)
def find(request: HttpRequest) -> HttpResponse:
    """This function finds the clue whose number a caller reads out; by POST, so that no address holds the number."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    page = CallFoundPage()
    if request.method == "POST":
        try:
            clue = call_look_up(viewer=viewer, text=request.POST.get("number", "")[:40], at=timezone.now())
            line = clue_line(viewer, clue)
            facts = [
                ("原因", Risk.parse(clue.cause).label), ("渠道", clue.get_channel_display()),
                ("登记", clue.reporter_label),
                ("受理情况", f"已转成案件 {clue.collected_case_id}" if line.is_collected else line.state),
            ]  # fmt: skip
            page = CallFoundPage(line, facts)
        except Refusal as refusal:
            page = CallFoundPage(problem=refusal.message)
    return render(request, "sources/call_find.html", {"page": page}, status=422 if page.problem else 200)

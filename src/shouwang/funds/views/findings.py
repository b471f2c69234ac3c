"""What looks wrong with money, with its evidence and what was decided about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.funds.contexts import FindingLine, FindingsPage
from shouwang.funds.errors import FindingGone
from shouwang.funds.forms import NoteForm, WatchForm
from shouwang.funds.selectors.findings import (
    NAMES,
    STATES,
    Finding,
    finding_of,
    finding_state,
    findings,
    notes_of,
    rules_in_sight,
)
from shouwang.funds.selectors.payments import watched_accounts
from shouwang.funds.services.watching import OVERSEEING, OVERSEERS, Decided, account_watch, finding_note
from shouwang.funds.views.common import READ, money_tabs
from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Viewer, requires
from shouwang.register.selectors import places_of
from shouwang.ui.forms import refusal_add

MOST_LINES = 100  # a page that lists more helps nobody: kind and state narrow it
SEE = tuple(kind for kind in READ if kind is not Kind.INSURER)


@require_http_methods(["GET", "POST"])
@requires(*SEE)
def page(request: HttpRequest) -> HttpResponse:
    """This function lists what looks wrong; overseers decide about it, and keep the accounts of officials."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    may_note = viewer.kind in OVERSEERS and viewer.role in OVERSEEING
    form = NoteForm(request.POST if request.POST.get("act") == "note" else None)
    watch = WatchForm(request.POST if request.POST.get("act") == "watch" else None, auto_id="watch_%s")
    bound = form if form.is_bound else watch if watch.is_bound else None
    if bound is not None and bound.is_valid():
        try:
            said = _save(viewer, request, bound, on=on)
        except Refusal as refusal:
            refusal_add(bound, refusal)
        else:
            messages.success(request, said)
            return redirect(request.get_full_path())
    shown = _shown(viewer, findings(viewer, on=on), request.GET, (form, watch) if may_note else (None, None), on=on)
    is_wrong = bound is not None and bool(bound.errors)
    return render(request, "funds/findings.html", {"page": shown}, status=422 if is_wrong else 200)


def _save(viewer: Viewer, request: HttpRequest, form: NoteForm | WatchForm, *, on: date) -> str:
    said, now = form.cleaned_data, timezone.now()
    if isinstance(form, WatchForm):
        account_watch(viewer=viewer, owner=said["owner"], post=said["post"], number=said["number"], at=now)
        return "已登记，今后打进这个账户的钱会列出来。"
    finding = finding_of(viewer, request.POST.get("key", ""), on=on)
    if finding is None:
        raise FindingGone
    decided = Decided(said["state"], said["owner"], said["note"], said["due_on"], frozenset(said["grounds"]))
    finding_note(viewer=viewer, key=finding.key, slot=finding.slot, decided=decided, at=now)
    return "已记下。"


def _shown(
    viewer: Viewer,
    found: list[Finding],
    asked: Mapping[str, str],
    forms: tuple[NoteForm | None, WatchForm | None],
    *,
    on: date,
) -> FindingsPage:
    notes = notes_of(viewer, [each.key for each in found])
    kind, state = asked.get("kind", ""), asked.get("state", "")
    states = {each.key: finding_state(notes.get(each.key), on=on) for each in found}
    listed = [
        each for each in found
        if (kind not in NAMES or each.kind == kind) and (state not in STATES or state in states[each.key])
    ]  # fmt: skip
    places = places_of({each.slot for each in listed if each.slot % 1000})
    lines = [
        FindingLine(each, places.get(each.slot, ""), notes.get(each.key), "LATE" in states[each.key], f"f{number}")
        for number, each in enumerate(listed[:MOST_LINES], start=1)
    ]
    counts = Counter(each.kind for each in found)
    of_kind = [each for each in found if kind not in NAMES or each.kind == kind]
    by_state = Counter(word for each in of_kind for word in states[each.key])
    by_state[""] = len(of_kind)
    words = [("", "全部"), *STATES.items()]
    return FindingsPage(
        tabs=money_tabs(viewer, "findings"),
        kinds=[(name, _address(kind=key), counts[key]) for key, name in NAMES.items() if counts[key]],
        states=[(name, _address(kind=kind, state=key), key == state, by_state[key]) for key, name in words
                if by_state[key] or key in ("", state)],
        asked="、".join(word for word in (NAMES.get(kind, ""), STATES.get(state, "")) if word), lines=lines,
        listed=len(listed), total=len(found), may_note=forms[0] is not None,
        has_rules=bool(rules_in_sight(viewer, on=on)),
        watched=watched_accounts(viewer) if forms[1] is not None else [], form=forms[0], watch=forms[1],
        noted=asked_key(forms[0]),
    )  # fmt: skip


def _address(**asked: str) -> str:
    query = urlencode({name: value for name, value in asked.items() if value})
    return reverse("funds:findings") + (f"?{query}" if query else "")


def asked_key(form: NoteForm | None) -> str:
    """This function returns the finding a form with errors was about, so that it comes back open where it was."""
    return str(form.data.get("key", "")) if form is not None and form.is_bound else ""

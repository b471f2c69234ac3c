"""Opening a round: which sweep, which villages by the division tree or by a pasted list, until when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.people.access import Viewer, requires
from shouwang.people.selectors import areas_visible_to
from shouwang.register.selectors.villages import villages_matching
from shouwang.rounds.contexts import OpenPage, TownChoice
from shouwang.rounds.forms import OpenForm
from shouwang.rounds.rules import RoundRefusal, VillageUnknown, lines_of
from shouwang.rounds.selectors import sweeps_offered
from shouwang.rounds.services import round_open
from shouwang.rounds.views.common import OPENERS, ROLES, viewer_of
from shouwang.ui.forms import key_read

TOWN = 1000
USUAL = timedelta(days=14)


@require_http_methods(["GET", "POST"])
@requires(*OPENERS, roles=ROLES)
def open_round(request: HttpRequest) -> HttpResponse:
    """This function opens a round over the ticked townships, the ticked villages and the listed ones."""
    viewer, today = viewer_of(request), timezone.localdate()
    sweeps = sweeps_offered(viewer, today)
    form = OpenForm(
        request.POST if request.method == "POST" else None,
        sweeps=[(option.key, option.name) for option in sweeps],
        initial={"due_on": today + USUAL, "sweep": request.GET.get("sweep") or (sweeps[0].key if sweeps else "")},
    )
    villages = list(areas_visible_to(viewer, level=5).values_list("lo", "name"))
    towns = {int(key) for text in request.POST.getlist("town") if (key := key_read(text)) is not None}
    ticked = {int(key) for text in request.POST.getlist("village") if (key := key_read(text)) is not None}
    if request.method == "POST" and form.is_valid():
        chosen = {lo for lo, _ in villages if lo in ticked or lo // TOWN * TOWN in towns}
        try:
            made = round_open(
                viewer=viewer, sweep=form.cleaned_data["sweep"], slots=chosen | _listed(viewer, form),
                due_on=form.cleaned_data["due_on"], occasion=form.cleaned_data["occasion"], at=timezone.now(),
            )  # fmt: skip
        except RoundRefusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, f"已发起“{made.name}”，各村的预警员会在工作台看到。")
            return redirect("rounds:round", made.pk)
    page = OpenPage(form, sweeps, _towns(viewer, villages, towns, ticked))
    return render(request, "rounds/open.html", {"page": page}, status=422 if form.is_bound else 200)


def _listed(viewer: Viewer, form: OpenForm) -> set[int]:
    found = set()
    for line in lines_of(form.cleaned_data["listed"]):
        meant = villages_matching(viewer, line)
        if len(meant) != 1:
            why = "不止一个村，请写 12 位代码" if meant else "辖区里没有这个村"
            raise VillageUnknown(f"“{line[:30]}”：{why}。")
        found.add(meant[0].lo)
    return found


def _towns(
    viewer: Viewer, villages: list[tuple[int, str]], ticked_towns: Collection[int], ticked: Collection[int]
) -> list[TownChoice]:
    names = dict(areas_visible_to(viewer, level=4).values_list("lo", "name"))
    by_town: dict[int, list[tuple[int, str, bool]]] = {}
    for lo, name in villages:
        by_town.setdefault(lo // TOWN * TOWN, []).append((lo, name, lo in ticked))
    return [
        TownChoice(names.get(lo, f"{lo:012d}"), lo, inside, lo in ticked_towns, any(one[2] for one in inside))
        for lo, inside in by_town.items()
    ]

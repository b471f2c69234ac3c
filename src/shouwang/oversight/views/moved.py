"""The households that a variant adds or drops: every number of a what-if leads to the rows it counts."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from shouwang.kit.money import amount_text
from shouwang.oversight.contexts import MovedPage, MovedRow
from shouwang.oversight.rules.results import cause_name, type_name
from shouwang.oversight.rules.tables import variant_name
from shouwang.oversight.services import variant_households
from shouwang.oversight.services.trying import changes_said
from shouwang.oversight.views.lab import TRIERS
from shouwang.oversight.views.whatif import source_asked, values_asked
from shouwang.people.access import Viewer, requires
from shouwang.register.selectors import household_cards
from shouwang.ui.forms import key_read
from shouwang.ui.tables import PAGE_SIZE, KeyPage

WAYS = {"added": "增加", "dropped": "减少"}


@require_GET
@requires(*TRIERS)
def moved(request: HttpRequest) -> HttpResponse:
    """This function lists the households that a typed variant adds or drops, fifty a page."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    source, way = source_asked(viewer, request.GET), request.GET.get("way", "added")
    values = values_asked(source, request.GET) if source is not None else {}
    if source is None or way not in WAYS or not values:
        raise Http404
    found = variant_households(
        run=source.run, version_id=source.version.pk, values=values, is_added=way == "added",
        group=request.GET.get("group", ""), key=request.GET.get("key", "")[:40],
    )  # fmt: skip
    after = key_read(request.GET.get("after", "")) or 0
    left = [one for one in found if one.household_id > after]
    cards = household_cards(viewer, [one.household_id for one in left[:PAGE_SIZE]])
    rows = [
        MovedRow(
            household_id=one.household_id,
            household=card.head_name if (card := cards.get(one.household_id)) else "（已迁出）",
            place=card.place if card else "",
            is_seen=card is not None,
            type_name=type_name({key: stated.name for key, stated in source.policy.types.items()}, one.type_key),
            cause=cause_name(one.cause),
            rule=one.rule,
            measured=amount_text(one.measured, one.unit),
            threshold=amount_text(one.threshold, one.unit),
        )
        for one in left[:PAGE_SIZE]
    ]
    next_after = left[PAGE_SIZE - 1].household_id if len(left) > PAGE_SIZE else None
    page = MovedPage(
        run=source.run,
        name=variant_name(changes_said(values, source.policy)),
        way=WAYS[way],
        count=len(found),
        rows=KeyPage(rows=rows, next_after=next_after, is_first=not after),
        back=source.address(weeks=key_read(request.GET.get("weeks", "")) or 1, values=values),
    )
    return render(request, "oversight/moved.html", {"page": page})

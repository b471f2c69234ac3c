"""The page of one warning: why, by which clause, on which evidence; computed again while you read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from shouwang.engine import Explanation
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.screening.contexts import Line, WarningPage
from shouwang.screening.services import warning_replay
from shouwang.screening.views.checks import READERS
from shouwang.screening.views.runs import warning_rows


def lines_of(explanation: Explanation, depth: int = 0) -> list[Line]:
    """This function returns the conditions of an explanation as lines of a page, each as deep as it stands."""
    lines = []
    for part in explanation.parts:
        lines.append(Line(depth, part.text, part.shown, part.result))
        lines += lines_of(part, depth + 1)
    return lines


@require_GET
@requires(*READERS)
def warning(request: HttpRequest, warning_id: int) -> HttpResponse:
    """This function shows a warning with its reasons, to everybody who reads the household's file and its case."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    with_snapshot = request.GET.get("with") == "snapshot"
    replay = warning_replay(viewer=viewer, warning_id=warning_id, at=timezone.now(), with_snapshot=with_snapshot)
    found = replay.warning
    page = WarningPage(
        row=warning_rows(viewer, [found])[0],
        explanation=replay.explanation,
        evidence=found.evidence,
        holds=replay.holds,
        same_policy=replay.same_policy,
        differences=[difference.sentence for difference in replay.differences],
        from_snapshot=replay.same_from_snapshot,
        why_not=replay.why_not,
        lines=lines_of(replay.explanation),
        may_settle=viewer.kind is Kind.COUNTY_CENTRE and viewer.role in (Role.CLERK, Role.LEADER),
    )
    return render(request, "screening/warning.html", {"page": page})

"""The decision letter: what was decided about a household's case, in its own words, to be handed over on paper."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from shouwang.audit.services import entry_append
from shouwang.casework.selectors import case_get
from shouwang.desks.selectors.letter import letter_text
from shouwang.kit.errors import Refusal
from shouwang.office.services.prints import pdf_print
from shouwang.people.access import Kind, Viewer, requires
from shouwang.ui.files import PDF, file_answer

TEMPLATE = Path(__file__).resolve().parents[1] / "data" / "letter.typ"
TITLE = "防止返贫帮扶决定告知书"


class NothingDecided(Refusal):
    """Nothing has been decided that the household is to be told."""

    sentence = "这个案件还没有作出要告知农户的决定，暂时没有告知书可以打印。"


@never_cache
@require_GET
@requires(Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP)
def letter(request: HttpRequest, case_id: int) -> HttpResponse:
    """This function hands out the letter of a case's newest decision to print, and logs it; raises NothingDecided."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    case, now = case_get(viewer, case_id), timezone.now()
    said = letter_text(viewer, case, on=timezone.localdate(now))
    if said is None:
        raise NothingDecided
    content = pdf_print(TEMPLATE, said, title=TITLE, head=said["by"], number=f"案件号 {case.pk}", at=now)
    entry_append(
        viewer=viewer, action="case.print", subject_type="casework.Case", subject_id=case.pk, slot=case.slot, at=now,
        purpose="打印决定告知书",
    )  # fmt: skip
    return file_answer(f"决定告知书 案件号{case.pk}.pdf", content, media_type=PDF)

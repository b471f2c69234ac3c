"""Files handed out: under their name, never run by a browser, never left behind in a cache of a shared computer."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

PDF = "application/pdf"
# A paper is shown, never run: nothing may be loaded, scripted or framed by it.
SHOWN = "default-src 'none'; img-src 'self'; sandbox"


def file_answer(name: str, content: bytes, *, media_type: str) -> HttpResponse:
    """This function answers with a file to be saved under a name."""
    answer = HttpResponse(content, content_type=media_type)
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def paper_answer(name: str, content: bytes, *, media_type: str) -> HttpResponse:
    """This function answers with a paper that somebody handed in: a photo in the page, anything else to be saved."""
    answer = file_answer(name, content, media_type=media_type)
    if media_type.startswith("image/"):
        answer.headers["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    answer.headers["Content-Security-Policy"] = SHOWN
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer

"""Refusals as problem documents (RFC 9457): what a program that asks us reads, beside the sentence for its user."""

from __future__ import annotations

from typing import Any

from django.http import JsonResponse

MEDIA_TYPE = "application/problem+json"


def problem(*, status: int, code: str, detail: str, **more: Any) -> JsonResponse:
    """This function returns a problem document; `code` is stable, `detail` one Chinese sentence, nulls are left out."""
    body = {"type": f"urn:shouwang:problem:{code}", "title": code, "status": status, "code": code, "detail": detail}
    body |= {name: value for name, value in more.items() if value not in (None, "")}
    return JsonResponse(
        body, status=status, content_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"},
        json_dumps_params={"ensure_ascii": False},
    )  # fmt: skip

"""The JSON interfaces: one for phones (signed in by session), each with its OpenAPI document.

Every refusal is a problem document with a stable code. Whoever may not use a route learns what she would learn of one
that does not exist.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from shouwang.kit.errors import Refusal
from shouwang.people.access import SignInNeeded
from shouwang.people.api import router as devices
from shouwang.sources.api.phone import router as phone_reports
from shouwang.ui.problems import problem

SIGN_IN = "请先登录。已经写好的内容不会丢，登录后再送。"
ABSENT = "没有这个地址，或者不归您管。"
UNREADABLE = "内容不完整或格式不对，请核对后再送。"


def api_make(*, title: str, name: str) -> NinjaAPI:
    """This function returns an interface whose every failure is a problem document."""
    api = NinjaAPI(title=title, version="1", urls_namespace=name, docs_url=None, docs_decorator=require_GET)

    @api.exception_handler(Refusal)
    def refused(request: HttpRequest, error: Refusal) -> HttpResponse:
        if error.is_absent:
            return problem(status=404, code="not-found", detail=ABSENT)
        return problem(status=409, code=error.code, detail=str(error), field=getattr(error, "field", ""))

    @api.exception_handler(Http404)
    def absent(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem(status=404, code="not-found", detail=ABSENT)

    @api.exception_handler(SignInNeeded)
    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, error: Exception) -> HttpResponse:
        return problem(status=401, code="sign-in-needed", detail=SIGN_IN)

    @api.exception_handler(ValidationError)
    def unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return problem(status=422, code="unreadable", detail=UNREADABLE, places=[_place(each) for each in error.errors])

    @api.exception_handler(HttpError)
    def other(request: HttpRequest, error: HttpError) -> HttpResponse:
        code = "unreadable" if error.status_code == 400 else "refused"
        return problem(status=error.status_code, code=code, detail=UNREADABLE)

    return api


def _place(error: dict[str, Any]) -> dict[str, str]:
    """This function returns where an error stands and what kind it is, without the value: that may be personal."""
    return {"at": ".".join(str(part) for part in error.get("loc", ())), "kind": str(error.get("type", ""))}


phone = api_make(title="守望 · 手机端接口", name="phone")
phone.add_router("", devices)
phone.add_router("", phone_reports)

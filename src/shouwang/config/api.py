"""The JSON interfaces: for phones (signed in by session) and for departments (by key), each with its OpenAPI document.

Every refusal is a problem document with a stable code. Whoever may not use a route learns what she would learn of one
that does not exist.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from django.views.decorators.http import require_GET
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from shouwang.config.openapi import problems_describe
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.errors import Refusal
from shouwang.people.access import SignInNeeded
from shouwang.people.api import router as devices
from shouwang.sources.api.department import router as tables
from shouwang.sources.api.phone import router as phone_reports
from shouwang.sources.services import TooManyCalls
from shouwang.ui.problems import problem

SIGN_IN = "请先登录。已经写好的内容不会丢，登录后再送。"
KEY_WRONG = "密钥不对、已作废或已过期，请找县级防贫中心。"
ABSENT = "没有这个地址，或者不归您管。"
UNREADABLE = "内容不完整或格式不对，请核对后再送。"
TOO_LARGE = "一次送的内容太大，请分几次送。"
BROKEN = "系统出了故障，这次没有办成。请稍后用同一个编号再送。"

log = logging.getLogger("shouwang.api")


class Interface(NinjaAPI):
    """An interface whose document tells of its refusals too."""

    def get_openapi_schema(self, **options: Any) -> Any:
        """This function returns the OpenAPI document with the problem documents of every operation."""
        return problems_describe(super().get_openapi_schema(**options))


def api_make(*, title: str, name: str, about: str, unknown: str = SIGN_IN, challenge: str = "") -> NinjaAPI:
    """This function returns an interface whose every failure is a problem document.

    Who is unknown reads the sentence `unknown`; `challenge` tells her program how to say who it is.
    """
    api = Interface(
        title=title, version="1", description=about, urls_namespace=name, docs_url=None, docs_decorator=require_GET
    )

    @api.exception_handler(Refusal)
    def refused(request: HttpRequest, error: Refusal) -> HttpResponse:
        if error.is_absent:
            return problem(status=404, code="not-found", detail=ABSENT)
        status = getattr(error, "status", 409)
        answer = problem(status=status, code=error.code, detail=str(error), field=getattr(error, "field", ""))
        if status == 429:
            answer["Retry-After"] = str(_seconds_left(whole_day=not isinstance(error, TooManyCalls)))
        return answer

    @api.exception_handler(Http404)
    def absent(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem(status=404, code="not-found", detail=ABSENT)

    @api.exception_handler(SignInNeeded)
    @api.exception_handler(AuthenticationError)
    def nobody(request: HttpRequest, error: Exception) -> HttpResponse:
        answer = problem(status=401, code="sign-in-needed", detail=unknown)
        if challenge:
            answer["WWW-Authenticate"] = challenge
        return answer

    @api.exception_handler(ValidationError)
    def unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return problem(status=422, code="unreadable", detail=UNREADABLE, places=[_place(each) for each in error.errors])

    @api.exception_handler(RequestDataTooBig)
    def too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
        return problem(status=413, code="body-too-large", detail=TOO_LARGE)

    @api.exception_handler(SuspiciousOperation)
    @api.exception_handler(MultiPartParserError)
    def garbled(request: HttpRequest, error: Exception) -> HttpResponse:
        return problem(status=400, code="unreadable", detail=UNREADABLE)

    @api.exception_handler(HttpError)
    def other(request: HttpRequest, error: HttpError) -> HttpResponse:
        code = "unreadable" if error.status_code == 400 else "refused"
        return problem(status=error.status_code, code=code, detail=UNREADABLE)

    @api.exception_handler(Exception)
    def broken(request: HttpRequest, error: Exception) -> HttpResponse:
        log.error("%s %s failed", request.method, request.path, exc_info=error)
        return problem(status=500, code="broken", detail=BROKEN)

    return api


def _seconds_left(*, whole_day: bool) -> int:
    """This function returns how long it is until the next minute, or the next day here, begins."""
    now = timezone.now().astimezone(SHANGHAI)
    if not whole_day:
        return 60 - now.second
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return int((midnight - now).total_seconds()) + 1


def _place(error: dict[str, Any]) -> dict[str, str]:
    """This function returns where an error stands and what kind it is, without the value: that may be personal."""
    return {"at": ".".join(str(part) for part in error.get("loc", ())), "kind": str(error.get("type", ""))}


department = api_make(
    title="守望 · 部门数据接口",
    name="department",
    about="A department's system delivers rows of its tables and clues by key, and learns what became of them.",
    unknown=KEY_WRONG,
    challenge="Bearer",
)
department.add_router("", tables)
phone = api_make(
    title="守望 · 手机端接口",
    name="phone",
    about="An officer's phone fetches the officer's households and sends what was written without a signal.",
)
phone.add_router("", devices)
phone.add_router("", phone_reports)

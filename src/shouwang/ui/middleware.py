"""What every answer carries: which files the browser may load (only our own), and problems instead of pages in JSON."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from shouwang.ui.problems import MEDIA_TYPE, problem

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)


class ContentSecurityPolicy:
    """Sets the policy on every answer, and keeps pages with personal data out of shared and disk caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(self), microphone=(self)")
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


API = "/api/"
SAID = {
    400: ("unreadable", "内容不完整或格式不对，请核对后再送。"),
    404: ("not-found", "没有这个地址，或者不归您管。"),
    405: ("method-not-allowed", "这个地址不能这样用，请对照接口说明。"),
}
OTHERWISE = ("refused", "没有办成，请对照接口说明核对后再送。")


class ApiProblems:
    """Turns what Django itself answers under `/api/` (no such address, wrong method) into problem documents."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code < 400 or not request.path.startswith(API):
            return response
        if response.headers.get("Content-Type", "").startswith(MEDIA_TYPE):
            return response
        code, detail = SAID.get(response.status_code, OTHERWISE)
        answer = problem(status=response.status_code, code=code, detail=detail)
        if "Allow" in response.headers:
            answer["Allow"] = response.headers["Allow"]
        return answer

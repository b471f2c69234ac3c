"""Pages that misbehave, for the tests of the middleware."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template import engines
from django.template.response import SimpleTemplateResponse
from django.urls import include, path
from tests.factories.people import BEGAN

from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, requires
from shouwang.people.models import DivisionChange, TaskGrant


def write() -> None:
    DivisionChange.objects.create(
        valid_from=BEGAN, document="试验", digest="x", applied_at="2020-01-01T00:00:00Z", applied_by="", rows=[]
    )


@requires()
def refuses(request: HttpRequest) -> HttpResponse:
    write()
    raise Refusal("这户不在您的辖区。")


@requires()
def loses(request: HttpRequest) -> HttpResponse:
    write()
    raise Http404


@requires()
def breaks(request: HttpRequest) -> HttpResponse:
    write()
    raise RuntimeError("broken")


@requires()
def invalid(request: HttpRequest) -> HttpResponse:
    write()
    return HttpResponse("请修改", status=422)


@requires()
def writes(request: HttpRequest) -> HttpResponse:
    write()
    return HttpResponse("办好了")


@requires()
def streams(request: HttpRequest) -> HttpResponseBase:
    def rows() -> Iterator[str]:
        for household in TaskGrant.objects.order_by("household_id").values_list("household_id", flat=True):
            yield f"{household};"

    return StreamingHttpResponse(rows())


@requires()
def renders(request: HttpRequest) -> HttpResponseBase:
    template = engines["django"].from_string("{% for grant in grants %}{{ grant.household_id }};{% endfor %}")
    return SimpleTemplateResponse(template, {"grants": TaskGrant.objects.order_by("household_id")})  # type: ignore[arg-type]


@requires(Kind.COUNTY_CENTRE)
def for_the_centre(request: HttpRequest) -> HttpResponse:
    return HttpResponse("县中心")


urlpatterns = [
    path("refuses/", refuses),
    path("loses/", loses),
    path("breaks/", breaks),
    path("invalid/", invalid),
    path("writes/", writes),
    path("streams/", streams),
    path("renders/", renders),
    path("centre/", for_the_centre),
    path("", include("shouwang.config.urls")),
]

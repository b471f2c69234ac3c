"""The navigation shows each role its own entries; the policy and the shared pages."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.test import RequestFactory
from django.urls import path

from shouwang.kit.errors import Refusal
from shouwang.ui import pages
from shouwang.ui.context import navigation
from shouwang.ui.middleware import POLICY, ContentSecurityPolicy
from shouwang.ui.services import nav_item, nav_items_for
from shouwang.ui.services import navigation as registry
from shouwang.ui.views.errors import forbidden

urlpatterns = [
    path("", lambda request: None, name="desk"),
    path("cases/", lambda request: None, name="cases"),
    path("cases/late/", lambda request: None, name="late"),
]


@pytest.fixture(autouse=True)
def empty_registry(monkeypatch: pytest.MonkeyPatch, settings: object) -> Iterator[None]:
    monkeypatch.setattr(registry, "_REGISTRY", {})
    settings.ROOT_URLCONF = __name__  # type: ignore[attr-defined]
    nav_item(key="desk", label="工作台", url_name="desk", icon="home", order=1)
    nav_item(key="late", label="逾期", url_name="late", icon="clock", order=3, kinds=["COUNTY_CENTRE"])
    nav_item(key="cases", label="案件", url_name="cases", icon="list", order=2, roles=["CLERK"])
    nav_item(key="gone", label="没有", url_name="no-such-route", icon="x", order=4)
    yield


def viewer(kind: str = "COUNTY_CENTRE", role: str = "CLERK", is_anonymous: bool = False) -> SimpleNamespace:
    return SimpleNamespace(kind=kind, role=role, is_anonymous=is_anonymous, organisation_name="", name="")


def labels(path_: str, who: SimpleNamespace | None) -> list[tuple[str, bool]]:
    request = RequestFactory().get(path_)
    request.viewer = who  # type: ignore[attr-defined]
    return [(link.label, link.is_current) for link in navigation(request)["navigation"]]


def test_each_kind_and_role_sees_its_own_entries() -> None:
    assert [item.key for item in nav_items_for(viewer())] == ["desk", "cases", "late", "gone"]
    assert [item.key for item in nav_items_for(viewer(kind="VILLAGE", role="OFFICER"))] == ["desk", "gone"]
    assert nav_items_for(viewer(is_anonymous=True)) == []
    assert nav_items_for(None) == []


def test_an_entry_without_a_route_is_left_out() -> None:
    assert [label for label, _ in labels("/", viewer())] == ["工作台", "案件", "逾期"]


def test_the_narrowest_address_is_the_current_one() -> None:
    assert labels("/cases/late/", viewer()) == [("工作台", False), ("案件", False), ("逾期", True)]
    assert labels("/cases/7/", viewer()) == [("工作台", False), ("案件", True), ("逾期", False)]
    assert labels("/", viewer()) == [("工作台", True), ("案件", False), ("逾期", False)]


def test_what_does_not_fit_one_line_stands_under_more(monkeypatch: pytest.MonkeyPatch) -> None:
    request = RequestFactory().get("/")
    request.viewer = viewer()
    for in_line, first, more in ((9, 3, 0), (2, 3, 0), (1, 1, 2)):
        monkeypatch.setattr("shouwang.ui.context.IN_LINE", in_line)
        found = navigation(request)
        assert (len(found["navigation_first"]), len(found["navigation_more"])) == (first, more)
        assert [*found["navigation_first"], *found["navigation_more"]] == found["navigation"]


def test_every_answer_forbids_what_is_not_ours() -> None:
    response = ContentSecurityPolicy(lambda request: pages.refusal_page(request, error=Refusal("不行")))(
        RequestFactory().get("/")
    )
    assert response.headers["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    assert response.headers["Cache-Control"] == "no-store"


def test_a_refusal_says_why_and_what_now() -> None:
    response = pages.refusal_page(RequestFactory().get("/"), error=Refusal("公示还没有满 5 天。"), back="/cases/7/")
    text = response.content.decode()
    assert response.status_code == 409
    assert "公示还没有满 5 天。" in text
    assert "现在怎么办" in text
    assert 'href="/cases/7/"' in text


def test_a_destructive_act_names_what_will_happen() -> None:
    response = pages.confirm_page(
        RequestFactory().get("/"),
        title="撤销导入",
        happens=["1,204 行退回"],
        button="撤销导入",
        back="/",
        hidden={"version": 3},
    )
    text = response.content.decode()
    assert "1,204 行退回" in text
    assert '<input type="hidden" name="version" value="3">' in text


def test_a_stale_write_shows_mine_beside_theirs() -> None:
    rows = [pages.Difference("原因", "因病", "因学"), pages.Difference("人口", 3, 3)]
    response = pages.stale_page(
        RequestFactory().get("/"), error=Refusal("已有变动"), rows=rows, back="/", changed_by="李娜"
    )
    text = response.content.decode()
    assert text.count('class="is-different"') == 1
    assert "因病" in text and "因学" in text and "李娜" in text


def test_a_page_of_failure_needs_no_request() -> None:
    from django.template.loader import render_to_string

    for name in ("400", "403", "403_csrf", "404", "429", "500", "ui/offline"):
        assert "现在怎么办" in render_to_string(f"{name}.html")


def test_forbidden_looks_like_absent() -> None:
    from django.template.loader import render_to_string

    assert render_to_string("403.html") == render_to_string("404.html")
    assert forbidden(RequestFactory().get("/")).status_code == 404

"""Serves the gallery without a database: the real templates, static files and policy, an invented viewer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.http import HttpRequest, HttpResponse
from django.test.utils import override_settings

from shouwang.ui.services import nav_item

KIND = "GALLERY"
ITEMS = (
    ("工作台", "gallery", "layout-dashboard"),
    ("填登记表", "gallery-form", "clipboard-list"),
    ("查户", "gallery-household", "search"),
    ("数据导入", "gallery-states", "database-import"),
    ("大屏", "gallery-screen", "chart-bar"),
)
VIEWER = SimpleNamespace(
    kind=KIND,
    role="CLERK",
    is_anonymous=False,
    organisation_name="邢台市巨鹿县防贫中心",
    name="吴同科",
)


def gallery_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def answer(request: HttpRequest) -> HttpResponse:
        request.urlconf = "tests.ui.gallery.urls"  # type: ignore[attr-defined]
        request.viewer = VIEWER  # type: ignore[attr-defined]
        return get_response(request)

    return answer


class _Handler(WSGIRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        """Tests read their own output."""


@contextmanager
def gallery_running() -> Iterator[str]:
    """This function serves the gallery on a free port of this machine and yields its address."""
    for order, (label, url_name, icon) in enumerate(ITEMS):
        nav_item(key=f"gallery-{order}", label=label, url_name=url_name, icon=icon, order=order, kinds=[KIND])
    names = ["shouwang.ui.middleware.ContentSecurityPolicy", f"{__name__}.gallery_middleware"]
    with override_settings(MIDDLEWARE=names):
        application = StaticFilesHandler(WSGIHandler())
    server = ThreadedWSGIServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.set_app(application)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

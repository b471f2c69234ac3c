"""Whole journeys in a real browser against a live server on the test database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer
from tests.factories.cast import Cast
from tests.factories.cast import sign_in as signed_in_client
from tests.factories.standards import policy_adopt
from tests.journeys.axe import axe_fetch
from tests.journeys.days import days_pass
from tests.journeys.steps import Actor, account_open

from shouwang.kit.errors import Refusal
from shouwang.people.access import Viewer
from shouwang.ui.assets import assets_build

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PHONE, DESK, WALL = 375, 1280, 1920
expect.set_options(timeout=20_000)  # how long a page may take on a machine that runs other tests beside it

SignIn = Callable[..., Actor]

__all__ = ["days_pass"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed here")
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ["--no-sandbox", "--disable-gpu"]}


@pytest.fixture(scope="session", autouse=True)
def browser_loop() -> None:
    """The browser's event loop runs in the test's own thread, until the session ends; Django must not mind."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def assets() -> None:
    """The front-end assets of the pages."""
    try:
        assets_build()
    except Refusal as refusal:
        pytest.skip(f"front-end assets cannot be fetched here: {refusal.message}")


@pytest.fixture(scope="session")
def axe() -> str:
    """The text of axe-core."""
    try:
        return axe_fetch()
    except Refusal as refusal:
        pytest.skip(f"axe-core cannot be fetched here: {refusal.message}")


@pytest.fixture
def place() -> str:
    """Whose policy is in force; a journey under another one names it as its parameter."""
    return "xingtai"


@pytest.fixture
def county(assets: None, real_cast: Cast, settings: Any, tmp_path: Path, place: str) -> Cast:
    """巨鹿县 with everybody in her place and one policy in force, 邢台's unless another is named; nothing else."""
    settings.SNAPSHOTS_DIR = tmp_path / "snapshots"
    settings.WHATIF_DIR = tmp_path / "whatif"
    settings.FILES_DIR = tmp_path / "files"
    policy_adopt(real_cast.places.county, place)
    return real_cast


@pytest.fixture
def sign_in(county: Cast, browser: Browser, live_server: LiveServer) -> Iterator[SignIn]:
    """Signs a member of the cast in, with her own password in a browser of her own; once, then she stays signed in."""
    actors: dict[int, Actor] = {}

    def signed_in(viewer: Viewer, *, width: int = DESK) -> Actor:
        assert viewer.user_id is not None
        if viewer.user_id not in actors:
            username, password = account_open(viewer)
            actor = Actor(browser, live_server.url, name=viewer.name, width=width)
            actor.sign_in(username, password)
            actors[viewer.user_id] = actor
        return actors[viewer.user_id]

    yield signed_in
    for actor in actors.values():
        actor.leave()


@pytest.fixture
def at_desk(county: Cast, browser: Browser, live_server: LiveServer) -> Iterator[SignIn]:
    """Opens a browser for a member of the cast in which she is signed in already, as herself, for weeks.

    For walks with many actors and days that pass; the sign-in page itself is walked by `sign_in`.
    """
    actors: dict[int, Actor] = {}

    def seated(viewer: Viewer, *, width: int = DESK) -> Actor:
        assert viewer.user_id is not None
        if viewer.user_id not in actors:
            actor = Actor(browser, live_server.url, name=viewer.name, width=width)
            actor.context.add_cookies([session_cookie(viewer, live_server.url)])
            actors[viewer.user_id] = actor
        return actors[viewer.user_id]

    yield seated
    for actor in actors.values():
        actor.leave()


def session_cookie(viewer: Viewer, base: str) -> Any:
    """This function signs somebody in without a page and returns the cookie that says so."""
    client = signed_in_client(Client(), viewer)
    session = client.session
    session.set_expiry(timedelta(days=60))
    session.save()
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": base}

"""Every test runs on a real PostgreSQL with real migrations, as the web role, behind row-level security."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import settings as hypothesis_settings
from tests.cluster import TestCluster, leftovers_remove
from tests.factories.cast import cast, real_cast

if TYPE_CHECKING:
    from shouwang.rulebook import PackSource, Policy

__all__ = ["cast", "real_cast"]

# How long an example takes says how busy the machine is, not whether the program is right.
hypothesis_settings.register_profile("house", deadline=None)
hypothesis_settings.load_profile("house")

TESTS = Path(__file__).parent
# A minute or so and more each, though some hold a single test; a name that has no file any more is passed over.
LONGEST = (
    "architecture/test_access_table.py",
    "config/test_up.py",
    "casework/test_every_step.py",
    "journeys/test_case3.py",
    "journeys/test_walks.py",
    "journeys/test_phone.py",
    "proof/test_kills.py",
    "journeys/test_accessibility.py",
    "journeys/test_policy_lab.py",
    "journeys/test_rejection.py",
    "proof/test_no_plain_text.py",
    "journeys/test_public.py",
    "journeys/test_phone_axe.py",
    "journeys/test_round.py",
    "journeys/test_calls.py",
    "screening/test_kills.py",
    "config/test_demo.py",
    "config/test_safekeeping.py",
    "config/test_upgrade.py",
)

WITH_PROCESSES = ("journeys", "proof")

RUN = TestCluster(Path(os.environ["SHOUWANG_TEST_ROOT"]))


def _chromium_offer() -> None:
    """Puts Playwright's own Chromium on the PATH where the system has none (`tools/browser` fetched it)."""
    if any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        return
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright"))
    found = sorted(folder.glob("chromium-*/chrome-linux*/chrome"))
    if found:
        link = RUN.root / "bin" / "chromium"
        link.parent.mkdir(exist_ok=True)
        if not link.exists():
            link.symlink_to(found[-1])
        os.environ["PATH"] = f"{link.parent}:{os.environ.get('PATH', '')}"


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def pytest_configure(config: pytest.Config) -> None:
    _chromium_offer()
    if hasattr(config, "workerinput"):
        return
    signal.signal(signal.SIGTERM, _interrupted)
    leftovers_remove()
    if getattr(config.option, "numprocesses", None):
        # The cluster must outlive every worker: it is a child of the process that ends last.
        RUN.start()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the files that take longest first: handed out late, one alone would keep the other workers waiting.

    Whole files are handed out (`--dist loadfile`), in this order with `--no-loadscope-reorder`. Tests of real processes
    get a second go, told by name (docs/decisions/0055).
    """
    for item in items:
        if Path(os.path.relpath(item.path, TESTS)).parts[0] in WITH_PROCESSES:
            item.add_marker(pytest.mark.flaky(reruns=1))
    ranks = {file: rank for rank, file in enumerate(LONGEST)}
    order = [os.path.relpath(item.path, TESTS) for item in items]
    counts = Counter(order)
    keyed = sorted(zip(order, items, strict=True), key=lambda one: (ranks.get(one[0], len(ranks)), -counts[one[0]]))
    items[:] = [item for _, item in keyed]


def pytest_unconfigure(config: pytest.Config) -> None:
    RUN.stop()
    if os.environ.get("SHOUWANG_TEST_PID") == str(os.getpid()):
        shutil.rmtree(RUN.root, ignore_errors=True)


@pytest.fixture(scope="session")
def database_name() -> str:
    """The database of this worker."""
    return f"shouwang_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """An empty folder that the database's unprivileged user can reach (pytest's own it cannot); removed at the end."""
    with tempfile.TemporaryDirectory(dir=RUN.root) as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.fixture(scope="session")
def database_urls(database_name: str, django_db_setup: None) -> dict[str, str]:
    """The addresses of this worker's database by Django alias: default (app), owner, batch."""
    return RUN.urls(database_name)


@pytest.fixture(scope="session")
def admin_url(database_name: str, django_db_setup: None) -> str:
    """The database administrator's address of this worker's database."""
    return RUN.admin_url(database_name)


@pytest.fixture(scope="session")
def command_env(database_urls: dict[str, str]) -> dict[str, str]:
    """The environment in which a test runs `python -m shouwang …` as a process of its own on this worker's database."""
    names = {"default": "DATABASE_URL", "owner": "SHOUWANG_OWNER_URL", "batch": "SHOUWANG_BATCH_URL"}
    urls = {names[alias]: url for alias, url in database_urls.items()}
    return {**os.environ, **urls, "DJANGO_SETTINGS_MODULE": "shouwang.config.settings"}


@contextmanager
def _policies_kept() -> Iterator[None]:
    """Reads each pack once a day of policy: its texts and the day say it all, and every test stores them anew."""
    from shouwang.standards import selectors
    from shouwang.standards.services import adopting

    load_policy, kept = selectors.load_policy, {}

    def load(source: PackSource, *, place: str, on: date) -> Policy:
        key = (source.digest, place, on)
        if key not in kept:
            kept[key] = load_policy(source, place=place, on=on)
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        for module in (selectors, adopting):
            patch.setattr(module, "load_policy", load)
        yield


@pytest.fixture(scope="session")
def django_db_setup(database_name: str, django_db_blocker: Any) -> Iterator[None]:
    """Replaces pytest-django's: migrations run as owner, tests as app, cleaning as the database's administrator."""
    from django.db import connections
    from django.test import TransactionTestCase

    RUN.start()
    with django_db_blocker.unblock():
        RUN.database_make(database_name)
        RUN.point_django(database_name)
    original = TransactionTestCase._fixture_teardown
    with psycopg.connect(RUN.admin_url(database_name), autocommit=True) as admin, _policies_kept():
        TransactionTestCase._fixture_teardown = lambda _: admin.execute("select testing.reset()") and None
        yield
    TransactionTestCase._fixture_teardown = original
    with django_db_blocker.unblock():
        connections.close_all()


@pytest.fixture
def empty_database(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database of this test's own, with the roles' privileges and no tables; Django's aliases point to it."""
    name = f"empty_{os.getpid()}_{abs(hash(request.node.nodeid)) % 10**8}"
    own = RUN.current
    RUN.database_create(name)
    with django_db_blocker.unblock():
        RUN.point_django(name)
        yield name
        RUN.point_django(own)
    RUN.database_drop(name)

"""Every route x method x member x place, against the table written by hand.

Reads run in real transactions, members in turn on one connection; writes run in a transaction that is taken back.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse, HttpResponseNotFound
from django.test import Client
from django.urls import reverse
from django.views.defaults import page_not_found
from tests.architecture import (
    objects_care,
    objects_checks,
    objects_insurance,
    objects_lab,
    objects_money,
    objects_public,
    objects_register,
    objects_social,
    objects_work,
)
from tests.architecture.objects import BUILDERS
from tests.architecture.table import METHODS, Entry, routes_of_project, table_read
from tests.factories.care import provider_make
from tests.factories.cast import Cast, cast_build

from shouwang.people import middleware
from shouwang.people.access import Viewer
from shouwang.people.models import User

assert (
    objects_care
    and objects_checks
    and objects_insurance
    and objects_lab
    and objects_money
    and objects_public
    and objects_register
    and objects_social
    and objects_work
)  # they register their builders
TABLE = table_read()
ENTRIES = list(TABLE.entries())
PASSWORD = "for-this-test-Only-1"
SECRET = "JBSWY3DPEHPK3PXP"
# JSON interfaces: a program is not sent to a page.
INTERFACE = frozenset(route for route, path in routes_of_project().items() if path.startswith("/api/"))
NEED_FACTOR = ("administrator", "security", "auditor")


@dataclass
class World:
    """The cast, signed in, and the objects that were asked for so far."""

    cast: Cast
    clients: dict[str, Client]
    arguments: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def address(self, entry: Entry, place: str | None) -> str:
        arguments: dict[str, Any] = {}
        if place is not None:
            key = (entry.object, place)
            if key not in self.arguments:
                self.arguments[key] = BUILDERS[entry.object](self.cast, getattr(self.cast.places, place))
            arguments = self.arguments[key]
        path = entry.route if entry.route.startswith("/") else reverse(entry.route, kwargs=arguments)
        return path + entry.query


def _members(cast: Cast) -> dict[str, Viewer]:
    # Few tests know the provider, so that the cast does without it.
    return {**cast.members(), "provider": provider_make(cast)}


def _sign_in(viewer: Viewer, member: str) -> Client:
    user = User.objects.get(pk=viewer.user_id)
    user.set_password(PASSWORD)
    user.save()
    if member in NEED_FACTOR:
        TOTP.activate(user, SECRET)
    client = Client(raise_request_exception=False)
    client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})
    if member in NEED_FACTOR:
        code = format_hotp_value(hotp_value(SECRET, next(yield_hotp_counters_from_time())))
        client.post(reverse("mfa_authenticate"), {"code": code})
    assert "_auth_user_id" in client.session, f"{member} could not sign in"
    return client


def _not_found(*_: Any) -> HttpResponse:
    return HttpResponseNotFound("not drawn here")


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, admin_url: str) -> Iterator[World]:
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        # More than ten thousand refusals are told by their number; one test has their page drawn for everybody.
        patch.setattr(middleware, "page_not_found", _not_found)
        # Nor is each of them written into the log; errors are.
        patch.setattr(logging.getLogger("django.request"), "filters", [lambda record: record.levelno >= logging.ERROR])
        cache.clear()
        cast = cast_build()
        viewers = _members(cast)
        clients = {member: _sign_in(viewers[member], member) for member in TABLE.members}
        yield World(cast=cast, clients={**clients, "anonymous": Client(raise_request_exception=False)})
        connection.close()
        with psycopg.connect(admin_url, autocommit=True) as admin:
            admin.execute("select testing.reset()")


def test_no_route_is_missing_from_the_table() -> None:
    missing = sorted(set(routes_of_project()) - set(TABLE.routes))
    assert not missing, f"write these routes into {'access_table.yaml'}: {missing}"


def test_no_entry_of_the_table_has_lost_its_route() -> None:
    gone = sorted(set(TABLE.routes) - set(routes_of_project()))
    assert not gone, f"these entries have no route: {gone}"


def test_every_object_can_be_made() -> None:
    wanted = {row["object"] for row in TABLE.routes.values() if "object" in row}
    assert wanted <= set(BUILDERS), f"tests/architecture/objects.py lacks {sorted(wanted - set(BUILDERS))}"
    assert wanted <= set(TABLE.objects), f"the table's objects lack {sorted(wanted - set(TABLE.objects))}"


def _request(world: World, member: str, entry: Entry, address: str) -> Any:
    client = world.clients[member]
    if entry.method == "GET":
        return client.get(address)
    cookies = dict(client.cookies)
    try:
        with transaction.atomic():
            response = (
                client.generic(entry.method, address) if entry.method != "POST" else client.post(address, entry.data)
            )
            transaction.set_rollback(True)
    finally:
        client.cookies.clear()
        client.cookies.update(cookies)
    if member != "anonymous" and response.status_code not in (404, 405):
        assert "_auth_user_id" in client.session, "the sign-in must survive what was taken back"
    return response


def _verdict(entry: Entry, member: str, place: str | None, response: Any) -> str:
    """What is wrong with an answer, '' when nothing is."""
    home = TABLE.members.get(member, "village")
    where = f"{member} ({home}) {entry.method} {entry.route} at {place}: {response.status_code}"
    if entry.lets_in(member, home, place):
        return "" if response.status_code in entry.ok else f"{where}, should be let in {entry.ok}"
    if member == "anonymous":
        is_sent = response.status_code == 302 and response["Location"].startswith(reverse("account_login"))
        is_sent = is_sent or (entry.route in INTERFACE and response.status_code == 401)
        return "" if is_sent else f"{where}, should be sent to sign in"
    return "" if response.status_code in (404, 405) else f"{where}, should be 404"


def test_the_page_of_a_refusal_is_drawn_for_every_member(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "page_not_found", page_not_found)
    absent = reverse("casework:case", kwargs={"case_id": 10**9})
    for member in TABLE.members:
        response = world.clients[member].get(absent)
        assert (member, response.status_code) == (member, 404)
        assert "没有这个页面" in response.content.decode()


def _id(entry: Entry) -> str:
    return f"{entry.method}-{entry.route}"


@pytest.mark.parametrize("entry", ENTRIES, ids=_id)
def test_each_member_gets_what_the_table_says(entry: Entry, world: World) -> None:
    places: list[str | None] = list(TABLE.objects[entry.object]) if entry.object else [None]
    addresses = {place: world.address(entry, place) for place in places}
    wrong = [
        verdict
        for place, address in addresses.items()
        for member in world.clients
        if (verdict := _verdict(entry, member, place, _request(world, member, entry, address)))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("route", list(TABLE.routes))
def test_methods_that_the_table_does_not_name_are_refused(route: str, world: World) -> None:
    known = [entry for entry in ENTRIES if entry.route == route]
    assert known, f"{route} allows no method at all"
    if route.startswith(("account_", "mfa_")):
        return  # allauth's own views decide about odd methods; none of them shows anything of the house
    place = TABLE.objects[known[0].object][0] if known[0].object else None
    for method in METHODS:
        if any(entry.method == method for entry in known):
            continue
        entry = Entry(route=route, method=method, object=known[0].object, where={}, ok=())
        for member in ("county", "administrator", "medical"):
            response = _request(world, member, entry, world.address(entry, place))
            assert response.status_code in (404, 405), f"{member} {method} {route}: {response.status_code}"

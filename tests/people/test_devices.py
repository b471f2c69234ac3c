"""Phones: known by their token, locked by their owner or an operator, wiped at the next contact."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.cast import Cast, sign_in

from shouwang.audit.models import Entry
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.people.models import Device
from shouwang.people.services import device_add

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_second_factor(settings: Any) -> None:
    """Who must enrol one is tested elsewhere."""
    settings.SECOND_FACTOR_ROLES = frozenset()


def add(viewer: Viewer) -> tuple[Device, str]:
    with acting_as(viewer):
        return device_add(viewer=viewer, label="红色手机", at=timezone.now())


def ask(client: Client, token: str, *, is_wiped: bool = False) -> str:
    body = json.dumps({"token": token, "is_wiped": is_wiped})
    answer = client.post("/api/phone/device-state", body, content_type="application/json")
    assert answer.status_code == 200
    return str(answer.json()["state"])


def actions(device: Device) -> list[str]:
    with acting_as(SYSTEM):
        rows = Entry.objects.filter(subject_type="people.Device", subject_id=device.pk).order_by("id")
        return list(rows.values_list("action", flat=True))


def test_a_phone_asks_after_itself_without_signing_in(cast: Cast, client: Client) -> None:
    _, token = add(cast.officer)
    assert ask(client, token) == "live"
    assert ask(client, "x" * 43) == "unknown"


def test_the_token_itself_is_kept_nowhere(cast: Cast) -> None:
    device, token = add(cast.officer)
    assert token not in repr(vars(device)) and len(token) >= 43


@pytest.mark.parametrize("by_herself", [True, False])
def test_a_locked_phone_learns_it_wipes_and_says_so(cast: Cast, client: Client, by_herself: bool) -> None:
    device, token = add(cast.officer)
    name = "people:device_lock_mine" if by_herself else "people:device_lock"
    page = reverse(name, args=[device.pk])
    sign_in(client, cast.officer if by_herself else cast.administrator)
    assert "找不回来" in client.get(page).content.decode()
    assert client.post(page, {"reason": ""}).status_code == 422
    assert ask(Client(), token) == "live"
    assert client.post(page, {"reason": "丢了"}).status_code == 302
    assert ask(Client(), token) == "locked"
    assert ask(Client(), token, is_wiped=True) == "locked"
    ask(Client(), token, is_wiped=True)
    assert actions(device) == ["device.add", "device.lock", "device.wipe"]
    with acting_as(SYSTEM):
        assert Device.objects.get(pk=device.pk).wiped_at is not None


def test_nobody_locks_or_sees_the_phone_of_somebody_elsewhere(cast: Cast, client: Client) -> None:
    device, token = add(cast.neighbour_officer)
    sign_in(client, cast.administrator)
    assert client.post(reverse("people:device_lock", args=[device.pk]), {"reason": "丢了"}).status_code == 404
    sign_in(client, cast.officer)
    assert client.post(reverse("people:device_lock_mine", args=[device.pk]), {"reason": "丢了"}).status_code == 404
    assert ask(Client(), token) == "live"
    with acting_as(cast.officer):
        assert not Device.objects.exists()


def test_the_pages_list_phones_with_their_state(cast: Cast, client: Client) -> None:
    device, _ = add(cast.officer)
    page = sign_in(client, cast.officer).get(reverse("people:devices")).content.decode()
    assert "红色手机" in page and "在用" in page
    page = sign_in(client, cast.administrator).get(reverse("people:user", args=[device.user_id])).content.decode()
    assert reverse("people:device_lock", args=[device.pk]) in page


def test_a_signed_in_phone_becomes_known_and_signing_in_is_needed(cast: Cast, client: Client) -> None:
    def post(who: Client) -> Any:
        return who.post("/api/phone/devices", json.dumps({"label": "新手机"}), content_type="application/json")

    assert post(client).status_code == 401
    told = post(sign_in(client, cast.officer)).json()
    assert ask(Client(), told["token"]) == "live"

"""Photos and signatures after their report: each once, drawn anew, seen by who sees the report."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from tests.factories.cast import Cast, sign_in
from tests.factories.papers import photo
from tests.factories.register import household_make
from tests.factories.sources import report_make

from shouwang.audit.models import Entry
from shouwang.people.access import SYSTEM, acting_as
from shouwang.sources.models import Clue, CluePhoto

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.FILES_DIR = tmp_path


@pytest.fixture
def clue(cast: Cast) -> Clue:
    return report_make(cast.officer, household_make(cast.places.village.lo).pk)


def put(client: Client, key: str, content: bytes, *, report: str, kind: str = "PHOTO", **more: str) -> Any:
    about = urlencode({"report": report, "kind": kind, "at": timezone.now().isoformat(), **more})
    return client.put(f"/api/phone/pictures/{key}?{about}", content, content_type="image/jpeg")


def pictures() -> list[CluePhoto]:
    with acting_as(SYSTEM):
        return list(CluePhoto.objects.order_by("pk"))


def test_a_photo_comes_once_however_often_it_is_sent(cast: Cast, client: Client, clue: Clue) -> None:
    phone, content = sign_in(client, cast.officer), photo(position=((37, 13, 0), (115, 2, 0)))
    first, second = (put(phone, "p1", content, report=clue.idempotency_key).json() for _ in range(2))
    assert (first["is_repeated"], second["is_repeated"]) == (False, True)
    [kept] = pictures()
    assert first["picture_id"] == second["picture_id"] == kept.pk and kept.clue_id == clue.pk
    told = put(phone, "p1", photo(100, 100), report=clue.idempotency_key)
    assert (told.status_code, told.json()["code"]) == (409, "key-reused")
    with acting_as(SYSTEM):
        assert Entry.objects.filter(action="clue.photo", subject_id=clue.pk).count() == 1
    shown = sign_in(client, cast.township).get(reverse("sources:clue_picture", args=[kept.pk]))
    assert shown["Content-Type"] == "image/jpeg" and not Image.open(io.BytesIO(shown.content)).getexif()
    page = client.get(reverse("sources:clue", args=[clue.pk])).content.decode()
    assert reverse("sources:clue_picture", args=[kept.pk]) in page


def test_a_signature_needs_its_name_and_its_text(cast: Cast, client: Client, clue: Clue) -> None:
    phone, key = sign_in(client, cast.officer), clue.idempotency_key
    assert put(phone, "s", photo(), report=key, kind="SIGNATURE").json()["code"] == "signer-missing"
    told = put(phone, "s", photo(), report=key, kind="SIGNATURE", signer="张胜坤", text="同意核对本户信息")
    assert told.status_code == 200
    [kept] = pictures()
    assert (kept.kind, kept.signer, kept.signed_text) == ("SIGNATURE", "张胜坤", "同意核对本户信息")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "paper-empty"),
        (b"MZ" + b"\0" * 200, "paper-is-program"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "paper-is-svg"),
        (b"\xff" * 1_100_000, "picture-too-large"),
    ],
)
def test_what_is_no_small_photo_is_refused_and_its_key_stays_free(
    cast: Cast, client: Client, clue: Clue, content: bytes, code: str
) -> None:
    phone = sign_in(client, cast.officer)
    told = put(phone, "p1", content, report=clue.idempotency_key)
    assert (told.status_code, told.json()["code"]) == (409, code)
    assert put(phone, "p1", photo(), report=clue.idempotency_key).status_code == 200


def test_a_photo_finds_only_a_report_of_its_senders_own_office(cast: Cast, client: Client, clue: Clue) -> None:
    phone = sign_in(client, cast.sibling_officer)
    assert put(phone, "p1", photo(), report=clue.idempotency_key).json()["code"] == "report-not-there"
    assert put(sign_in(client, cast.officer), "p1", photo(), report="none").json()["code"] == "report-not-there"
    assert not pictures()

"""The request inside its scope: what is kept, what is taken back, and what the user is told."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.factories.cast import Cast, sign_in
from tests.factories.people import grant_make, user_make

from shouwang.people.access import SYSTEM, acting_as
from shouwang.people.models import DivisionChange

pytestmark = pytest.mark.urls("tests.people.middleware_urls")


def client_of(cast: Cast, member: str) -> Client:
    return sign_in(Client(raise_request_exception=False), cast.members()[member])


@pytest.mark.parametrize(
    ("page", "status", "text"),
    [
        ("refuses", 409, "这户不在您的辖区。"),
        ("loses", 404, ""),
        ("breaks", 500, ""),
        ("invalid", 422, "请修改"),
    ],
)
def test_what_a_failed_request_wrote_is_taken_back(real_cast: Cast, page: str, status: int, text: str) -> None:
    response = client_of(real_cast, "county").get(f"/{page}/")
    assert (response.status_code, text in response.content.decode()) == (status, True)
    assert not DivisionChange.objects.exists()


def test_what_a_good_request_wrote_is_kept(real_cast: Cast) -> None:
    assert client_of(real_cast, "county").get("/writes/").status_code == 200
    assert DivisionChange.objects.count() == 1


def test_a_refusal_is_a_whole_page_with_the_navigation_of_the_viewer(real_cast: Cast) -> None:
    text = client_of(real_cast, "county").get("/refuses/").content.decode()
    assert "王秀英" in text
    assert "</html>" in text


@pytest.mark.parametrize("page", ["streams", "renders"])
def test_streaming_and_late_rendering_see_the_viewers_rows_and_no_others(real_cast: Cast, page: str) -> None:
    with acting_as(SYSTEM):
        grant_make(real_cast.medical, household_id=1, slot=real_cast.slot)
        grant_make(real_cast.neighbour_medical, household_id=2, slot=real_cast.neighbour_slot)
    seen = {}
    for member in ("county", "neighbour", "city", "civil"):
        response = client_of(real_cast, member).get(f"/{page}/")
        seen[member] = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
    assert seen == {"county": b"1;", "neighbour": b"2;", "city": b"1;2;", "civil": b""}


def test_a_forbidden_page_looks_like_an_absent_one(real_cast: Cast) -> None:
    officer = client_of(real_cast, "officer")
    forbidden, absent = officer.get("/centre/"), officer.get("/there-is-no-such-page/")
    assert forbidden.status_code == absent.status_code == 404
    assert forbidden.content.replace(b"/centre/", b"") == absent.content.replace(b"/there-is-no-such-page/", b"")


def test_a_visitor_is_sent_to_sign_in_and_back(db: None) -> None:
    response = Client().get("/centre/?a=1")
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/centre/%3Fa%3D1")


def test_a_user_without_an_appointment_is_told_so(db: None) -> None:
    client = Client()
    client.force_login(user_make("没有岗位"))
    response = client.get("/centre/")
    assert (response.status_code, "没有可用的岗位" in response.content.decode()) == (403, True)


def test_the_connection_holds_no_scope_after_a_request(real_cast: Cast) -> None:
    from django.db import connection

    client_of(real_cast, "county").get("/writes/")
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(current_setting('sw.kind', true), ''), count(*) from people_taskgrant")
        assert cursor.fetchone() == ("", 0)

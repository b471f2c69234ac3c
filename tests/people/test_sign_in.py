"""Signing in: passwords, one-time links, second factors, lockout, and what ends a session."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth import authenticate
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests.factories.cast import Cast, sign_in
from tests.factories.people import appointment_make, organisation_make, user_make

from shouwang.audit.models import Entry
from shouwang.people.access import SYSTEM, Kind, Role, acting_as
from shouwang.people.models import Appointment, FactorReset, Invitation, User
from shouwang.people.services import (
    FactorResetRefused,
    InvitationGone,
    NotAdministrator,
    PasswordRefused,
    UserRefused,
    divisions_load,
    factor_reset_ask,
    factor_reset_decide,
    first_administrator_invite,
    invitation_accept,
    invitation_make,
    user_add,
    user_disable,
)

AT = datetime(2020, 7, 1, 1, tzinfo=UTC)
PASSWORD = "守望-Long-enough-9"
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def clean_cache(transactional_db: None) -> None:
    cache.clear()


def user_of(cast: Cast, member: str) -> User:
    return User.objects.get(pk=cast.members()[member].user_id)


def give_password(cast: Cast, member: str) -> User:
    user = user_of(cast, member)
    user.set_password(PASSWORD)
    user.save()
    return user


def log_in(client: Client, username: str, password: str = PASSWORD) -> int:
    response = client.post(reverse("account_login"), {"login": username, "password": password})
    return response.status_code


def actions() -> list[str]:
    with acting_as(SYSTEM):
        return list(Entry.objects.order_by("pk").values_list("action", flat=True))


def code_now(secret: str = SECRET) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_a_user_signs_in_with_her_password(clean_cache: None, real_cast: Cast) -> None:
    user = give_password(real_cast, "township")
    client = Client()
    assert log_in(client, user.username) == 302
    assert client.get("/people/switch/").status_code == 200
    assert actions() == ["sign_in"]


def test_a_wrong_password_is_logged_without_what_was_typed(clean_cache: None, real_cast: Cast) -> None:
    user = give_password(real_cast, "township")
    assert log_in(Client(), user.username, "wrong-one") == 200
    assert log_in(Client(), "no-such-user-secret") == 200
    with acting_as(SYSTEM):
        found = list(Entry.objects.order_by("pk").values_list("action", "subject_id"))
        assert found == [("sign_in.failed", user.pk), ("sign_in.failed", 0)]
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from audit_entry e where e::text like '%%no-such-user%%'")
            assert cursor.fetchone()[0] == 0


def test_five_failures_lock_the_account_for_a_while_even_for_the_right_password(
    clean_cache: None, real_cast: Cast
) -> None:
    user = give_password(real_cast, "township")
    for _ in range(5):
        log_in(Client(), user.username, "wrong-one")
    client = Client()
    assert log_in(client, user.username) != 302
    assert client.get("/people/switch/").status_code == 302
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from people_cache")
        assert cursor.fetchone()[0] > 0, "the count is kept where every process sees it"


def test_a_disabled_account_is_out_with_its_next_request(real_cast: Cast) -> None:
    client = sign_in(Client(), real_cast.township)
    assert client.get("/people/switch/").status_code == 200
    with acting_as(real_cast.administrator):
        user_disable(viewer=real_cast.administrator, user_id=real_cast.township.user_id or 0, at=AT, reason="离职")
    response = client.get("/people/switch/")
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_a_new_password_ends_the_other_sessions(clean_cache: None, real_cast: Cast) -> None:
    user = give_password(real_cast, "township")
    first, second = Client(), Client()
    log_in(first, user.username)
    log_in(second, user.username)
    new = "another-Long-one-7"
    first.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert authenticate(None, username=user.username, password=new) is not None
    assert second.get("/people/switch/").status_code == 302


def test_a_one_time_link_sets_a_password_once(real_cast: Cast) -> None:
    with acting_as(real_cast.administrator):
        user = user_add(viewer=real_cast.administrator, username="newcomer", name="新人", at=AT)
        token = invitation_make(viewer=real_cast.administrator, user_id=user.pk, at=AT)
    with acting_as(SYSTEM):
        assert token not in str(list(Invitation.objects.values()))
    invitation_accept(token=token, password=PASSWORD, at=AT + timedelta(hours=1))
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    with pytest.raises(InvitationGone):
        invitation_accept(token=token, password=PASSWORD, at=AT + timedelta(hours=1))


def test_an_expired_or_replaced_or_invented_link_is_gone(real_cast: Cast) -> None:
    user_id = real_cast.township.user_id or 0
    with acting_as(real_cast.administrator):
        first = invitation_make(viewer=real_cast.administrator, user_id=user_id, at=AT)
        second = invitation_make(viewer=real_cast.administrator, user_id=user_id, at=AT, days=1)
    for token, at in ((first, AT), (second, AT + timedelta(days=1)), ("invented", AT)):
        with pytest.raises(InvitationGone):
            invitation_accept(token=token, password=PASSWORD, at=at)


def test_a_weak_password_is_refused_and_the_link_lives_on(real_cast: Cast) -> None:
    with acting_as(real_cast.administrator):
        user_id = real_cast.township.user_id or 0
        token = invitation_make(viewer=real_cast.administrator, user_id=user_id, at=AT)
    with pytest.raises(PasswordRefused):
        invitation_accept(token=token, password="12345", at=AT)
    assert invitation_accept(token=token, password=PASSWORD, at=AT).pk == user_id


def test_the_link_works_as_a_page(real_cast: Cast) -> None:
    administrator = sign_in(Client(), real_cast.administrator)
    _factor(user_of(real_cast, "administrator"))
    page = administrator.post(f"/people/users/{real_cast.township.user_id}/link/")
    link = re.search(r'value="(http://testserver/people/invitation/[^"]+)"', page.content.decode())
    assert link is not None
    visitor = Client()
    assert visitor.get(link[1]).status_code == 200
    bad = visitor.post(link[1], {"password": PASSWORD, "again": "other"})
    assert (bad.status_code, "两遍输入的不一样" in bad.content.decode()) == (422, True)
    assert visitor.post(link[1], {"password": PASSWORD, "again": PASSWORD}).status_code == 200
    assert visitor.get(link[1]).status_code == 409


def test_an_administrator_of_another_county_makes_no_link(real_cast: Cast) -> None:
    operator = organisation_make(Kind.OPERATOR, real_cast.places.neighbour_county)
    other = appointment_make(user_make("邻县管理员"), operator, Role.ADMINISTRATOR)
    _factor(other.user)
    client = Client()
    client.force_login(other.user)
    assert client.post(f"/people/users/{real_cast.township.user_id}/link/").status_code == 404
    with pytest.raises(NotAdministrator), acting_as(real_cast.security):
        invitation_make(viewer=real_cast.security, user_id=real_cast.township.user_id or 0, at=AT)


@pytest.mark.parametrize("username", ["", "Ab", "1abc", "a b c", "张三", "x" * 40])
def test_an_account_name_that_cannot_be_typed_is_refused(real_cast: Cast, username: str) -> None:
    with acting_as(real_cast.administrator), pytest.raises(UserRefused):
        user_add(viewer=real_cast.administrator, username=username, name="人", at=AT)


def test_the_first_administrator_comes_by_link_and_only_once(transactional_db: None) -> None:
    divisions_load(rows=[])
    with pytest.raises(UserRefused, match="区划还没有装入"):
        first_administrator_invite(place=None, at=AT, on=date(2020, 7, 1))
    from tests.factories.cast import places_build

    places_build()
    username, token = first_administrator_invite(place=1305, at=AT, on=date(2020, 7, 1))
    _, again = first_administrator_invite(place=1305, at=AT, on=date(2020, 7, 1))
    with pytest.raises(InvitationGone):
        invitation_accept(token=token, password=PASSWORD, at=AT)
    invitation_accept(token=again, password=PASSWORD, at=AT)
    appointment = Appointment.objects.get()
    assert (username, appointment.role, appointment.slot_ranges()) == (
        "admin",
        "ADMINISTRATOR",
        ((130500000000, 130599999999),),
    )
    with pytest.raises(UserRefused, match="已经有管理员"):
        first_administrator_invite(place=1305, at=AT, on=date(2020, 7, 1))


def _factor(user: User) -> None:
    TOTP.activate(user, SECRET)


def test_a_role_that_needs_a_second_factor_acts_only_with_one(real_cast: Cast) -> None:
    client = sign_in(Client(), real_cast.administrator)
    response = client.get("/people/")
    assert (response.status_code, response["Location"]) == (302, reverse("mfa_activate_totp"))
    _factor(user_of(real_cast, "administrator"))
    assert client.get("/people/").status_code == 200


def test_signing_in_with_a_second_factor_asks_for_its_code(clean_cache: None, real_cast: Cast) -> None:
    user = give_password(real_cast, "administrator")
    _factor(user)
    client = Client()
    response = client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})
    assert response["Location"].startswith(reverse("mfa_authenticate"))
    assert client.get("/people/").status_code == 302
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert client.get("/people/").status_code == 302
    client.post(reverse("mfa_authenticate"), {"code": code_now()})
    assert client.get("/people/").status_code == 200


def test_the_key_of_a_second_factor_is_sealed(real_cast: Cast) -> None:
    _factor(user_of(real_cast, "administrator"))
    assert SECRET not in str(Authenticator.objects.get().data)


def test_enrolling_a_second_factor_works_through_the_pages(clean_cache: None, real_cast: Cast) -> None:
    user = give_password(real_cast, "administrator")
    client = Client()
    log_in(client, user.username)
    asked = client.get(reverse("mfa_activate_totp"))
    page = client.post(asked["Location"], {"password": PASSWORD}, follow=True)
    assert page.redirect_chain[-1][0] == reverse("mfa_activate_totp")
    secret = page.context["form"].secret
    done = client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)})
    assert done.status_code == 302
    assert client.get("/people/").status_code == 200


def test_a_lost_second_factor_needs_two_people(real_cast: Cast) -> None:
    cast, lost = real_cast, user_of(real_cast, "township")
    _factor(lost)
    with acting_as(cast.administrator):
        asked = factor_reset_ask(viewer=cast.administrator, user_id=lost.pk, reason="手机丢失", at=AT)
        with pytest.raises(FactorResetRefused, match="不能自己批准"):
            factor_reset_decide(viewer=cast.administrator, reset_id=asked.pk, is_granted=True, at=AT)
        with pytest.raises(FactorResetRefused, match="已经有一份"):
            factor_reset_ask(viewer=cast.administrator, user_id=lost.pk, reason="手机丢失", at=AT)
    assert Authenticator.objects.filter(user=lost).exists()
    with acting_as(cast.security):
        factor_reset_decide(viewer=cast.security, reset_id=asked.pk, is_granted=True, at=AT)
        assert FactorReset.objects.get().is_granted
    assert not Authenticator.objects.filter(user=lost).exists()
    assert actions()[-2:] == ["factor_reset.ask", "factor_reset.grant"]


def test_nobody_else_resets_a_second_factor(real_cast: Cast) -> None:
    _factor(user_of(real_cast, "township"))
    with acting_as(real_cast.county), pytest.raises(FactorResetRefused):
        factor_reset_ask(viewer=real_cast.county, user_id=real_cast.township.user_id or 0, reason="想看看", at=AT)


def test_a_second_administrator_cannot_stand_in_for_the_security_officer(real_cast: Cast) -> None:
    cast, lost = real_cast, user_of(real_cast, "township")
    _factor(lost)
    operator = Appointment.objects.get(pk=cast.administrator.appointment_id).organisation
    from shouwang.people.access import viewer_for

    second = viewer_for(appointment_make(user_make("另一位"), operator, Role.ADMINISTRATOR), on=date(2020, 7, 1))
    with acting_as(cast.administrator):
        asked = factor_reset_ask(viewer=cast.administrator, user_id=lost.pk, reason="手机丢失", at=AT)
    with acting_as(second), pytest.raises(FactorResetRefused, match="由安全员办理"):
        factor_reset_decide(viewer=second, reset_id=asked.pk, is_granted=True, at=AT)


def test_nobody_signs_up_from_outside(db: None) -> None:
    response = Client().post(
        "/accounts/signup/", {"username": "stranger", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert not User.objects.filter(username="stranger").exists()
    assert response.status_code == 200


def test_a_former_clerk_of_another_county_gets_no_new_link(real_cast: Cast) -> None:
    Appointment.objects.filter(pk=real_cast.neighbour.appointment_id).update(ended_at=AT)
    with acting_as(real_cast.administrator), pytest.raises(NotAdministrator):
        invitation_make(viewer=real_cast.administrator, user_id=real_cast.neighbour.user_id or 0, at=AT)

"""Signing in, the second factor and signing out, in the house's frame and words."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.totp.internal import auth
from django.test import Client
from django.urls import reverse
from tests.factories.people import user_make

PASSWORD = "a long enough password 7"
ENGLISH = re.compile(r">[^<>]*\b(?:Sign|Password|Code|Username|Authenticator|Confirm|Cancel|Recovery)\b[^<>]*<")


def text(client: Client, name: str, status: int = 200) -> str:
    response = client.get(reverse(name))
    assert response.status_code == status
    drawn = response.content.decode()
    assert '<html lang="zh-CN"' in drawn
    assert not ENGLISH.search(drawn), ENGLISH.search(drawn)
    return drawn


@pytest.mark.django_db
def test_the_sign_in_page_says_where_help_is(client: Client) -> None:
    drawn = text(client, "account_login")
    assert "忘了密码或没有账号，请找本单位的系统管理员" in drawn
    assert "default-src 'none'" in client.get(reverse("account_login")).headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_a_wrong_password_is_told_without_saying_which_part_is_wrong(client: Client) -> None:
    user_make(username="wutk", password=PASSWORD)
    drawn = client.post(reverse("account_login"), {"login": "wutk", "password": "wrong"}).content.decode()
    other = client.post(reverse("account_login"), {"login": "nobody", "password": "wrong"}).content.decode()
    assert "有 1 处需要修改" in drawn

    def said(page: str) -> list[str]:
        return re.findall(r"<li>([^<]+)</li>", page)

    assert said(drawn) == said(other) != []


@pytest.mark.django_db
def test_nobody_signs_up(client: Client) -> None:
    assert "不能自己注册账号" in text(client, "account_signup")


@pytest.mark.django_db
def test_a_second_factor_is_set_up_used_and_taken_away(client: Client) -> None:
    user = user_make(username="wutk", password=PASSWORD)
    signed_in = client.post(reverse("account_login"), {"login": "wutk", "password": PASSWORD})
    assert signed_in.status_code == 302
    assert "还没有打开" in text(client, "mfa_index")
    assert client.get(reverse("mfa_activate_totp")).status_code == 302
    assert "请先确认是您本人" in text(client, "account_reauthenticate")
    assert client.post(reverse("account_reauthenticate"), {"password": PASSWORD}).status_code == 302
    page = client.get(reverse("mfa_activate_totp"))
    assert "data:image/svg+xml" in page.content.decode()
    secret = page.context["form"].secret
    code = auth.format_hotp_value(auth.hotp_value(secret, next(iter(auth.yield_hotp_counters_from_time()))))
    assert client.post(reverse("mfa_activate_totp"), {"code": "000000x"}).status_code == 200
    assert client.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 302
    codes = re.findall(r'<code class="sw-code">([^<]+)</code>', text(client, "mfa_view_recovery_codes"))
    assert len(codes) == 10
    assert "换一批备用码" in text(client, "mfa_index")
    assert "全部作废" in text(client, "mfa_generate_recovery_codes")
    assert "备用码也一起作废" in text(client, "mfa_deactivate_totp")

    other = Client()
    assert other.post(reverse("account_login"), {"login": "wutk", "password": PASSWORD}).status_code == 302
    drawn = text(other, "mfa_authenticate")
    assert "手机丢了、备用码也没有" in drawn
    wrong = other.post(reverse("mfa_authenticate"), {"code": "000000x"})
    assert "有 1 处需要修改" in wrong.content.decode()
    assert other.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 302
    assert other.session["_auth_user_id"] == str(user.pk)


@pytest.mark.django_db
def test_the_password_is_changed_and_the_session_ended(client: Client) -> None:
    user = user_make(username="wutk", password=PASSWORD)
    client.force_login(user)
    assert "再输一遍新密码" in text(client, "account_change_password")
    short = client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "short1", "password2": "short1"}
    )
    assert "新密码：" in short.content.decode()
    assert "没有提交的内容会丢掉" in text(client, "account_logout")
    assert client.post(reverse("account_logout")).status_code == 302
    assert "_auth_user_id" not in client.session

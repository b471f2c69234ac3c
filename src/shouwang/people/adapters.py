"""How allauth behaves here: accounts are made by administrators, sign-ins are logged, TOTP keys are sealed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from shouwang.audit.services import entry_append
from shouwang.kit.seal import keyring
from shouwang.people.access import NOBODY
from shouwang.people.models import User


def _log(action: str, user: User | None) -> None:
    viewer = replace(NOBODY, user_id=user.pk, name=user.get_full_name()) if user else NOBODY
    entry_append(
        viewer=viewer,
        action=action,
        subject_type="people.User",
        subject_id=user.pk if user else 0,
        slot=_home(user) if user else None,
        at=timezone.now(),
    )


def _home(user: User) -> int | None:
    first = user.appointments.filter(ended_at=None).select_related("organisation__area").order_by("valid_from").first()
    return first.organisation.area.lo if first else None


class ClosedAccountAdapter(DefaultAccountAdapter):
    """No sign-up from outside; every sign-in and every failed one leaves an entry."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponseBase:
        """This function logs a sign-in that has passed all its stages."""
        response: HttpResponseBase = super().post_login(request, user, **more)
        _log("sign_in", user)
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """This function logs a failed sign-in by the account's number; what was typed is kept nowhere."""
        username = str(credentials.get("username") or "")
        _log("sign_in.failed", User.objects.filter(username__iexact=username).first() if username else None)


class SealedFactorAdapter(DefaultMFAAdapter):
    """TOTP keys and recovery seeds stand in the database only as sealed text."""

    CONTEXT = "mfa_authenticator"

    def encrypt(self, text: str) -> str:
        return keyring().seal(text, context=self.CONTEXT).hex()

    def decrypt(self, encrypted_text: str) -> str:
        return keyring().open(bytes.fromhex(encrypted_text), context=self.CONTEXT)

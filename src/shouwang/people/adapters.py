"""How allauth behaves here: accounts are made by administrators, never by visitors."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAccountAdapter(DefaultAccountAdapter):
    """No sign-up from outside."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

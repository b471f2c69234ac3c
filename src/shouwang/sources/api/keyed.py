"""Who may use the departments' interface: whoever shows a key that is in force."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from shouwang.sources.services import Keyed, interface_key_open

LONGEST = 200


class ByKey(HttpBearer):
    """Opens `Authorization: Bearer swk_…`; every wrong key gets the same answer."""

    def authenticate(self, request: HttpRequest, token: str) -> Keyed | None:
        """This function returns who acts by the key, or None."""
        if not token.isascii() or "\0" in token or len(token) > LONGEST:
            return None
        return interface_key_open(token=token, at=timezone.now())

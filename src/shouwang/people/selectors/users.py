"""Reads of accounts and their second factors."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet

from shouwang.people.access import Viewer
from shouwang.people.models import Appointment, FactorReset, User


def user_under(viewer: Viewer, user_id: int) -> User | None:
    """This function returns a user whose appointments (the open, else the ended) all lie with the viewer, or None."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        return None
    held = Appointment.objects.filter(user=user).select_related("organisation__area")
    counting = [appointment for appointment in held if appointment.ended_at is None] or held
    areas = [appointment.organisation.area for appointment in counting]
    if any(not viewer.covers(area.lo, area.hi) for area in areas):
        return None
    return user


def factor_resets_open() -> QuerySet[FactorReset]:
    """This function returns the undecided requests to take a second factor away, oldest first."""
    found = FactorReset.objects.filter(decided_at=None).select_related("user", "asked_by__user")
    return found.order_by("asked_at")


def factor_resets_decided() -> QuerySet[FactorReset]:
    """This function returns the decided requests, newest first."""
    found = FactorReset.objects.exclude(decided_at=None).select_related("user", "asked_by__user", "decided_by__user")
    return found.order_by("-decided_at")


def has_second_factor(user_id: int) -> bool:
    """This function tells whether a user has enrolled a second factor."""
    return Authenticator.objects.filter(user_id=user_id, type=Authenticator.Type.TOTP).exists()


def user_by_username(username: str) -> User | None:
    """This function returns a user by her account, or None."""
    return User.objects.filter(username=username).first()

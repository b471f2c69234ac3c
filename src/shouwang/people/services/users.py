"""Users and their one-time links: nobody but the user herself ever knows her password."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import date, datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from shouwang.audit.services import entry_append
from shouwang.kit import divisions
from shouwang.kit.errors import Refusal
from shouwang.people.access import SYSTEM, Kind, Role, Viewer, acting_as
from shouwang.people.models import Appointment, Area, Invitation, Organisation, User
from shouwang.people.services.organisations import NotAdministrator, administrator_check

LINK_DAYS = 3
USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,30}")


class UserRefused(Refusal):
    """The account cannot be made or changed as asked."""


class InvitationGone(Refusal):
    """The link was used, withdrawn, expired, or never existed: all look alike."""

    sentence = "这个链接已经失效：可能用过了、过期了，或者又发过新的。请找本单位的系统管理员重新发一个。"


class PasswordRefused(Refusal):
    """The password breaks a rule of the installation."""


def token_digest(token: str) -> str:
    """This function returns what is kept of a token; the token itself is shown once and never stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def user_check(viewer: Viewer, user: User) -> None:
    """This function refuses an administrator who has not all of a user's appointments in her areas.

    Once all have ended, those that were count: nobody else's former clerk is hers to give a new password.
    """
    held = Appointment.objects.filter(user=user).select_related("organisation__area")
    open_ones = [appointment for appointment in held if appointment.ended_at is None]
    administrator_check(viewer, *(appointment.organisation.area for appointment in open_ones or held))


def user_add(*, viewer: Viewer, username: str, name: str, at: datetime) -> User:
    """This function makes an account without a password; an invitation lets its user set one."""
    administrator_check(viewer)
    if not USERNAME.fullmatch(username):
        raise UserRefused("账号用小写字母开头，3 到 31 位，只用小写字母、数字、点、横线和下划线。")
    if not name.strip():
        raise UserRefused("请填写姓名。")
    if User.objects.filter(username=username).exists():
        raise UserRefused("这个账号已经有人用了，请换一个。")
    user = User(username=username, name=name.strip()[:60])
    user.set_unusable_password()
    user.save()
    entry_append(viewer=viewer, action="user.add", subject_type="people.User", subject_id=user.pk, slot=None, at=at)
    return user


def user_disable(*, viewer: Viewer, user_id: int, at: datetime, reason: str) -> None:
    """This function disables an account; its sessions end with their next request, its links die."""
    user = _user(user_id)
    user_check(viewer, user)
    if user.pk == viewer.user_id:
        raise UserRefused("不能停用自己的账号。")
    User.objects.filter(pk=user.pk).update(is_active=False)
    Invitation.objects.filter(user=user, used_at=None, withdrawn_at=None).update(withdrawn_at=at)
    _log(viewer, "user.disable", user, at, reason)


def user_enable(*, viewer: Viewer, user_id: int, at: datetime, reason: str) -> None:
    """This function lets a disabled account sign in again."""
    user = _user(user_id)
    user_check(viewer, user)
    User.objects.filter(pk=user.pk).update(is_active=True)
    _log(viewer, "user.enable", user, at, reason)


def invitation_make(*, viewer: Viewer, user_id: int, at: datetime, days: int = LINK_DAYS) -> str:
    """This function returns the token of a new one-time link; links made before die. It is never stored in plain."""
    user = _user(user_id)
    user_check(viewer, user)
    if not user.is_active:
        raise UserRefused("账号已停用，先启用再发链接。")
    Invitation.objects.filter(user=user, used_at=None, withdrawn_at=None).update(withdrawn_at=at)
    token = secrets.token_urlsafe(32)
    made = Invitation.objects.create(
        user=user,
        token_digest=token_digest(token),
        made_by=viewer.label[:200],
        made_at=at,
        expires_at=at + timedelta(days=days),
    )
    entry_append(
        viewer=viewer,
        action="invitation.make",
        subject_type="people.User",
        subject_id=user.pk,
        slot=None,
        at=at,
        after={"invitation": made.pk, "expires_at": made.expires_at},
    )
    return token


def invitation_user(*, token: str, at: datetime) -> User:
    """This function returns the user of a live link; raises InvitationGone. Anybody may ask: the token is the proof."""
    with acting_as(SYSTEM):
        return _invitation(token, at).user


def invitation_accept(*, token: str, password: str, at: datetime) -> User:
    """This function sets the user's password by her one-time link and uses the link up.

    Raises InvitationGone, PasswordRefused. All her other sessions end with the new password.
    """
    with acting_as(SYSTEM):
        invitation = _invitation(token, at)
        user = invitation.user
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise PasswordRefused("".join(error.messages)) from None
        user.set_password(password)
        user.save(update_fields=["password"])
        invitation.used_at = at
        invitation.save(update_fields=["used_at"])
        entry_append(
            viewer=SYSTEM,
            action="invitation.accept",
            subject_type="people.User",
            subject_id=user.pk,
            slot=None,
            at=at,
            after={"invitation": invitation.pk},
        )
    return user


def first_administrator_invite(
    *, place: int | str | None, at: datetime, on: date, username: str = "admin", days: int = LINK_DAYS
) -> tuple[str, str]:
    """This function makes the installation's first administrator and returns her account and one-time token.

    `place` is the division she administers (null: all provinces of the tree). Refused once an administrator exists who
    has ever set a password; until then a new link is made.
    """
    with acting_as(SYSTEM):
        held = Appointment.objects.filter(role=Role.ADMINISTRATOR, ended_at=None).select_related("user").order_by("pk")
        for appointment in held:
            if appointment.user.has_usable_password():
                raise UserRefused("已经有管理员了；新的管理员由现任管理员任命。")
        first = held.first()
        user = first.user if first is not None else _first_administrator(place, at, on, username)
        return user.username, invitation_make(viewer=SYSTEM, user_id=user.pk, at=at, days=days)


def _first_administrator(place: int | str | None, at: datetime, on: date, username: str) -> User:
    areas = Area.objects.filter(is_current=True).order_by("lo")
    if place is not None:
        lo = divisions.code_parse(place)
        areas = areas.filter(lo=lo, level=divisions.level(lo))
    else:
        areas = areas.filter(level=1)
    found = list(areas)
    if not found:
        raise UserRefused("区划还没有装入，或没有这个区划，不能设管理员。")
    organisation, _ = Organisation.objects.get_or_create(
        kind=Kind.OPERATOR, department="", area=found[0], name="系统管理", defaults={}
    )
    user = user_add(viewer=SYSTEM, username=username, name="系统管理员", at=at)
    appointment = Appointment.objects.create(
        user=user, organisation=organisation, role=Role.ADMINISTRATOR, valid_from=on
    )
    appointment.areas.set(found)
    return user


def _invitation(token: str, at: datetime) -> Invitation:
    found = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(token_digest=token_digest(token), used_at=None, withdrawn_at=None, expires_at__gt=at)
        .first()
    )
    if found is None or not found.user.is_active:
        raise InvitationGone
    return found


def _user(user_id: int) -> User:
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotAdministrator
    return user


def _log(viewer: Viewer, action: str, user: User, at: datetime, reason: str) -> None:
    entry_append(
        viewer=viewer,
        action=action,
        subject_type="people.User",
        subject_id=user.pk,
        slot=None,
        at=at,
        purpose=reason,
    )

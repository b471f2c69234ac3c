"""A lost second factor: one of administrator and security officer asks, the other carries it out."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator

from shouwang.audit.services import entry_append
from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Role, Viewer
from shouwang.people.models import Appointment, FactorReset, User

PAIR = frozenset({Role.ADMINISTRATOR, Role.SECURITY})


class FactorResetRefused(Refusal):
    """The second factor is not taken away as asked."""


def factor_reset_ask(*, viewer: Viewer, user_id: int, reason: str, at: datetime) -> FactorReset:
    """This function asks that a user's second factor be taken away; somebody of the other role decides."""
    _check(viewer)
    assert viewer.appointment_id is not None
    user = User.objects.select_for_update().filter(pk=user_id, is_active=True).first()
    if user is None or not _in_area(viewer, user):
        raise FactorResetRefused("没有找到这个人，或者不在您的辖区里。")
    if not reason.strip():
        raise FactorResetRefused("请写明原因，例如：手机遗失，已当面核对身份。")
    if not Authenticator.objects.filter(user=user).exists():
        raise FactorResetRefused("这个账号没有设置二次验证，不需要重置。")
    if FactorReset.objects.filter(user=user, decided_at=None).exists():
        raise FactorResetRefused("这个账号已经有一份重置申请在等待办理。")
    asked = FactorReset.objects.create(
        user=user, reason=reason.strip()[:200], asked_by_id=viewer.appointment_id, asked_at=at
    )
    _log(viewer, "factor_reset.ask", asked, at, reason)
    return asked


def factor_reset_decide(*, viewer: Viewer, reset_id: int, is_granted: bool, at: datetime) -> None:
    """This function grants or refuses a reset; granted, the user enrols anew at her next sign-in."""
    _check(viewer)
    reset = (
        FactorReset.objects.select_for_update(of=("self",))
        .select_related("asked_by", "user")
        .filter(pk=reset_id, decided_at=None)
        .first()
    )
    if reset is None or not _in_area(viewer, reset.user):
        raise FactorResetRefused("这份申请已经办过了，或者不在您的辖区里。")
    if viewer.user_id in (reset.asked_by.user_id, reset.user_id):
        raise FactorResetRefused("提出申请的人和本人都不能自己批准。")
    if is_granted and viewer.role == reset.asked_by.role:
        raise FactorResetRefused("管理员提出的由安全员办理，安全员提出的由管理员办理。")
    reset.decided_by_id, reset.decided_at, reset.is_granted = viewer.appointment_id, at, is_granted
    reset.save(update_fields=["decided_by", "decided_at", "is_granted"])
    if is_granted:
        Authenticator.objects.filter(user=reset.user).delete()
    _log(viewer, "factor_reset.grant" if is_granted else "factor_reset.refuse", reset, at, reset.reason)


def _check(viewer: Viewer) -> None:
    if viewer.kind is not Kind.OPERATOR or viewer.role not in PAIR:
        raise FactorResetRefused("二次验证由系统管理员和安全员两个人共同重置。")


def _in_area(viewer: Viewer, user: User) -> bool:
    held = Appointment.objects.filter(user=user, ended_at=None).select_related("organisation__area")
    return all(viewer.can_see(appointment.organisation.area.lo) for appointment in held)


def _log(viewer: Viewer, action: str, reset: FactorReset, at: datetime, reason: str) -> None:
    entry_append(
        viewer=viewer,
        action=action,
        subject_type="people.User",
        subject_id=reset.user_id,
        slot=None,
        at=at,
        purpose=reason,
        after={"reset": reset.pk},
    )

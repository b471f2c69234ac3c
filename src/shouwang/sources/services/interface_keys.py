"""Keys of departments to the JSON interface: shown once, kept as a digest, with scope, quota and an end."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import connection, transaction

from shouwang.audit.services import entry_append
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Viewer, viewer_for
from shouwang.people.selectors import appointment_by_id, area_by_id, organisation_under
from shouwang.people.services.users import token_digest
from shouwang.sources.models import InterfaceKey
from shouwang.sources.rules.kinds import kinds_of_department
from shouwang.sources.selectors.interface_keys import KEY_HOLDERS

PREFIX = "swk_"
MOST_DAYS, MOST_ROWS, MOST_CALLS = 366, 1_000_000, 600
LABEL_LENGTH = 60
SUBJECT = "sources.InterfaceKey"


class MayNotMakeKeys(Refusal):
    """Keys are made by the county centre for the departments of its own area."""

    sentence = "接口密钥由县级防贫中心的经办人或负责人给本县的部门做。"


class KeyRefused(Refusal):
    """A key cannot be made as asked."""


class KeyNotFound(Refusal):
    """There is no such key, or it is none of the viewer's."""

    is_absent = True
    sentence = "找不到这个接口密钥。"


class QuotaSpent(Refusal):
    """The key has delivered as many rows today as it may."""

    status = 429
    sentence = "今天的数据量已经用完，请明天再送，或请县级防贫中心另做一个上限更高的密钥。"


class TooManyCalls(Refusal):
    """The key has called as often in this minute as it may."""

    status = 429
    sentence = "这一分钟里发得太多，请等到下一分钟再发。"


@dataclass(frozen=True)
class Keyed:
    """Who acts by a key and how far: `viewer` as her appointment, `ranges` within it, kinds of tables, clues."""

    key_id: int
    viewer: Viewer
    ranges: tuple[tuple[int, int], ...]
    kinds: tuple[str, ...]
    may_report: bool
    label: str
    rows_a_day: int
    rows_left: int
    calls_a_minute: int
    expires_at: datetime


def interface_key_make(
    *,
    viewer: Viewer,
    organisation_id: int,
    appointment_id: int,
    label: str,
    kinds: Sequence[str],
    may_report: bool,
    area_id: int | None,
    rows_a_day: int,
    calls_a_minute: int,
    days: int,
    at: datetime,
) -> tuple[InterfaceKey, str]:
    """This function makes a key for a department and returns it with its text, which is kept nowhere.

    It acts as the appointment, inside an area (None: all of the appointment's), and ends with it. Raises MayNotMakeKeys
    or KeyRefused.
    """
    organisation = organisation_under(viewer, organisation_id)
    if viewer.kind is not Kind.COUNTY_CENTRE or viewer.role not in KEY_HOLDERS or organisation is None:
        raise MayNotMakeKeys
    if organisation.kind != Kind.DEPARTMENT or not organisation.is_active:
        raise MayNotMakeKeys
    own = {kind.key for kind in kinds_of_department(organisation.department)}
    if not set(kinds) <= own:
        raise KeyRefused("选了这个部门不提供的数据表，请重新选。")
    if not kinds and not may_report:
        raise KeyRefused("请至少选一种数据表，或允许送线索。")
    _answering_check(organisation_id, appointment_id, area_id, at=at)
    if not label.strip():
        raise KeyRefused("请写明这个密钥给哪个系统用。")
    if not (1 <= days <= MOST_DAYS and 1 <= rows_a_day <= MOST_ROWS and 1 <= calls_a_minute <= MOST_CALLS):
        raise KeyRefused(f"有效期 1 到 {MOST_DAYS} 天，每天 1 到 {MOST_ROWS:,} 行，每分钟 1 到 {MOST_CALLS} 次。")
    token = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        key = InterfaceKey.objects.create(
            organisation_id=organisation_id, appointment_id=appointment_id, area_id=area_id, slot=organisation.area.lo,
            label=label.strip()[:LABEL_LENGTH], token_digest=token_digest(token), kinds=sorted(set(kinds)),
            may_report=may_report, rows_a_day=rows_a_day, calls_a_minute=calls_a_minute, made_by=viewer.label[:200],
            made_at=at, expires_at=at + timedelta(days=days),
        )  # fmt: skip
        entry_append(
            viewer=viewer, action="interface_key.make", subject_type=SUBJECT, subject_id=key.pk, slot=key.slot, at=at,
            after={"organisation_id": organisation_id, "kinds": key.kinds, "may_report": may_report,
                   "area_id": area_id, "rows_a_day": rows_a_day, "calls_a_minute": calls_a_minute,
                   "expires_at": key.expires_at},
        )  # fmt: skip
    return key, token


def _answering_check(organisation_id: int, appointment_id: int, area_id: int | None, *, at: datetime) -> None:
    """This function refuses who may not answer for the key, and a place outside her areas; raises KeyRefused."""
    held = appointment_by_id(appointment_id)
    is_held = held is not None and held.organisation_id == organisation_id and held.role in KEY_HOLDERS
    if held is None or not is_held or not held.is_in_force(on=at.astimezone(SHANGHAI).date()):
        raise KeyRefused("接口密钥要由部门里在任的经办人或负责人负责，请重新选。")
    area = area_by_id(area_id) if area_id is not None else None
    if area_id is not None and (
        area is None or not any(lo <= area.lo and area.hi <= hi for lo, hi in held.slot_ranges())
    ):
        raise KeyRefused("限定的地方不在负责人的辖区里，请重新选。")


def interface_key_revoke(*, viewer: Viewer, key_id: int, at: datetime, reason: str) -> InterfaceKey:
    """This function ends a key at once, whoever sees it; a second time it does nothing. Raises KeyNotFound."""
    with transaction.atomic():
        key = InterfaceKey.objects.select_for_update(of=("self",)).filter(pk=key_id).first()
        if key is None:
            raise KeyNotFound
        if key.revoked_at is None:
            key.revoked_at, key.revoked_by, key.why_revoked = at, viewer.label[:200], reason[:200]
            key.save(update_fields=["revoked_at", "revoked_by", "why_revoked"])
            entry_append(
                viewer=viewer, action="interface_key.revoke", subject_type=SUBJECT, subject_id=key.pk, slot=key.slot,
                at=at, purpose=reason,
            )  # fmt: skip
    return key


def interface_key_open(*, token: str, at: datetime) -> Keyed | None:
    """This function returns who acts by a key and counts the call; None for one that is wrong, revoked or past its day.

    One whose appointment has ended is none either. Raises TooManyCalls.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select key_id, appointment_id, area_lo, area_hi, label, kinds::text, may_report, rows_a_day, rows_left,"
            " calls_a_minute, expires_at, is_within from sources_interfacekey_open(%s, %s, %s)",
            [token_digest(token), at, at.astimezone(SHANGHAI).date()],
        )
        found = cursor.fetchone()
    if found is None:
        return None
    key_id, appointment_id, lo, hi, label, kinds, may_report, rows, left, calls, expires_at, is_within = found
    appointment = appointment_by_id(appointment_id)
    if appointment is None:
        return None
    viewer = viewer_for(appointment, on=at.astimezone(SHANGHAI).date())
    ranges = viewer.ranges if lo is None else ((lo, hi),)
    if viewer.kind is not Kind.DEPARTMENT or viewer.role not in KEY_HOLDERS or not ranges:
        return None
    if any(not any(a <= low and high <= b for a, b in viewer.ranges) for low, high in ranges):
        return None
    if not is_within:
        raise TooManyCalls
    viewer = replace(viewer, name=f"{viewer.name}（接口：{label}）")
    return Keyed(key_id, viewer, ranges, tuple(json.loads(kinds)), may_report, label, rows, left, calls, expires_at)


def interface_key_spend(*, keyed: Keyed, rows: int, at: datetime) -> None:
    """This function counts rows against the day's quota, in the caller's transaction; raises QuotaSpent."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select sources_interfacekey_spend(%s, %s, %s)", [keyed.key_id, at.astimezone(SHANGHAI).date(), rows]
        )
        (is_within,) = cursor.fetchone()
    if not is_within:
        raise QuotaSpent

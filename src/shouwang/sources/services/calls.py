"""What a clerk takes down on the telephone or out of a village group: a clue, who told it, a number to come back with.

The number is drawn from the clue by the house's key, so that a form sent twice is told the same number, and nobody
without the key can work one out. It is stored as a blind index only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from shouwang.audit.services import entry_append
from shouwang.kit.seal import keyring
from shouwang.kit.texts import squeezed
from shouwang.people.access import Kind, Viewer
from shouwang.sources.models import Call, Channel, Clue
from shouwang.sources.rules.call_number import call_number, call_number_read
from shouwang.sources.rules.report import ReportRefusal, text_check
from shouwang.sources.selectors import ClueNotFound
from shouwang.sources.services.clues import MayNotReport, clue_report

TAKERS = frozenset({Kind.TOWNSHIP, Kind.COUNTY_CENTRE})
CHANNELS = (Channel.HOTLINE, Channel.WECHAT)
TRIES = 8
_PHONE = re.compile(r"1\d{10}|0\d{9,11}|\d{7,8}")


class PhoneUnreadable(ReportRefusal):
    """The number to call back is none."""

    field = "phone"
    sentence = "回电号码看不懂，请写 11 位手机号或带区号的座机。"


@dataclass(frozen=True)
class Taken:
    """The clue of a call and the number to tell the caller."""

    clue: Clue
    number: str


def call_take(
    *,
    viewer: Viewer,
    channel: str,
    household_id: int | None,
    cause: str,
    summary: str,
    occurred_on: date,
    at: datetime,
    idempotency_key: str,
    cause_note: str = "",
    person_name: str = "",
    person_note: str = "",
    slot: int | None = None,
    caller: str = "",
    tie: str = Call.Tie.SELF,
    phone: str = "",
    is_urgent: bool = False,
    burden: Mapping[str, int] | None = None,
) -> Taken:
    """This function takes down what somebody told, and returns its clue and the number to tell her.

    `burden`: what the form asked and what was known.

    The same form sent again returns the same clue and number. Refuses as `clue_report`, and PhoneUnreadable.
    """
    if viewer.kind not in TAKERS:
        raise MayNotReport
    caller, phone = text_check(caller, field="caller")[:60], squeezed(phone).replace("-", "")
    if phone and not _PHONE.fullmatch(phone):
        raise PhoneUnreadable
    channel = Channel(channel) if channel in CHANNELS else Channel.HOTLINE
    ring = keyring()
    with transaction.atomic():
        clue = clue_report(
            viewer=viewer, household_id=household_id, person_id=None, cause=cause, cause_note=cause_note,
            occurred_on=occurred_on, summary=summary, at=at, channel=channel, idempotency_key=idempotency_key,
            person_name=person_name, person_note=person_note, slot=slot, details=dict(burden or {}),
        )  # fmt: skip
        numbers = [call_number(ring.blind("call_form", f"{clue.pk}:{turn}")) for turn in range(TRIES)]
        blinds = [ring.blind("call_number", number) for number in numbers]
        known = Call.objects.filter(clue=clue).first()
        if known is not None:
            return Taken(clue, numbers[blinds.index(bytes(known.number_blind))])
        made = Call(
            clue=clue, slot=clue.slot, caller=caller, tie=Call.Tie(tie), is_urgent=is_urgent, taken_at=at,
            sealed_phone=ring.seal(phone, context=f"sources_call:{clue.pk}") if phone else None,
        )  # fmt: skip
        number = _stored(made, numbers, blinds)
        entry_append(
            viewer=viewer, action="clue.call", subject_type="sources.Clue", subject_id=clue.pk, slot=clue.slot, at=at,
            after={"channel": str(channel), "tie": made.tie, "is_urgent": is_urgent},
        )  # fmt: skip
    return Taken(clue, number)


def _stored(made: Call, numbers: list[str], blinds: list[bytes]) -> str:
    """This function stores a call under the first of its numbers that nobody has been told."""
    for number, blind in zip(numbers, blinds, strict=True):
        made.pk, made.number_blind = None, blind
        Call.objects.bulk_create([made], ignore_conflicts=True)
        if Call.objects.filter(clue_id=made.clue_id).exists():
            return number
    raise RuntimeError("every number of this call is taken")


def call_look_up(*, viewer: Viewer, text: str, at: datetime) -> Clue:
    """This function returns the clue whose number a caller reads out, and logs that somebody asked.

    Raises CallNumberWrong, or ClueNotFound when there is none in the viewer's areas.
    """
    if viewer.kind not in TAKERS:
        raise ClueNotFound
    blind = keyring().blind("call_number", call_number_read(text))
    found = Call.objects.filter(viewer.q(), number_blind=blind).select_related("clue").first()
    if found is None:
        raise ClueNotFound("没有找到这个号码，可能是外县登记的，或有一位听错了。")
    entry_append(
        viewer=viewer, action="clue.look_up", subject_type="sources.Clue", subject_id=found.clue_id, slot=found.slot,
        at=at,
    )  # fmt: skip
    return found.clue


def call_phone_show(*, viewer: Viewer, clue_id: int, at: datetime) -> str:
    """This function opens the number to call back, and logs who read it; raises ClueNotFound when there is none."""
    found = Call.objects.filter(viewer.q(), clue_id=clue_id, sealed_phone__isnull=False).first()
    if found is None or found.sealed_phone is None or viewer.kind not in TAKERS:
        raise ClueNotFound("这条线索没有回电号码。")
    entry_append(
        viewer=viewer, action="clue.show", subject_type="sources.Clue", subject_id=clue_id, slot=found.slot, at=at,
        purpose="回电",
    )  # fmt: skip
    return keyring().open(found.sealed_phone, context=f"sources_call:{clue_id}")

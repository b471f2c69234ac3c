"""Clues that a department's system sends by key about one person: found in the register as its rows are.

The answer is the same whether she was found or not: a department learns nothing of the register. Her ID number serves
to find her and is kept nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from shouwang.kit.dates import SHANGHAI
from shouwang.kit.errors import Refusal
from shouwang.kit.resident_id import ResidentId, resident_id_parse
from shouwang.office.services import KeyReused, sendings_claim, sendings_settle
from shouwang.people.access import SYSTEM, acting_as
from shouwang.people.selectors import areas_visible_to
from shouwang.register.selectors import households_brief
from shouwang.sources.models import Channel
from shouwang.sources.rules.report import Amounts, ReportRefusal
from shouwang.sources.rules.subjects import Subject
from shouwang.sources.services.clues import HouseholdElsewhere, clue_make, clue_send
from shouwang.sources.services.interface_keys import Keyed, interface_key_spend
from shouwang.sources.services.matching import RowMatcher


class CluesNotOpen(Refusal):
    """The key does not open the sending of clues."""

    is_absent = True
    sentence = "这个密钥不能送线索。"


class VillageUnknown(ReportRefusal):
    """The code is no village of the key's areas."""

    field = "village"
    sentence = "辖区里没有这个村，请核对 12 位区划代码。"


@dataclass(frozen=True)
class PushedClue:
    """One clue as it was sent; `body` is all of it. `village` is a twelve-digit code."""

    person_name: str
    resident_id: str = field(repr=False)
    village: int
    person_note: str
    cause: str
    cause_note: str
    occurred_on: date
    summary: str
    amounts: Amounts
    filled_on: date | None = None
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Pushed:
    """What became of it."""

    clue_id: int
    received_at: str
    is_repeated: bool


def clue_push(*, keyed: Keyed, said: PushedClue, idempotency_key: str, at: datetime) -> Pushed:
    """This function takes one clue of a department, once under its key.

    Raises CluesNotOpen, KeyReused, VillageUnknown, QuotaSpent (a clue counts as a row), or what `clue_report` raises.
    """
    if not keyed.may_report:
        raise CluesNotOpen
    viewer = keyed.viewer
    with transaction.atomic():
        claims = sendings_claim(
            viewer=viewer, sender=f"organisation:{viewer.organisation_id}", at=at,
            bodies={idempotency_key: {"clue": said.body}},
        )  # fmt: skip
        if claims.reused:
            raise KeyReused
        if idempotency_key in claims.answered:
            known = claims.answered[idempotency_key]
            return Pushed(known["clue_id"], known["received_at"], is_repeated=True)
        interface_key_spend(keyed=keyed, rows=1, at=at)
        person_id, household_id, slot = _found(keyed, said, at=at)
        clue = clue_make(
            viewer=replace(viewer, ranges=keyed.ranges), household_id=household_id, person_id=person_id,
            household_slot=slot if household_id else None, slot=slot, cause=said.cause, cause_note=said.cause_note,
            occurred_on=said.occurred_on, summary=said.summary, at=at, channel=Channel.DEPARTMENT,
            idempotency_key=idempotency_key, amounts=said.amounts, person_name=said.person_name,
            person_note=said.person_note,
        )  # fmt: skip
        stored = clue_send(viewer=viewer, clue=clue, filled_on=said.filled_on, at=at)
        answer = {"clue_id": stored.pk, "received_at": at.isoformat()}
        sendings_settle(claims=claims, answers={idempotency_key: answer})
    return Pushed(stored.pk, at.isoformat(), is_repeated=False)


def _found(keyed: Keyed, said: PushedClue, *, at: datetime) -> tuple[int | None, int | None, int]:
    """This function looks for the person as the worker does, and returns her, her household and where she is."""
    on = at.astimezone(SHANGHAI).date()
    worker = replace(SYSTEM, organisation_id=keyed.viewer.organisation_id, ranges=keyed.ranges)
    number: ResidentId | None = resident_id_parse(said.resident_id, on=on) if said.resident_id else None
    with acting_as(worker):
        if not areas_visible_to(worker, level=5).filter(lo=said.village).exists():
            raise VillageUnknown
        subject = Subject(
            name=said.person_name, number=number.number if number else "",
            number_birth=number.birth_date if number else None, slots=(said.village,),
        )  # fmt: skip
        matcher = RowMatcher(worker, on=on)
        [outcome] = matcher.match_subjects([subject])
        if outcome.person is None:
            return None, None, said.village
        homes = households_brief(worker, {outcome.household_id}, on=on)
    home = homes.get(outcome.household_id)
    if home is None:
        raise HouseholdElsewhere
    return outcome.person.person_id, outcome.household_id, home.slot

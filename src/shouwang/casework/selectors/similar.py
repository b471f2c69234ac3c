"""Households like the one of a case whose cases were decided: what they were, and how each was decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from shouwang.casework.models import Case, CaseProfile, Decision
from shouwang.casework.rules import SAID
from shouwang.casework.selectors.cases import cases_visible_to
from shouwang.casework.selectors.lamps import with_lamp
from shouwang.casework.selectors.procedures import policy_by_version_id
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.divisions import at_level
from shouwang.kit.masks import name_mask
from shouwang.people.access import Viewer
from shouwang.people.selectors import areas_of_slots
from shouwang.register.selectors import HouseholdProfile, household_cards, households_profile
from shouwang.rulebook.similar import INCOME, MEMBERS, SCALES

SHOWN = 10
COUNTY, COUNTY_SIZE = 3, 1_000_000
# What case ids were given in money, in words, by whoever keeps it (funds): viewer, case ids → case id → words.
AmountsOf = Callable[[Viewer, Collection[int]], Mapping[int, str]]
_amounts: list[AmountsOf] = []


def amounts_register(amounts_of: AmountsOf) -> None:
    """This function makes a higher room tell what cases were given in money."""
    if amounts_of not in _amounts:
        _amounts.append(amounts_of)


@dataclass(frozen=True)
class Similar:
    """One case like another: its household masked, when and how it was decided, with what, after how many days."""

    case_id: int
    name: str
    town: str
    causes: tuple[str, ...]
    members: int
    per_capita_fen: int | None
    decided_at: datetime
    days: int
    lamp: str
    stage: str
    decision: Decision | None
    amount: str


@dataclass(frozen=True)
class Likeness:
    """Cases like one, newest decision first, and by what they are alike; `missing` names what is not known of it."""

    profile: HouseholdProfile | None
    members: tuple[int | None, int | None]
    per_capita_fen: tuple[int | None, int | None]
    missing: tuple[str, ...]
    rows: Sequence[Similar]
    total: int

    @property
    def verdicts(self) -> list[tuple[str, int]]:
        """How many of the rows were decided how, the commonest first."""
        said = Counter(row.decision.move_name for row in self.rows if row.decision is not None)
        return said.most_common()


def similar_cases(viewer: Viewer, case: Case, *, on: date) -> Likeness:
    """This function returns the decided cases of the county that share cause, type, size and income band with one.

    The bands are those of the policy the case stays on. What is not known of the household does not narrow the choice.
    """
    profile = households_profile(viewer, [case.household_id], on=on).get(case.household_id)
    policy_on = case.policy_on or case.opened_at.astimezone(SHANGHAI).date()
    bands = policy_by_version_id(case.pack_version_id, on=policy_on).topic("similar")
    if profile is None:
        return Likeness(None, (None, None), (None, None), ("台账",), (), 0)
    lo = at_level(case.slot, COUNTY)
    found = CaseProfile.objects.filter(
        viewer.q(),
        slot__gte=lo,
        slot__lt=lo + COUNTY_SIZE,
        type_key=profile.type_key,
        causes__overlap=list(case.causes),
    ).exclude(pk=case.pk)
    edges: dict[str, tuple[int | None, int | None]] = {}
    for key, column, value in ((MEMBERS, "members", profile.members),
                               (INCOME, "per_capita_fen", profile.per_capita_fen)):  # fmt: skip
        stated = bands.get(key)
        edges[key] = stated.value.band(value, scale=SCALES[key]) if stated and value is not None else (None, None)
        found = found.filter(_between(column, edges[key]))
    ids = list(found.order_by("-decided_at", "-pk").values_list("pk", flat=True)[: SHOWN + 1])
    total = len(ids) if len(ids) <= SHOWN else found.count()
    missing = [name for name, value in (("户类型", profile.type_key), ("人均纯收入", profile.per_capita_fen))
               if value in ("", None)]  # fmt: skip
    rows = _rows(viewer, ids[:SHOWN], on)
    return Likeness(profile, edges[MEMBERS], edges[INCOME], tuple(missing), rows, total)


def decisions_said(case_ids: Collection[int]) -> dict[int, Decision]:
    """This function returns the last decision of each case that said yes or no to help, in one query."""
    said = Decision.objects.filter(case_id__in=list(case_ids), move__in=sorted(SAID)).order_by("pk")
    return {row.case_id: row for row in said}


def amounts_of_cases(viewer: Viewer, case_ids: Collection[int]) -> dict[int, str]:
    """This function returns what cases were given in money, in words, as far as higher rooms tell."""
    amounts: dict[int, str] = {}
    for amounts_of in _amounts:
        amounts |= amounts_of(viewer, case_ids)
    return amounts


def _between(column: str, edges: tuple[int | None, int | None]) -> Q:
    low, high = edges
    condition = Q() if low is None else Q(**{f"{column}__gte": low})
    return condition if high is None else condition & Q(**{f"{column}__lt": high})


def _rows(viewer: Viewer, ids: Sequence[int], on: date) -> list[Similar]:
    cases = {
        case.pk: case
        for case in with_lamp(cases_visible_to(viewer), on).select_related("profile").filter(pk__in=ids)
    }  # fmt: skip
    decisions = decisions_said(ids)
    cards = household_cards(viewer, {case.household_id for case in cases.values()})
    towns = areas_of_slots({case.slot for case in cases.values()}, level=4)
    amounts = amounts_of_cases(viewer, ids)
    return [_row(cases[pk], cards, towns, decisions.get(pk), amounts.get(pk, "")) for pk in ids if pk in cases]


def _row(
    case: Case, cards: Mapping[int, Any], towns: Mapping[int, Any], decision: Decision | None, amount: str
) -> Similar:
    card, profile = cards.get(case.household_id), case.profile
    return Similar(
        case_id=case.pk,
        name=name_mask(card.head_name) if card is not None else "",
        town=towns[case.slot].name if case.slot in towns else "",
        causes=tuple(profile.causes),
        members=profile.members,
        per_capita_fen=profile.per_capita_fen,
        decided_at=profile.decided_at,
        days=max(0, (profile.decided_at.astimezone(SHANGHAI).date() - case.opened_on).days),
        lamp=getattr(case, "lamp", "") or "",
        stage=case.stage_name if case.is_open else case.end_name,
        decision=decision,
        amount=amount,
    )

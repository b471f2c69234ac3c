"""What the policy offers a household of a case, with the reasons; ranked by the rules, chosen by a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from shouwang.assistance.models import Measure
from shouwang.assistance.selectors.measures import measures_visible_to
from shouwang.casework.selectors import policy_for_case
from shouwang.casework.selectors.cases import Case
from shouwang.engine.explanation import Explanation, node_explain, typed_facts
from shouwang.kit.codes import Defence, IncomeKind, Risk
from shouwang.people.access import Viewer
from shouwang.register.selectors import household_member_counts, household_standing
from shouwang.rulebook.conditions.evaluate import evaluate
from shouwang.rulebook.measures import Offer, clashes, defence_of
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.program import Judgement, program_compile
from shouwang.rulebook.values import Provision
from shouwang.screening.selectors import warnings_of_household


@dataclass(frozen=True)
class Suggestion:
    """One offer for a household.

    `result`: its condition holds (True), does not (False) or cannot be told (None). `risks` are the causes of the case
    that it names. `clash` names what the household has and cannot have with it, `is_planned` says it is planned by now.
    `reasons` explains the condition, None where the offer has none.
    """

    stated: Provision[Offer]
    result: bool | None
    reasons: Explanation | None
    risks: tuple[str, ...]
    defence: Defence | None
    clash: str
    is_planned: bool

    @property
    def offer(self) -> Offer:
        return self.stated.value

    @property
    def defence_label(self) -> str:
        return self.defence.label if self.defence else ""

    @property
    def income_label(self) -> str:
        return IncomeKind(self.offer.income).label if self.offer.income else ""

    @property
    def lines(self) -> list[str]:
        """The condition as indented lines, each with the values and its result."""
        return list(self.reasons.lines()) if self.reasons is not None else []


@dataclass(frozen=True)
class Matched:
    """A cause of a case and what is offered against it: first what fits, then what does not and why."""

    risk: str
    fits: tuple[Suggestion, ...]
    others: tuple[Suggestion, ...]

    @property
    def label(self) -> str:
        return Risk(self.risk).label


def household_facts(viewer: Viewer, household_id: int, policy: Policy, *, on: date) -> dict[str, Any]:
    """This function returns what is known of a household on a day, by column of `household_facts`.

    What the register tells live comes first; sums of spending are those of the last warning of the same policy's day
    or before. What neither tells is unknown.
    """
    warned = warnings_of_household(viewer, household_id).filter(on__lte=on).first()
    kept = dict(warned.facts) if warned is not None else {}
    live = household_standing(viewer, household_id, on) | household_member_counts(viewer, household_id, on)
    live["is_watched"] = bool(live["watch_type"]) and (
        (live["identified_date"] is None or live["identified_date"] <= on)
        and (live["removed_date"] is None or live["removed_date"] > on)
    )
    return typed_facts(policy, {**kept, **live}, on=on)


def _judged(policy: Policy) -> list[Judgement]:
    return [rule for rule in program_compile(policy).judgements if rule.topic == "measures"]


def suggestions_for(viewer: Viewer, case: Case, *, on: date) -> list[Suggestion]:
    """This function returns every offer of a case's policy on a day, judged for its household, best first.

    Best is what can be had, holds, names a cause of the case and few others, has a condition, is the nearest place's.
    """
    policy = policy_for_case(case, on=on)
    facts = household_facts(viewer, case.household_id, policy, on=on)
    live = measures_visible_to(viewer).filter(household_id=case.household_id, planned_at__year=on.year)
    held = set(live.exclude(state=Measure.State.CANCELLED).exclude(offer="").values_list("offer", flat=True))
    found = []
    for rule in _judged(policy):
        stated: Provision[Offer] = rule.stated
        result = True if rule.when is None else evaluate(rule.when, facts, on=on)
        other = next(clashes(policy, stated.key, held), None)
        found.append(
            Suggestion(
                stated=stated,
                result=result,
                reasons=node_explain(rule.when, facts, on=on) if rule.when is not None else None,
                risks=tuple(risk for risk in case.causes if risk in stated.value.risks),
                defence=defence_of(policy, stated.value),
                clash=other.name if other is not None else "",
                is_planned=stated.key in held,
            )
        )
    depth = {pack: number for number, pack in enumerate(policy.chain)}
    order = {suggestion.stated.key: number for number, suggestion in enumerate(found)}

    def rank(one: Suggestion) -> tuple[Any, ...]:
        return (
            bool(one.clash) or one.is_planned, one.result is False, one.result is None, not one.risks,
            len(one.offer.risks), one.offer.when is None, depth[one.stated.pack], order[one.stated.key],
        )  # fmt: skip

    return sorted(found, key=rank)


def suggestions_by_risk(suggestions: list[Suggestion], causes: list[str]) -> list[Matched]:
    """This function sorts suggestions under the causes of a case that they meet; under each the best come first."""
    found = []
    for risk in causes:
        meets = [one for one in suggestions if one.offer.meets(risk)]
        fits = tuple(one for one in meets if one.result is not False and not one.clash and not one.is_planned)
        found.append(Matched(risk, fits, tuple(one for one in meets if one not in fits)))
    return found

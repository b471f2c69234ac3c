"""Which way a move leads a case: the declared facts of the case, and the branches of its pack."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from shouwang.casework.models import Case
from shouwang.casework.selectors.procedures import workflow_for
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.selectors import household_cards, state_on
from shouwang.rulebook.case_facts import OF_HOUSEHOLD
from shouwang.rulebook.workflow import Branch, Move


def case_facts(case: Case, *, on: date) -> dict[str, Any]:
    """This function returns the declared facts of a case on a day, by column; None is unknown.

    The register is read by the system: whoever takes a step, the same case goes the same way.
    """
    with acting_as(SYSTEM):
        state = state_on(SYSTEM, case.household_id, on)
        card = household_cards(SYSTEM, [case.household_id], on=on).get(case.household_id)
        channels = set(case.sources.values_list("channel", flat=True))
    return {
        "causes": case.causes,
        "channels": sorted(channels),
        "opened_date": case.opened_on,
        "was_helped": case.assisted_at is not None,
        "member_count": card.members if card is not None else None,
        **{key: getattr(state, key, None) for key in OF_HOUSEHOLD},
    }


def case_way(case: Case, move: Move, *, on: date) -> Move | Branch:
    """This function returns where a move leads a case on a day; the facts are read only where the move branches."""
    if not move.branches:
        return move
    return workflow_for(case).way(move, case_facts(case, on=on), on=on)


def ways_turned(case: Case, moves: Mapping[str, Move], *, on: date) -> dict[str, Branch]:
    """This function returns the moves that lead this case another way than usual: key → the branch it takes."""
    branching = {key: move for key, move in moves.items() if move.branches}
    if not branching:
        return {}
    facts, flow = case_facts(case, on=on), workflow_for(case)
    ways = {key: flow.way(move, facts, on=on) for key, move in branching.items()}
    return {key: way for key, way in ways.items() if isinstance(way, Branch)}

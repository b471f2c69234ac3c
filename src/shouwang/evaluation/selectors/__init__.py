"""Reads of evaluation."""

from shouwang.evaluation.selectors.transition import (
    DueLine,
    Transition,
    follow_ups_of_household,
    measures_standing,
    roll_backs_of_household,
    transition_of_case,
    transition_of_household,
    transitions_due,
)
from shouwang.evaluation.selectors.visits import (
    WAYS,
    questions_for,
    visits_due,
    visits_of_case,
    visits_of_household,
    visits_visible_to,
)

__all__ = [
    "WAYS",
    "DueLine",
    "Transition",
    "follow_ups_of_household",
    "measures_standing",
    "questions_for",
    "roll_backs_of_household",
    "transition_of_case",
    "transition_of_household",
    "transitions_due",
    "visits_due",
    "visits_of_case",
    "visits_of_household",
    "visits_visible_to",
]

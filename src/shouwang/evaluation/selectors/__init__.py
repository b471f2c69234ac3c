"""Reads of evaluation."""

from shouwang.evaluation.selectors.after import AfterRemoval, after_removal
from shouwang.evaluation.selectors.following import follow_ups_of_household
from shouwang.evaluation.selectors.roll_backs import (
    roll_backs_of_household,
    roll_backs_visible_to,
    roll_backs_waiting,
)
from shouwang.evaluation.selectors.standing import measures_standing
from shouwang.evaluation.selectors.transition import DueLine, Transition, transition_of_household, transitions_due
from shouwang.evaluation.selectors.visits import (
    WAYS,
    questions_for,
    visits_due,
    visits_of_case,
    visits_of_household,
    visits_visible_to,
)
from shouwang.evaluation.selectors.weak import (
    weak_of_households,
    weak_removals_visible_to,
    weaknesses_told,
)

__all__ = [
    "WAYS",
    "AfterRemoval",
    "DueLine",
    "Transition",
    "after_removal",
    "follow_ups_of_household",
    "measures_standing",
    "questions_for",
    "roll_backs_of_household",
    "roll_backs_visible_to",
    "roll_backs_waiting",
    "transition_of_household",
    "transitions_due",
    "visits_due",
    "visits_of_case",
    "visits_of_household",
    "visits_visible_to",
    "weak_of_households",
    "weak_removals_visible_to",
    "weaknesses_told",
]

"""Writes of evaluation."""

from shouwang.evaluation.services.removing import HelpMissing, NotYet, removal_propose
from shouwang.evaluation.services.searching import Search, weak_removals_search
from shouwang.evaluation.services.transition import (
    DECIDER_ROLES,
    DECIDERS,
    FollowUpDay,
    MayNot,
    NothingDue,
    NotInTransition,
    NotWeak,
    OwnProposal,
    ReasonMissing,
    RollBackRuns,
    RollBackSettled,
    follow_up_record,
    is_own,
    roll_back_decide,
    roll_back_propose,
)
from shouwang.evaluation.services.visiting import Finding, NoteMissing, StillNeeded, VisitDay, visit_record

__all__ = [
    "DECIDERS",
    "DECIDER_ROLES",
    "Finding",
    "FollowUpDay",
    "HelpMissing",
    "MayNot",
    "NotInTransition",
    "NotWeak",
    "NotYet",
    "NoteMissing",
    "NothingDue",
    "OwnProposal",
    "ReasonMissing",
    "RollBackRuns",
    "RollBackSettled",
    "Search",
    "StillNeeded",
    "VisitDay",
    "follow_up_record",
    "is_own",
    "removal_propose",
    "roll_back_decide",
    "roll_back_propose",
    "visit_record",
    "weak_removals_search",
]

"""Reads of what people decided about rows and persons of the register."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from shouwang.sources.models import MatchDecision


@dataclass(frozen=True)
class Learnt:
    """What is known of one way of naming somebody: who it is (0: nobody said so), and who it is not."""

    same: int = 0
    decision_id: int | None = None
    different: frozenset[int] = frozenset()


def decisions_learnt(organisation_id: int, marks: Collection[bytes]) -> dict[bytes, Learnt]:
    """This function returns what holds for an organisation's ways of naming people, by their blind index."""
    rows = MatchDecision.objects.filter(
        organisation_id=organisation_id, subject__in=list(marks), undone_at__isnull=True
    ).values_list("pk", "subject", "person_id", "verdict")
    found: dict[bytes, Learnt] = {}
    for pk, subject, person_id, verdict in rows:
        before = found.get(bytes(subject), Learnt())
        if verdict == MatchDecision.Verdict.SAME:
            found[bytes(subject)] = Learnt(person_id, pk, before.different)
        else:
            found[bytes(subject)] = Learnt(before.same, before.decision_id, before.different | {person_id})
    return found

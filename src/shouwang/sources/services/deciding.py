"""What people decide about pairs, learnt for every row that names somebody in the same words; and taking it back.

Only the county centre decides: the pair shows the register, which a department never reads. The facts of a row are
written by the worker's own viewer, held to the areas of the organisation that delivered it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from shouwang.audit.services import entry_append
from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Role, Viewer, acting_as
from shouwang.sources.models import FeedMatch, FeedRow, MatchDecision, MatchPair
from shouwang.sources.services.asking import rows_ask_again
from shouwang.sources.services.errors import DecisionNotFound, MayNotDecide
from shouwang.sources.services.reading import import_load, worker_viewer
from shouwang.sources.services.taking import row_give_back, row_take, rows_return

DECIDERS = frozenset({Role.CLERK, Role.LEADER})
SAME, DIFFERENT, LATER = "SAME", "DIFFERENT", "LATER"
State = MatchPair.State
SUBJECT = "sources.MatchDecision"


@dataclass
class Decided:
    """What became of a page of decisions; `overtaken`: somebody else was first; `refused`: pair → why it cannot be."""

    batch: str = ""
    same: int = 0
    different: int = 0
    later: int = 0
    rows: int = 0
    overtaken: int = 0
    refused: dict[int, str] = field(default_factory=dict)


def may_decide(viewer: Viewer) -> bool:
    """This function tells whether the viewer decides who a row's person is."""
    return viewer.kind is Kind.COUNTY_CENTRE and viewer.role in DECIDERS


def pairs_decide(*, viewer: Viewer, verdicts: Mapping[int, str], at: datetime) -> Decided:
    """This function records the verdicts of one page: SAME, DIFFERENT or LATER by pair; raises MayNotDecide.

    A pair that somebody else decided meanwhile stays as it is. Each verdict stands by itself: one that is refused (her
    household is gone) leaves the others.
    """
    if not may_decide(viewer):
        raise MayNotDecide
    done = Decided(batch=secrets.token_hex(16))
    with transaction.atomic():
        pairs = {
            pair.pk: pair
            for pair in MatchPair.objects.select_for_update().filter(viewer.q(), pk__in=list(verdicts)).order_by("pk")
        }
        for pk, verdict in verdicts.items():
            pair = pairs.get(pk)
            if pair is None:
                done.overtaken += 1
                continue
            pair.refresh_from_db(fields=["state"])
            if pair.state != State.WAITING:
                done.overtaken += 1
            elif verdict == LATER:
                _same_words(pair).update(postponed_at=at)
                done.later += 1
            else:
                _decide(pair, verdict, viewer=viewer, at=at, done=done)
    return done


def _same_words(pair: MatchPair) -> QuerySet[MatchPair]:
    """This function returns the waiting pairs whose rows name somebody in the same words beside the same person."""
    return MatchPair.objects.filter(
        organisation_id=pair.organisation_id, subject=pair.subject, person_id=pair.person_id, state=State.WAITING
    )


def _decide(pair: MatchPair, verdict: str, *, viewer: Viewer, at: datetime, done: Decided) -> None:
    alike = list(_same_words(pair).select_for_update().order_by("pk"))
    try:
        with transaction.atomic():
            decision = MatchDecision.objects.create(
                organisation_id=pair.organisation_id, slot=pair.slot, subject=pair.subject, person_id=pair.person_id,
                verdict=verdict, batch=done.batch, appointment_id=viewer.appointment_id, decided_by=viewer.label[:200],
                decided_at=at,
            )  # fmt: skip
            taken = [_row_decided(each, decision, at=at) for each in alike] if verdict == SAME else []
    except Refusal as refusal:
        done.refused[pair.pk] = refusal.message
        return
    MatchPair.objects.filter(pk__in=[each.pk for each in alike]).update(state=verdict, decision=decision)
    if verdict == SAME:
        _settle_others(alike, decision)
        done.same += 1
        done.rows += sum(taken)
    else:
        done.different += 1
    entry_append(
        viewer=viewer, action=f"match.{verdict.lower()}", subject_type=SUBJECT, subject_id=decision.pk,
        slot=pair.slot, at=at, purpose="核对部门数据里的人",
        after={"person": pair.person_id, "rows": [each.feed_row_id for each in alike], "batch": done.batch},
    )  # fmt: skip


def _row_decided(pair: MatchPair, decision: MatchDecision, *, at: datetime) -> bool:
    worker = worker_viewer(import_load(pair.feed_import_id))
    with acting_as(worker):
        return row_take(row_id=pair.feed_row_id, decision=decision, viewer=worker, at=at)


def _settle_others(alike: list[MatchPair], decision: MatchDecision) -> None:
    """This function closes the other pairs of the rows that now have their person, wherever she lives."""
    for pair in alike:
        with acting_as(worker_viewer(import_load(pair.feed_import_id))):
            MatchPair.objects.filter(feed_row_id=pair.feed_row_id, state=State.WAITING).update(
                state=State.SETTLED, decision=decision
            )


def decisions_undo(*, viewer: Viewer, batch: str, at: datetime, decision_id: int | None = None) -> int:
    """This function takes back a page of decisions, or one of them, with all that came of it; returns how many.

    Rows that were taken because of it, in later imports too, wait again, their facts taken back. Raises MayNotDecide,
    DecisionNotFound.
    """
    if not may_decide(viewer):
        raise MayNotDecide
    with transaction.atomic():
        rows = MatchDecision.objects.select_for_update().filter(viewer.q(), batch=batch, undone_at__isnull=True)
        if decision_id is not None:
            rows = rows.filter(pk=decision_id)
        decisions = list(rows.order_by("-pk"))
        if not decisions:
            raise DecisionNotFound
        for decision in decisions:
            _undo(decision, viewer=viewer, at=at)
    return len(decisions)


def _undo(decision: MatchDecision, *, viewer: Viewer, at: datetime) -> None:
    imports = set(FeedMatch.objects.filter(decision=decision).values_list("feed_import_id", flat=True))
    imports |= set(MatchPair.objects.filter(decision=decision).values_list("feed_import_id", flat=True))
    decision.undone_at, decision.undone_by = at, viewer.label[:200]
    decision.save(update_fields=["undone_at", "undone_by"])
    facts = 0
    for import_id in sorted(imports):
        worker = worker_viewer(import_load(import_id))
        with acting_as(worker):
            returned = []
            for match in FeedMatch.objects.filter(decision=decision, feed_import_id=import_id):
                undone, row_id = row_give_back(match=match, viewer=worker, at=at)
                facts += undone
                returned.append(row_id)
            _rows_wait_again(decision, import_id)
        rows_ask_again(import_id=import_id, row_ids=returned, viewer=worker, at=at)
    entry_append(
        viewer=viewer, action="match.undo", subject_type=SUBJECT, subject_id=decision.pk, slot=decision.slot, at=at,
        before={"verdict": decision.verdict, "person": decision.person_id}, after={"facts": facts},
    )  # fmt: skip


def _rows_wait_again(decision: MatchDecision, import_id: int) -> None:
    """This function puts a decision's rows back into the queue; a row that another decision took stays taken."""
    mine = {"pairs__decision": decision, "pairs__state": State.SAME, "feed_import_id": import_id}
    for state, count in ((FeedRow.State.DECIDED, "rows_duplicate"), (FeedRow.State.REFUSED, "rows_refused")):
        rows_return(list(FeedRow.objects.filter(state=state, **mine).values_list("pk", flat=True)), counted_as=count)
    MatchPair.objects.filter(
        decision=decision, feed_import_id=import_id, feed_row__state=FeedRow.State.UNMATCHED
    ).update(state=State.WAITING, decision=None, postponed_at=None)

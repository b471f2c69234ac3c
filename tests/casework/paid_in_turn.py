"""What must have been before help is given, told again from events, decisions and sheets; and where every clue is.

Written apart from the machine: what a stage is comes from the pack's file, what happened from rows that are only ever
added.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.casework.procedure_table import Tree, in_force, procedure_read

from shouwang.assistance.models import Measure
from shouwang.casework.models import Attachment, Case, CaseEvent, CaseSource, Notice
from shouwang.funds.models import Grant
from shouwang.kit.dates import SHANGHAI
from shouwang.sources.models import Clue, Opinion

DECIDED, BACK = {"approve", "conform"}, {"send_back", "ask_again"}


@dataclass
class Turn:
    """What a case has come through since it last had to begin again."""

    decided: bool = False
    urgent: bool = False
    posted: set[str] = field(default_factory=set)


def help_misses(case: Case, place: str, notices: Tree) -> Iterator[str]:
    """This function yields every help of a case that came before its turn; `notices` are the pack's, by key."""
    stages: Tree = procedure_read(place, case.procedure)["stages"]
    wanted = {key for key, stage in stages.items() if stage["act"] == "notice"}
    turn = Turn()
    for event in CaseEvent.objects.filter(case=case).order_by("pk"):
        if event.what == "OPPOSED" or event.move in BACK:
            turn = Turn(urgent=turn.urgent)
        elif event.what == "DECIDED" and event.move in DECIDED:
            if leads_to_urgent(stages, event):
                turn.urgent = True
            else:
                turn.decided = True
        elif event.move == "unopposed":
            yield from sheet_misses(event, stages, notices)
            turn.posted.add(event.stage)
        elif event.what == "ASSISTED":
            if stages[event.stage].get("urgent"):
                if not turn.urgent:
                    yield f"case {case.pk}: urgent help at event {event.pk} that nobody decided"
            elif not turn.decided or turn.posted != wanted:
                yield f"case {case.pk}: help at event {event.pk} before its turn: {turn}, notices wanted {wanted}"


def leads_to_urgent(stages: Tree, event: CaseEvent) -> bool:
    return bool(stages.get(event.to_stage, {}).get("urgent"))


def sheet_misses(event: CaseEvent, stages: Tree, notices: Tree) -> Iterator[str]:
    """This function yields what is wrong with the sheet that an event says has run."""
    sheet = Notice.objects.get(pk=event.data["notice_id"])
    rule = in_force(notices[stages[event.stage]["notice"]], event.at.astimezone(SHANGHAI).date())
    on = event.at.astimezone(SHANGHAI).date()
    if sheet.stage != event.stage or sheet.state != "PASSED":
        yield f"event {event.pk}: sheet {sheet.pk} of {sheet.stage} is {sheet.state}"
    if on <= sheet.posted_on + timedelta(days=rule["days"]):
        yield f"event {event.pk}: posted {sheet.posted_on} for {rule['days']} days, taken down {on}"
    if rule.get("needs_photo") and not Attachment.objects.filter(notice=sheet, withdrawn_at__isnull=True).exists():
        yield f"event {event.pk}: no photo of sheet {sheet.pk}"


def money_misses() -> Iterator[str]:
    """This function yields every benefit that no help of its case names, and every help told twice."""
    told: list[Any] = [
        event.data.get("grant_id") for event in CaseEvent.objects.filter(what="ASSISTED") if event.data.get("grant_id")
    ]
    paid = list(Grant.objects.values_list("pk", flat=True))
    if sorted(told) != sorted(paid):
        yield f"grants {paid}, told by help {told}"
    delivered = set(Measure.objects.filter(state="DELIVERED").values_list("grant_id", flat=True)) - {None}
    if delivered != set(paid):
        yield f"grants {paid}, measures delivered with {delivered}"


def clue_misses(*, told: int, dismissed: int) -> Iterator[str]:
    """This function yields where clues told, in cases, open and dismissed do not add up, or one is in two places."""
    clues = list(Clue.objects.order_by("pk"))
    taken = list(CaseSource.objects.filter(clue_id__isnull=False).values_list("clue_id", "case_id"))
    open_ = [clue for clue in clues if clue.collected_case_id is None]
    if told != len(taken) + len(open_) + dismissed:
        yield f"told {told}: in cases {len(taken)}, open {len(open_)}, dismissed {dismissed}"
    if Opinion.objects.filter(verdict="NONE").count() != dismissed:
        yield "an opinion was dismissed twice or not at all"
    where = dict(taken)
    if len(where) != len(taken):
        yield "a clue is in two cases"
    for clue in clues:
        if where.get(clue.pk) != clue.collected_case_id:
            yield f"clue {clue.pk} says case {clue.collected_case_id}, the cases say {where.get(clue.pk)}"
    households = dict(Case.objects.values_list("pk", "household_id"))
    for clue in clues:
        if clue.collected_case_id and clue.household_id != households[clue.collected_case_id]:
            yield f"clue {clue.pk} is in a case of another household"

"""综合研判材料: what a decision rests on, from all sources, and how the county decided on alike households."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from shouwang.audit.services import entry_append
from shouwang.casework.contexts import SaidLine, StudyPage, TaskLine
from shouwang.casework.models import Case, CaseSource
from shouwang.casework.selectors import case_decisions
from shouwang.casework.selectors.flags import case_flags, may_look
from shouwang.casework.selectors.shown import file_blocks
from shouwang.casework.selectors.similar import Likeness, similar_cases
from shouwang.casework.views import STUDIERS
from shouwang.casework.views.case import main_action
from shouwang.casework.views.heads import AMOUNTS, case_evidence, case_head, case_shown, task_lines
from shouwang.kit.codes import Risk
from shouwang.kit.dates import months_add
from shouwang.kit.money import yuan_text
from shouwang.people.access import Viewer, requires
from shouwang.register.errors import HouseholdNotFound
from shouwang.register.selectors import HouseholdFile, household_file, type_label
from shouwang.rulebook.workflow import FIELDS
from shouwang.sources.selectors import clues_visible_to

NAMES = tuple(name for name, _ in AMOUNTS)
SHOWS = frozenset(FIELDS) - {"identifiers", "event"}  # what happened stands in the comparison
MONTHS = 12


@require_GET
@requires(*STUDIERS)
def study(request: HttpRequest, case_id: int) -> HttpResponse:
    """This function shows what a case rests on and logs that its household's file was read."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    found = case_shown(viewer, case_id, on)
    head = case_head(viewer, found, on)
    tasks = task_lines(viewer, found, on)
    try:
        file = household_file(viewer, found.household_id, on)
    except HouseholdNotFound:  # moved to another county while the case is open
        file = None
    said = [*_stated(viewer, found), *_registered(file, found, on), *_answered(tasks)]
    likeness = similar_cases(viewer, found, on=on)
    page = StudyPage(
        head=head,
        main=main_action(head),
        columns=[label for _, label in AMOUNTS],
        said=said,
        differences=differences(said),
        waiting=sum(1 for line in tasks if line.task.state == "OPEN"),
        evidence=case_evidence(viewer, found),
        blocks=file_blocks(file, SHOWS) if file is not None else [],
        likeness=likeness,
        alike_by=alike_by(found, likeness),
        decisions=case_decisions(found),
        flags=case_flags(found, on=on, viewer=viewer),
        may_look=may_look(viewer, found),
    )
    entry_append(
        viewer=viewer, action="household.read", subject_type="register.Household", subject_id=found.household_id,
        slot=found.slot, at=timezone.now(), purpose="综合研判",
    )  # fmt: skip
    return render(request, "casework/study.html", {"page": page})


def _stated(viewer: Viewer, case: Case) -> list[SaidLine]:
    sources = list(CaseSource.objects.filter(case=case, clue_id__isnull=False).order_by("pk"))
    clues = clues_visible_to(viewer).in_bulk([source.clue_id for source in sources])
    return [
        SaidLine(
            title="农户和上报人说的",
            source=source.reporter_label,
            verdict=Risk(source.cause).label,
            text=clue.summary,
            amounts=[getattr(clue, name) for name in NAMES],
            at=source.reported_at,
            is_stated=True,
        )
        for source in sources
        if (clue := clues.get(source.clue_id)) is not None
    ]


def _registered(file: HouseholdFile | None, case: Case, on: date) -> list[SaidLine]:
    """This function returns what the register holds of the case's causes over a year, one line a cause, summed."""
    lines = []
    for cause in case.causes if file is not None else ():
        rows = [
            row for row in file.spendings  # type: ignore[union-attr]
            if Risk.parse_or_none(row.cause_label) == cause and row.event_date >= months_add(on, -MONTHS)
        ]  # fmt: skip
        if rows:
            lines.append(
                SaidLine(
                    title="台账里的",
                    source="、".join(sorted({row.source for row in rows})),
                    verdict=Risk(cause).label,
                    text=f"近 {MONTHS} 个月 {len(rows)} 笔，合计",
                    amounts=[_sum([getattr(row, name, None) for row in rows]) for name in NAMES],
                )
            )
    return lines


def _sum(amounts: Sequence[int | None]) -> int | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None


def _answered(tasks: Sequence[TaskLine]) -> list[SaidLine]:
    return [
        SaidLine(
            title=line.task.organisation.name,
            source=line.answer.actor,
            verdict=line.verdict,
            text=line.answer.reasons,
            amounts=[line.answer.figures.get(name) for name in NAMES],
            others=[figure for key, figure in zip(_keys(line), line.figures, strict=True) if key not in NAMES],
            at=line.answer.at,
        )
        for line in tasks
        if line.answer is not None
    ]


def _keys(line: TaskLine) -> list[str]:
    figures: Mapping[str, int] = line.answer.figures if line.answer is not None else {}
    return [key for key in line.kind.figures if key in figures]


def differences(said: Sequence[SaidLine]) -> list[str]:
    """This function returns the amounts on which sources differ, each in a sentence, largest gap first."""
    found = []
    for number, (_, label) in enumerate(AMOUNTS):
        known = [(line, amount) for line in said if (amount := line.amounts[number]) is not None]
        low, high = (pick(known, key=lambda pair: pair[1], default=None) for pick in (min, max))
        if low is None or high is None or low[1] == high[1]:
            continue
        gap = high[1] - low[1]
        names = [f"{_who(line)} {yuan_text(amount)} 元" for line, amount in known]
        found.append((gap, f"{label}相差 {yuan_text(gap)} 元：{'，'.join(names)}"))
    return [sentence for _, sentence in sorted(found, key=lambda pair: -pair[0])]


def _who(line: SaidLine) -> str:
    return f"{line.source}报" if line.is_stated else line.title


def alike_by(case: Case, likeness: Likeness) -> list[str]:
    """This function returns by what the shown households are like this one, in words."""
    profile = likeness.profile
    if profile is None:
        return []
    said = ["同县", "、".join(Risk(cause).label for cause in case.causes), type_label(profile.type_key)]
    said.append(_band("家庭人口", likeness.members, 1, "人"))
    said.append(_band("人均纯收入", likeness.per_capita_fen, 100, "元"))
    return [part for part in said if part]


def _band(name: str, band: tuple[int | None, int | None], scale: int, unit: str) -> str:
    low, high = (None if edge is None else f"{edge // scale:,}" for edge in band)
    if low is None and high is None:
        return ""
    if low is None:
        return f"{name} {high} {unit}以下（不含）"
    return f"{name} {low} {unit}以上" if high is None else f"{name} {low} {unit}以上、不满 {high} {unit}"

"""What of a household a task shows: the fields of its live grant, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from shouwang.casework.errors import TaskNotFound
from shouwang.casework.models import Case, CaseSource, Task
from shouwang.kit.codes import Risk
from shouwang.kit.errors import Refusal
from shouwang.kit.money import yuan_text
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.people.selectors import grant_fields
from shouwang.register.selectors import HouseholdFile, Member, household_file
from shouwang.rulebook.workflow import Task as TaskKind
from shouwang.sources.selectors import clue_get

STATE_OF_FIELD = {
    "housing": ("住房",), "water": ("饮水",), "labour": ("劳动",), "status": ("户类型", "监测对象", "低收入", "稳定"),
}  # fmt: skip


@dataclass(frozen=True)
class FactGroup:
    """A quiet block of facts: pairs, or a small table whose last `numbers` columns are numbers."""

    title: str
    pairs: Sequence[tuple[str, str]] = ()
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    numbers: int = 0

    @property
    def columns(self) -> list[tuple[str, bool]]:
        """The head of each column and whether it holds numbers."""
        words = len(self.heads) - self.numbers
        return [(head, place >= words) for place, head in enumerate(self.heads)]

    @property
    def drawn(self) -> list[list[tuple[str, bool, str]]]:
        """The rows: each cell with its column's head before it, and whether that holds numbers."""
        return [[(*column, cell) for column, cell in zip(self.columns, row, strict=True)] for row in self.rows]


def task_case(viewer: Viewer, task: Task) -> Case:
    """This function returns the case of a task of the viewer's organisation, for what its pack says about the task.

    A department that has answered no longer sees the case, but still its own answer; hence the system's scope.
    """
    if task.organisation_id != viewer.organisation_id:
        raise TaskNotFound
    with acting_as(SYSTEM):
        return Case.objects.get(pk=task.case_id)


def household_shown(viewer: Viewer, task: Task, kind: TaskKind, on: date) -> list[FactGroup]:
    """This function returns the blocks that a task's fields allow; none once the grant has ended."""
    fields = frozenset(kind.fields)
    if not viewer.reads_register:
        fields &= grant_fields(viewer, task_id=task.pk)
    if not fields:
        return []
    try:
        file = household_file(viewer, task.household_id, on)
    except Refusal:
        return []
    return file_blocks(file, fields, events=_events(task) if "event" in fields else [])


def file_blocks(file: HouseholdFile, fields: frozenset[str], *, events: Sequence[FactGroup] = ()) -> list[FactGroup]:
    """This function returns the blocks of a household's file that some fields allow, what happened after its head."""
    groups = [
        FactGroup("农户", _head(file, fields)),
        *events,
        *([_members(file.members, fields)] if "members" in fields else []),
        *([_income(file)] if "income" in fields else []),
        *([_spending(file, with_detail="health" in fields or "study" in fields)] if "spending" in fields else []),
        *([_status(file)] if "status" in fields else []),
        *_state(file, fields),
    ]
    return [group for group in groups if group.pairs or group.rows]


def _head(file: HouseholdFile, fields: frozenset[str]) -> list[tuple[str, str]]:
    pairs = []
    if "head" in fields:
        pairs.append(("户主", file.card.head_name))
    if "place" in fields:
        pairs.append(("住址", f"{file.card.place}{file.address}"))
    if "members" in fields:
        pairs.append(("家庭人口", f"{file.card.members} 人"))
    return pairs


def _events(task: Task) -> list[FactGroup]:
    """This function returns what was reported; clues belong to readers of the register, this much the task needs."""
    groups = []
    with acting_as(SYSTEM):
        for source in CaseSource.objects.filter(case_id=task.case_id).order_by("pk"):
            pairs = [
                ("原因", Risk(source.cause).label),
                ("预警日期", f"{timezone.localdate(source.reported_at):%Y-%m-%d}"),
            ]
            if source.clue_id is not None:
                clue = clue_get(SYSTEM, source.clue_id)
                pairs.append(("发生日期", f"{clue.occurred_on:%Y-%m-%d}"))
                pairs.append(("情况", clue.summary))
                amounts = (("总费用", clue.gross_fen), ("自付", clue.self_paid_fen), ("收入减少", clue.income_drop_fen))
                pairs += [(label, f"{yuan_text(fen)} 元") for label, fen in amounts if fen is not None]
            groups.append(FactGroup("发生的事情", pairs))
    return groups


def _members(members: Sequence[Member], fields: frozenset[str]) -> FactGroup:
    heads = ["姓名", "与户主关系", "性别", "年龄"]
    columns = [
        ("identifiers", "证件号码", lambda member: member.masked_id),
        ("health", "健康", lambda member: member.health_label),
        ("study", "就学", lambda member: member.school_label),
        ("labour", "劳动能力", lambda member: _display(member, "labour")),
    ]
    wanted = [(head, read) for field, head, read in columns if field in fields]
    rows = [
        [
            member.name, member.relationship_label, member.sex_label, f"{member.age}" if member.age is not None else "",
            *(str(read(member) or "") for _, read in wanted),
        ]
        for member in members
    ]  # fmt: skip
    return FactGroup("家庭成员", heads=[*heads, *(head for head, _ in wanted)], rows=rows)


def _display(member: Member, name: str) -> str:
    shown = getattr(member.state, f"get_{name}_display", None)
    return str(shown() or "") if shown is not None else ""


def _income(file: HouseholdFile) -> FactGroup:
    window = f"{file.net.first_month:%Y-%m} 至 {file.net.last_month:%Y-%m}"
    pairs = [(line.label, f"{yuan_text(line.amount_fen)} 元") for line in file.incomes if line.amount_fen is not None]
    if file.net.per_capita_fen is not None:
        pairs.append(("人均纯收入", f"{yuan_text(file.net.per_capita_fen)} 元"))
    return FactGroup(f"收入（{window}）", pairs)


def _spending(file: HouseholdFile, *, with_detail: bool) -> FactGroup:
    rows = [
        [
            f"{line.event_date:%Y-%m-%d}", line.cause_label, line.person_name, line.detail if with_detail else "",
            *(yuan_text(fen) if fen is not None else "" for fen in (line.gross_fen, line.reimbursed_fen,
                                                                     line.self_paid_fen)),
        ]
        for line in file.spendings[:20]
    ]  # fmt: skip
    return FactGroup(
        "大额支出（元）", heads=["日期", "原因", "谁", "内容", "总费用", "报销", "自付"], rows=rows, numbers=3
    )


def _status(file: HouseholdFile) -> FactGroup:
    rows = [
        [line.label, line.person_name, line.value, f"{line.from_date:%Y-%m-%d}",
         f"{line.until_date:%Y-%m-%d}" if line.until_date else ""]
        for line in file.statuses[:20]
    ]  # fmt: skip
    return FactGroup("低保、残疾等身份", heads=["身份", "谁", "内容", "自", "至"], rows=rows)


def _state(file: HouseholdFile, fields: frozenset[str]) -> list[FactGroup]:
    words = [word for field, wanted in STATE_OF_FIELD.items() if field in fields for word in wanted]
    pairs = [(fact.label, fact.text) for fact in file.facts if any(word in fact.label for word in words)]
    return [FactGroup("家庭情况", pairs)] if pairs else []

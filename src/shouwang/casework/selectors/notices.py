"""What a notice shows, and the notices of a case."""

from __future__ import annotations

from shouwang.casework.models import Case, Notice
from shouwang.kit.codes import Risk
from shouwang.people.access import Viewer
from shouwang.register.selectors import household_card
from shouwang.rulebook.notice import Notice as NoticeRule


def notice_lines(viewer: Viewer, case: Case, rule: NoticeRule, subject: str) -> list[list[str]]:
    """This function returns what the sheet of a case says, pairs of label and text.

    It can take these fields and no others: never a number of a person, an account or anything about health; the cause
    only where the pack does not hide it.
    """
    card = household_card(viewer, case.household_id)
    lines = [
        ["公示事项", subject], ["户主", card.head_name], ["住址", card.place], ["家庭人口", f"{card.members} 人"],
    ]  # fmt: skip
    if "cause" not in rule.hides:
        lines.append(["主要原因", "、".join(Risk(cause).label for cause in case.causes)])
    return lines


def notices_of(case: Case) -> list[Notice]:
    """This function returns the notices of a case with their objections, newest first."""
    return list(Notice.objects.filter(case=case).prefetch_related("objections").order_by("-pk"))

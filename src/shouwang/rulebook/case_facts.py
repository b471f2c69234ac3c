"""The declared facts of a case: what a branch of a procedure may speak of, one value a case, by column.

What the register says of the household is what it says on the day of the move; its facts are those of `facts`.
"""

from __future__ import annotations

from shouwang.kit.codes import Risk
from shouwang.rulebook.facts import FACTS, NEVER, UNREGISTERED, Fact, Kind
from shouwang.rulebook.values import Catalogue
from shouwang.rulebook.workflow_procedure import CHANNELS

# Facts of the household that the register tells without a screening.
OF_HOUSEHOLD = (
    "poverty_status", "is_exit_unstable", "is_low_income", "watch_type", "identified_date", "removed_date",
    "is_without_labour", "housing_safe", "water_safe",
)  # fmt: skip


def _of_case() -> list[Fact]:
    return [
        Fact("causes", Kind.SET, "案件的原因", "case", NEVER, "线索和预警写的原因", tuple(Risk), default=()),
        Fact("channels", Kind.SET, "线索的渠道", "case", NEVER, "从哪些渠道来", CHANNELS, default=()),
        Fact("opened_date", Kind.DATE, "预警日期", "case", NEVER, "第一条线索或预警的日期"),
        Fact("was_helped", Kind.BOOL, "本案已救助过", "case", NEVER, "先救助、后补手续的案件，补手续时为是",
             default=False),
        Fact("member_count", Kind.NUMBER, "家庭人口", "case", UNREGISTERED),
    ]  # fmt: skip


CASE_FACTS: Catalogue[Fact] = Catalogue(
    (*((fact.key, fact) for fact in _of_case()), *((key, FACTS[key]) for key in OF_HOUSEHOLD))
)

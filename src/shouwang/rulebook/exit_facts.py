"""The facts that the requirements of an exit may speak of beside those of a screening: what is recorded of a household,
whether its income has been steady, and the help it got since it is watched.

They are worked out for the households that are asked about, never in a screening.
"""

from __future__ import annotations

from shouwang.kit.codes import Measure
from shouwang.rulebook.check_facts import RECORD_FACTS
from shouwang.rulebook.facts import FACTS, Fact, Kind
from shouwang.rulebook.values import Catalogue

_STEADY = "政策没有时段 steady_income；收入记录没有那么早，或有金额没有填"
_WATCHED = "没有这样的措施即为空；措施没有送到快照的未知"

_OWN = (
    Fact("steady_income", Kind.MONEY, "稳定期内最低的家庭纯收入", "exits", _STEADY,
         "时段 steady_income 里，每到月底各按时段 income 的长短算一次家庭纯收入，取最低的一次；"
         "头一次算到这个时段开始之前为止"),
    Fact("per_capita_steady_income", Kind.PER_HEAD, "稳定期内最低的人均纯收入", "exits", _STEADY + "，或家庭没有成员",
         of="steady_income"),
    Fact("unpriced_spending_count", Kind.NUMBER, "自付金额没有填的支出事件数", "exits", "没有记录即为 0",
         "时段 spending，含已处理的事件", default=0),
    Fact("watch_measures", Kind.SET, "识别以来落实的帮扶措施", "exits", _WATCHED,
         "识别之日起落实的，或识别时还没有停的；全国 14 类，户内任一成员", tuple(Measure), default=()),
    Fact("watch_measure_count", Kind.NUMBER, "识别以来落实的帮扶措施数", "exits", "没有即为 0；措施没有送到快照的未知",
         default=0),
)  # fmt: skip

OWN_FACTS: Catalogue[Fact] = Catalogue(tuple((fact.key, fact) for fact in _OWN))
# What a judgement of an exit reads beside the columns of a screening.
MORE_FACTS: Catalogue[Fact] = Catalogue((*RECORD_FACTS.pairs, *OWN_FACTS.pairs))
EXIT_FACTS: Catalogue[Fact] = Catalogue((*FACTS.pairs, *MORE_FACTS.pairs))
STORED_FACTS: tuple[Fact, ...] = tuple(fact for fact in MORE_FACTS.values() if fact.kind is not Kind.PER_HEAD)

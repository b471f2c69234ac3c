"""The declared facts of an area: what a rule over a village, a township, a county or a settlement may speak of.

The counts are added up from the households of a snapshot; the rest is told about an area by who keeps its file.
"""

from __future__ import annotations

from shouwang.rulebook.facts import NEVER, Fact, Kind
from shouwang.rulebook.values import Catalogue

LEVELS = ("village", "township", "county")
LEVEL_LABELS = {"village": "村", "township": "乡镇", "county": "县"}
_UNTOLD = "没有报送"


def _counted() -> list[Fact]:
    def count(key: str, name: str, description: str = "") -> Fact:
        return Fact(key, Kind.NUMBER, name, "areas", NEVER, description, default=0)

    return [
        count("household_count", "户数"),
        count("population", "人口"),
        count("poor_household_count", "未脱贫户数"),
        count("poor_count", "未脱贫人口"),
        count("exited_household_count", "脱贫户数"),
        count("exited_count", "脱贫人口"),
        count("watched_household_count", "监测对象户数", "当日在监测中"),
        count("watched_count", "监测对象人口", "当日在监测中"),
    ]


def _told() -> list[Fact]:
    def told(key: str, name: str, description: str = "") -> Fact:
        return Fact(key, Kind.BOOL, name, "areas", _UNTOLD, description)

    return [
        told("is_exited", "脱贫村"),
        told("is_settlement", "易地搬迁安置村（社区）"),
        told("has_weak_branch", "党组织软弱涣散"),
        told("is_model", "乡村振兴示范村"),
        told("has_heavy_tasks", "巩固拓展脱贫攻坚成果任务重"),
    ]


COUNTED: Catalogue[Fact] = Catalogue(tuple((fact.key, fact) for fact in _counted()))
TOLD: Catalogue[Fact] = Catalogue(tuple((fact.key, fact) for fact in _told()))
AREA_FACTS: Catalogue[Fact] = Catalogue((*COUNTED.pairs, *TOLD.pairs))

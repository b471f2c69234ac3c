"""A watched household whose risk is to be removed, and its way through the national procedure, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from tests.factories.casework import workflow_ready
from tests.factories.cast import Cast
from tests.factories.papers import ready_photo
from tests.factories.people import viewer_make
from tests.factories.register import household_make, income_make, person_make

from shouwang.assistance.models import Measure
from shouwang.casework import services
from shouwang.casework.models import Case
from shouwang.kit.dates import SHANGHAI
from shouwang.people.access import SYSTEM, Kind, Role, Viewer, acting_as

AT = datetime(2021, 6, 30, 9, 0, tzinfo=SHANGHAI)  # the monitoring line of 2021 is 6,000 a head
MEMBERS, LINE_FEN = 3, 600_000
QUESTIONS = frozenset({"seen"})
FACTS: dict[str, Any] = {
    "poverty_status": "EXITED", "watch_type": "UNSTABLE", "identified_date": date(2020, 12, 30),
    "is_without_labour": False, "housing_safe": True, "water_safe": True, "risks": ["ILLNESS"],
}  # fmt: skip


def watched_make(
    slot: int, *, net_fen: int = MEMBERS * LINE_FEN + 1, dropped_out: bool = False, insured: bool = True, **facts: Any
) -> int:
    """This function registers three people who meet every condition by the least there is, but for what is named."""
    home = household_make(slot, head="王秀兰", at=AT, **{**FACTS, **facts})
    person_make(home, "王铁柱", "SPOUSE", is_medically_insured=insured)
    person_make(home, "王小雨", "CHILD", birth_date=date(2010, 1, 1), has_dropped_out=dropped_out)
    # Recorded since the first month that counts for a steady income, and earned in a month that lies in every span.
    steady = MEMBERS * LINE_FEN + 1
    income_make(home, date(2019, 12, 1), 0)
    income_make(home, date(2020, 11, 1), steady)
    income_make(home, date(2021, 5, 1), abs(net_fen - steady), kind="WAGE" if net_fen >= steady else "COST")
    return home.pk


def delivered_make(household_id: int, slot: int, kind: str, on: date) -> Measure:
    """This function records help of a kind that arrived on a day, outside of any case."""
    at = datetime.combine(on, time(9), SHANGHAI)
    with acting_as(SYSTEM):
        return Measure.objects.create(
            slot=slot, household_id=household_id, case_id=0, kind=kind, summary="帮扶", provider_name="县里",
            state="DELIVERED", planned_at=at, planned_by="测试", delivered_on=on, delivered_at=at,
            delivered_by="测试",
        )  # fmt: skip


@dataclass
class Removal:
    """One removal; each step is a service called in the name of who takes it."""

    cast: Cast
    case_id: int
    at: datetime
    clerk: Viewer  # of the village
    reviewer: Viewer  # of the township

    @property
    def case(self) -> Case:
        with acting_as(SYSTEM):
            return Case.objects.get(pk=self.case_id)

    def judge(self, viewer: Viewer, move: str, **more: Any) -> Removal:
        said = {"reason": "核过，条件都达到", "clause": "风险消除程序：县级审定"}
        if move in ("reject", "refuse"):
            said = {"reason_key": "unsafe", "clause": "没有达到条件的，继续监测帮扶"}
        if move == "pass_on" and self.case.stage == "removal_check":
            said["confirmed"] = QUESTIONS  # type: ignore[assignment]
        with acting_as(viewer):
            services.case_judge(
                viewer=viewer,
                case_id=self.case_id,
                version=self.case.version,
                move=move,
                at=self.at,
                **{**said, **more},
            )
        return self

    def check(self, **more: Any) -> Removal:
        return self.judge(self.cast.township, "pass_on", **more)

    def appraise(self) -> Removal:
        held = services.MeetingHeld(
            self.at.date(), "村委会", "村支书", attended=11, in_favour=10, against=1, abstained=0
        )
        with acting_as(self.clerk):
            services.case_appraise(
                viewer=self.clerk, case_id=self.case_id, version=self.case.version, move="agreed", held=held, at=self.at
            )
        return self

    def post(self) -> Removal:
        viewer = self.cast.officer
        with acting_as(viewer):
            services.notice_post(
                viewer=viewer, case_id=self.case_id, version=self.case.version, posted_on=self.at.date(),
                place="公示栏", photos=[ready_photo()], at=self.at,
            )  # fmt: skip
        return self

    def finish(self, *, days: int = 6) -> Removal:
        self.at += timedelta(days=days)
        with acting_as(self.cast.officer):
            services.notice_finish(
                viewer=self.cast.officer, case_id=self.case_id, version=self.case.version, at=self.at
            )
        return self

    def review(self) -> Removal:
        return self.judge(self.reviewer, "pass_on")

    def approve(self) -> Removal:
        return self.judge(self.cast.leader, "approve")


def removal_make(cast: Cast, household_id: int, *, proposer: Viewer | None = None, way: str = "SELF") -> Removal:
    """This function proposes the removal of a household's risk under the national pack."""
    workflow_ready(cast, "national")
    viewer = proposer or cast.officer
    with acting_as(viewer):
        case = services.removal_open(
            viewer=viewer, household_id=household_id, way=way, reason="收入稳定，欠账还清", at=AT
        )
    village, town = cast.places.village, cast.places.town
    clerk = viewer_make(
        Kind.VILLAGE, Role.CLERK, village, name="周会计", organisation_name=cast.officer.organisation_name
    )
    reviewer = viewer_make(
        Kind.TOWNSHIP, Role.LEADER, town, name="孙镇长", organisation_name=cast.township.organisation_name
    )
    return Removal(cast, case.pk, AT, clerk, reviewer)

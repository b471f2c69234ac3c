"""Cases as tests need them: reported by the cast's officer and walked through the procedure by each in her own name."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import yaml
from tests.factories.cast import Cast
from tests.factories.people import organisation_make, viewer_make
from tests.factories.register import household_make
from tests.factories.standards import PACKS

from shouwang.casework import services
from shouwang.casework.models import Case, Task
from shouwang.kit.dates import SHANGHAI
from shouwang.people.access import SYSTEM, Kind, Role, Viewer, acting_as
from shouwang.rulebook import PackSource
from shouwang.rulebook.policy import policy_resolve
from shouwang.rulebook.workflow import Procedure
from shouwang.rulebook.workflow_policy import workflow_of
from shouwang.rulebook.yamls import yaml_read
from shouwang.sources.models import Clue
from shouwang.sources.services import clue_report
from shouwang.standards.models import Adoption, PackVersion
from shouwang.standards.rules import pack_of

AT = datetime(2020, 6, 24, 9, 0, tzinfo=SHANGHAI)  # a Wednesday before the Dragon Boat holiday of 25 to 27 June
NAMES = {
    "xingtai": "邢台市", "hengshui": "衡水市", "lianyungang": "连云港市", "julu": "巨鹿县", "national": "国家",
    "shanxi": "山西省", "hebei": "河北省", "weixian": "魏县", "qinglong": "青龙满族自治县", "baoding": "保定市",
}  # fmt: skip
_key = itertools.count(1)

# The acts of the pack's way through, in order; `case_make(upto=…)` stops where the case waits for one of them,
# `upto="start"` where it begins.
WAY = ("check", "dispatch", "answers", "review", "decide", "help", "visit", "closed")


def clue_make(
    viewer: Viewer, household_id: int, *, cause: str = "ILLNESS", at: datetime = AT, channel: str = "OFFICER"
) -> Clue:
    """This function reports a household in a viewer's name."""
    with acting_as(viewer):
        return clue_report(
            viewer=viewer,
            household_id=household_id,
            person_id=None,
            cause=cause,
            cause_note="说明" if cause == "OTHER" else "",
            occurred_on=at.astimezone(SHANGHAI).date(),
            summary="爱人患胃癌多次住院，治疗费近十万元",
            gross_fen=10_000_000,
            at=at,
            channel=channel,
            idempotency_key=f"test-{next(_key)}",
        )


@dataclass
class Walk:
    """One case on its way; every step is a service called in the name of who takes it, `hours` after the one before."""

    cast: Cast
    case_id: int
    at: datetime
    hours: int = 1
    approver: Viewer | None = None
    reviewer: Viewer | None = None
    given: dict[str, object] = field(default_factory=dict)

    @property
    def case(self) -> Case:
        with acting_as(SYSTEM):
            return Case.objects.get(pk=self.case_id)

    @property
    def version(self) -> int:
        return self.case.version

    def _next(self) -> datetime:
        self.at += timedelta(hours=self.hours)
        return self.at

    def tasks(self, **filters: object) -> list[Task]:
        with acting_as(SYSTEM):
            return list(Task.objects.filter(case_id=self.case_id, **filters).order_by("pk"))

    def pass_on(self) -> Walk:
        viewer = self.cast.township
        with acting_as(viewer):
            services.case_check(viewer=viewer, case_id=self.case_id, version=self.version, passes=True, at=self._next())
        return self

    def dispatch(
        self, keys: Sequence[str] = ("check_medical", "check_civil", "check_township", "check_insurer")
    ) -> Walk:
        viewer = self.cast.county
        with acting_as(viewer):
            services.case_dispatch(
                viewer=viewer, case_id=self.case_id, version=self.version, tasks=list(keys), at=self._next()
            )
        return self

    def answer(self, task: Task, *, meets: bool = True, figures: Mapping[str, int] | None = None) -> None:
        viewer = self.answerer(task)
        with acting_as(viewer):
            services.task_answer(
                viewer=viewer,
                task_id=task.pk,
                version=task.version,
                meets=meets,
                reasons="核查属实" if meets else "未达到条件",
                figures=figures or {},
                at=self._next(),
            )

    def answerer(self, task: Task) -> Viewer:
        """Who of the cast answers for the task's organisation."""
        for viewer in self.cast.members().values():
            if viewer.organisation_id == task.organisation_id:
                return viewer
        raise AssertionError(f"nobody answers for {task.name}")

    def answer_all(self, **meets: bool) -> Walk:
        for task in self.tasks(state="OPEN"):
            self.answer(task, meets=meets.get(task.key, True))
        return self

    def review(self, *, conforms: bool = True, reason_key: str = "", told: str = "") -> Walk:
        viewer = self.reviewer or self.cast.county
        with acting_as(viewer):
            services.case_review(
                viewer=viewer,
                case_id=self.case_id,
                version=self.version,
                conforms=conforms,
                reason="各单位核查属实" if conforms else "",
                reason_key=reason_key or ("" if conforms else "covered"),
                told=told,
                clause="四步认定救助第二步",
                at=self._next(),
            )
        return self

    def decide(self, *, approve: bool = True, reason_key: str = "") -> Walk:
        viewer = self.approver or self.cast.leader
        with acting_as(viewer):
            services.case_decide(
                viewer=viewer,
                case_id=self.case_id,
                version=self.version,
                approve=approve,
                clause="四步认定救助第二步",
                reason="符合条件" if approve else "不符合条件",
                reason_key=reason_key or ("" if approve else "over_line"),
                at=self._next(),
            )
        return self

    def assist(self, *, is_complete: bool = True) -> Walk:
        viewer = self.cast.county
        with acting_as(viewer):
            services.assisted_record(
                viewer=viewer, case_id=self.case_id, at=self._next(), data={"measure_ids": [1]}, is_complete=is_complete
            )
        return self

    def visit(self, *, is_risk_gone: bool = True) -> Walk:
        viewer = self.cast.county
        with acting_as(viewer):
            services.visited_record(
                viewer=viewer, case_id=self.case_id, is_risk_gone=is_risk_gone, at=self._next(), data={"visit_id": 1}
            )
        return self

    def hand_over(self) -> Walk:
        viewer = self.cast.county
        with acting_as(viewer):
            services.case_hand_over(
                viewer=viewer,
                case_id=self.case_id,
                version=self.version,
                reason="各项救助之后仍有风险",
                told="您家已转入建档立卡系统，后面由帮扶责任人联系您。",
                at=self._next(),
            )
        return self


def case_make(
    cast: Cast,
    *,
    upto: str = "check",
    cause: str = "ILLNESS",
    at: datetime = AT,
    household_id: int | None = None,
    reporter: Viewer | None = None,
    slot: int | None = None,
    channel: str = "OFFICER",
) -> Walk:
    """This function reports a household, opens its case and walks it until it waits for the act `upto` (see WAY)."""
    workflow_ready(cast)
    if household_id is None:
        household_id = household_make(slot or cast.slot).pk
    clue = clue_make(reporter or cast.officer, household_id, cause=cause, at=at, channel=channel)
    services.clue_take(clue_id=clue.pk, at=at)
    with acting_as(SYSTEM):
        case_id = Clue.objects.get(pk=clue.pk).collected_case_id
    assert case_id is not None
    walk = Walk(cast, case_id, at)
    steps = {
        "check": walk.pass_on,
        "dispatch": walk.dispatch,
        "answers": walk.answer_all,
        "review": walk.review,
        "decide": walk.decide,
        "help": walk.assist,
        "visit": walk.visit,
    }
    while upto != "start" and (act := walk.case.act) and act != upto:
        steps[act]()
    return walk


@lru_cache(maxsize=8)
def _pack(place: str) -> tuple[str, dict[str, str]]:
    source = pack_of(PackSource.from_directory(PACKS), place=place)
    return source.digest, dict(source.files)


def version_ready(place: str, *, route: str = "") -> PackVersion:
    """This function loads a pack as it stands; its own tests check it, which would take half of the time here.

    With a route named, every case takes that one of the place's procedures.
    """
    digest, files = _pack(place)
    file = f"{place}/workflow.yaml"
    own = json.loads(json.dumps(yaml_read(files[file], file=file), default=str)) if route and file in files else {}
    if "route" in own and own["route"]["values"][0]["value"]["route"] != route:
        own["route"]["values"][0]["value"]["route"] = route
        files = {**files, file: yaml.safe_dump(own, allow_unicode=True, sort_keys=False)}
        digest = PackSource.from_files(files).digest
    version, _ = PackVersion.objects.get_or_create(
        place=place, digest=digest,
        defaults={"name": NAMES[place], "files": files, "loaded_at": AT, "loaded_by": "测试"},
    )  # fmt: skip
    return version


def pack_changed(
    cast: Cast,
    change: Callable[[dict[str, Any]], object],
    *,
    procedure: Callable[[dict[str, Any]], object] = lambda _: None,
    name: str = "改过的流程",
    valid_from: date = date(2019, 1, 1),
) -> PackVersion:
    """This function puts 邢台's pack in force for the county of the cast with its route, or stages of it, changed."""
    files = dict(_pack("xingtai")[1])
    tree = copy.deepcopy(yaml_read(files["xingtai/workflow.yaml"], file="xingtai/workflow.yaml"))
    plain = json.loads(json.dumps(tree, default=str))  # anchors shared between stages become copies
    procedure(plain["township_first"]["values"][0]["value"]["procedure"])
    change(plain["township_first"]["values"][0]["value"]["procedure"]["stages"])
    files["xingtai/workflow.yaml"] = yaml.safe_dump(plain, allow_unicode=True, sort_keys=False)
    with acting_as(SYSTEM):
        version = PackVersion.objects.create(
            place="xingtai", digest=PackSource.from_files(files).digest, name=name, files=files, loaded_at=AT,
            loaded_by="测试",
        )  # fmt: skip
    adopted(cast, version, valid_from=valid_from)
    return version


def procedure_of(place: str, key: str) -> Procedure:
    """This function returns a procedure of a pack on the days of these tests."""
    source = PackSource.from_files(_pack(place)[1])
    return workflow_of(policy_resolve(source, place=place, on=AT.date())).procedures[key].value


def workflow_ready(cast: Cast, place: str = "xingtai", *, valid_from: date = date(2019, 1, 1)) -> None:
    """This function puts a pack in force for the county of the cast, 邢台's unless another is named; once a day."""
    with acting_as(SYSTEM):
        if Adoption.objects.filter(lo=cast.places.county.lo, valid_from=valid_from).exists():
            return
        version = version_ready(place)
    adopted(cast, version, valid_from=valid_from)


def adopted(cast: Cast, version: PackVersion, *, valid_from: date) -> None:
    """This function puts a version in force for the county of the cast from a day on."""
    county = cast.places.county
    with acting_as(SYSTEM):
        Adoption.objects.create(
            area=county, lo=county.lo, hi=county.hi, pack_version=version, valid_from=valid_from, proposed_at=AT,
            proposed_by="测试", adopted_at=AT, adopted_by="测试",
        )  # fmt: skip


def second_clerk(cast: Cast) -> Viewer:
    """This function returns another clerk of the cast's county centre."""
    return viewer_make(
        Kind.COUNTY_CENTRE, Role.CLERK, cast.places.county, name="张复核",
        organisation_name=cast.county.organisation_name,
    )  # fmt: skip


def department_make(cast: Cast, department: str, name: str) -> Viewer:
    """This function returns a clerk of a department of the cast's county that the cast does not have."""
    organisation_make(Kind.DEPARTMENT, cast.places.county, department=department, name=name)
    return viewer_make(
        Kind.DEPARTMENT, Role.CLERK, cast.places.county, department=department, name="部门经办", organisation_name=name
    )

"""Who may take which step, read from the YAML of the packs alone, and every step as a call of its service.

The reading shares nothing with the program: files, `extends`, dates and keys are taken as they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import transaction
from tests.factories.casework import Walk, adopted, case_make, version_ready
from tests.factories.cast import Cast
from tests.factories.people import viewer_make
from tests.factories.removal import watched_make

from shouwang.casework import services
from shouwang.casework.models import Attachment, Case, CaseEvent, Notice
from shouwang.casework.services.machine import case_enter
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.errors import Refusal
from shouwang.people.access import SYSTEM, Kind, Role, StaleWrite, Viewer, acting_as

PACKS = Path(__file__).resolve().parents[2] / "packs"
AT = datetime(2021, 6, 30, 9, 0, tzinfo=SHANGHAI)  # a Wednesday on which every shipped procedure is in force
SHIPPED = {
    "xingtai": "township_first", "julu": "five_levels", "lianyungang": "five_steps", "national": "identification",
    "hebei": "county_straight",
}  # fmt: skip
# Every shipped procedure: those that places open cases with, 邢台's other route, and removal. The longest of them is
# tried before every landing, the others with the full suite.
OFTEN = ("lianyungang",)
PROCEDURES = [
    pytest.param(place, key, marks=() if place in OFTEN else pytest.mark.full)
    for place, key in (*SHIPPED.items(), ("xingtai", "county_straight"), ("national", "removal"))
]

Tree = dict[str, Any]
OFFICE = ("CLERK", "LEADER")
TAKE_OBJECTIONS = ("VILLAGE", "TOWNSHIP", "COUNTY_CENTRE", "LEADING_GROUP")


@cache
def blocks(place: str) -> Tree:
    """The workflow blocks of a place by key: its own file over its parents'."""
    head = yaml.safe_load((PACKS / place / "pack.yaml").read_text(encoding="utf-8"))
    found = blocks(head["extends"]) if head.get("extends") else {}
    file = PACKS / place / "workflow.yaml"
    return {**found, **(yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {})}


def in_force(block: Tree, on: date) -> Any:
    for entry in block["values"]:
        if entry["from"] <= on and ("until" not in entry or on < entry["until"]):
            return entry["value"]
    raise AssertionError("nothing is in force")


def procedure_read(place: str, key: str) -> Tree:
    """A procedure as its file writes it, with the closings that it shares."""
    all_blocks, on = blocks(place), AT.date()
    read: Tree = dict(in_force(all_blocks[key], on)["procedure"])
    shared = in_force(all_blocks[read["shares"]], on)["endings"] if "shares" in read else {}
    return {**read, "closings": {**shared.get("closings", {}), **read.get("closings", {})}}


def reasons_read(place: str, key: str) -> list[str]:
    return list(in_force(blocks(place)[key], AT.date())["reasons"])


def questions_read(place: str) -> list[str]:
    """What a person answers before a risk is removed, by key."""
    file = yaml.safe_load((PACKS / "national" / "exit.yaml").read_text(encoding="utf-8"))
    rules = {key: in_force(block, AT.date()) for key, block in file.items()}
    return [key for key, rule in rules.items() if rule["decides"] == "removal" and "asks" in rule]


@dataclass(frozen=True)
class Action:
    """One step somebody may try: which acts it belongs to, and the move it takes (empty: not one of the moves)."""

    name: str
    acts: tuple[str, ...]
    move: str


JUDGED = ("amend", "check", "answers", "review", "decide", "settle")
ACTIONS = (
    *(Action(f"judge:{move}", JUDGED, move) for move in (
        "amended", "pass_on", "send_back", "reject", "complete", "early", "conform", "ask_again", "approve", "refuse",
        "hand_over", "help_again", "sent", "agreed", "unopposed", "opposed", "assisted", "risk_gone",
    )),
    *(Action(f"appraise:{move}", ("appraise",), move) for move in ("agreed", "disagreed", "send_back")),
    Action("dispatch", ("dispatch",), "sent"),
    Action("post", ("notice",), ""),
    Action("finish", ("notice",), "unopposed"),
    Action("oppose", ("notice",), "opposed"),
    Action("assist", ("help",), "assisted"),
    Action("visit:risk_gone", ("visit",), "risk_gone"),
    Action("visit:at_risk", ("visit",), "at_risk"),
)  # fmt: skip


def may(read: Tree, stage: Tree, viewer: Viewer, action: Action, *, slot: int, is_posted: bool) -> bool:
    """What the table says: this actor, this action, at this stage (her own work aside)."""
    kind, role = str(viewer.kind), str(viewer.role)
    is_here = any(lo <= slot <= hi for lo, hi in viewer.ranges)
    if action.name.startswith("close:"):
        closing = read["closings"].get(action.move)
        return is_here and closing is not None and kind in closing["by"] and role in OFFICE
    if not is_here or stage["act"] not in action.acts or action.name == "judge:complete":
        return False
    if action.move and action.move not in stage["moves"]:
        return False
    if action.name == "oppose":
        return is_posted and kind in TAKE_OBJECTIONS
    holds = kind == stage["who"]["kind"] and role in stage["who"].get("roles", [role])
    if action.name in ("post", "finish"):
        return holds and is_posted is (action.name == "finish")
    return holds or (stage["act"] in ("help", "visit") and kind in stage.get("also", []))


def attempt(place: str, stage: Tree, viewer: Viewer, case: Case, action: Action, at: datetime) -> None:
    """Calls the service of an action with everything a sound request states."""
    common: Tree = {"viewer": viewer, "case_id": case.pk, "version": case.version, "at": at}
    move = stage["moves"].get(action.move, {})
    key = reasons_read(place, move["reasons"])[0] if move.get("reasons") else ""
    stated = {"clause": "条款", "reason_key": key, "reason": "理由", "told": "告知的话"}
    name = action.name.split(":")[0]
    if name == "judge":
        confirmed = questions_read(place) if move.get("confirms") else []
        services.case_judge(**common, move=action.move, confirmed=confirmed, **stated)
    elif name == "appraise":
        yes = 11 if action.move == "agreed" else 0
        held = services.MeetingHeld(
            met_on=case.opened_on, place="村委会", chaired_by="村支书", attended=11, in_favour=yes, against=11 - yes,
            abstained=0,
        )  # fmt: skip
        services.case_appraise(**common, move=action.move, held=held, **stated)
    elif name == "dispatch":
        services.case_dispatch(**common, tasks=["check_medical"])
    elif name == "post":
        services.notice_post(**common, posted_on=at.astimezone(SHANGHAI).date(), place="公示栏")
    elif name == "finish":
        services.notice_finish(**common)
    elif name == "oppose":
        services.notice_oppose(**common, said_by="邻居", text="有别的收入")
    elif name == "assist":
        services.assisted_record(**common, data={})
    elif name == "visit":
        services.visited_record(**common, is_risk_gone=action.move == "risk_gone", data={})
    else:
        services.case_close(**common, closing=action.move, reason="理由")


class _Undone(Exception):  # noqa: N818 - not an error: it takes an attempt back
    pass


def is_allowed(call: Callable[[], None]) -> bool:
    """Tries something and takes it back, whatever came of it; only a refusal is a no."""
    try:
        with transaction.atomic():
            call()
            raise _Undone
    except _Undone:
        return True
    except (Refusal, StaleWrite):
        return False


def actors(cast: Cast) -> dict[str, Viewer]:
    """The cast of one county with every role of every kind that a pack may name, and who must be refused."""
    at = cast.places
    more = {
        "village_clerk": (Kind.VILLAGE, Role.CLERK, at.village, cast.officer.organisation_name),
        "village_leader": (Kind.VILLAGE, Role.LEADER, at.village, cast.officer.organisation_name),
        "township_leader": (Kind.TOWNSHIP, Role.LEADER, at.town, cast.township.organisation_name),
        "county_leader": (Kind.COUNTY_CENTRE, Role.LEADER, at.county, cast.county.organisation_name),
        "group_clerk": (Kind.LEADING_GROUP, Role.CLERK, at.county, cast.leader.organisation_name),
    }
    made = {
        name: viewer_make(kind, role, area, name=f"丁{number}", organisation_name=organisation)
        for number, (name, (kind, role, area, organisation)) in enumerate(more.items())
    }
    names = (
        "officer", "sibling_officer", "township", "sibling_township", "county", "leader", "city", "auditor", "medical",
        "insurer", "neighbour", "neighbour_officer",
    )  # fmt: skip
    return {**{name: getattr(cast, name) for name in names}, **made}


def ready(cast: Cast, place: str) -> Walk:
    """A case under a place's pack, reported by somebody who takes no further part, of a household that is watched."""
    with acting_as(SYSTEM):
        adopted(cast, version_ready(place), valid_from=date(2019, 1, 1))
    reporter = viewer_make(
        Kind.VILLAGE, Role.OFFICER, cast.places.village, name="戊", organisation_name=cast.officer.organisation_name
    )
    walk = case_make(cast, upto="start", at=AT, reporter=reporter, household_id=watched_make(cast.slot))
    walk.approver = reporter
    return walk


@contextmanager
def standing(walk: Walk, procedure: str, stage: str, *, is_posted: bool = False) -> Iterator[Case]:
    """Puts a case at a stage with all that must have been before; taken back at the end."""
    with transaction.atomic():
        with acting_as(SYSTEM):
            case = Case.objects.get(pk=walk.case_id)
            if procedure == "removal":
                case = _proposed(walk, case.household_id)
            case.procedure, case.assisted_at = procedure, AT
            case_enter(case, stage, at=AT, previous=None)
            case.save()
            Attachment.objects.create(
                case=case, slot=case.slot, paper_id=1, kind="authorisation", kind_name="承诺授权书", at=AT, actor="测试"
            )
            if is_posted:
                day = AT.date()
                notice = Notice.objects.create(
                    case=case, slot=case.slot, stage=stage, key="village_notice", name="村内公示", days=5,
                    unit="calendar_day", shown=[], posted_on=day, place="公示栏", at=AT, actor="测试",
                    ends_on=day + timedelta(days=5),
                )  # fmt: skip
                Attachment.objects.create(
                    case=case, slot=case.slot, notice=notice, paper_id=2, kind="posting", kind_name="张贴照片", at=AT,
                    actor="测试",
                )  # fmt: skip
        yield case
        transaction.set_rollback(True)


def _proposed(walk: Walk, household_id: int) -> Case:
    """A removal, proposed by who reported the household."""
    assert walk.approver is not None
    with acting_as(walk.approver):
        return services.removal_open(
            viewer=walk.approver, household_id=household_id, way="SELF", reason="收入稳定", at=AT
        )


def events(case_id: int) -> list[CaseEvent]:
    with acting_as(SYSTEM):
        return list(CaseEvent.objects.filter(case_id=case_id).order_by("pk"))

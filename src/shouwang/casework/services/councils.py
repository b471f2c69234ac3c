"""Meetings of the leading group: called with an agenda, decided case by case, recorded, signed by another person."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from shouwang.audit.services import entry_append
from shouwang.casework.errors import (
    AgendaUnsettled,
    CouncilClosed,
    CouncilNotFound,
    CouncilUnsound,
    NotOnAgenda,
    NotYourTurn,
    OwnMinutes,
    StatementMissing,
)
from shouwang.casework.models import Council, CouncilItem, CouncilMember, Decision
from shouwang.casework.selectors.councils import cases_for_agenda, council_get
from shouwang.casework.services.judging import case_judge
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.papers import Ready
from shouwang.kit.texts import numbers_refuse
from shouwang.office.services import paper_keep
from shouwang.people.access import KIND_LABELS, Kind, Role, StaleWrite, Viewer
from shouwang.people.selectors import organisation_for
from shouwang.rulebook.workflow import Act

CALL: Collection[Kind] = (Kind.LEADING_GROUP, Kind.COUNTY_CENTRE)
WORKING = frozenset({Role.CLERK, Role.LEADER})
LEAST_MEMBERS = 2


@dataclass(frozen=True)
class CouncilStated:
    """A meeting as it is called or corrected; `members` are names with their posts."""

    title: str
    met_on: date
    place: str
    chaired_by: str
    members: tuple[tuple[str, str], ...]

    def check(self, *, on: date) -> None:
        """This function refuses a meeting that cannot be; raises CouncilUnsound naming the field."""
        numbers_refuse(self.title, self.place, self.chaired_by, *(part for member in self.members for part in member))
        for field, noun in (("title", "会议名称"), ("place", "地点"), ("chaired_by", "主持人")):
            if not getattr(self, field).strip():
                raise CouncilUnsound(field, f"请写明{noun}。")
        if self.met_on > on:
            raise CouncilUnsound("met_on", "会议的日期还没有到。")
        names = [name for name, _ in self.members]
        if len(names) < LEAST_MEMBERS:
            raise CouncilUnsound("members", f"参会人至少写 {LEAST_MEMBERS} 人，一行一人。")
        if len(set(names)) < len(names):
            raise CouncilUnsound("members", "参会人里有人写了两遍，请核对。")


def council_call(*, viewer: Viewer, stated: CouncilStated, case_ids: Sequence[int], at: datetime) -> Council:
    """This function calls a meeting of the leading group with the cases that wait for its decision.

    Raises NotYourTurn, CouncilUnsound, NotOnAgenda.
    """
    _caller_check(viewer)
    stated.check(on=at.astimezone(SHANGHAI).date())
    group = organisation_for(slot=viewer.ranges[0][0], kind=Kind.LEADING_GROUP)
    if group is None:
        raise CouncilUnsound("title", "本地还没有登记防贫领导小组，请先由管理员登记。")
    with transaction.atomic():
        council = Council.objects.create(
            slot=group.area.lo, organisation=group, title=stated.title.strip(), met_on=stated.met_on,
            place=stated.place.strip(), chaired_by=stated.chaired_by.strip(), called_at=at,
            called_by=viewer.label[:200],
        )  # fmt: skip
        _members_set(council, stated)
        _items_add(council, viewer=viewer, case_ids=case_ids)
        _log(council, viewer=viewer, at=at, action="council.convene", cases=sorted(case_ids))
    return council


def _caller_check(viewer: Viewer) -> None:
    if viewer.kind not in CALL or viewer.role not in WORKING:
        raise NotYourTurn(stage="会商会议", who="、".join(KIND_LABELS[kind] for kind in CALL))


def _members_set(council: Council, stated: CouncilStated) -> None:
    council.members.all().delete()
    CouncilMember.objects.bulk_create(
        CouncilMember(
            council=council, slot=council.slot, number=number, name=name.strip()[:60], post=post.strip()[:100]
        )
        for number, (name, post) in enumerate(stated.members, start=1)
    )


def _items_add(council: Council, *, viewer: Viewer, case_ids: Sequence[int]) -> None:
    known = set(cases_for_agenda(viewer).filter(pk__in=case_ids).values_list("pk", flat=True))
    if not known and not council.items.exists():
        raise CouncilUnsound("cases", "请至少选一个等待会商的案件作议题。")
    if known != set(case_ids):
        raise NotOnAgenda
    first = council.items.count() + 1
    CouncilItem.objects.bulk_create(
        CouncilItem(council=council, slot=council.slot, case_id=case_id, number=number)
        for number, case_id in enumerate(dict.fromkeys(case_ids), start=first)
    )


def council_locked(
    *, viewer: Viewer, council_id: int, version: int | None, state: Council.State = Council.State.OPEN
) -> Council:
    """This function locks a meeting for one write; raises CouncilNotFound, StaleWrite or CouncilClosed."""
    _caller_check(viewer)
    council = Council.objects.select_for_update().filter(viewer.q(), pk=council_id).first()
    if council is None:
        raise CouncilNotFound
    if version is not None and council.version != version:
        raise StaleWrite("这次会议")
    if council.state != state:
        raise CouncilClosed(Council.State(council.state).label)
    return council


def council_amend(
    *,
    viewer: Viewer,
    council_id: int,
    version: int,
    stated: CouncilStated,
    case_ids: Sequence[int],
    at: datetime,
) -> Council:
    """This function corrects what is said of a meeting, and puts further cases on its agenda."""
    stated.check(on=at.astimezone(SHANGHAI).date())
    with transaction.atomic():
        council = council_locked(viewer=viewer, council_id=council_id, version=version)
        council.title, council.met_on = stated.title.strip(), stated.met_on
        council.place, council.chaired_by = stated.place.strip(), stated.chaired_by.strip()
        _members_set(council, stated)
        _items_add(council, viewer=viewer, case_ids=case_ids)
        _saved(council, viewer=viewer, at=at, action="council.amend", cases=sorted(case_ids))
    return council


def item_decide(
    *, viewer: Viewer, item_id: int, version: int, at: datetime, move: str, **said: Any
) -> CouncilItem:  # fmt: skip
    """This function decides one case of the agenda as `case_judge` does, and keeps the decision with the meeting.

    `version` is the case's. Raises what `case_judge` raises, CouncilNotFound, CouncilClosed.
    """
    with transaction.atomic():
        council, item = _item_locked(viewer=viewer, item_id=item_id)
        case_judge(
            viewer=viewer, case_id=item.case_id, version=version, move=move, at=at, acts=(Act.DECIDE,), wanted="会商",
            **said,
        )  # fmt: skip
        item.decision, item.put_off_reason = Decision.objects.filter(case_id=item.case_id).latest("pk"), ""
        item.save(update_fields=["decision", "put_off_reason"])
        _saved(council, viewer=viewer, at=at, action="council.decide", case_id=item.case_id, move=move)
    return item


def item_put_off(*, viewer: Viewer, item_id: int, reason: str, at: datetime) -> CouncilItem:
    """This function notes that the meeting put a case off; it goes on waiting where it is."""
    numbers_refuse(reason)
    if not reason.strip():
        raise StatementMissing("reason")
    with transaction.atomic():
        council, item = _item_locked(viewer=viewer, item_id=item_id)
        item.put_off_reason = reason.strip()[:500]
        item.save(update_fields=["put_off_reason"])
        _saved(council, viewer=viewer, at=at, action="council.put_off", case_id=item.case_id)
    return item


def _item_locked(*, viewer: Viewer, item_id: int) -> tuple[Council, CouncilItem]:
    found = CouncilItem.objects.filter(viewer.q(), pk=item_id).first()
    if found is None:
        raise CouncilNotFound
    council = council_locked(viewer=viewer, council_id=found.council_id, version=None)
    item = CouncilItem.objects.select_for_update().get(pk=item_id)
    if item.decision_id is not None:
        raise CouncilClosed("对这一户已作决定")
    return council, item


def council_record(*, viewer: Viewer, council_id: int, version: int, at: datetime) -> Council:
    """This function closes a meeting's record: every case decided or put off; another person then signs it."""
    with transaction.atomic():
        council = council_locked(viewer=viewer, council_id=council_id, version=version)
        open_items = [item for item in council.items.all() if not item.is_settled]
        if open_items:
            raise AgendaUnsettled(len(open_items))
        council.state, council.recorded_at = Council.State.RECORDED, at
        council.recorded_by, council.recorded_by_user_id = viewer.label[:200], viewer.user_id
        council.return_reason = ""
        _saved(council, viewer=viewer, at=at, action="council.record")
    return council


def council_return(*, viewer: Viewer, council_id: int, version: int, reason: str, at: datetime) -> Council:
    """This function gives the record back to be corrected; decisions that were made stay."""
    numbers_refuse(reason)
    if not reason.strip():
        raise StatementMissing("reason")
    with transaction.atomic():
        council = council_locked(
            viewer=viewer, council_id=council_id, version=version, state=Council.State.RECORDED
        )  # fmt: skip
        _signer_check(council, viewer)
        council.state, council.recorded_at, council.recorded_by_user_id = Council.State.OPEN, None, None
        council.recorded_by, council.return_reason = "", reason.strip()[:500]
        _saved(council, viewer=viewer, at=at, action="council.return")
    return council


Minutes = Callable[[Council], Mapping[str, Ready]]


def council_sign(*, viewer: Viewer, council_id: int, version: int, minutes: Minutes, at: datetime) -> Council:
    """This function signs the minutes: they are made with both names, and kept as papers that never change.

    `minutes` makes them, by `pdf` and `word`. Raises OwnMinutes for who recorded them, NotYourTurn for who does not
    lead the group.
    """
    with transaction.atomic():
        council = council_locked(
            viewer=viewer, council_id=council_id, version=version, state=Council.State.RECORDED
        )  # fmt: skip
        _signer_check(council, viewer)
        council.state, council.signed_at = Council.State.SIGNED, at
        council.signed_by, council.signed_by_user_id = viewer.label[:200], viewer.user_id
        made = minutes(council)
        council.pdf_id = paper_keep(viewer=viewer, ready=made["pdf"], slot=council.slot, at=at).pk
        council.word_id = paper_keep(viewer=viewer, ready=made["word"], slot=council.slot, at=at).pk
        _saved(council, viewer=viewer, at=at, action="council.sign", papers=[council.pdf_id, council.word_id])
    return council


def _signer_check(council: Council, viewer: Viewer) -> None:
    if viewer.kind is not Kind.LEADING_GROUP or viewer.role is not Role.LEADER:
        raise NotYourTurn(stage="签发会议纪要", who=f"{KIND_LABELS[Kind.LEADING_GROUP]}负责人")
    if council.recorded_by_user_id in viewer.user_ids:
        raise OwnMinutes


def _saved(council: Council, *, viewer: Viewer, at: datetime, action: str, **after: Any) -> None:
    council.version += 1
    council.save()
    _log(council, viewer=viewer, at=at, action=action, **after)


def _log(council: Council, *, viewer: Viewer, at: datetime, action: str, **after: Any) -> None:
    entry_append(
        viewer=viewer, action=action, subject_type="casework.Council", subject_id=council.pk, slot=council.slot, at=at,
        after={"state": council.state, "version": council.version, **after},
    )  # fmt: skip


def council_read(*, viewer: Viewer, council_id: int, at: datetime) -> Council:
    """This function returns a meeting whose minutes are about to be handed out as a draft, and logs that."""
    council = council_get(viewer, council_id)
    _log(council, viewer=viewer, at=at, action="council.read")
    return council

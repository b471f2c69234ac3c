"""Notices 公示: posted for the pack's days; what follows is blocked until they have run, an objection leads back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from shouwang.audit.services.entries import Entry, entries_append
from shouwang.casework.errors import (
    NotAPhoto,
    NoticeDay,
    NoticeMissing,
    NoticeRunning,
    NoticeStands,
    NoticeUnproven,
    NotYourTurn,
    PapersMissing,
)
from shouwang.casework.models import Attachment, Case, CaseEvent, Notice, Objection
from shouwang.casework.rules import PaperKind
from shouwang.casework.selectors.clocks import notice_end_on_calendar
from shouwang.casework.selectors.notices import notice_lines
from shouwang.casework.selectors.procedures import workflow_for
from shouwang.casework.services.attaching import papers_add
from shouwang.casework.services.machine import (
    Statement,
    actor_check,
    case_audit,
    case_locked,
    case_move,
    event_add,
    stage_at,
)
from shouwang.casework.services.scope import writing_for
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.papers import Ready
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import KIND_LABELS, Kind, Viewer
from shouwang.rulebook.workflow import Act

What = CaseEvent.What
# Anybody may object; these take down what they hear.
TAKE_OBJECTIONS: Collection[Kind] = (Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP)


def notice_standing(case: Case) -> Notice | None:
    """This function returns the sheet of a case that hangs now."""
    return Notice.objects.filter(case=case, state=Notice.State.POSTED).first()


def notice_post(
    *,
    viewer: Viewer,
    case_id: int,
    version: int,
    posted_on: date,
    place: str,
    at: datetime,
    photos: Sequence[Ready] = (),
) -> Notice:
    """This function records that a case's notice was posted, where and when; its clock runs from the next day.

    `photos` show it hanging; they may follow later (`notice_prove`). Raises NoticeStands, NoticeDay, NotAPhoto, and
    what every write of a case raises.
    """
    numbers_refuse(place)
    _photos_check(photos)
    with writing_for(viewer):
        case = case_locked(viewer=viewer, case_id=case_id, version=version)
        stage = stage_at(case, Act.NOTICE, wanted="张贴公示")
        actor_check(case, stage, viewer)
        if notice_standing(case) is not None:
            raise NoticeStands
        _day_check(posted_on, case, at)
        flow = workflow_for(case)
        stated = flow.notices[stage.notice or ""]
        ends = notice_end_on_calendar(flow, stated.key, posted_on)
        case.version += 1
        text = f"{stage.name}：{posted_on:%Y-%m-%d} 张贴在{place}，到 {ends.day:%Y-%m-%d} 满期"
        event_add(case, viewer=viewer, at=at, what=What.POSTED, text=text)
        notice = Notice.objects.create(
            case=case, slot=case.slot, stage=case.stage, key=stated.key, name=stated.name, days=stated.value.days,
            unit=stated.unit, shown=notice_lines(viewer, case, stated.value, stage.subject), posted_on=posted_on,
            place=place.strip()[:100], ends_on=ends.day, is_end_provisional=ends.is_provisional, at=at,
            actor=viewer.label[:200], user_id=viewer.user_id,
        )  # fmt: skip
        _photos_keep(case, notice, viewer=viewer, photos=photos, at=at)
        case.due_on = case.warn_on = ends.day + timedelta(days=1)
        case.is_due_provisional, case.expires_on = ends.is_provisional, None
        case.save()
        case_audit(case, viewer=viewer, at=at, action="case.notice", before=case.stage, notice_id=notice.pk)
    return notice


def _day_check(posted_on: date, case: Case, at: datetime) -> None:
    if posted_on > at.astimezone(SHANGHAI).date():
        raise NoticeDay("张贴的日期还没有到。")
    since = case.stage_since_at.astimezone(SHANGHAI).date()
    if posted_on < since:
        raise NoticeDay(f"{since:%Y-%m-%d} 才转到公示，张贴不会更早。")


def _photos_check(photos: Sequence[Ready]) -> None:
    if not all(photo.is_photo for photo in photos):
        raise NotAPhoto


def _photos_keep(case: Case, notice: Notice, *, viewer: Viewer, photos: Sequence[Ready], at: datetime) -> None:
    papers_add(
        case, viewer=viewer, ready=photos, at=at, kind=PaperKind.POSTING, kind_name=PaperKind.POSTING.label,
        caption=notice.place, notice=notice,
    )  # fmt: skip


def notice_prove(
    *, viewer: Viewer, case_id: int, version: int, photos: Sequence[Ready], at: datetime
) -> Notice:  # fmt: skip
    """This function adds photos of a sheet that hangs, as proof that it does.

    Raises PapersMissing, NotAPhoto, NoticeMissing, and what every write of a case raises.
    """
    if not photos:
        raise PapersMissing("请选择公示栏的照片。")
    _photos_check(photos)
    with writing_for(viewer):
        case = case_locked(viewer=viewer, case_id=case_id, version=version)
        stage = stage_at(case, Act.NOTICE, wanted="补张贴照片")
        actor_check(case, stage, viewer)
        notice = notice_standing(case)
        if notice is None:
            raise NoticeMissing
        case.version += 1
        text = f"{stage.name}：补张贴照片 {len(photos)} 张"
        event_add(case, viewer=viewer, at=at, what=What.ATTACHED, text=text)
        _photos_keep(case, notice, viewer=viewer, photos=photos, at=at)
        case.save()
        case_audit(case, viewer=viewer, at=at, action="case.notice_prove", before=case.stage, notice_id=notice.pk)
    return notice


def is_proven(notice: Notice) -> bool:
    """This function tells whether a photo shows a notice hanging."""
    return Attachment.objects.filter(notice=notice, withdrawn_at__isnull=True).exists()


def notice_finish(*, viewer: Viewer, case_id: int, version: int, at: datetime) -> Case:
    """This function records that a notice has run without objection, and lets the case go on.

    Raises NoticeMissing, NoticeRunning, NoticeUnproven, and what every write of a case raises.
    """
    with writing_for(viewer):
        case = case_locked(viewer=viewer, case_id=case_id, version=version)
        stage = stage_at(case, Act.NOTICE, wanted="期满无异议")
        actor_check(case, stage, viewer)
        notice = notice_standing(case)
        if notice is None:
            raise NoticeMissing
        if at.astimezone(SHANGHAI).date() <= notice.ends_on:
            raise NoticeRunning(notice.ends_on)
        if workflow_for(case).notices[notice.key].value.needs_photo and not is_proven(notice):
            raise NoticeUnproven
        before, case.version = case.stage, case.version + 1
        case_move(case, viewer=viewer, at=at, move_key="unopposed", data={"notice_id": notice.pk})
        _ended(notice, Notice.State.PASSED, at)
        case_audit(case, viewer=viewer, at=at, action="case.notice_passed", before=before, notice_id=notice.pk)
    return case


def notice_oppose(
    *, viewer: Viewer, case_id: int, version: int, said_by: str, text: str, at: datetime
) -> Objection:  # fmt: skip
    """This function takes down an objection to a notice; the case goes back to where the pack says.

    Raises NoticeMissing, NotYourTurn, StatementMissing, and what every write of a case raises.
    """
    numbers_refuse(said_by, text)
    with writing_for(viewer):
        case = case_locked(viewer=viewer, case_id=case_id, version=version)
        stage = stage_at(case, Act.NOTICE, wanted="登记异议")
        if viewer.kind not in (*TAKE_OBJECTIONS, Kind.SYSTEM):
            raise NotYourTurn(stage="登记异议", who="、".join(KIND_LABELS[kind] for kind in TAKE_OBJECTIONS))
        notice = notice_standing(case)
        if notice is None:
            raise NoticeMissing
        before, case.version = case.stage, case.version + 1
        objection = Objection.objects.create(
            notice=notice, case=case, slot=case.slot, at=at, said_by=said_by.strip()[:60], text=text.strip()[:1000],
            actor=viewer.label[:200], user_id=viewer.user_id,
        )  # fmt: skip
        case_move(
            case, viewer=viewer, at=at, move_key="opposed", what=What.OPPOSED,
            statement=Statement(reason=text), text=f"{stage.name}：有人提出异议。{text.strip()}"[:500],
            data={"notice_id": notice.pk, "objection_id": objection.pk},
        )  # fmt: skip
        _ended(notice, Notice.State.OPPOSED, at)
        case_audit(case, viewer=viewer, at=at, action="case.notice_opposed", before=before, notice_id=notice.pk)
    return objection


def _ended(notice: Notice, state: Notice.State, at: datetime) -> None:
    notice.state, notice.ended_at = state, at
    notice.save(update_fields=["state", "ended_at"])


def notice_printed(cases: Sequence[Case], *, viewer: Viewer, at: datetime) -> None:
    """This function logs that sheets of cases were printed: what they show leaves the house."""
    entries = [
        Entry("case.notice_print", "casework.Case", case.pk, case.slot, after={"stage": case.stage}) for case in cases
    ]
    entries_append(viewer=viewer, entries=entries, at=at)

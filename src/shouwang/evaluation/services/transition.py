"""After a removal: the visits of the transition period, and taking back a removal that was weak."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from shouwang.audit.services import entry_append
from shouwang.evaluation.models import FollowUp, RollBack, Visit
from shouwang.evaluation.selectors import Transition, transition_of_household, weaknesses_told
from shouwang.evaluation.services.searching import weak_removal_end
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.errors import Refusal
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import SYSTEM, Kind, Role, Viewer, acting_as
from shouwang.register.services import household_status_set

PROPOSERS = (Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE)
DECIDERS = (Kind.COUNTY_CENTRE, Kind.LEADING_GROUP)
DECIDER_ROLES = (Role.CLERK, Role.LEADER)


class NotInTransition(Refusal):
    """A household whose risk was not removed, was identified anew since, or whose transition period is over."""

    sentence = "这一户不在风险消除后的过渡期里。过渡期以后的困难，按新的风险报告、重新识别。"


class NothingDue(Refusal):
    """All visits of the period have been made."""

    sentence = "过渡期的走访都已登记。"


class FollowUpDay(Refusal):
    """A visit in the future, or before the one that was due last."""

    field = "visited_on"

    def __init__(self, since: date) -> None:
        super().__init__(f"走访日期要在 {since:%Y-%m-%d} 以后，不晚于今天。")


class NotWeak(Refusal):
    """A removal that is to be taken back although all holds that must go on holding, and all held on its day."""

    sentence = "消除那天的条件都达到，要一直成立的现在也没有一条不成立，不能回退。新发生的困难请按新的风险报告。"


class RollBackRuns(Refusal):
    """Taking this removal back has been proposed already."""

    sentence = "这一户的回退已经提出，等别人复核。"


class RollBackSettled(Refusal):
    """Somebody else decided meanwhile."""

    sentence = "这一户的回退已经复核过，请看最新情况。"


class OwnProposal(Refusal):
    """Nobody decides what she proposed herself."""

    sentence = "自己提出的回退，要由别人复核。"


class MayNot(Refusal):
    """Another level or role acts here."""

    sentence = "这一步不由您的单位或岗位办。"


class ReasonMissing(Refusal):
    """No reason was given."""

    field = "reason"
    sentence = "请写明理由。"


def is_own(viewer: Viewer, proposed: RollBack) -> bool:
    """This function tells whether the viewer, or whom she deputises, stands behind a proposed roll-back."""
    return bool(viewer.user_ids & {proposed.proposed_by_user_id, *proposed.barred_user_ids})


def _running(viewer: Viewer, household_id: int, on: date) -> Transition:
    found = transition_of_household(viewer, household_id, on)
    if found is None or not found.is_running(on):
        raise NotInTransition
    return found


def follow_up_record(
    *, viewer: Viewer, household_id: int, way: str, visited_on: date, spoke_with: str, is_steady: bool, note: str,
    at: datetime,
) -> FollowUp:  # fmt: skip
    """This function records the visit that is due next after a removal.

    Raises MayNot, NotInTransition, NothingDue, FollowUpDay, ReasonMissing.
    """
    if viewer.kind not in PROPOSERS:
        raise MayNot
    if not note.strip():
        raise ReasonMissing
    numbers_refuse(spoke_with, note)
    today = at.astimezone(SHANGHAI).date()
    with transaction.atomic():
        found = _running(viewer, household_id, today)
        if found.due_on is None:
            raise NothingDue
        removal_id = found.case.pk if found.case is not None else None
        if not found.since < visited_on <= today:
            raise FollowUpDay(found.since)
        try:
            with transaction.atomic():
                made = FollowUp.objects.create(
                    slot=found.slot, household_id=household_id, removal_id=removal_id,
                    removed_on=found.removed_on if removal_id is None else None, due_on=found.due_on,
                    way=Visit.Way(way), visited_on=visited_on, spoke_with=spoke_with.strip()[:60],
                    is_steady=is_steady, note=note.strip()[:1000], recorded_at=at, recorded_by=viewer.label[:200],
                    user_id=viewer.user_id,
                )  # fmt: skip
        except IntegrityError:
            raise NothingDue from None
        entry_append(
            viewer=viewer, action="follow_up.record", subject_type="evaluation.FollowUp", subject_id=made.pk,
            slot=made.slot, at=at, after={"removal": removal_id, "due_on": f"{made.due_on}", "steady": is_steady},
        )  # fmt: skip
    return made


def roll_back_propose(*, viewer: Viewer, household_id: int, reason: str, at: datetime) -> RollBack:
    """This function proposes to take back a removal of which a condition that must go on holding no longer holds, or
    of which one, by what is known now, did not hold on its day.

    Raises MayNot, ReasonMissing, NotInTransition, NotWeak, RollBackRuns.
    """
    if viewer.kind not in PROPOSERS or viewer.user_id is None:
        raise MayNot
    if not reason.strip():
        raise ReasonMissing
    numbers_refuse(reason)
    on = at.astimezone(SHANGHAI).date()
    with transaction.atomic():
        found = _running(viewer, household_id, on)
        if not found.is_weak:
            raise NotWeak
        told = weaknesses_told(found)
        removal_id = found.case.pk if found.case is not None else None
        try:
            with transaction.atomic():
                made = RollBack.objects.create(
                    slot=found.slot, household_id=household_id, removal_id=removal_id,
                    removed_on=found.removed_on, found=told, reason=reason.strip()[:500], proposed_at=at,
                    proposed_by=viewer.label[:200], proposed_by_user_id=viewer.user_id,
                    barred_user_ids=sorted(viewer.user_ids),
                )  # fmt: skip
        except IntegrityError:
            raise RollBackRuns from None
        entry_append(
            viewer=viewer, action="roll_back.propose", subject_type="evaluation.RollBack", subject_id=made.pk,
            slot=made.slot, at=at, after={"removal": removal_id, "found": [one["key"] for one in told]},
        )  # fmt: skip
    return made


def roll_back_decide(*, viewer: Viewer, household_id: int, approve: bool, reason: str, at: datetime) -> RollBack:
    """This function decides a proposed roll-back; done, the household is watched again as it was identified.

    The conditions are looked at again on the day. Raises MayNot, OwnProposal, ReasonMissing, RollBackSettled,
    NotInTransition, NotWeak.
    """
    if viewer.kind not in DECIDERS or viewer.role not in DECIDER_ROLES or viewer.user_id is None:
        raise MayNot
    if not reason.strip():
        raise ReasonMissing
    numbers_refuse(reason)
    on = at.astimezone(SHANGHAI).date()
    with transaction.atomic():
        rows = RollBack.objects.select_for_update().filter(viewer.q(), household_id=household_id, state="PROPOSED")
        made = rows.first()
        if made is None:
            raise RollBackSettled
        if is_own(viewer, made):
            raise OwnProposal
        if approve:
            if not _running(viewer, household_id, on).is_weak:
                raise NotWeak
            with acting_as(SYSTEM):
                household_status_set(
                    viewer=SYSTEM, household_id=household_id, on=on, at=at, removed_date=None, removal="",
                    source_ref=f"rollback:{made.pk}", reason=f"{viewer.label}：风险消除回退",
                )  # fmt: skip
        made.state = RollBack.State.DONE if approve else RollBack.State.DECLINED
        made.decided_at, made.decided_by, made.decided_by_user_id = at, viewer.label[:200], viewer.user_id
        made.decided_reason = reason.strip()[:500]
        made.save()
        weak_removal_end(household_id=household_id, at=at, on=on)
        entry_append(
            viewer=viewer, action="roll_back.decide", subject_type="evaluation.RollBack", subject_id=made.pk,
            slot=made.slot, at=at, before={"state": "PROPOSED"},
            after={"state": made.state, "removal": made.removal_id},
        )  # fmt: skip
    return made

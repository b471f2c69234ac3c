"""Appeals, withdrawals and objections: handed in without an account, answered by a desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from shouwang.audit.services import entry_append
from shouwang.casework.selectors import case_decisions, case_get
from shouwang.casework.selectors.cases import Case
from shouwang.casework.services import OwnWork, case_withdraw, notice_oppose
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.errors import Refusal
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import NOBODY, SYSTEM, Role, StaleWrite, Viewer, acting_as
from shouwang.public.models import Application, Petition, Receipt
from shouwang.public.selectors.petitions import petition_get
from shouwang.public.selectors.policy import matter_due, matter_for
from shouwang.public.services.limits import use_count
from shouwang.public.services.opening import Opened
from shouwang.sources.selectors import clue_get
from shouwang.sources.services import clue_report, clue_withdraw

Kind, State = Petition.Kind, Petition.State
REJECTED = "REJECTED"
UNNAMED = "没有写姓名"
PUBLIC_NAME = "群众网上提出"


class NothingToAsk(Refusal):
    """Nothing was refused, nothing runs, or the time is over; the sentence does not say which."""

    sentence = "现在没有可以这样办的事。有疑问请找村干部或乡镇问清楚。"


class AskedAlready(Refusal):
    """The same was asked and waits for its answer."""

    sentence = "这件事您已经提过，正在办，不用再提。"


class NoticeGone(Refusal):
    """The notice does not hang any more."""

    sentence = "这份公示已经结束，不能在这里提意见了。有情况请直接找乡镇。"


class NameNeeded(Refusal):
    """Objections are taken with a name only."""

    field = "said_by"
    sentence = "这里提意见要写上您的姓名，我们会替您保密。"


class AnswerMissing(Refusal):
    """The household is told something."""

    field = "answer"
    sentence = "请写明答复对方的话。"


class NotYourDesk(Refusal):
    """Another desk answers, or another role."""

    sentence = "这件来件由别的岗位答复。"


def may_appeal(opened: Opened, case: Case | None, *, at: datetime) -> bool:
    """This function tells whether a refusal stands against which the household may appeal today.

    Each refusal is appealed against once, and no refusal that followed an appeal unless the policy says so.
    """
    if case is None or not _refusal_stands(opened, case, at=at):
        return False
    with acting_as(opened.viewer):
        return not _has_appealed(opened, case, at=at)


def _refusal_stands(opened: Opened, case: Case, *, at: datetime) -> bool:
    on = at.astimezone(SHANGHAI).date()
    stated = matter_for(opened.slot, "appeal", on=on)
    if stated is None or case.outcome != REJECTED or case.closed_on is None:
        return False
    within = stated.value.within
    return within is None or on <= case.closed_on + timedelta(days=within)


def _has_appealed(opened: Opened, case: Case, *, at: datetime) -> bool:
    """This function tells whether a receipt's appeals are used up, or one was against this refusal."""
    stated = matter_for(opened.slot, "appeal", on=at.astimezone(SHANGHAI).date())
    told = list(
        Petition.objects.filter(receipt_id=opened.receipt_id, kind=Kind.APPEAL).values_list("case_id", flat=True)
    )
    return stated is None or len(told) >= stated.value.times or case.pk in told


def may_withdraw(opened: Opened, case: Case | None, *, at: datetime) -> bool:
    """This function tells whether there is anything under way to withdraw."""
    stated = matter_for(opened.slot, "withdrawal", on=at.astimezone(SHANGHAI).date())
    return stated is not None and (case.is_open if case else _is_waiting(opened))


def _is_waiting(opened: Opened) -> bool:
    with acting_as(opened.viewer):
        found = Application.objects.filter(receipts__pk=opened.receipt_id).first()
        return found is not None and found.withdrawn_at is None


def case_of(opened: Opened) -> Case | None:
    """This function returns the case a receipt tells of, within the household's own scope."""
    if opened.case_id is None:
        return None
    with acting_as(opened.viewer):
        return case_get(opened.viewer, opened.case_id)


def appeal_lodge(*, opened: Opened, text: str, at: datetime) -> Petition:
    """This function takes an appeal against a refusal; raises NothingToAsk, AskedAlready, TooOften."""
    case = case_of(opened)
    if case is None or not _refusal_stands(opened, case, at=at):
        raise NothingToAsk
    return _lodge(opened, Kind.APPEAL, text, case, at)


def withdrawal_lodge(*, opened: Opened, text: str, at: datetime) -> Petition:
    """This function takes the wish to withdraw an application; a person closes it. Raises as `appeal_lodge`."""
    case = case_of(opened)
    if not may_withdraw(opened, case, at=at):
        raise NothingToAsk
    return _lodge(opened, Kind.WITHDRAWAL, text, case, at)


def _lodge(opened: Opened, kind: Petition.Kind, text: str, case: Case | None, at: datetime) -> Petition:
    numbers_refuse(text)
    use_count("petition_receipt", str(opened.receipt_id), at=at)
    today = at.astimezone(SHANGHAI).date()
    stated = matter_for(opened.slot, kind.lower(), on=today)
    due = matter_due(stated, today)
    if stated is None or due is None:
        raise NothingToAsk
    with acting_as(opened.viewer):
        Receipt.objects.select_for_update().get(pk=opened.receipt_id)
        if Petition.objects.filter(receipt_id=opened.receipt_id, kind=kind, state=State.OPEN).exists():
            raise AskedAlready
        if kind is Kind.APPEAL and case and _has_appealed(opened, case, at=at):
            raise AskedAlready("您已经申诉过，答复写在上面，不能再申诉。还有疑问请到县防贫中心当面问。")
        petition = Petition.objects.create(
            slot=opened.slot, kind=kind, receipt_id=opened.receipt_id, case_id=case.pk if case else None,
            text=text.strip()[:1000], holder_kind=stated.value.by, at=at, due_on=due.day,
            is_due_provisional=due.is_provisional,
        )  # fmt: skip
        _audit(petition, viewer=opened.viewer, action="petition.lodge", at=at)
    return petition


def objection_lodge(
    *, notice_id: int, slot: int, said_by: str, text: str, address: str, at: datetime
) -> None:  # fmt: skip
    """This function takes an objection to a notice that hangs; raises NoticeGone, NameNeeded, TooOften."""
    numbers_refuse(said_by, text)
    today = at.astimezone(SHANGHAI).date()
    stated = matter_for(slot, "objection", on=today)
    due = matter_due(stated, today)
    if stated is None or due is None:
        raise NoticeGone
    name = said_by.strip()[:60]
    if not name and not stated.value.unnamed:
        raise NameNeeded
    use_count("object_address", address, at=at)
    use_count("object_notice", str(notice_id), at=at)
    leads_back = stated.value.leads_back == "all" or (stated.value.leads_back == "named" and bool(name))
    values: list[Any] = [notice_id, slot, name, text.strip()[:1000], stated.value.by, leads_back, due.day,
                         due.is_provisional,
              today, at]  # fmt: skip
    with acting_as(NOBODY), connection.cursor() as cursor:
        cursor.execute(f"select public_objected({', '.join(['%s'] * len(values))})", values)
        if not cursor.fetchone()[0]:
            raise NoticeGone
        entry_append(viewer=NOBODY, action="petition.lodge", subject_type="casework.Notice", subject_id=notice_id,
                     slot=slot, at=at)  # fmt: skip


def objections_take(*, at: datetime, limit: int = 100) -> int:
    """This function lets objections that the policy takes at once lead their cases back; returns how many did."""
    waiting = {"kind": Kind.OBJECTION, "state": State.OPEN, "leads_back": True}
    with acting_as(SYSTEM):
        ids = list(Petition.objects.filter(**waiting).order_by("pk").values_list("pk", flat=True)[:limit])
    done = 0
    for pk in ids:
        with acting_as(SYSTEM):
            petition = Petition.objects.select_for_update().get(pk=pk)
            if petition.state != State.OPEN:
                continue
            viewer = replace(SYSTEM, organisation_name="", name=PUBLIC_NAME)
            try:
                with transaction.atomic():
                    _oppose(petition, viewer, at)
            except Refusal:
                # The notice ended meanwhile: a person looks into it.
                petition.leads_back = False
                petition.save(update_fields=["leads_back"])
                continue
            _answer(petition, viewer, granted=True, answer="公示已停止，退回重新核实。", at=at)
            done += 1
    return done


def petition_answer(
    *, viewer: Viewer, petition_id: int, version: int, granted: bool, answer: str, at: datetime
) -> Petition:
    """This function records a desk's answer and does what follows from it.

    An appeal that is granted opens a new case, a withdrawal closes its own, an objection leads the case back. Raises
    PetitionNotFound, NotYourDesk, OwnWork (she decided the case), StaleWrite, AnswerMissing, and what those raise.
    """
    numbers_refuse(answer)
    with transaction.atomic():
        petition_get(viewer, petition_id)
        petition = Petition.objects.select_for_update().get(pk=petition_id)
        if viewer.kind != petition.holder_kind or viewer.role not in (Role.CLERK, Role.LEADER):
            raise NotYourDesk
        if petition.version != version or petition.state != State.OPEN:
            raise StaleWrite("这件来件", petition.answered_by)
        if decided_by(viewer, petition):
            raise OwnWork(stage="申诉")
        if not answer.strip():
            raise AnswerMissing
        if granted:
            _grant(petition, viewer, answer.strip(), at)
        _answer(petition, viewer, granted=granted, answer=answer.strip(), at=at)
    return petition


def decided_by(viewer: Viewer, petition: Petition) -> bool:
    """This function tells whether an appeal is against what the viewer decided herself."""
    if petition.kind != Kind.APPEAL:
        return False
    decisions = case_decisions(case_get(viewer, petition.case_id or 0))
    return not viewer.user_ids.isdisjoint({decision.user_id for decision in decisions})


def _grant(petition: Petition, viewer: Viewer, answer: str, at: datetime) -> None:
    if petition.kind == Kind.OBJECTION:
        _oppose(petition, viewer, at)
    elif petition.kind == Kind.APPEAL:
        _open_anew(petition, viewer, at)
    else:
        _withdraw(petition, viewer, answer, at)


def _withdraw(petition: Petition, viewer: Viewer, answer: str, at: datetime) -> None:
    """This function ends what was applied for: its case, or before there is one the application and its clue."""
    application = petition.receipt.application if petition.receipt is not None else None
    clue_id = petition.receipt.clue_id if petition.receipt is not None else None
    case_id = petition.case_id or (clue_get(viewer, clue_id).collected_case_id if clue_id else None)
    if case_id is not None:
        case = case_get(viewer, case_id)
        if case.is_open:
            case_withdraw(viewer=viewer, case_id=case.pk, version=case.version, reason=f"农户要求撤回。{answer}", at=at)
    elif application is not None:
        if clue_id is not None:
            clue_withdraw(viewer=viewer, clue_id=clue_id, at=at)
        application.withdrawn_at = at
        application.save(update_fields=["withdrawn_at"])


def _oppose(petition: Petition, viewer: Viewer, at: datetime) -> None:
    case = case_get(viewer, petition.case_id or 0)
    notice_oppose(viewer=viewer, case_id=case.pk, version=case.version, said_by=petition.said_by or UNNAMED,
                  text=petition.text, at=at)  # fmt: skip


def _open_anew(petition: Petition, viewer: Viewer, at: datetime) -> None:
    """This function reports the household anew in its own name; the receipt follows the new case."""
    old = case_get(viewer, petition.case_id or 0)
    speaker = replace(SYSTEM, organisation_name="", name="农户申诉")
    with acting_as(speaker):
        clue = clue_report(
            viewer=speaker, household_id=old.household_id, person_id=None, cause=old.causes[0],
            cause_note="原案件写明的原因", occurred_on=old.opened_on,
            summary=f"申诉（原案件号 {old.pk}）：{petition.text}"[:1000], at=at, channel="APPLICATION",
            idempotency_key=f"appeal:{petition.pk}", details={"appealed_case_id": old.pk},
        )  # fmt: skip
    receipt = Receipt.objects.select_for_update().get(petitions=petition)
    receipt.clue_id, receipt.case_id = clue.pk, None
    receipt.save(update_fields=["clue_id", "case_id"])


def _answer(petition: Petition, viewer: Viewer, *, granted: bool, answer: str, at: datetime) -> None:
    petition.state = State.GRANTED if granted else State.DECLINED
    petition.answer, petition.answered_at = answer[:1000], at
    petition.answered_by, petition.answered_by_user_id = viewer.label[:200], viewer.user_id
    petition.version += 1
    petition.save()
    _audit(petition, viewer=viewer, action="petition.answer", at=at)


def _audit(petition: Petition, *, viewer: Viewer, action: str, at: datetime) -> None:
    entry_append(
        viewer=viewer, action=action, subject_type="public.Petition", subject_id=petition.pk, slot=petition.slot,
        at=at, after={"kind": petition.kind, "state": petition.state, "case_id": petition.case_id},
    )  # fmt: skip

"""Receipt and PIN handed over by an officer to the household she knows; shown once, kept nowhere in plain text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from shouwang.audit.services import entry_append
from shouwang.casework.selectors import case_get
from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Role, Viewer
from shouwang.public.models import Application, Receipt
from shouwang.public.rules.receipts import pin_new, receipt_new
from shouwang.public.services.receipts import code_blind, pin_hash

HANDERS = (Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE)
HANDING_ROLES = frozenset({Role.OFFICER, Role.CLERK, Role.LEADER})


class ApplicationNotFound(Refusal):
    """There is no such application, or it is none of the viewer's."""

    is_absent = True
    sentence = "找不到这份申请。"


class MayNotHand(Refusal):
    """Only village, township and county hand receipts over."""

    sentence = "查询密码由村、乡镇和县级防贫中心发给农户。"


class IdentityUnchecked(Refusal):
    """The officer has not said that she saw who it is."""

    field = "seen"
    sentence = "请先看过本人的身份证件，确认是这一户的人，再勾选。"


class ReceiptMissing(Refusal):
    """There is no receipt to which a new PIN could belong."""

    field = "what"
    sentence = "这一户还没有回执号，请选“回执号和密码一起发”。"


@dataclass(frozen=True)
class Handed:
    """What is shown once: a new PIN, and the receipt if that is new too ('' = the household has its own)."""

    receipt: str
    pin: str


def application_get(viewer: Viewer, *, clue_id: int) -> Application:
    """This function returns the application behind a clue in the viewer's areas; raises ApplicationNotFound."""
    found = Application.objects.filter(viewer.q(), clue_id=clue_id).first()
    if found is None:
        raise ApplicationNotFound
    return found


def receipt_hand_over(
    *, viewer: Viewer, at: datetime, seen: bool, with_receipt: bool, case_id: int | None = None,
    clue_id: int | None = None,
) -> Handed:  # fmt: skip
    """This function gives the household of a case or of an application a new PIN, and a new receipt if it lost its own.

    An old PIN and an old receipt stop working. Raises MayNotHand, IdentityUnchecked, ReceiptMissing, CaseNotFound,
    ApplicationNotFound.
    """
    if viewer.kind not in HANDERS or viewer.role not in HANDING_ROLES:
        raise MayNotHand
    with transaction.atomic():
        subject, slot = _subject(viewer, case_id, clue_id)
        live = Receipt.objects.select_for_update().filter(ended_at__isnull=True, **subject).first()
        if not seen:
            raise IdentityUnchecked
        if live is None and not with_receipt:
            raise ReceiptMissing
        digits, pin = receipt_new() if with_receipt else "", pin_new()
        if live is None or with_receipt:
            if live is not None:
                live.ended_at = at
                live.save(update_fields=["ended_at"])
            kept = {"clue_id": live.clue_id, "case_id": live.case_id} if live else {"clue_id": clue_id}
            live = Receipt(slot=slot, code=code_blind(digits), made_at=at, made_by=viewer.label[:200],
                           **{**kept, **subject})  # fmt: skip
        live.pin, live.pin_at, live.is_given = pin_hash(pin, code=bytes(live.code)), at, True
        live.save()
        entry_append(
            viewer=viewer, action="receipt.hand_over", subject_type="public.Receipt", subject_id=live.pk, slot=slot,
            at=at, after={**subject, "with_receipt": with_receipt},
        )  # fmt: skip
    return Handed(digits, pin)


def _subject(viewer: Viewer, case_id: int | None, clue_id: int | None) -> tuple[dict[str, int], int]:
    if case_id is not None:
        return {"case_id": case_id}, case_get(viewer, case_id).slot
    application = application_get(viewer, clue_id=clue_id or 0)
    return {"application_id": application.pk}, application.slot

"""Photos and PDFs of a case: brought by those who work on it, with an answer, or as proof that a notice hangs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal

from shouwang.casework.errors import (
    AttachmentNotFound,
    NotYourTurn,
    PaperKindUnknown,
    PapersMissing,
    StatementMissing,
)
from shouwang.casework.models import Attachment, Case, CaseEvent, Notice, Task
from shouwang.casework.selectors.papers import paper_kinds
from shouwang.casework.services.machine import case_audit, case_locked, event_add
from shouwang.casework.services.scope import writing_for
from shouwang.kit.papers import Ready
from shouwang.kit.texts import numbers_refuse
from shouwang.office.services import paper_keep
from shouwang.people.access import KIND_LABELS, Kind, Role, Viewer

What = CaseEvent.What
# Who works on cases brings papers; who is asked brings them with the answer.
BRING: Collection[Kind] = (Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP)
WORKING = frozenset({Role.OFFICER, Role.CLERK, Role.LEADER})


def papers_add(
    case: Case,
    *,
    viewer: Viewer,
    ready: Sequence[Ready],
    at: datetime,
    kind: str,
    kind_name: str,
    caption: str = "",
    task: Task | None = None,
    notice: Notice | None = None,
) -> list[Attachment]:
    """This function keeps papers with a case in the caller's transaction; the caller has proven the right to it.

    When and where a photo was taken is kept for a notice's alone.
    """
    numbers_refuse(caption)
    rows = []
    for each in ready:
        paper = paper_keep(viewer=viewer, ready=each, slot=case.slot, at=at)
        latitude, longitude = each.position if notice is not None and each.position else (None, None)
        row = Attachment(
            case=case, slot=case.slot, task=task, notice=notice, organisation_id=viewer.organisation_id,
            paper_id=paper.pk, kind=kind, kind_name=kind_name, caption=caption.strip()[:200],
            taken_at=each.taken_at if notice is not None else None, latitude=_degrees(latitude),
            longitude=_degrees(longitude), at=at, actor=viewer.label[:200], user_id=viewer.user_id,
            appointment_id=viewer.appointment_id,
        )  # fmt: skip
        row.save(force_insert=True)
        rows.append(row)
    return rows


def _degrees(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value)).quantize(Decimal("0.000001"))


def case_attach(
    *,
    viewer: Viewer,
    case_id: int,
    version: int,
    ready: Sequence[Ready],
    kind: str,
    at: datetime,
    caption: str = "",
) -> list[Attachment]:
    """This function attaches photos and PDFs to an open case.

    Raises PapersMissing, PaperKindUnknown, NotYourTurn, and what every write of a case raises.
    """
    if not ready:
        raise PapersMissing
    if viewer.kind not in BRING or viewer.role not in WORKING:
        raise NotYourTurn(stage="附上材料", who="、".join(KIND_LABELS[each] for each in BRING))
    with writing_for(viewer):
        case = case_locked(viewer=viewer, case_id=case_id, version=version)
        names = paper_kinds(case)
        if kind not in names:
            raise PaperKindUnknown
        case.version += 1
        said = f"附上{names[kind]} {len(ready)} 份" + (f"：{caption.strip()}" if caption.strip() else "")
        event = event_add(case, viewer=viewer, at=at, what=What.ATTACHED, text=said)
        rows = papers_add(
            case, viewer=viewer, ready=ready, at=at, kind=kind, kind_name=names[kind], caption=caption
        )  # fmt: skip
        case.save()
        case_audit(
            case, viewer=viewer, at=at, action="case.attach_papers", before=case.stage, event_id=event.pk,
            attachment_ids=[row.pk for row in rows],
        )  # fmt: skip
    return rows


def attachment_withdraw(*, viewer: Viewer, attachment_id: int, version: int, reason: str, at: datetime) -> Attachment:
    """This function takes a paper back that was attached by mistake: nobody sees it any more, the trace stays.

    Whoever brought it may, and the county centre. Raises AttachmentNotFound, StatementMissing, NotYourTurn, and what
    every write of a case raises.
    """
    numbers_refuse(reason)
    if not reason.strip():
        raise StatementMissing("reason")
    with writing_for(viewer):
        found = Attachment.objects.filter(pk=attachment_id, withdrawn_at__isnull=True).first()
        if found is None or not viewer.can_see(found.slot):
            raise AttachmentNotFound
        case = case_locked(viewer=viewer, case_id=found.case_id, version=version)
        if not may_withdraw(viewer, found):
            raise NotYourTurn(stage="撤下材料", who=f"附上的单位或{KIND_LABELS[Kind.COUNTY_CENTRE]}")
        found.withdrawn_at, found.withdrawn_by, found.withdrawn_reason = at, viewer.label[:200], reason.strip()[:500]
        found.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
        case.version += 1
        event_add(case, viewer=viewer, at=at, what=What.ATTACHED, text=f"撤下{found.kind_name} 1 份。{reason.strip()}")
        case.save()
        case_audit(
            case, viewer=viewer, at=at, action="case.withdraw_paper", before=case.stage, attachment_id=found.pk
        )  # fmt: skip
    return found


def may_withdraw(viewer: Viewer, attachment: Attachment) -> bool:
    """This function tells whether a viewer may take a paper back."""
    is_own = attachment.organisation_id == viewer.organisation_id and viewer.kind in BRING
    return viewer.role in WORKING and (is_own or viewer.kind is Kind.COUNTY_CENTRE)

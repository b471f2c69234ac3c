"""A person puts right what joined: two cases about one thing become one, a clue in the wrong case leaves it.

Nothing is removed: a source moves with its clue or warning, both cases say so, and what was joined can be parted again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from shouwang.casework.errors import (
    CaseHelped,
    CaseNotFound,
    HouseholdsDiffer,
    LastSource,
    MoveUnknown,
    NotYourTurn,
    RemovalApart,
    SourceFixed,
    StatementMissing,
)
from shouwang.casework.models import Case, CaseCause, CaseDistinct, CaseEvent, CaseSource
from shouwang.casework.rules import Ending
from shouwang.casework.selectors.procedures import procedure_for, workflow_by_version_id
from shouwang.casework.services.collect import Incoming, case_of, reporters_bar
from shouwang.casework.services.machine import case_audit, case_end, case_locked, event_add
from shouwang.kit.codes import Risk
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.locks import Lock
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import KIND_LABELS, Kind, Role, Viewer
from shouwang.register.selectors import household_get
from shouwang.screening.services import warning_move
from shouwang.sources.services import clue_move
from shouwang.standards.selectors import version_in_force

JOINERS = frozenset({Kind.COUNTY_CENTRE})
ROLES = frozenset({Role.CLERK, Role.LEADER})
What = CaseEvent.What


def cases_join(
    *, viewer: Viewer, case_id: int, version: int, into_id: int, into_version: int, reason: str, at: datetime
) -> Case:
    """This function moves all that a case took up into another of the household, ends it as doubled, returns the other.

    Raises NotYourTurn, StatementMissing, CaseStale, CaseClosed, HouseholdsDiffer, RemovalApart, CaseHelped,
    MoveUnknown.
    """
    reason = _allowed(viewer, reason)
    if case_id == into_id:
        raise CaseNotFound
    with transaction.atomic():
        _lock_households(_household_of(viewer, [case_id, into_id]))
        wanted = {case_id: version, into_id: into_version}
        cases = {pk: case_locked(viewer=viewer, case_id=pk, version=wanted[pk]) for pk in sorted(wanted)}
        case, into = cases[case_id], cases[into_id]
        if case.household_id != into.household_id:
            raise HouseholdsDiffer
        if case.is_removal or into.is_removal:
            raise RemovalApart
        if case.assisted_at is not None:
            raise CaseHelped
        end_key = _end_of(case, Ending.DOUBLED, viewer)
        before, into_before = case.stage, into.stage
        sources = list(CaseSource.objects.filter(case=case).order_by("pk"))
        causes = list(case.cause_rows.filter(is_open=True))
        CaseSource.objects.filter(case=case).update(case=into)
        for source in sources:
            _follow(source, into, viewer=viewer, at=at)
        case.version, into.version = case.version + 1, into.version + 1
        case_end(case, viewer=viewer, at=at, end_key=end_key, reason=f"并入案件 {into.pk}：{reason}"[:500])
        case.save()
        _causes_take(into, causes)
        event_add(into, viewer=viewer, at=at, what=What.JOINED, text=f"案件 {case.pk} 并入本案：{reason}",
                  data={"case_id": case.pk, "sources": [source.pk for source in sources]})  # fmt: skip
        reporters_bar(into)
        case_audit(case, viewer=viewer, at=at, action="case.merge", before=before, into_id=into.pk)
        case_audit(into, viewer=viewer, at=at, action="case.join", before=into_before, case_id=case.pk)
    return into


def source_part(
    *, viewer: Viewer, source_id: int, version: int, reason: str, at: datetime, household_id: int | None = None
) -> Case:
    """This function takes one clue or warning out of its open case and returns the case it is in now.

    Of the same household that is a new case; a clue that was put to the wrong household goes to the right one
    (`household_id`), into its open case of the cause or a new one; a case left empty by that ends as withdrawn.
    Raises NotYourTurn, StatementMissing, CaseNotFound, CaseStale, CaseClosed, CaseHelped, LastSource, SourceFixed,
    HouseholdNotFound.
    """
    reason = _allowed(viewer, reason)
    with transaction.atomic():
        source = CaseSource.objects.filter(viewer.q(), pk=source_id).first()
        if source is None:
            raise CaseNotFound
        home = household_get(viewer, household_id) if household_id else None
        _lock_households({*_household_of(viewer, [source.case_id]), *({home.id} if home else ())})
        case = case_locked(viewer=viewer, case_id=source.case_id, version=version)
        source.refresh_from_db()
        if source.case_id != case.pk:
            raise CaseNotFound
        moves_home = home is not None and home.id != case.household_id
        if moves_home and source.clue_id is None:
            raise SourceFixed
        is_last = not CaseSource.objects.filter(case=case).exclude(pk=source.pk).exists()
        if is_last and not moves_home:
            raise LastSource
        if is_last and case.assisted_at is not None:
            raise CaseHelped
        before, case.version = case.stage, case.version + 1
        if home is not None and moves_home:
            incoming = _incoming(source, slot=home.slot, household_id=home.id)
            _leave(case, source, viewer=viewer, at=at, reason=reason, is_last=is_last)
            known = CaseCause.objects.filter(household_id=home.id, cause=source.cause, is_open=True)
            row = known.order_by("strand", "pk").first()
            target = Case.objects.select_for_update().get(pk=row.case_id) if row else None
        else:
            incoming = _incoming(source, slot=case.slot, household_id=case.household_id)
            _leave(case, source, viewer=viewer, at=at, reason=reason, is_last=False)
            target = None
        target = _receive(target, incoming, source, viewer=viewer, at=at, old=case, reason=reason)
        case_audit(case, viewer=viewer, at=at, action="case.part", before=before, source_id=source.pk,
                   to_case_id=target.pk)  # fmt: skip
    return target


def cases_distinguish(*, viewer: Viewer, first_id: int, second_id: int, reason: str, at: datetime) -> CaseDistinct:
    """This function records that two cases of a household are about different things; they are not shown again."""
    reason = _allowed(viewer, reason)
    low, high = sorted((first_id, second_id))
    with transaction.atomic():
        cases = list(Case.objects.filter(viewer.q(), pk__in=[low, high]).order_by("pk"))
        if len(cases) != 2:
            raise CaseNotFound
        if cases[0].household_id != cases[1].household_id:
            raise HouseholdsDiffer
        made, is_new = CaseDistinct.objects.get_or_create(
            low_id=low, high_id=high,
            defaults={"slot": cases[0].slot, "reason": reason, "at": at, "actor": viewer.label[:200]},
        )  # fmt: skip
        if is_new:
            case_audit(cases[0], viewer=viewer, at=at, action="case.distinguish", before=cases[0].stage, other_id=high)
    return made


def _causes_take(into: Case, causes: Iterable[CaseCause]) -> None:
    """This function gives a case the causes of one that ended just now, each once."""
    for row in causes:
        own = into.cause_rows.filter(cause=row.cause).first()
        if own is None:
            CaseCause.objects.create(
                case=into, slot=into.slot, household_id=into.household_id, cause=row.cause, strand=row.strand
            )
        elif not own.is_open:
            into.cause_rows.filter(pk=own.pk).update(is_open=True, strand=row.strand)


def may_join(viewer: Viewer) -> bool:
    """This function tells whether a viewer puts joins right: clerks and leaders of the county centre."""
    return viewer.kind in JOINERS and viewer.role in ROLES


def _allowed(viewer: Viewer, reason: str) -> str:
    reason = reason.strip()[:300]
    if not may_join(viewer):
        raise NotYourTurn(stage="并案、分案", who=KIND_LABELS[Kind.COUNTY_CENTRE])
    if not reason:
        raise StatementMissing("reason")
    numbers_refuse(reason)
    return reason


def _household_of(viewer: Viewer, case_ids: Iterable[int]) -> set[int]:
    return set(Case.objects.filter(viewer.q(), pk__in=list(case_ids)).values_list("household_id", flat=True))


def _lock_households(households: set[int]) -> None:
    with connection.cursor() as cursor:
        for keys in sorted({Lock.CASES.pair(household) for household in households}):
            cursor.execute("select pg_advisory_xact_lock(%s, %s)", keys)


def _end_of(case: Case, ending: Ending, viewer: Viewer) -> str:
    """This function returns the pack's end of that kind which the viewer may close a case with."""
    procedure = procedure_for(case)
    for closing in procedure.closings.values():
        if procedure.ends[closing.end].ending == ending and viewer.kind in closing.by:
            return closing.end
    raise MoveUnknown(stage=case.stage_name)


def _incoming(source: CaseSource, *, slot: int, household_id: int) -> Incoming:
    return Incoming(
        slot=slot, household_id=household_id, cause=source.cause, channel=source.channel, channel_label="",
        reported_at=source.reported_at, reporter_label=source.reporter_label, clue_id=source.clue_id,
        warning_id=source.warning_id, reporter_user_id=source.reporter_user_id,
    )  # fmt: skip


def _leave(case: Case, source: CaseSource, *, viewer: Viewer, at: datetime, reason: str, is_last: bool) -> None:
    """This function lets a case go on, or end, without a source; a cause that nothing tells of any more goes too."""
    event_add(case, viewer=viewer, at=at, what=What.PARTED, text=f"{Risk(source.cause).label}的线索分出本案：{reason}",
              data={"source_id": source.pk})  # fmt: skip
    if is_last:
        end_key = _end_of(case, Ending.WITHDRAWN, viewer)
        case_end(case, viewer=viewer, at=at, end_key=end_key, reason=f"线索不是这一户的：{reason}"[:500])
        case.save()
        return
    others = CaseSource.objects.filter(case=case).exclude(pk=source.pk)
    if not others.filter(cause=source.cause).exists():
        case.cause_rows.filter(cause=source.cause).update(is_open=False)
    case.save()


def _receive(
    target: Case | None, incoming: Incoming, source: CaseSource, *, viewer: Viewer, at: datetime, old: Case, reason: str
) -> Case:
    """This function puts a parted source into a case that is open already, or opens one for it."""
    what, text = What.JOINED, f"案件 {old.pk} 分出的线索并入本案：{reason}"
    if target is None:
        on = at.astimezone(SHANGHAI).date()
        pack = version_in_force(slot=incoming.slot, on=on)
        target = case_of(incoming, version=pack, flow=workflow_by_version_id(pack.pk, on=on), at=at)
        target.save()
        rows = CaseCause.objects.filter(household_id=incoming.household_id, cause=incoming.cause, is_open=True)
        last = rows.aggregate(last=Max("strand"))["last"]
        CaseCause.objects.create(
            case=target, slot=target.slot, household_id=target.household_id, cause=incoming.cause,
            strand=0 if last is None else last + 1,
        )  # fmt: skip
        what, text = What.OPENED, f"从案件 {old.pk} 分出，另立案：{reason}"
    else:
        target.version += 1
    CaseSource.objects.filter(pk=source.pk).update(case=target, slot=target.slot)
    source.case, source.slot = target, target.slot
    _follow(source, target, viewer=viewer, at=at)
    event_add(target, viewer=viewer, at=at, what=what, text=text, to_stage=target.stage if what == What.OPENED else "",
              data={"source_id": source.pk, "case_id": old.pk})  # fmt: skip
    reporters_bar(target)
    if old.is_open:
        reporters_bar(old)
    action = "case.open" if what == What.OPENED else "case.join"
    case_audit(target, viewer=viewer, at=at, action=action, before="", source_id=source.pk, from_case_id=old.pk)
    return target


def _follow(source: CaseSource, case: Case, *, viewer: Viewer, at: datetime) -> None:
    """This function tells the room that a source came from which case has it now."""
    if source.clue_id is not None:
        clue_move(viewer=viewer, clue_id=source.clue_id, case_id=case.pk, household_id=case.household_id,
                  slot=case.slot, at=at)  # fmt: skip
    elif source.warning_id is not None:
        warning_move(warning_id=source.warning_id, case_id=case.pk)

"""The collector: clues and warnings become cases, each once, each household at most one open case per cause."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection

from shouwang.audit.services import entry_append
from shouwang.casework.errors import NoWorkflow
from shouwang.casework.models import Case, CaseCause, CaseEvent, CaseSource
from shouwang.casework.selectors.barred import barred_users
from shouwang.casework.selectors.procedures import stage_for, workflow_by_version_id
from shouwang.casework.services.machine import case_audit, case_enter, event_add
from shouwang.kit.codes import Risk
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.errors import Refusal
from shouwang.kit.locks import Lock
from shouwang.people.access import SYSTEM, acting_as
from shouwang.people.selectors import appointment_by_id
from shouwang.rulebook.sweeps import clocks_from
from shouwang.screening.selectors import warnings_by_ids, warnings_uncollected
from shouwang.screening.services import warning_collect
from shouwang.sources.selectors import clues_uncollected
from shouwang.sources.services import clue_collect
from shouwang.standards.selectors import policy_of, version_in_force

if TYPE_CHECKING:
    from shouwang.rulebook.workflow_policy import Workflow
    from shouwang.screening.models import Warning
    from shouwang.standards.models import PackVersion

logger = logging.getLogger(__name__)
SCREENING, SCREENING_LABEL = "SCREENING", "系统筛查"


@dataclass(frozen=True)
class Incoming:
    """A clue or a warning on its way into a case."""

    slot: int
    household_id: int
    cause: str
    channel: str
    channel_label: str
    reported_at: datetime
    reporter_label: str
    clue_id: int | None = None
    warning_id: int | None = None
    reporter_user_id: int | None = None
    appointment_id: int | None = None
    organisation_id: int | None = None
    entered_at: datetime | None = None  # of a paper form; its own date is `reported_at`


@dataclass(frozen=True)
class Collected:
    """What one round did: cases opened, sources that joined one, sources that wait (no policy in force yet)."""

    opened: int = 0
    joined: int = 0
    held: int = 0

    @classmethod
    def of(cls, results: list[str]) -> Collected:
        """This function counts answers of `clue_take` and `warning_take`."""
        return cls(results.count("opened"), results.count("joined"), results.count("held"))

    def with_(self, more: Collected) -> Collected:
        """This function adds another round."""
        return Collected(self.opened + more.opened, self.joined + more.joined, self.held + more.held)


def sources_collect(*, at: datetime, limit: int = 1000, goes_on: Callable[[], bool] = lambda: False) -> Collected:
    """This function takes uncollected clues of registered households, and warnings, into cases: `limit` of each a page.

    Clues each in a transaction of its own, warnings in batches and what is left of them one by one: one that must wait
    (no pack adopted, no workflow in it) holds nobody else up. It takes the next ones while some are left and `goes_on`.
    """
    done, after_clue, after_warning = Collected(), 0, 0
    while True:
        with acting_as(SYSTEM):
            waiting = clues_uncollected().filter(household_id__isnull=False, pk__gt=after_clue)
            clues = list(waiting.values_list("pk", flat=True)[:limit])
            warnings = [warning.pk for warning in warnings_uncollected(limit=limit, after=after_warning)]
        done = done.with_(_clues_take(clues, at=at)).with_(_warnings_take(warnings, at=at))
        after_clue, after_warning = max([after_clue, *clues]), max([after_warning, *warnings])
        if (len(clues) < limit and len(warnings) < limit) or not goes_on():
            return done


def _clues_take(clues: list[int], *, at: datetime) -> Collected:
    return Collected.of([clue_take(clue_id=clue_id, at=at) for clue_id in clues])


def _warnings_take(warnings: list[int], *, at: datetime) -> Collected:
    from shouwang.casework.services.opening import BATCH, warnings_open  # it opens what is left to one by one here

    opened: set[int] = set()
    for start in range(0, len(warnings), BATCH):
        try:
            opened |= set(warnings_open(warnings[start : start + BATCH], at=at))
        except (Refusal, IntegrityError) as error:
            logger.info("a batch of warnings is taken one by one: %s", error)
    results = [warning_take(warning_id=pk, at=at) for pk in warnings if pk not in opened]
    return Collected.of(results).with_(Collected(opened=len(opened)))


def clue_take(*, clue_id: int, at: datetime | None = None) -> str:
    """This function takes one clue into a case: "opened", "joined", "held", or "" when there is nothing to do.

    Without `at` it does so at the instant of the report: the case of a report opens with it.
    """
    with acting_as(SYSTEM):
        clue = clues_uncollected().filter(pk=clue_id, household_id__isnull=False).first()
        if clue is None or clue.household_id is None:
            return ""
        reporter = appointment_by_id(clue.appointment_id) if clue.appointment_id else None
        incoming = Incoming(
            slot=clue.slot,
            household_id=clue.household_id,
            cause=clue.cause,
            channel=clue.channel,
            channel_label=clue.get_channel_display(),
            reported_at=clue.reported_at,
            reporter_label=clue.reporter_label,
            clue_id=clue.pk,
            reporter_user_id=reporter.user_id if reporter else None,
            appointment_id=clue.appointment_id,
            organisation_id=clue.organisation_id,
            entered_at=clue.entered_at,
        )
    return _take(incoming, at=at or clue.came_at)


def warning_take(*, warning_id: int, at: datetime) -> str:
    """This function takes one warning into a case; answers as `clue_take`."""
    with acting_as(SYSTEM):
        warning = warnings_by_ids([warning_id]).get(warning_id)
        if warning is None or warning.collected_case_id is not None or warning.is_held:
            return ""
        incoming = incoming_of(warning)
    return _take(incoming, at=at)


def incoming_of(warning: Warning) -> Incoming:
    """This function returns a warning as it goes into a case."""
    return Incoming(
        slot=warning.slot,
        household_id=warning.household_id,
        cause=Risk.parse_or_none(warning.cause) or Risk.OTHER,
        channel=SCREENING,
        channel_label=SCREENING_LABEL,
        reported_at=warning.raised_at,
        reporter_label=SCREENING_LABEL,
        warning_id=warning.pk,
    )


def _take(incoming: Incoming, *, at: datetime) -> str:
    try:
        with acting_as(SYSTEM):
            _household_lock(incoming.household_id)
            if _is_taken(incoming):
                return ""
            known = (
                CaseCause.objects.filter(household_id=incoming.household_id, cause=incoming.cause, is_open=True)
                .order_by("strand", "pk")
                .first()
            )
            if known is not None:
                _join(known.case_id, incoming, at=at)
                return "joined"
            _open(incoming, at=at)
            return "opened"
    except Refusal as refusal:
        logger.warning("case not opened for %s %s: %s", *_name(incoming), refusal.message)
    except IntegrityError:
        # Another connection was first; the next round finds its case.
        logger.info("case for %s %s left to the next round", *_name(incoming))
    return "held"


def _name(incoming: Incoming) -> tuple[str, int | None]:
    return ("clue", incoming.clue_id) if incoming.clue_id else ("warning", incoming.warning_id)


def _household_lock(household_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", Lock.CASES.pair(household_id))


def _is_taken(incoming: Incoming) -> bool:
    taken = CaseSource.objects.filter(clue_id=incoming.clue_id) if incoming.clue_id else None
    return (taken if taken is not None else CaseSource.objects.filter(warning_id=incoming.warning_id)).exists()


def _open(incoming: Incoming, *, at: datetime) -> Case:
    version = version_in_force(slot=incoming.slot, on=at.astimezone(SHANGHAI).date())
    flow = workflow_by_version_id(version.pk, on=at.astimezone(SHANGHAI).date())
    if not flow.route:
        raise NoWorkflow
    case = case_of(incoming, version=version, flow=flow, at=at)
    case.save()
    CaseCause.objects.create(
        case=case, slot=case.slot, household_id=case.household_id, cause=incoming.cause, is_open=True
    )
    _source_add(case, incoming, at=at)
    event_add(case, viewer=SYSTEM, at=at, what=CaseEvent.What.OPENED, text=opened_text(incoming),
              to_stage=case.stage, data=reference(incoming))  # fmt: skip
    reporters_bar(case)
    entry_append(
        viewer=SYSTEM,
        action="case.open",
        subject_type="casework.Case",
        subject_id=case.pk,
        slot=case.slot,
        at=at,
        after=opened_after(case, incoming),
    )
    return case


def case_of(incoming: Incoming, *, version: PackVersion, flow: Workflow, at: datetime) -> Case:
    """This function returns a case at the first stage of its route, not saved yet."""
    case = Case(
        slot=incoming.slot,
        household_id=incoming.household_id,
        pack_version=version,
        procedure=flow.route,
        opened_at=at,
        opened_on=min(incoming.reported_at, at).astimezone(SHANGHAI).date(),
    )
    began = _clocks_begin(incoming, version, at=at)
    case_enter(case, flow.procedures[flow.route].value.entry(incoming.channel), at=began, previous=None)
    return case


def _clocks_begin(incoming: Incoming, version: PackVersion, *, at: datetime) -> datetime:
    """This function returns when the clocks of a case begin: of a paper form as the policy says, else as it opens."""
    if incoming.entered_at is None:
        return at
    sweeps = policy_of(version, on=at.astimezone(SHANGHAI).date()).topic("sweeps")
    from_paper = clocks_from((stated.value for stated in sweeps.values()), incoming.channel) == "dated"
    return min(incoming.reported_at, at) if from_paper else at


def opened_after(case: Case, incoming: Incoming) -> dict[str, Any]:
    """This function returns what the audit entry of an opened case says of it."""
    return {"stage": case.stage, "cause": incoming.cause, "pack_version_id": case.pack_version_id,
            **reference(incoming)}  # fmt: skip


def _join(case_id: int, incoming: Incoming, *, at: datetime) -> None:
    case = Case.objects.select_for_update().get(pk=case_id)
    case.version += 1
    _source_add(case, incoming, at=at)
    event_add(case, viewer=SYSTEM, at=at, what=CaseEvent.What.JOINED, text=f"{_words(incoming)}，并入本案",
              data=reference(incoming))  # fmt: skip
    reporters_bar(case)
    case_audit(case, viewer=SYSTEM, at=at, action="case.join", before=case.stage, **reference(incoming))


def reporters_bar(case: Case) -> None:
    """This function keeps the reporter from judging her own report, and saves the case."""
    stage = stage_for(case)
    case.barred_user_ids = barred_users(case, stage) if stage else []
    case.save()


def source_of(case: Case, incoming: Incoming, *, at: datetime) -> CaseSource:
    """This function returns where a case comes from, not saved yet."""
    return CaseSource(
        case=case,
        slot=case.slot,
        clue_id=incoming.clue_id,
        warning_id=incoming.warning_id,
        cause=incoming.cause,
        channel=incoming.channel,
        reported_at=incoming.reported_at,
        reporter_label=incoming.reporter_label,
        reporter_user_id=incoming.reporter_user_id,
        appointment_id=incoming.appointment_id,
        organisation_id=incoming.organisation_id,
        joined_at=at,
    )


def _source_add(case: Case, incoming: Incoming, *, at: datetime) -> None:
    source_of(case, incoming, at=at).save(force_insert=True)
    if incoming.clue_id:
        clue_collect(clue_id=incoming.clue_id, case_id=case.pk, at=at)
    elif incoming.warning_id and not warning_collect(warning_id=incoming.warning_id, case_id=case.pk, at=at):
        raise IntegrityError("the warning was collected meanwhile")


def opened_text(incoming: Incoming) -> str:
    """This function returns what the first event of a case says."""
    return f"{_words(incoming)}，立案"


def _words(incoming: Incoming) -> str:
    return f"{incoming.channel_label}：{Risk(incoming.cause).label}"


def reference(incoming: Incoming) -> dict[str, int]:
    """This function returns the clue or warning by its id, as events and audit entries name it."""
    name, number = _name(incoming)
    return {f"{name}_id": number or 0}

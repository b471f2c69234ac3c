"""What the household file shows beside the register's facts: cases, warnings, help in money, measures, visits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from shouwang.assistance.rules import REF
from shouwang.assistance.selectors import Measure, measures_of_household
from shouwang.casework.selectors import HouseholdEvent, case_about, case_stage_action, cases_of_household, with_lamp
from shouwang.casework.selectors.cases import Case
from shouwang.desks.rules import Link, days_late, to_do, where
from shouwang.desks.selectors.ways import address
from shouwang.evaluation.selectors import visits_of_household
from shouwang.funds.rules import READERS, TREASURY_ROLES
from shouwang.funds.selectors import commitments_of_household, grants_of_household, payments_of_household
from shouwang.funds.services import Grant, is_payable
from shouwang.insurance.selectors import claims_of_household
from shouwang.kit.codes import Measure as MeasureKind
from shouwang.kit.codes import Risk
from shouwang.kit.money import yuan_text
from shouwang.people.access import Kind, Viewer
from shouwang.screening.selectors import warnings_of_household

LETTERS = frozenset({Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP})
PER = {"ONCE": "", "MONTHLY": "每月 ", "DAILY": "每天 "}


@dataclass(frozen=True)
class CaseLine:
    """One case of the household: its lamp, where it stands, who has it, what this viewer may do."""

    case_id: int
    lamp: str
    lamp_note: str
    causes: str
    opened_on: date
    closed_on: date | None
    stage: str
    who: str
    why_not: str
    due_on: date | None
    is_due_provisional: bool
    days_late: int
    end: str
    told: str
    href: str
    main: Link | None
    letter: str = ""  # where the letter of its decision is printed

    @property
    def is_open(self) -> bool:
        return self.closed_on is None

    @property
    def cause_list(self) -> list[str]:
        return self.causes.split("、")


@dataclass(frozen=True)
class WarningLine:
    """One warning of the screening with its reasons in short; every condition stands one click deeper."""

    title: str
    cause: str
    raised_at: datetime
    on: date
    measured: str
    threshold: str
    clause: str
    href: str
    case_href: str
    hold: str
    is_undecided: bool
    flags: Sequence[str]


@dataclass(frozen=True)
class GrantLine:
    """One benefit in money."""

    payer: str
    purpose: str
    amount_fen: int
    unit: str
    unit_label: str
    from_date: date
    until_date: date | None
    cancelled: str


@dataclass(frozen=True)
class Money:
    """The benefits of one standing, never mixed with the other; sums leave cancelled ones out."""

    label: str
    lines: Sequence[GrantLine]

    def _sum(self, unit: str, on: date) -> int:
        return sum(
            line.amount_fen
            for line in self.lines
            if line.unit == unit
            and not line.cancelled
            and (unit == "ONCE" or line.until_date is None or line.until_date > on)
        )

    def totals(self, on: date) -> list[str]:
        """This function returns the sums in words: single payments together, what runs by its unit."""
        words = {"ONCE": "一次性合计", "MONTHLY": "每月", "DAILY": "每天"}
        sums = [(word, self._sum(unit, on)) for unit, word in words.items()]
        return [f"{word} {yuan_text(fen)} 元" for word, fen in sums if fen]


@dataclass(frozen=True)
class PaymentLine:
    """One amount on its way: waiting, or a payment with its state; `href` where the viewer may read it."""

    payee: str
    purpose: str
    amount_fen: int
    state: str
    day: date
    account: str
    href: str


def payment_lines(viewer: Viewer, household_id: int) -> list[PaymentLine]:
    """This function returns what is owed to the household and what was paid or tried, newest first."""
    sees = viewer.kind in READERS
    owed = [
        PaymentLine(row.payee_name, row.purpose, row.amount_fen, "待支付", row.approved_on, row.account_shown, "")
        for row in commitments_of_household(viewer, household_id)
    ]
    paid = [
        PaymentLine(
            row.payee_name, row.commitment.purpose, row.amount_fen, row.get_state_display(),
            row.settled_on or row.sent_on or row.commitment.approved_on, row.account_shown,
            address("funds:payment", row.pk) if sees else "",
        )
        for row in payments_of_household(viewer, household_id)
    ]  # fmt: skip
    return [*owed, *paid]


def pay_hrefs(viewer: Viewer, household_id: int) -> list[Link]:
    """This function returns, for who works with the county's money, where to ask for what a case was granted."""
    if viewer.kind is not Kind.COUNTY_CENTRE or viewer.role not in TREASURY_ROLES:
        return []
    return [
        Link(f"申请支付（案件号 {case.pk}）", address("funds:ask", case.pk))
        for case in cases_of_household(viewer, household_id)
        if is_payable(case)
    ]


@dataclass(frozen=True)
class MeasureLine:
    """One measure: what, by whom, how far."""

    kind: str
    summary: str
    provider: str
    person: str
    state: str
    due_on: date | None
    delivered_on: date | None
    result: str
    money: str
    href: str


@dataclass(frozen=True)
class ClaimLine:
    """One claim on the insurance: about what, how far, how much."""

    cause: str
    event_on: date
    person: str
    pool: str
    state: str
    amount_fen: int | None
    paid_on: date | None
    reason: str
    href: str


@dataclass(frozen=True)
class VisitLine:
    """One return visit."""

    way: str
    visited_on: date
    spoke_with: str
    is_risk_gone: bool
    has_help_arrived: bool
    note: str
    income_fen: int | None
    still_needed: str
    recorded_by: str
    href: str


def case_lines(viewer: Viewer, household_id: int, events: Sequence[HouseholdEvent], on: date) -> list[CaseLine]:
    """This function returns the household's cases, open ones first, then newest first."""
    told: dict[int, str] = {}
    for event in reversed(events):
        if event.line.decision is not None and event.line.decision.told:
            told[event.case_id] = event.line.decision.told
    cases = with_lamp(cases_of_household(viewer, household_id), on)
    lines = [_case_line(viewer, case, told.get(case.pk, ""), on) for case in cases]
    return sorted(lines, key=lambda line: not line.is_open)


def _case_line(viewer: Viewer, case: Case, told: str, on: date) -> CaseLine:
    action = case_stage_action(viewer, case)
    href = address(where(case.act), case.pk) if action.may_act and to_do(case.act) else ""
    return CaseLine(
        case_id=case.pk,
        lamp=getattr(case, "lamp", "") or "",
        lamp_note=case.end_name if case.outcome not in ("", "HELPED", "REJECTED") else "",
        causes="、".join(case_about(case)),
        opened_on=case.opened_on,
        closed_on=case.closed_on,
        stage=action.stage_name,
        who=action.who,
        why_not=action.why_not,
        due_on=action.due_on,
        is_due_provisional=case.is_due_provisional,
        days_late=days_late(action.due_on, on),
        end="，".join(part for part in (case.end_name, case.end_reason) if part),
        told=told,
        href=address("casework:case", case.pk),
        main=Link(to_do(case.act), href) if href else None,
        letter=address("desks:letter", case.pk) if told and viewer.kind in LETTERS else "",
    )


def warning_lines(viewer: Viewer, household_id: int) -> list[WarningLine]:
    """This function returns the household's warnings, newest first."""
    return [
        WarningLine(
            title=warning.trigger_name or warning.trigger_key,
            cause=Risk(warning.cause).label if warning.cause in set(Risk) else warning.cause,
            raised_at=warning.raised_at,
            on=warning.on,
            measured=amount_text(warning.measured, warning.unit),
            threshold=amount_text(warning.threshold, warning.unit),
            clause="；".join(part for part in dict.fromkeys((warning.source, warning.clause)) if part),
            href=address("screening:warning", warning.pk),
            case_href=address("casework:case", warning.collected_case_id) if warning.collected_case_id else "",
            hold=(warning.hold_reason or "由人核实后再定") if warning.is_held and not warning.collected_case_id else "",
            is_undecided=warning.is_undecided,
            flags=[f"{flag.get('name', '')}：{flag.get('reason', '')}" for flag in warning.flags],
        )
        for warning in warnings_of_household(viewer, household_id).defer("facts", "evidence")
    ]


def amount_text(value: int | None, unit: str) -> str:
    """This function shows what a rule measured in its unit: money in yuan, else the number with the unit."""
    if value is None:
        return "不明"
    if unit.startswith(("分", "fen")) or not unit:
        return f"{yuan_text(value)} 元" + ("/人" if "/人" in unit else "")
    return f"{value:,} {unit}"


def money(grants: Sequence[Grant]) -> list[Money]:
    """This function divides benefits by whose money it is: our own accounts, and what other bodies report."""
    return [
        Money(str(standing.label), _grant_lines([grant for grant in grants if grant.standing == standing.value]))
        for standing in Grant.Standing
    ]


def _grant_lines(grants: Sequence[Grant]) -> list[GrantLine]:
    """This function returns benefits, newest first; the months of an entitlement that came to the same are one line."""
    months: dict[tuple[str, int], list[Grant]] = {}
    found: list[list[Grant]] = []
    for grant in grants:
        if grant.cancelled_at is not None or not grant.source_ref.startswith(REF):
            found.append([grant])
            continue
        key = (grant.source_ref.removeprefix(REF).partition(":")[0], grant.amount_fen)
        if key not in months:
            found.append(months.setdefault(key, []))
        months[key].append(grant)
    return [_grant_line(each[0]) if len(each) == 1 else _months_line(each) for each in found]


def _months_line(grants: Sequence[Grant]) -> GrantLine:
    last, first = _grant_line(grants[0]), grants[-1]
    name, _, month = last.purpose.rpartition(" ")
    each = f"{first.from_date:%Y-%m} 至 {month} 共 {len(grants)} 次，每次 {yuan_text(first.amount_fen)} 元"
    return replace(
        last, purpose=f"{name}（{each}）", amount_fen=sum(grant.amount_fen for grant in grants),
        from_date=first.from_date,
    )  # fmt: skip


def _grant_line(grant: Grant) -> GrantLine:
    return GrantLine(
        payer=grant.payer_name,
        purpose=grant.purpose,
        amount_fen=grant.amount_fen,
        unit=grant.unit,
        unit_label=str(Grant.Unit(grant.unit).label),
        from_date=grant.from_date,
        until_date=grant.until_date,
        cancelled=(grant.cancelled_reason or "已撤销") if grant.cancelled_at else "",
    )


def grants(viewer: Viewer, household_id: int) -> list[Grant]:
    """This function returns the household's benefits in money, newest first, cancelled ones too."""
    return list(grants_of_household(viewer, household_id))


def measures(viewer: Viewer, household_id: int) -> list[Measure]:
    """This function returns the household's measures, newest first."""
    return list(measures_of_household(viewer, household_id))


def measure_lines(planned: Sequence[Measure], given: Sequence[Grant], names: Mapping[int, str]) -> list[MeasureLine]:
    """This function returns measures as the file shows them, with the money that came with each."""
    by_id = {grant.pk: grant for grant in given}
    lines = []
    for measure in planned:
        grant = by_id.get(measure.grant_id or 0)
        lines.append(
            MeasureLine(
                kind=MeasureKind(measure.kind).label,
                summary=measure.summary,
                provider=measure.provider_name,
                person=names.get(measure.person_id or 0, "全家"),
                state=str(measure.get_state_display()),
                due_on=measure.due_on if measure.state == "PLANNED" else None,
                delivered_on=measure.delivered_on,
                result=measure.result or measure.cancelled_reason,
                money=f"{PER[grant.unit]}{yuan_text(grant.amount_fen)} 元" if grant else "",
                href=address("assistance:plan", measure.case_id),
            )
        )
    return lines


def claim_lines(viewer: Viewer, household_id: int) -> list[ClaimLine]:
    """This function returns the household's claims on the insurance, newest first."""
    return [
        ClaimLine(
            cause=Risk(claim.cause).label,
            event_on=claim.event_on,
            person=claim.person_name or "全家",
            pool=claim.pool_name,
            state=str(claim.get_state_display()),
            amount_fen=claim.amount_fen,
            paid_on=claim.paid_on,
            reason=claim.decision_reason if claim.state == "REJECTED" else "",
            href=address("insurance:claim", claim.pk),
        )
        for claim in claims_of_household(viewer, household_id)
    ]


def visit_lines(viewer: Viewer, household_id: int) -> list[VisitLine]:
    """This function returns the household's return visits, newest first."""
    return [
        VisitLine(
            way=str(visit.get_way_display()),
            visited_on=visit.visited_on,
            spoke_with=visit.spoke_with,
            is_risk_gone=visit.is_risk_gone,
            has_help_arrived=visit.has_help_arrived,
            note=visit.note,
            income_fen=visit.income_fen,
            still_needed=visit.still_needed,
            recorded_by=visit.recorded_by,
            href=address("evaluation:visit", visit.case_id),
        )
        for visit in visits_of_household(viewer, household_id)
    ]

"""One column of time: everything ever known, asked, decided, paid and visited of a household, each with its source."""

from __future__ import annotations

from collections.abc import Sequence

from shouwang.assistance.selectors import Measure
from shouwang.casework.selectors import HouseholdEvent
from shouwang.desks.rules import Entry, newest_first
from shouwang.desks.selectors.household import PER, WarningLine
from shouwang.desks.selectors.ways import address
from shouwang.evaluation.selectors import AfterRemoval
from shouwang.funds.services import Grant
from shouwang.kit.codes import Measure as MeasureKind
from shouwang.kit.money import yuan_text
from shouwang.register.selectors import TimelineEntry
from shouwang.sources.selectors.clues import Clue

AMOUNTS = (
    ("gross_fen", "总费用"), ("reimbursed_fen", "已报销"), ("self_paid_fen", "自付"), ("income_drop_fen", "一年少收入"),
)  # fmt: skip


def timeline(
    *,
    known: Sequence[TimelineEntry],
    clues: Sequence[Clue],
    events: Sequence[HouseholdEvent],
    warnings: Sequence[WarningLine],
    grants: Sequence[Grant],
    measures: Sequence[Measure],
    after_removal: Sequence[AfterRemoval] = (),
) -> list[Entry]:
    """This function joins what every room knows of a household, newest first.

    Help that arrived and visits are told by the events of their case; money that came outside a case stands for itself.
    """
    told = {measure.grant_id for measure in measures}
    return newest_first(
        [
            *(_of_event(event) for event in events),
            *(_of_clue(clue) for clue in clues),
            *(_of_warning(warning) for warning in warnings),
            *(_of_grant(grant) for grant in grants if grant.pk not in told),
            *(_cancelled(grant) for grant in grants if grant.cancelled_at is not None),
            *(
                Entry(
                    measure.planned_at,
                    f"安排救助：{MeasureKind(measure.kind).label}",
                    f"{measure.summary}，由{measure.provider_name}落实",
                    measure.planned_by,
                    address("assistance:plan", measure.case_id),
                )
                for measure in measures
                if measure.task_id is None
            ),
            *(_of_register(entry) for entry in known),
            *(_after_removal(entry) for entry in after_removal),
        ]
    )


def _of_register(entry: TimelineEntry) -> Entry:
    at = entry.at.date() if entry.is_day else entry.at
    return Entry(at, entry.title, entry.text, entry.source, entry.href)


def _after_removal(entry: AfterRemoval) -> Entry:
    return Entry(entry.at, entry.title, entry.text, entry.who, address("evaluation:transition", entry.household_id))


def _of_event(event: HouseholdEvent) -> Entry:
    line = event.line
    parts = [line.text]
    if line.decision is not None:
        parts += [f"依据：{line.decision.clause}"] if line.decision.clause else []
        parts += [f"告知农户：“{line.decision.told}”"] if line.decision.told else []
    return Entry(line.at, line.what_label, "。".join(part.rstrip("。") for part in parts if part), line.actor,
                 address("casework:case", event.case_id))  # fmt: skip


def _of_clue(clue: Clue) -> Entry:
    amounts = [(label, getattr(clue, name)) for name, label in AMOUNTS]
    said = [clue.summary, *(f"{label} {yuan_text(fen)} 元" for label, fen in amounts if fen is not None)]
    title = f"{clue.get_channel_display()}：{clue.get_cause_display()}"
    text = f"{clue.occurred_on:%Y-%m-%d} 发生。" + "，".join(part.rstrip("。") for part in said)
    return Entry(clue.reported_at, title, text, clue.reporter_label, address("sources:clue", clue.pk))


def _of_warning(warning: WarningLine) -> Entry:
    text = f"实测 {warning.measured}，标准 {warning.threshold}，数据截至 {warning.on:%Y-%m-%d}"
    return Entry(warning.raised_at, f"系统筛查：{warning.title}", text, warning.clause, warning.href)


def _of_grant(grant: Grant) -> Entry:
    amount = f"{PER[grant.unit]}{yuan_text(grant.amount_fen)} 元"
    until = f"，至 {grant.until_date:%Y-%m-%d}" if grant.until_date else ""
    return Entry(grant.from_date, f"{Grant.Standing(grant.standing).label}：{grant.payer_name}",
                 f"{grant.purpose}，{amount}{until}", grant.recorded_by)  # fmt: skip


def _cancelled(grant: Grant) -> Entry:
    assert grant.cancelled_at is not None
    return Entry(grant.cancelled_at, "撤销一笔救助", f"{grant.payer_name}，{grant.purpose}：{grant.cancelled_reason}")

"""What a decision letter says: the decision, its reason in plain words, what was granted, how to object."""

from __future__ import annotations

from datetime import date
from typing import Any

from shouwang.casework.selectors import case_about, case_decisions
from shouwang.casework.selectors.cases import Case
from shouwang.desks.selectors import household
from shouwang.funds.rules import ref_first
from shouwang.funds.selectors import grants_of_case
from shouwang.funds.selectors.payments import commitments_of_case
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.masks import account_tail
from shouwang.kit.money import yuan_text
from shouwang.people.access import KIND_LABELS, Kind, Viewer
from shouwang.people.selectors import organisations_by_ids
from shouwang.public.selectors.policy import matter_for
from shouwang.register.selectors import household_card

APPROVED = "approve"
UNITS = {"working_day": "个工作日", "calendar_day": "天"}


def letter_text(viewer: Viewer, case: Case, *, on: date) -> dict[str, Any] | None:
    """This function returns the data of a case's letter; None while there is nothing to tell the household."""
    decided = [each for each in case_decisions(case) if each.told or each.move == APPROVED]
    if not decided:
        return None
    last, card = decided[-1], household_card(viewer, case.household_id)
    made_on = last.at.astimezone(SHANGHAI).date()
    body = organisations_by_ids({last.organisation_id or 0}).get(last.organisation_id or 0)
    return {
        "by": body.name if body else KIND_LABELS[Kind.COUNTY_CENTRE],
        "household": card.head_name,
        "place": card.place,
        "about": "、".join(case_about(case)),
        "opened_on": f"{case.opened_on:%Y-%m-%d}",
        "decided_on": f"{made_on:%Y-%m-%d}",
        # What the office does next (告知并结案) is no part of what the household is told.
        "decision": last.move_name.split("，")[0],
        "told": last.told,
        "clause": last.clause,
        "money": letter_money(viewer, case),
        "measures": [
            f"{line.kind}：{line.summary}（{line.provider}）"
            for line in household.measure_lines(
                [each for each in household.measures(viewer, case.household_id) if each.case_id == case.pk], [], {}
            )
        ],
        "appeal": _appeal(case, on=on),
    }


def letter_money(viewer: Viewer, case: Case) -> list[str]:
    """This function says what was granted in a case, each once: what is owed or paid here, and what others give."""
    owed = commitments_of_case(viewer, case.pk) if viewer.kind is Kind.COUNTY_CENTRE else []
    names = {row.source_ref for row in owed}
    names |= {f"payment:{payment.reference}" for row in owed for payment in row.payments.all()}
    said = [
        f"{row.purpose} {yuan_text(row.amount_fen)} 元，打到{row.payee_name}的账户（{account_tail(row.account_shown)}）"
        for row in owed
    ]
    grants = grants_of_case(viewer, case.pk).filter(cancelled_at__isnull=True)
    return said + [
        f"{grant.purpose} {household.PER[grant.unit]}{yuan_text(grant.amount_fen)} 元，由{grant.payer_name}发放"
        for grant in grants
        if ref_first(grant.source_ref) not in names
    ]


def _appeal(case: Case, *, on: date) -> str:
    stated = matter_for(case.slot, "appeal", on=on)
    if stated is None:
        return "不同意这个决定的，请找村干部、乡镇防贫工作站反映，或打 12317。"
    within = f"结案后 {stated.value.within} 天以内" if stated.value.within else "收到后"
    unit = UNITS.get(str(stated.unit), "天")
    return (
        f"不同意这个决定的，{within}可以申诉：凭回执号和密码在守望的“查进度”里写，或者找村干部、乡镇防贫工作站当面说。"
        f"没有经手过的人会重新看，{stated.value.days} {unit}内答复您。"
    )

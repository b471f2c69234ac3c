"""Claims on paper and as a workbook: the household's statement; the list of a pool, its purpose in the log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from shouwang.audit.services import entry_append
from shouwang.insurance.errors import ListPurposeMissing, ListTooLong
from shouwang.insurance.models import Claim, Pool
from shouwang.insurance.rules import OVER, State
from shouwang.insurance.selectors import claim_get, claims_visible_to, computation_latest, earlier_of, pool_get
from shouwang.kit.codes import Risk
from shouwang.kit.money import yuan_text
from shouwang.kit.sheets import Cell, workbook_bytes, yuan_cell
from shouwang.kit.texts import numbers_refuse
from shouwang.office.services.prints import pdf_print
from shouwang.people.access import Viewer
from shouwang.rulebook.ladders import OFFSETS

TEMPLATE = Path(__file__).resolve().parents[1] / "data" / "statement.typ"
LIST_LIMIT = 20_000
HEADINGS = (
    "理赔号", "户主", "所在村", "谁出的事", "原因", "发生日期", "受理日期", "类型", "投保对象", "阶梯",
    "凭证金额（元）", "核定损失（元）", "别人已付（元）", "算得应赔（元）", "应赔（元）", "先行救助（元）",
    "已追回（元）", "办到哪一步", "付款日期", "理由",
)  # fmt: skip
APPEAL = "对结果有不同意见的，可以向县级防贫中心提出，由没有经手过的人重新审定。"


def statement_print(*, viewer: Viewer, claim_id: int, at: datetime) -> tuple[str, bytes]:
    """This function returns name and content of a claim's statement as a PDF; the printing is logged."""
    claim = claim_get(viewer, claim_id)
    data = _statement(claim)
    name = "理赔结算单"
    content = pdf_print(
        TEMPLATE, {"claim": data, "name": name}, title=name, number=f"理赔号 {claim.pk}", at=at,
    )  # fmt: skip
    entry_append(
        viewer=viewer, action="claim.print", subject_type="insurance.Claim", subject_id=claim.pk, slot=claim.slot, at=at
    )
    return f"{name}_{claim.pk}.pdf", content


def _statement(claim: Claim) -> dict[str, Any]:
    found = computation_latest(claim)
    steps = [[step["text"], yuan_text(step["amount_fen"])] for step in found.steps] if found else []
    return {
        "is_draft": claim.state in (State.OPEN, State.PROPOSED),
        "facts": _facts(claim),
        "items": [
            [item.name, yuan_text(item.evidence_fen), yuan_text(item.claimed_fen), yuan_text(item.assessed_fen)]
            for item in claim.items.order_by("pk")
        ],
        "evidence": yuan_text(claim.evidence_fen),
        "loss": yuan_text(claim.loss_fen),
        "offsets": [f"{OFFSETS[kind]} {yuan_text(fen)} 元" for kind, fen in claim.offsets.items()],
        "steps": steps,
        "results": _results(claim),
        "basis": _basis(found) if found else "",
        "decision": _decision(claim),
        "payments": _payments(claim),
        "appeal": APPEAL if claim.decided_at else "",
        "office": claim.payer,
    }


def _facts(claim: Claim) -> list[list[str]]:
    return [
        ["户主", claim.household_name],
        ["住址", claim.place],
        ["发生了什么", f"{claim.event_on:%Y-%m-%d} {claim.summary}"],
        ["谁出的事", claim.person_name or "全家"],
        ["原因", str(Risk(claim.covered_as).label)],
        *([["投保对象", f"{claim.insured_as}（{claim.insured_note}）"]] if claim.insured_as else []),
        ["资金池", f"{claim.pool_name}（{claim.insurer_name}）"],
        ["领款人", claim.payee_name],
        ["办到哪一步", claim.state_said],
    ]


def _basis(found: Any) -> str:
    parts = [found.ladder_name, found.source, found.clause, found.mark]
    return "，".join(part for part in parts if part) + f"（按 {found.policy_on:%Y-%m-%d} 的政策）"


def _results(claim: Claim) -> list[list[str]]:
    rows: list[list[str]] = []
    if claim.computed_fen is not None:
        rows.append(["算得应赔", yuan_text(claim.computed_fen)])
    if claim.amount_fen is not None and claim.amount_fen != claim.computed_fen:
        rows.append(["两人核定后调整为", yuan_text(claim.amount_fen)])
    if claim.is_over and claim.over_fen:
        rows.append([f"已付 {yuan_text(claim.had_fen)} 元，多付要退回", yuan_text(claim.over_fen)])
    return rows


def _decision(claim: Claim) -> str:
    if not claim.decided_at:
        return ""
    word = "不予赔付" if claim.state in OVER else f"同意赔付 {yuan_text(claim.amount_fen or 0)} 元"
    return f"{timezone.localdate(claim.decided_at):%Y-%m-%d} {claim.decided_by}：{word}。{claim.decision_reason}"


def _payments(claim: Claim) -> list[list[str]]:
    rows = []
    if claim.advance_paid_on:
        rows.append([f"{claim.advance_paid_on:%Y-%m-%d}", "先行救助", yuan_text(claim.advance_fen)])
    if claim.advance_recovered_fen:
        rows.append(["", "先行救助多付的，已追回", f"-{yuan_text(claim.advance_recovered_fen)}"])
    for row in reversed(earlier_of(claim)):
        rows.append([f"{row.paid_on:%Y-%m-%d}", "申诉以前的赔付", yuan_text(row.amount_fen)])
        if row.recovered_fen:
            rows.append(["", "多付的，已追回", f"-{yuan_text(row.recovered_fen)}"])
    if claim.paid_on and claim.due_fen:
        rows.append([f"{claim.paid_on:%Y-%m-%d}", claim.reference or "赔付", yuan_text(claim.due_fen)])
    if claim.recovered_fen:
        rows.append(["", "已追回", f"-{yuan_text(claim.recovered_fen)}"])
    return rows


def claims_export(*, viewer: Viewer, pool_id: int, purpose: str, at: datetime) -> tuple[str, bytes]:
    """This function returns name and content of a pool's claims as a workbook marked with who took it out and why.

    Raises PoolNotFound, ListPurposeMissing, ListTooLong, PersonalNumberInText.
    """
    pool = pool_get(viewer, pool_id)
    if not purpose.strip():
        raise ListPurposeMissing
    numbers_refuse(purpose)
    claims = claims_visible_to(viewer).filter(pool=pool).order_by("pk")
    rows = claims.count()
    if rows > LIST_LIMIT:
        raise ListTooLong(rows, LIST_LIMIT)
    mark = f"{viewer.label} {timezone.localtime(at):%Y-%m-%d %H:%M} {purpose.strip()[:40]}"
    content = workbook_bytes([("理赔", HEADINGS, map(_cells, claims.iterator()))], mark=mark)
    entry_append(
        viewer=viewer, action="pool.export", subject_type="insurance.Pool", subject_id=pool.pk, slot=pool.slot, at=at,
        purpose=purpose.strip()[:200], after={"rows": rows},
    )  # fmt: skip
    return _name(pool, timezone.localdate(at)), content


def _name(pool: Pool, on: date) -> str:
    return f"{pool.name}理赔_{on:%Y%m%d}.xlsx"


def _cells(claim: Claim) -> list[Cell]:
    return list(_cell_values(claim))


def _cell_values(claim: Claim) -> Iterator[Cell]:
    yield from (str(claim.pk), claim.household_name, claim.place, claim.person_name or "全家")
    yield from (str(Risk(claim.cause).label), f"{claim.event_on:%Y-%m-%d}")
    yield from (f"{timezone.localdate(claim.opened_at):%Y-%m-%d}", claim.type_name, claim.insured_as, claim.ladder_name)
    yield from (yuan_cell(claim.evidence_fen), yuan_cell(claim.loss_fen), yuan_cell(sum(claim.offsets.values())))
    yield from (yuan_cell(claim.computed_fen), yuan_cell(claim.amount_fen), yuan_cell(claim.advance_fen))
    yield from (yuan_cell(claim.recovered_fen + claim.advance_recovered_fen), claim.state_said)
    yield f"{claim.paid_on:%Y-%m-%d}" if claim.paid_on else ""
    yield claim.decision_reason

"""Losses are assessed by item and computed; an amount is changed by hand by two people; papers come in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from shouwang.insurance.errors import (
    ChangeMissing,
    ChangeNothing,
    ChangeOpen,
    ChangeTooHigh,
    DocumentsMissing,
    ItemsMissing,
    LossOverEvidence,
    NotComputed,
    ReceiptUsed,
)
from shouwang.insurance.models import Claim, ClaimChange, ClaimItem, ClaimPaper, Computation
from shouwang.insurance.rules import State
from shouwang.insurance.selectors import computation_latest, paid_in_year
from shouwang.insurance.services.common import claim_locked, claim_saved, handled_by, own_hand_refuse, reason_stated
from shouwang.kit.money import yuan_text
from shouwang.kit.papers import Ready
from shouwang.kit.texts import numbers_refuse
from shouwang.office.services import paper_keep
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.rulebook.ladders import OFFSETS, Ladder
from shouwang.rulebook.policy import Policy, plain
from shouwang.rulebook.settlements import Settlement, claim_settle
from shouwang.rulebook.values import Provision
from shouwang.standards.selectors import policy_by_version_id


@dataclass(frozen=True)
class Item:
    """One line of the loss, in fen: claimed, proven by the papers, found by the insurer."""

    name: str
    claimed_fen: int
    evidence_fen: int
    assessed_fen: int
    receipt: str = ""
    note: str = ""


def claim_policy(claim: Claim) -> Policy:
    """This function returns the policy of a claim: its pack version on the day of the event."""
    return policy_by_version_id(claim.pack_version_id, on=claim.event_on)


def claim_ladder(claim: Claim, policy: Policy) -> Provision[Ladder]:
    """This function returns the ladder that a claim is computed by."""
    found: Provision[Ladder] = policy.topic("insurance")[claim.ladder_key]
    return found


def items_check(items: Sequence[Item]) -> None:
    """This function raises ItemsMissing, ReceiptUsed and LossOverEvidence (which names the line)."""
    if not items:
        raise ItemsMissing
    receipts: set[str] = set()
    for row, item in enumerate(items, start=1):
        numbers_refuse(item.name, item.note)
        receipt = item.receipt.strip()
        if receipt in receipts:
            raise ReceiptUsed(row=row, receipt=receipt, is_twice=True)
        receipts |= {receipt} - {""}
        if item.claimed_fen > item.evidence_fen:
            raise LossOverEvidence(row=row, name=item.name, what="申报金额", fen=item.claimed_fen, limit="凭证金额",
                                   limit_fen=item.evidence_fen)  # fmt: skip
        if item.assessed_fen > item.claimed_fen:
            raise LossOverEvidence(row=row, name=item.name, what="核定金额", fen=item.assessed_fen, limit="申报金额",
                                   limit_fen=item.claimed_fen)  # fmt: skip


def offsets_checked(offsets: Mapping[str, int]) -> dict[str, int]:
    """This function returns what others paid, kinds that paid something; raises ItemsMissing for an unknown kind."""
    given = {kind: fen for kind, fen in offsets.items() if fen}
    if not set(given) <= set(OFFSETS) or min(given.values(), default=0) < 0:
        raise ItemsMissing("别人已付的金额要按列出的几种填写，不能是负数。")
    return given


def item_rows(claim: Claim, items: Sequence[Item]) -> list[ClaimItem]:
    """This function returns the lines of a loss as rows that are not saved yet."""
    return [
        ClaimItem(
            claim=claim, slot=claim.slot, organisation_id=claim.organisation_id, name=item.name[:80],
            receipt=item.receipt.strip()[:40], claimed_fen=item.claimed_fen, evidence_fen=item.evidence_fen,
            assessed_fen=item.assessed_fen, note=item.note[:200],
        )
        for item in items
    ]  # fmt: skip


def claim_assess(
    *, viewer: Viewer, claim_id: int, version: int, items: Sequence[Item], offsets: Mapping[str, int], at: datetime
) -> Claim:
    """This function records the loss by item and what others paid, and computes the amount with every step.

    Raises what `items_check` does, ReceiptUsed for an invoice of another claim, and what every step of a claim raises.
    """
    items_check(items)
    given = offsets_checked(offsets)
    with transaction.atomic():
        claim = claim_locked(viewer=viewer, claim_id=claim_id, version=version, step="assess")
        ClaimItem.objects.filter(claim=claim).delete()
        try:
            with transaction.atomic():
                for row in item_rows(claim, items):
                    row.save(force_insert=True)
        except IntegrityError as error:
            raise _receipt_used(claim, items) from error
        claim.evidence_fen = sum(item.evidence_fen for item in items)
        claim.loss_fen = sum(item.assessed_fen for item in items)
        claim.offsets = given
        found = computation_add(claim, viewer=viewer, at=at, items=[asdict(item) for item in items])
        handled_by(claim, viewer)
        said = f"定损 {len(items)} 项，核定损失 {yuan_text(claim.loss_fen)} 元，算得应赔 {yuan_text(found.paid_fen)} 元"
        return claim_saved(claim, viewer=viewer, at=at, what="assess", text=said, loss_fen=claim.loss_fen,
                           paid_fen=found.paid_fen)  # fmt: skip


def _receipt_used(claim: Claim, items: Sequence[Item]) -> ReceiptUsed:
    """This function names the line whose invoice is used up in the county, whoever the insurer is."""
    told = [item.receipt.strip()[:40] for item in items]
    with acting_as(SYSTEM):
        live = ClaimItem.objects.filter(county=claim.slot // 1_000_000, receipt__in=told, is_live=True)
        used = set(live.exclude(claim=claim).exclude(receipt="").values_list("receipt", flat=True))
    row = next((number for number, receipt in enumerate(told, start=1) if receipt in used), None)
    return ReceiptUsed(row=row, receipt=told[row - 1] if row else "")


def computation_add(claim: Claim, *, viewer: Viewer, at: datetime, items: list[dict[str, Any]]) -> Settlement:
    """This function computes a claim from its loss and keeps the computation; a change by hand that waited is gone."""
    policy = claim_policy(claim)
    stated = claim_ladder(claim, policy)
    found, inputs = settled(claim, stated.value)
    computation_of(
        claim, stated, found, {**inputs, "items": items}, digest=policy.digest, viewer=viewer, at=at
    ).save(force_insert=True)  # fmt: skip
    ClaimChange.objects.filter(claim=claim, settled_at__isnull=True).update(
        settled_at=at, settled_by=viewer.label[:200], settled_user_id=viewer.user_id, is_dropped=True, is_approved=False
    )
    claim.computed_fen = claim.amount_fen = found.paid_fen
    return found


def computation_of(
    claim: Claim,
    stated: Provision[Ladder],
    found: Settlement,
    inputs: dict[str, Any],
    *,
    digest: str,
    viewer: Viewer,
    at: datetime,
) -> Computation:
    """This function returns a computation with all that is needed to compute it again; it is not saved yet."""
    return Computation(
        claim=claim, slot=claim.slot, organisation_id=claim.organisation_id, at=at, actor=viewer.label[:200],
        pack_version_id=claim.pack_version_id, policy_on=claim.event_on, policy_digest=digest,
        ladder_key=stated.key, ladder_name=stated.name, source=stated.source.document[:300],
        clause=stated.source.clause[:300], mark=stated.mark_text, inputs=inputs,
        steps=[dict(vars(step)) for step in found.steps], own_fen=found.own_fen, paid_fen=found.paid_fen,
    )  # fmt: skip


def settled(claim: Claim, ladder: Ladder) -> tuple[Settlement, dict[str, Any]]:
    """This function settles a claim as it stands; beside it everything the settlement rests on."""
    year = paid_in_year(
        household_id=claim.household_id, ladder_key=claim.ladder_key, year=claim.event_on.year, but=claim.pk
    )
    return settled_beside(claim, ladder, paid_year_fen=year)


def settled_beside(
    claim: Claim, ladder: Ladder, *, paid_year_fen: int, as_plain: dict[str, Any] | None = None
) -> tuple[Settlement, dict[str, Any]]:
    """This function settles a claim beside what the household got in the year for others, as `settled` does.

    `as_plain` is the ladder as plain data, where it is at hand.
    """
    inputs: dict[str, Any] = {
        "loss_fen": claim.loss_fen,
        "offsets": dict(claim.offsets),
        "paid_year_fen": paid_year_fen,
        "advance_fen": claim.advance_net_fen,
        # Stated only where there was one: a computation without it comes out as it was.
        **({"earlier_fen": claim.earlier_fen} if claim.earlier_fen else {}),
    }
    found = claim_settle(ladder, **inputs)
    facts = {"cause": claim.cause, "covered_as": claim.covered_as, "type_key": claim.type_key}
    return found, {**inputs, **facts, "ladder": as_plain or plain(ladder)}


def change_ask(*, viewer: Viewer, claim_id: int, version: int, to_fen: int, reason: str, at: datetime) -> Claim:
    """This function asks for another amount than was computed, with the reason; a second person settles it.

    Raises NotComputed, ChangeOpen, ChangeNothing, ChangeTooHigh, ReasonMissing.
    """
    reason_stated(reason)
    with transaction.atomic():
        claim = claim_locked(viewer=viewer, claim_id=claim_id, version=version, step="change")
        latest = computation_latest(claim)
        if latest is None or claim.amount_fen is None:
            raise NotComputed
        if claim.changes.filter(settled_at__isnull=True).exists():
            raise ChangeOpen
        if to_fen == claim.amount_fen:
            raise ChangeNothing
        ladder = claim_ladder(claim, claim_policy(claim)).value
        left = None if ladder.year_cap is None else max(0, ladder.year_cap - latest.inputs["paid_year_fen"])
        for limit, what in ((ladder.cap, "每次封顶"), (latest.own_fen if ladder.fixed is None else None, "自己负担"),
                            (left, "今年还能赔的"), (ladder.fixed, "定额")):  # fmt: skip
            if limit is not None and to_fen > limit:
                raise ChangeTooHigh(limit, what)
        ClaimChange.objects.create(
            claim=claim, slot=claim.slot, organisation_id=claim.organisation_id, from_fen=claim.amount_fen,
            to_fen=to_fen, reason=reason.strip()[:300], asked_at=at, asked_by=viewer.label[:200],
            asked_user_id=viewer.user_id,
        )  # fmt: skip
        handled_by(claim, viewer)
        said = f"申请把 {yuan_text(claim.amount_fen)} 元调整为 {yuan_text(to_fen)} 元：{reason.strip()}"
        return claim_saved(claim, viewer=viewer, at=at, what="change_ask", text=said, to_fen=to_fen)


def change_settle(*, viewer: Viewer, claim_id: int, version: int, approve: bool, reason: str, at: datetime) -> Claim:
    """This function approves or refuses a change by hand; raises ChangeMissing, OwnClaim, ReasonMissing."""
    if not approve:
        reason_stated(reason)
    numbers_refuse(reason)
    with transaction.atomic():
        claim = claim_locked(viewer=viewer, claim_id=claim_id, version=version, step="settle_change")
        change = claim.changes.filter(settled_at__isnull=True).first()
        if change is None:
            raise ChangeMissing
        own_hand_refuse(claim, viewer)
        change.settled_at, change.settled_by, change.settled_user_id = at, viewer.label[:200], viewer.user_id
        change.is_approved = approve
        change.save()
        if approve:
            claim.amount_fen = change.to_fen
        handled_by(claim, viewer)
        word = "确认" if approve else "驳回"
        said = f"{word}手工调整：{yuan_text(change.from_fen)} 元改为 {yuan_text(change.to_fen)} 元。{reason.strip()}"
        return claim_saved(claim, viewer=viewer, at=at, what="change_settle", text=said, is_approved=approve,
                           to_fen=change.to_fen)  # fmt: skip


def claim_paper_add(
    *, viewer: Viewer, claim_id: int, version: int, kind: str, ready: Sequence[Ready], at: datetime
) -> Claim:
    """This function attaches photos or PDFs to a claim as one of the documents its ladder asks for, or 其他."""
    with transaction.atomic():
        claim = claim_locked(viewer=viewer, claim_id=claim_id, version=version, step="paper")
        kinds = document_kinds(claim)
        if not ready or kind not in kinds:
            raise DocumentsMissing([kind or "要附的材料"])
        for each in ready:
            paper = paper_keep(viewer=viewer, ready=each, slot=claim.slot, at=at)
            ClaimPaper.objects.create(
                claim=claim, slot=claim.slot, organisation_id=claim.organisation_id, paper_id=paper.pk, kind=kind,
                at=at, actor=viewer.label[:200],
            )  # fmt: skip
        return claim_saved(claim, viewer=viewer, at=at, what="attach_papers", text=f"附上{kind} {len(ready)} 份")


def document_kinds(claim: Claim) -> list[str]:
    """This function returns what papers a claim may have: those its ladder asks for, and others."""
    return [*claim_ladder(claim, claim_policy(claim)).value.documents, "其他材料"]


def documents_missing(claim: Claim) -> list[str]:
    """This function returns the documents that its ladder asks for and that have not come."""
    there = set(claim.papers.values_list("kind", flat=True))
    return [kind for kind in document_kinds(claim)[:-1] if kind not in there]


def claim_propose(*, viewer: Viewer, claim_id: int, version: int, at: datetime) -> Claim:
    """This function puts a claim before whoever decides; raises NotComputed, ChangeOpen, DocumentsMissing."""
    with transaction.atomic():
        claim = claim_locked(viewer=viewer, claim_id=claim_id, version=version, step="propose")
        if claim.amount_fen is None:
            raise NotComputed
        if claim.changes.filter(settled_at__isnull=True).exists():
            raise ChangeOpen
        missing = documents_missing(claim)
        if missing:
            raise DocumentsMissing(missing)
        claim.state, claim.proposed_at = State.PROPOSED, at
        handled_by(claim, viewer)
        said = f"送审定：应赔 {yuan_text(claim.amount_fen)} 元"
        return claim_saved(claim, viewer=viewer, at=at, what="submit", text=said, before="OPEN",
                           amount_fen=claim.amount_fen)  # fmt: skip

"""The claims of some households computed together: read at once, in the order of their events, written at once."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from shouwang.audit.services import Entry, entries_append
from shouwang.insurance.errors import (
    ChangedByHand,
    ClaimStale,
    ItemsMissing,
    ListLineWrong,
    NotEligible,
    ReceiptUsed,
    StepOutOfTurn,
)
from shouwang.insurance.models import Claim, ClaimChange, ClaimEvent, ClaimItem, Computation, SettleWork
from shouwang.insurance.rules import PROMISED, State
from shouwang.insurance.services.assessing import (
    Item,
    computation_of,
    item_rows,
    items_check,
    offsets_checked,
    settled_beside,
)
from shouwang.insurance.services.common import is_concerned
from shouwang.insurance.services.settling_list import Left, Listed
from shouwang.kit.codes import Risk
from shouwang.kit.errors import Refusal
from shouwang.kit.money import yuan_text
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.rulebook.ladders import Ladder
from shouwang.rulebook.policy import plain
from shouwang.rulebook.values import Provision
from shouwang.standards.selectors import policy_by_version_id

# What stands against the cap of a year whenever its event was: promised, or before whoever decides.
COUNTED = (*PROMISED, State.PROPOSED)
_UPDATE = """
    update insurance_claim c set evidence_fen = u.evidence_fen, loss_fen = u.loss_fen, offsets = u.offsets,
        computed_fen = u.paid_fen, amount_fen = u.paid_fen, version = u.version,
        handled_user_ids = case when %s::bigint is null or %s = any(c.handled_user_ids) then c.handled_user_ids
                                else array_append(c.handled_user_ids, %s) end
    from unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::jsonb[], %s::bigint[], %s::int[])
         as u(id, evidence_fen, loss_fen, offsets, paid_fen, version)
    where c.id = u.id
"""


@dataclass(frozen=True)
class Known:
    """A ladder, the digest of its policy, and the ladder as plain data."""

    stated: Provision[Ladder]
    digest: str
    as_plain: dict[str, Any]


@dataclass
class Ladders:
    """The ladders of a piece of work, by pack version, day and key: each is resolved once."""

    known: dict[tuple[int, date, str], Known | None] = field(default_factory=dict)

    def of(self, claim: Claim) -> Known:
        """This function returns a claim's ladder; raises NotEligible where it is gone."""
        place = (claim.pack_version_id, claim.event_on, claim.ladder_key)
        if place not in self.known:
            policy = policy_by_version_id(claim.pack_version_id, on=claim.event_on)
            stated = policy.topic("insurance").get(claim.ladder_key)
            is_ladder = stated is not None and isinstance(stated.value, Ladder)
            self.known[place] = Known(stated, policy.digest, plain(stated.value)) if stated and is_ladder else None
        found = self.known[place]
        if found is None:
            raise NotEligible(cause=str(Risk(claim.cause).label), type_name=claim.type_name, on=claim.event_on)
        return found


@dataclass
class Batch:
    """Some households on their way: what was read of their claims, and what is to be written."""

    viewer: Viewer
    at: datetime
    ladders: Ladders
    items: dict[int, list[ClaimItem]]
    latest: dict[int, Computation]
    waiting: set[int]
    touched: set[int]
    receipts: dict[tuple[int, str], int] = field(default_factory=dict)
    computations: list[Computation] = field(default_factory=list)
    changed: list[Claim] = field(default_factory=list)
    new_items: dict[int, list[ClaimItem]] = field(default_factory=dict)
    events: list[ClaimEvent] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    same: int = 0


def households_settle(
    *,
    viewer: Viewer,
    work: SettleWork,
    households: Collection[int],
    listed: Mapping[int, Listed] | None,
    ladders: Ladders,
    at: datetime,
) -> Batch:
    """This function computes the claims of a piece of work in some households, in the caller's transaction.

    Every claim of the households is locked, in the order of ids, as one step of one claim locks them. What was promised
    or waits for its decision stands against the cap of a year, and of what is open the claims with earlier events.
    """
    with acting_as(SYSTEM):
        found = Claim.objects.select_for_update().filter(household_id__in=households)
        rows = sorted(found.order_by("pk"), key=lambda row: (row.household_id, row.event_on, row.pk))
    own = [row for row in rows if row.pool_id == work.pool_id and is_concerned(viewer, row)]
    wanted = {row.pk for row in own if (row.state == State.OPEN if listed is None else row.pk in listed)}
    batch = _read(viewer, work, wanted, listed, ladders=ladders, at=at)
    given: dict[tuple[int, str, int], int] = defaultdict(int)
    for row in rows:
        is_counted = row.state in COUNTED
        given[_year(row)] += (row.amount_fen or 0) - row.recovered_fen if is_counted else row.earlier_fen
    for row in rows:
        if row.pk in wanted:
            said = None if listed is None else listed[row.pk]
            try:
                _one(batch, row, said, paid_year_fen=given[_year(row)] - row.earlier_fen)
            except Refusal as refusal:
                batch.left.append(Left(row.pk, said.row if said else None, refusal.message))
        if row.state == State.OPEN:
            given[_year(row)] += (row.amount_fen or row.earlier_fen) - row.earlier_fen
    _write(batch)
    return batch


def _year(row: Claim) -> tuple[int, str, int]:
    return row.household_id, row.ladder_key, row.event_on.year


def _read(
    viewer: Viewer,
    work: SettleWork,
    wanted: set[int],
    listed: Mapping[int, Listed] | None,
    *,
    ladders: Ladders,
    at: datetime,
) -> Batch:
    """This function reads what the claims of a batch have so far, a statement a table."""
    items: dict[int, list[ClaimItem]] = defaultdict(list)
    if listed is None:
        for item in ClaimItem.objects.filter(claim_id__in=wanted).order_by("pk"):
            items[item.claim_id].append(item)
    newest = Computation.objects.filter(claim_id__in=wanted).order_by("claim_id", "-pk").distinct("claim_id")
    newest = newest.only("claim_id", "inputs", "paid_fen")
    waiting = ClaimChange.objects.filter(claim_id__in=wanted, settled_at__isnull=True)
    later = ClaimEvent.objects.filter(claim_id__in=wanted, at__gt=work.requested_at)
    batch = Batch(
        viewer, at, ladders, items, {one.claim_id: one for one in newest},
        set(waiting.values_list("claim_id", flat=True)), set(later.values_list("claim_id", flat=True)),
    )  # fmt: skip
    told = {item.receipt.strip() for pk in wanted for item in (listed[pk].items if listed else ()) if item.receipt}
    if told:
        # An invoice is used up in the whole county, whoever the insurer is.
        with acting_as(SYSTEM):
            live = ClaimItem.objects.filter(county=work.slot // 1_000_000, receipt__in=told, is_live=True)
            used = live.exclude(receipt="").values_list("county", "receipt", "claim_id")
            batch.receipts = {(county, receipt): claim for county, receipt, claim in used}
    return batch


def _one(batch: Batch, claim: Claim, said: Listed | None, *, paid_year_fen: int) -> None:
    """This function computes one claim; raises the refusal that keeps it from being computed."""
    if claim.state != State.OPEN:
        raise StepOutOfTurn(State(claim.state).label)
    if claim.pk in batch.waiting or claim.amount_fen != claim.computed_fen:
        raise ChangedByHand
    before = claim.amount_fen
    ladder = batch.ladders.of(claim)
    if said is not None:
        _stale_check(batch, claim, said)
        _items_take(batch, claim, said)
        items = said.items
    else:
        items = [_item(row) for row in batch.items.get(claim.pk, ())]
    if not items:
        raise ItemsMissing("还没有定损。")
    found, inputs = settled_beside(
        claim, ladder.stated.value, paid_year_fen=paid_year_fen, as_plain=ladder.as_plain
    )  # fmt: skip
    inputs["items"] = [dict(vars(item)) for item in items]
    kept = batch.latest.get(claim.pk)
    if kept is not None and (kept.inputs, kept.paid_fen, before) == (inputs, found.paid_fen, kept.paid_fen):
        batch.same += 1
        batch.new_items.pop(claim.pk, None)
        return
    batch.computations.append(
        computation_of(claim, ladder.stated, found, inputs, digest=ladder.digest, viewer=batch.viewer, at=batch.at)
    )
    claim.computed_fen = claim.amount_fen = found.paid_fen
    claim.version += 1
    batch.changed.append(claim)
    _told(batch, claim, len(items), before=before, is_listed=said is not None)


def _stale_check(batch: Batch, claim: Claim, said: Listed) -> None:
    """This function refuses what a list says of a claim that it does not mean, or that was changed since.

    A list without versions says what was known when it was handed in.
    """
    if said.household and said.household != claim.household_name:
        raise ListLineWrong(said.row, f"户主“{said.household[:20]}”和这件理赔对不上，请核对理赔号。")
    if said.version != claim.version if said.version is not None else claim.pk in batch.touched:
        raise ClaimStale


def _items_take(batch: Batch, claim: Claim, said: Listed) -> None:
    """This function takes the lines of a list for a claim; raises what `items_check` does, and ReceiptUsed."""
    items_check(said.items)
    offsets = offsets_checked(said.offsets)
    county = claim.slot // 1_000_000
    places = {(county, item.receipt.strip()): row for row, item in enumerate(said.items, 1) if item.receipt.strip()}
    for place, row in places.items():
        if batch.receipts.get(place, claim.pk) != claim.pk:
            raise ReceiptUsed(row=row, receipt=place[1])
    for place in [place for place, holder in batch.receipts.items() if holder == claim.pk]:
        del batch.receipts[place]
    batch.receipts.update(dict.fromkeys(places, claim.pk))
    batch.new_items[claim.pk] = item_rows(claim, said.items)
    claim.evidence_fen = sum(item.evidence_fen for item in said.items)
    claim.loss_fen = sum(item.assessed_fen for item in said.items)
    claim.offsets = offsets


def _item(row: ClaimItem) -> Item:
    return Item(row.name, row.claimed_fen, row.evidence_fen, row.assessed_fen, row.receipt, row.note)


def _told(batch: Batch, claim: Claim, items: int, *, before: int | None, is_listed: bool) -> None:
    """This function tells what was done to a claim: in its own events, and in the log."""
    amount = yuan_text(claim.amount_fen or 0)
    said = f"按清单定损 {items} 项，核定损失 {yuan_text(claim.loss_fen)} 元，" if is_listed else "随资金池一起计算，"
    was = f"（原来 {yuan_text(before)} 元）" if before is not None and before != claim.amount_fen else ""
    batch.events.append(
        ClaimEvent(
            claim=claim, slot=claim.slot, organisation_id=claim.organisation_id, at=batch.at, what="assess",
            text=f"{said}算得应赔 {amount} 元{was}", claim_version=claim.version, actor=batch.viewer.label[:200],
            user_id=batch.viewer.user_id,
        )
    )  # fmt: skip
    after = {"state": claim.state, "loss_fen": claim.loss_fen, "paid_fen": claim.amount_fen}
    batch.entries.append(Entry("claim.assess", "insurance.Claim", claim.pk, claim.slot, None, after))


def _write(batch: Batch) -> None:
    """This function writes everything a batch came to, a statement a table."""
    if batch.new_items:
        ClaimItem.objects.filter(claim_id__in=list(batch.new_items)).delete()
        ClaimItem.objects.bulk_create([item for items in batch.new_items.values() for item in items])
    Computation.objects.bulk_create(batch.computations)
    ClaimEvent.objects.bulk_create(batch.events)
    entries_append(viewer=batch.viewer, entries=batch.entries, at=batch.at)
    if batch.changed:
        user, rows = batch.viewer.user_id, batch.changed
        with connection.cursor() as cursor:
            cursor.execute(
                _UPDATE,
                [
                    user, user, user, [row.pk for row in rows], [row.evidence_fen for row in rows],
                    [row.loss_fen for row in rows], [json.dumps(row.offsets) for row in rows],
                    [row.amount_fen for row in rows], [row.version for row in rows],
                ],
            )  # fmt: skip

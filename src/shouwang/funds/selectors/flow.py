"""How money went down the levels in a year: what came, what still lies there, how long it lay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, Sum

from shouwang.funds.models import Account, Entry, Posting
from shouwang.funds.rules import LEVEL_NAMES, dwell_days
from shouwang.funds.selectors.ledger import LevelSum, accounts_visible_to
from shouwang.people.access import Viewer

HERE = (Account.Stage.AVAILABLE, Account.Stage.COMMITTED)
# What moves money between the two without its leaving the hand.
INSIDE = (Entry.Kind.COMMIT, Entry.Kind.FREE)
Days = dict[date, int]


@dataclass(frozen=True)
class Flow:
    """One organisation's money of a year in fen; `mean_days` is how long a fen lay there, weighted by amount."""

    organisation_id: int
    name: str
    level: str
    received_fen: int
    here_fen: int
    passed_on_fen: int
    paid_fen: int
    mean_days: int | None


@dataclass(frozen=True)
class Delivery:
    """What was approved for households out of money for one purpose, and what has been paid; fen."""

    purpose: str
    approved_fen: int
    paid_fen: int


def flows(viewer: Viewer, lines: Sequence[LevelSum], *, year: int, on: date) -> list[Flow]:
    """This function returns how money went through each organisation in a year, the highest level first.

    `lines` are its sums by kind of money (`money_by_level`).
    """
    days = _mean_days(viewer, year=year, on=on)
    grouped: dict[int, list[LevelSum]] = defaultdict(list)
    for line in lines:
        grouped[line.organisation_id].append(line)
    return [
        Flow(
            organisation_id=key, name=parts[0].organisation_name, level=LEVEL_NAMES.get(parts[0].level, ""),
            received_fen=sum(part.received_fen for part in parts),
            here_fen=sum(part.available_fen + part.committed_fen for part in parts),
            passed_on_fen=sum(part.passed_on_fen for part in parts), paid_fen=sum(part.paid_fen for part in parts),
            mean_days=days.get(key),
        )
        for key, parts in grouped.items()
    ]  # fmt: skip


def _mean_days(viewer: Viewer, *, year: int, on: date) -> dict[int, int]:
    accounts = {row.pk: row for row in accounts_visible_to(viewer).filter(year=year, stage__in=HERE)}
    rows = (
        Posting.objects.filter(account_id__in=list(accounts), entry__on__lte=on)
        .exclude(entry__kind__in=INSIDE)
        .values_list("account_id", "entry__on")
        .annotate(
            came=Sum("amount_fen", filter=Q(amount_fen__gt=0), default=0),
            went=Sum("amount_fen", filter=Q(amount_fen__lt=0), default=0),
        )
    )
    moved: dict[tuple[int, str, str], tuple[Days, Days]] = defaultdict(lambda: (defaultdict(int), defaultdict(int)))
    for pk, day, came, went in rows:
        account = accounts[pk]
        ins, outs = moved[account.organisation_id, account.source, account.purpose]
        ins[day] += came
        outs[day] -= went
    weights: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for (organisation, *_), (ins, outs) in moved.items():
        weight, fen = dwell_days(sorted(ins.items()), sorted(outs.items()), on=on)
        weights[organisation][0] += weight
        weights[organisation][1] += fen
    return {organisation: round(weight / fen) for organisation, (weight, fen) in weights.items() if fen}


def deliveries(lines: Sequence[LevelSum]) -> list[Delivery]:
    """This function returns what was approved and what was paid by purpose, the largest first."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for line in lines:
        sums[line.purpose][0] += line.committed_fen + line.transit_fen + line.paid_fen
        sums[line.purpose][1] += line.paid_fen
    found = [Delivery(purpose, approved, paid) for purpose, (approved, paid) in sums.items() if approved]
    return sorted(found, key=lambda each: (-each.approved_fen, each.purpose))

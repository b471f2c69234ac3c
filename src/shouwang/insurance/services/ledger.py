"""A pool in the ledger: every movement of a pool is a balanced entry of `funds`, by source and purpose.

What a pool holds stands in the stage POOL of its keeper. Where the insurer keeps it and it may owe, what the insurer
paid of its own is a debt to it (accounts of their own, ORIGIN below zero); money that comes in pays that debt first. So
for a pool that is in the ledger: what it holds, less the debt, is its balance, but for payments that the county was
asked for and that have not come to an end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from shouwang.funds.selectors import Account, accounts_visible_to
from shouwang.funds.services import Ground, Money, Movement, account_open, budget_enter, entries_post
from shouwang.insurance.errors import PoolEmpty, PoolSplit, PoolUnfunded
from shouwang.insurance.models import Pool
from shouwang.insurance.rules import Keeper
from shouwang.people.access import Viewer

Line = tuple[int, int]
COUNTY_LEVEL = 3
OWN = "INSURER"  # the source of what an insurer pays of its own, under a purpose of its own
LENT = "（垫付）"


@dataclass(frozen=True)
class Purse:
    """The accounts of one pool, for whoever acts at an instant."""

    pool: Pool
    viewer: Viewer
    at: datetime

    def account(self, source: str, stage: str) -> int:
        """This function returns the keeper's account of a source and stage."""
        money = Money(source, self.pool.purpose + (LENT if source == OWN else ""), self.pool.money_year or 0)
        place = (self.pool.slot, COUNTY_LEVEL)
        return account_open(
            viewer=self.viewer, organisation_id=self.pool.holder_id or 0, money=money, stage=stage, at=self.at,
            place=place,
        ).pk  # fmt: skip

    def held(self, stage: str = "POOL") -> list[tuple[str, int, int]]:
        """This function returns (source, account, fen) of the keeper's accounts in a stage that hold something."""
        rows = self._accounts(stage).filter(balance_fen__gt=0)
        return [(row.source, row.pk, row.balance_fen) for row in rows.order_by("pk")]

    def _accounts(self, stage: str) -> QuerySet[Account]:
        purposes = [self.pool.purpose, self.pool.purpose + LENT]
        return accounts_visible_to(self.viewer).filter(
            organisation_id=self.pool.holder_id or 0, purpose__in=purposes, year=self.pool.money_year or 0, stage=stage
        )

    @property
    def debt_fen(self) -> int:
        """What the insurer has paid of its own and has not got back."""
        rows = self._accounts("ORIGIN").filter(purpose=self.pool.purpose + LENT)
        return -sum(row.balance_fen for row in rows)

    def coming_in(self, fen: int, source: str) -> Iterator[Line]:
        """This function yields where money of a source goes that comes into the pool: the insurer's debt first."""
        back = min(fen, self.debt_fen) if self.pool.kept_by == Keeper.INSURER else 0
        if back:
            yield self.account(source, "PAID"), back
            yield self.account(OWN, "PAID"), -back
            yield self.account(OWN, "ORIGIN"), back
        if fen > back:
            yield self.account(source, "POOL"), fen - back

    def going_out(self, fen: int, stage: str) -> Iterator[Line]:
        """This function yields from where money is taken that leaves the pool, into a stage; raises PoolEmpty.

        What is lacking in a pool that may owe is the insurer's own.
        """
        left = fen
        for source, account, balance in self.held():
            part = min(left, balance)
            if part:
                yield account, -part
                yield self.account(source, stage), part
            left -= part
        if not left:
            return
        if self.pool.kept_by != Keeper.INSURER or not self.pool.may_owe:
            raise PoolEmpty(name=self.pool.name, balance_fen=fen - left, wanted_fen=fen)
        yield self.account(OWN, "ORIGIN"), -left
        yield self.account(OWN, stage), left

    def coming_back(self, fen: int, stage: str) -> Iterator[Line]:
        """This function yields how money comes back out of a stage: what was the insurer's own goes to it first."""
        left = fen
        for source, account, balance in sorted(self.held(stage), key=lambda each: each[0] != OWN):
            part = min(left, balance)
            if part:
                yield account, -part
                yield self.account(source, "ORIGIN" if source == OWN else "POOL"), part
            left -= part
        if left:
            raise PoolEmpty(name=self.pool.name, balance_fen=fen - left, wanted_fen=fen)

    def post(
        self, *, name: str, kind: str, lines: Iterable[Line], on: date, document: str = "", note: str = ""
    ) -> None:
        """This function makes one entry of the pool, once under its name."""
        movement = Movement(
            key=f"pool:{self.pool.pk}:{name}", kind=kind, slot=self.pool.slot, lines=tuple(lines), on=on,
            document=document[:200], note=note,
        )  # fmt: skip
        entries_post(viewer=self.viewer, movements=[movement], at=self.at)


def pool_fund(
    pool: Pool,
    *,
    viewer: Viewer,
    source: str,
    fen: int,
    on: date,
    document: str,
    name: str,
    with_budget: bool,
    at: datetime,
) -> None:
    """This function brings money of a source from the county's account into a pool.

    `with_budget` records first that it reached the county. Raises PoolUnfunded where the county's account lacks it.
    """
    if not pool.purpose:
        return
    money = Money(source, pool.purpose, pool.money_year or 0)
    if with_budget:
        ground = Ground(key=f"pool:{pool.pk}:{name}:budget", on=on, document=document)
        budget_enter(viewer=viewer, money=money, amount_fen=fen, ground=ground, at=at)
    account = accounts_visible_to(viewer).filter(
        organisation_id=viewer.organisation_id or 0, stage="AVAILABLE", source=money.source, purpose=money.purpose,
        year=money.year,
    ).first()  # fmt: skip
    if account is None or account.balance_fen < fen:
        raise PoolUnfunded(purpose=money.purpose, year=money.year, has_fen=account.balance_fen if account else 0)
    purse = Purse(pool, viewer, at)
    kind = "ALLOCATE" if pool.kept_by == Keeper.INSURER else "POOL"
    lines = [(account.pk, -fen), *purse.coming_in(fen, source)]
    purse.post(name=name, kind=kind, lines=lines, on=on, document=document)


def pool_carry_on(pool: Pool, following: Pool, *, viewer: Viewer, fen: int, on: date, at: datetime) -> None:
    """This function carries what is left into the accounts of the next term, each source by itself."""
    if not pool.purpose or not following.purpose:
        return
    old, new = Purse(pool, viewer, at), Purse(following, viewer, at)
    lines: list[Line] = []
    left = fen
    for source, account, balance in old.held():
        part = min(left, balance)
        if part:
            lines += [(account, -part), *new.coming_in(part, source)]
        left -= part
    if left:
        raise PoolEmpty(name=pool.name, balance_fen=fen - left, wanted_fen=fen)
    old.post(name="carry", kind="CARRY", lines=lines, on=on, document=f"{pool.name}结余转入下一期")


def pool_pays(pool: Pool, *, viewer: Viewer, fen: int, on: date, name: str, at: datetime) -> None:
    """This function records that the insurer paid a household out of the pool it keeps."""
    if pool.purpose and fen:
        purse = Purse(pool, viewer, at)
        purse.post(name=name, kind="PAY", lines=purse.going_out(fen, "PAID"), on=on)


def pool_gets_back(pool: Pool, *, viewer: Viewer, fen: int, on: date, name: str, note: str, at: datetime) -> None:
    """This function records that a household gave money back to the insurer."""
    if pool.purpose:
        purse = Purse(pool, viewer, at)
        purse.post(name=name, kind="RECOVER", lines=purse.coming_back(fen, "PAID"), on=on, note=note)


def pool_frees(pool: Pool, *, viewer: Viewer, fen: int, on: date, name: str, at: datetime) -> int:
    """This function takes money out of a pool of the county, for a payment, and returns the account it stands in.

    One payment is of one source. Raises PoolEmpty, PoolSplit.
    """
    purse = Purse(pool, viewer, at)
    held = purse.held()
    enough = next(((source, account) for source, account, balance in held if balance >= fen), None)
    if enough is None:
        total, most = sum(row[2] for row in held), pool_most_fen(viewer, pool, at=at)
        if total < fen:
            raise PoolEmpty(name=pool.name, balance_fen=total, wanted_fen=fen)
        raise PoolSplit(name=pool.name, most_fen=most, wanted_fen=fen)
    into = purse.account(enough[0], "AVAILABLE")
    purse.post(name=name, kind="POOL", lines=[(enough[1], -fen), (into, fen)], on=on)
    return into


def pool_most_fen(viewer: Viewer, pool: Pool, *, at: datetime) -> int:
    """This function returns what a pool holds of the source of which it holds most, in fen."""
    return max((fen for _, _, fen in Purse(pool, viewer, at).held()), default=0)


def pool_takes(pool: Pool, *, viewer: Viewer, source: str, fen: int, on: date, name: str, at: datetime) -> None:
    """This function puts money back into a pool of the county that no payment needs any more, or that came back."""
    purse = Purse(pool, viewer, at)
    lines = [(purse.account(source, "AVAILABLE"), -fen), (purse.account(source, "POOL"), fen)]
    purse.post(name=name, kind="POOL", lines=lines, on=on)


def pool_ledger_fen(viewer: Viewer, pool: Pool) -> int:
    """This function returns what the ledger says a pool has: what it holds, less what the insurer paid of its own."""
    purse = Purse(pool, viewer, pool.opened_at)
    return sum(fen for _, _, fen in purse.held()) - purse.debt_fen

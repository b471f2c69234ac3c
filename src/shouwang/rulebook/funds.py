"""Funds: who makes, checks and releases a payment of an amount, how long money may rest, what looks like splitting.

A `funds.yaml` holds blocks of five shapes, told apart by the one key their value has: `tier` (who pays amounts from a
sum on), `rest` (days money may lie at a level), `pass_on` (days in which earmarked money is passed on), `split`
(payments of one household just below a tier) and `round` (one payer's payments in whole units).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from shouwang.rulebook.errors import PackError
from shouwang.rulebook.ladders import Fen, Share
from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Model, Provision

if TYPE_CHECKING:
    from shouwang.rulebook.policy import Policy

Payer = Literal["COUNTY_CENTRE", "LEADING_GROUP", "CITY_CENTRE", "PROVINCE", "INSURER"]
Worker = Literal["CLERK", "LEADER"]
Step = Literal["make", "check", "release"]
LEVELS = {"PROVINCE": 1, "CITY": 2, "COUNTY": 3}


class Who(Model):
    """Organisations of a kind, and the roles in them that may take a step."""

    kind: Payer
    roles: tuple[Worker, ...] = Field(min_length=1)


class Tier(Model):
    """Who takes each step for a batch whose largest payment to one household is `from` or more, up to the next tier.

    `people` is how many release it. No two steps are ever taken by one person, whatever stands here.
    """

    start: Fen = Field(alias="from")
    make: tuple[Who, ...] = Field(min_length=1)
    check: tuple[Who, ...] = Field(min_length=1)
    release: tuple[Who, ...] = Field(min_length=1)
    people: int = Field(default=1, ge=1, le=3)

    def lets(self, step: Step, *, kind: str, role: str) -> bool:
        """This function tells whether somebody of a kind and role may take a step."""
        allowed: tuple[Who, ...] = getattr(self, step)
        return any(who.kind == kind and role in who.roles for who in allowed)

    def __str__(self) -> str:
        return f"{self.people} 人放行"


class Rest(Model):
    """How many days money may lie at a level before it rests too long (滞留)."""

    level: Literal["PROVINCE", "CITY", "COUNTY"]
    days: int = Field(ge=1, le=3660)

    def __str__(self) -> str:
        return f"{self.days} 天"


class PassOn(Model):
    """In how many days money meant for somebody below is passed on (截留)."""

    days: int = Field(ge=1, le=3660)

    def __str__(self) -> str:
        return f"{self.days} 天"


class Split(Model):
    """Payments of one household within `days` that reach a tier together, or lie within `share` of it alone."""

    days: int = Field(ge=1, le=3660)
    share: Share = Field(ge=0, le=1)

    def __str__(self) -> str:
        return f"{self.days} 天内"


class Round(Model):
    """Payments of one payer in whole `unit`s within `days`: `count` or more of them, and `share` of all or more."""

    unit: Fen = Field(gt=0)
    days: int = Field(ge=1, le=3660)
    count: int = Field(ge=2, le=10_000)
    share: Share = Field(gt=0, le=1)

    def __str__(self) -> str:
        return f"{self.days} 天内 {self.count} 笔以上、占 {float(self.share):.0%} 以上"


class _Tier(Model):
    tier: Tier


class _Rest(Model):
    rest: Rest


class _PassOn(Model):
    pass_on: PassOn


class _Split(Model):
    split: Split


class _Round(Model):
    round: Round


SHAPES: dict[str, type[Model]] = {
    "tier": _Tier, "rest": _Rest, "pass_on": _PassOn, "split": _Split, "round": _Round,
}  # fmt: skip


def _read(entry: Entry) -> Model:
    value = entry.value
    if not isinstance(value, dict) or len(value) != 1 or next(iter(value)) not in SHAPES:
        raise ValueError(f"每个值要写成其中一种：{'、'.join(SHAPES)}")
    shape = next(iter(value))
    inner: Model = getattr(SHAPES[shape].model_validate(value), shape)
    return inner


TOPIC = Topic("funds", "资金支付和监管", _read)


@dataclass(frozen=True, eq=False)
class FundsPolicy:
    """What `funds.yaml` says on a day: tiers by their start, days of rest by level, and the single values."""

    tiers: Sequence[Provision[Tier]]
    rests: Mapping[int, Provision[Rest]]
    pass_on: Provision[PassOn] | None
    split: Provision[Split] | None
    round: Provision[Round] | None = None

    def tier_for(self, amount_fen: int) -> Provision[Tier] | None:
        """This function returns the tier of an amount; None when the pack has none for it: nothing is paid then."""
        found = [stated for stated in self.tiers if stated.value.start <= amount_fen]
        return found[-1] if found else None


def _single(blocks: Mapping[str, Provision[Any]], shape: type[Model], name: str) -> Provision[Any] | None:
    found = [stated for stated in blocks.values() if isinstance(stated.value, shape)]
    if len(found) > 1:
        raise PackError(f"{name} 只能写一个", file=found[1].file, key=found[1].key)
    return found[0] if found else None


@lru_cache(maxsize=64)
def funds_of(policy: Policy) -> FundsPolicy:
    """This function returns the rules of money of a policy; raises PackError where two blocks speak of the same."""
    blocks: dict[str, Provision[Any]] = dict(policy.topics["funds"])
    tiers = sorted(
        (stated for stated in blocks.values() if isinstance(stated.value, Tier)), key=lambda stated: stated.value.start
    )
    starts = [stated.value.start for stated in tiers]
    if len(set(starts)) < len(starts):
        raise PackError("两档支付从同一个金额起", file=tiers[0].file, key=tiers[0].key)
    rests: dict[int, Provision[Rest]] = {}
    for stated in blocks.values():
        if isinstance(stated.value, Rest):
            level = LEVELS[stated.value.level]
            if level in rests:
                raise PackError(f"“{stated.value.level}”的停留天数写了两次", file=stated.file, key=stated.key)
            rests[level] = stated
    return FundsPolicy(
        tiers, rests, _single(blocks, PassOn, "pass_on"), _single(blocks, Split, "split"),
        _single(blocks, Round, "round"),
    )  # fmt: skip

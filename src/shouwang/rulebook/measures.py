"""Measures: what a policy offers, to which households, of which of the fourteen kinds, raising which income.

An offer says who gives it, how often, which of the six defences it stands in, which papers it takes, and what it
cannot go with. Clashes hold in both directions: one of the two need name the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from shouwang.kit.codes import Defence, IncomeKind, Measure, Risk
from shouwang.rulebook.ladders import Fen
from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Key, Model, Provision, Text
from shouwang.rulebook.workflow_stages import DEPARTMENTS, among

if TYPE_CHECKING:
    from shouwang.rulebook.policy import Policy

OUTSIDE = "OUTSIDE"
# Who may give help: a kind of organisation, a department by its key, or a body outside.
PROVIDERS = ("VILLAGE", "TOWNSHIP", "COUNTY_CENTRE", "INSURER", OUTSIDE, *DEPARTMENTS)
Unit = Literal["ONCE", "MONTHLY", "DAILY", "PIECE"]
UNITS: dict[str, str] = {"ONCE": "一次", "MONTHLY": "每月", "DAILY": "每天", "PIECE": "每件"}


class Offer(Model):
    """One offer. Without `when` it is for every household; `income` is the kind of income it raises.

    `risks` are the causes it meets (none named: any). `amount` is fen a `unit`, unsaid where each case differs;
    `cap_year` is the most a household gets of it in a calendar year. `excludes` names offers that a household cannot
    have with it. One that `recurs` comes by itself every so many months until it ends.
    """

    LATER: ClassVar[frozenset[str]] = frozenset(
        {
            "risks", "defence", "providers", "unit", "amount", "cap_year", "documents", "excludes", "recurs",
            "due_days",
        }
    )  # fmt: skip

    provides: Text
    kinds: tuple[Measure, ...] = Field(min_length=1)
    when: Text | None = None
    income: IncomeKind | None = None
    tools: tuple[Text, ...] = ()
    risks: tuple[Risk, ...] = ()
    defence: Defence | None = None
    providers: tuple[str, ...] = ()
    unit: Unit | None = None
    amount: Fen | None = None
    cap_year: Fen | None = None
    documents: tuple[Text, ...] = ()
    excludes: tuple[Key, ...] = ()
    recurs: int | None = Field(default=None, ge=1, le=12)
    due_days: int | None = Field(default=None, ge=1, le=366)

    @field_validator("providers")
    @classmethod
    def _providers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(among(one, PROVIDERS, "提供单位") for one in value)

    @model_validator(mode="after")
    def _sound(self) -> Offer:
        for name in ("kinds", "risks", "providers", "excludes"):
            values = getattr(self, name)
            if len(set(values)) < len(values):
                raise ValueError(f"{name} 里有重复的")
        if self.amount == 0 or self.cap_year == 0:
            raise ValueError("amount（金额）和 cap_year（一户一年封顶）要大于 0，没有的不写")
        if self.amount is not None and self.unit is None:
            raise ValueError("写了 amount（金额），也要写 unit（一次、每月、每天还是每件）")
        if self.amount is not None and self.cap_year is not None and self.cap_year < self.amount:
            raise ValueError("cap_year（一户一年封顶）比 amount（金额）还少")
        if self.recurs is not None and self.unit not in {"ONCE", "MONTHLY"}:
            raise ValueError("recurs（每几个月发一次）只能与 unit: MONTHLY 或 ONCE 一起写")
        if self.unit == "MONTHLY" and self.recurs not in {None, 1}:
            raise ValueError("unit 是 MONTHLY（每月）的，recurs 只能是 1")
        return self

    @property
    def months(self) -> int | None:
        """How many months lie between two payments, None where it does not come by itself."""
        return self.recurs or (1 if self.unit == "MONTHLY" else None)

    def meets(self, risk: str) -> bool:
        """This function tells whether the offer is for a cause (none named: for every one)."""
        return not self.risks or risk in self.risks


def _read(entry: Entry) -> Offer:
    return Offer.model_validate(entry.value)


TOPIC = Topic("measures", "帮扶措施", _read)


def offers_of(policy: Policy) -> tuple[Provision[Offer], ...]:
    """This function returns the offers in force, parents' first."""
    return tuple(policy.topic("measures").values())


def defence_of(policy: Policy, offer: Offer) -> Defence | None:
    """This function returns the defence an offer stands in: its own, or that of the first offer of its kind that
    states one."""
    if offer.defence is not None:
        return offer.defence
    return defences(policy).get(offer.kinds[0])


def defences(policy: Policy) -> dict[Measure, Defence]:
    """This function returns the defence of each kind of measure, as the first offer of the kind states it."""
    found: dict[Measure, Defence] = {}
    for stated in offers_of(policy):
        if stated.value.defence is not None:
            found.setdefault(stated.value.kinds[0], stated.value.defence)
    return found


def clashes(policy: Policy, key: str, others: Collection[str]) -> Iterator[Provision[Offer]]:
    """This function yields the offers among `others` that exclude an offer or are excluded by it."""
    stated = policy.topic("measures").get(key)
    if stated is None:
        return
    for other in offers_of(policy):
        is_excluded = other.key in stated.value.excludes or key in other.value.excludes
        if is_excluded and other.key in others:
            yield other


def excluded_pairs(policy: Policy) -> set[tuple[str, str]]:
    """This function returns the pairs of offers that cannot go together, each once, in the order of the alphabet."""
    found = set()
    for stated in offers_of(policy):
        for other in stated.value.excludes:
            found.add((min(stated.key, other), max(stated.key, other)))
    return found

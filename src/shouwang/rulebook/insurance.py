"""Insurance: what is put into a pool of prevention, and the ladders by which a loss becomes a payment. Exact fen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, model_validator

from shouwang.rulebook.ladders import OFFSETS, Band, Fen, Ladder, OffsetKind, causes_known
from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Key, Model, Provision, Text

if TYPE_CHECKING:
    from shouwang.rulebook.policy import Policy

__all__ = ["OFFSETS", "TOPIC", "Band", "Fen", "Ladder", "OffsetKind", "Pool", "Terms", "claim_terms",
           "insured_groups", "ladders_of", "pools_of"]  # fmt: skip


class Pool(Model):
    """What is put in: a whole sum, or a premium a head for a number of heads; nobody is named in advance.

    One term lasts `term_months` (unsaid: whoever opens the pool says until when). What is left over is carried into the
    next term where it `rolls_over`; where it is `topped_up`, a claim is paid though the pool is empty, and the county
    makes up for it. `adds_to` names the pool that this one supplements, `insures` the industries or workers it is for.
    `kept_by` says who holds the money and pays the households: the insurer (unsaid), or the county itself. A claim is
    filed at most `file_within_days` days after its event (unsaid: whenever).
    """

    LATER: ClassVar[frozenset[str]] = frozenset(
        {"term_months", "rolls_over", "topped_up", "adds_to", "insures", "by_tender", "kept_by", "file_within_days"}
    )

    fund: Fen | None = None
    premium: Fen | None = None
    heads: int | None = Field(default=None, ge=1)
    causes: tuple[str, ...] = ()
    term_months: int | None = Field(default=None, ge=1, le=120)
    rolls_over: bool = False
    topped_up: bool = False
    adds_to: Key | None = None
    insures: tuple[Text, ...] = ()
    by_tender: bool = False
    kept_by: Literal["INSURER", "COUNTY"] = "INSURER"
    file_within_days: int | None = Field(default=None, ge=1, le=3660)

    @model_validator(mode="after")
    def _adds_up(self) -> Pool:
        causes_known(self.causes)
        if self.fund is None and (self.premium is None or self.heads is None):
            raise ValueError("要写 fund（总额），或者 premium（每人保费）和 heads（人数）")
        parts = (self.premium, self.heads)
        if self.fund is not None and None not in parts and (self.premium or 0) * (self.heads or 0) != self.fund:
            raise ValueError("premium（每人保费）乘 heads（人数）不等于 fund（总额）")
        if self.total_fen <= 0:
            raise ValueError("资金池的钱要大于 0")
        return self

    @property
    def total_fen(self) -> int:
        """The whole sum."""
        return self.fund if self.fund is not None else (self.premium or 0) * (self.heads or 0)

    def covers(self, cause: str) -> bool:
        """This function tells whether the pool is for a cause (none named: for every one)."""
        return not self.causes or cause in self.causes


class _Ladder(Model):
    ladder: Ladder


class _Pool(Model):
    pool: Pool


def _read(entry: Entry) -> Ladder | Pool:
    value = entry.value
    if not isinstance(value, dict) or len(value) != 1 or next(iter(value)) not in {"ladder", "pool"}:
        raise ValueError("每个值要写成其中一种：ladder（赔付阶梯）、pool（资金池）")
    if "ladder" in value:
        return _Ladder.model_validate(value).ladder
    return _Pool.model_validate(value).pool


TOPIC = Topic("insurance", "防贫保险", _read)


def ladders_of(policy: Policy) -> tuple[Provision[Ladder], ...]:
    """This function returns the ladders in force: the first that covers a loss pays, emergency aid after the others."""
    found = [stated for stated in policy.topic("insurance").values() if isinstance(stated.value, Ladder)]
    return tuple(sorted(found, key=lambda stated: stated.value.before_papers))


def pools_of(policy: Policy) -> tuple[Provision[Pool], ...]:
    """This function returns the pools in force, in pack order."""
    return tuple(stated for stated in policy.topic("insurance").values() if isinstance(stated.value, Pool))


def insured_groups(policy: Policy, causes: Iterable[str]) -> tuple[str, ...]:
    """This function returns for whom the pools that are for some only insure against these causes, in pack order."""
    wanted = set(causes)
    found = (one.value for one in pools_of(policy) if not one.value.causes or wanted & set(one.value.causes))
    return tuple(dict.fromkeys(group for pool in found for group in pool.insures))


@dataclass(frozen=True)
class Terms:
    """What a policy says to a claim of one cause and household type.

    `covered_as` is the cause under which it counts; `ladder` pays the loss, `aid` at once before the papers are there;
    `pool` is where it comes from. None: the policy has none.
    """

    covered_as: str
    ladder: Provision[Ladder] | None
    aid: Provision[Ladder] | None
    pool: Provision[Pool] | None


def claim_terms(policy: Policy, *, cause: str, type_key: str | None) -> Terms:
    """This function returns ladder, emergency aid and pool for a claim; a cause that no ladder names counts as the
    cause under which the policy counts its spending."""
    stated = policy.topic("causes").get(cause)
    causes = dict.fromkeys((cause, stated.value.counts_as.value if stated is not None else cause))
    ladders = ladders_of(policy)
    for each in causes:
        covering = [one for one in ladders if one.value.covers(cause=each, type_key=type_key)]
        if covering:
            aid = next((one for one in covering if one.value.before_papers), None)
            return Terms(each, covering[0], aid, _pool(policy, covering[0].value, tuple(causes)))
    return Terms(cause, None, None, _pool(policy, None, tuple(causes)))


def _pool(policy: Policy, ladder: Ladder | None, causes: tuple[str, ...]) -> Provision[Pool] | None:
    pools = pools_of(policy)
    if ladder is not None and ladder.pool is not None:
        return next((one for one in pools if one.key == ladder.pool), None)
    return next((one for cause in causes for one in pools if one.value.covers(cause)), None)

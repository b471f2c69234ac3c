"""What a household has of what a policy wants for it, and what is missing; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shouwang.rulebook.sevens import SevensPolicy


@dataclass(frozen=True)
class Held:
    """What is known of one household: slots filled by hand, kinds of its standing contacts, its statuses.

    `earned`: the kinds it earned from; None: what it earns is not known.
    """

    fillings: frozenset[str] = frozenset()
    contacts: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    earned: frozenset[str] | None = None


@dataclass(frozen=True)
class Standing:
    """What a household has to have and what of it is missing; `sources` None: not asked, or not known how many."""

    wanted: Sequence[str]
    missing: Sequence[str]
    asks_sources: bool = False
    sources: int | None = None
    at_least: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether it has everything asked of it: each slot, and the sources. What nobody knows is not there yet."""
        return not self.missing and self.has_sources is (True if self.asks_sources else None)

    @property
    def is_unknown(self) -> bool:
        """Whether its sources are asked for and nobody knows them."""
        return self.asks_sources and self.sources is None

    @property
    def has_sources(self) -> bool | None:
        """Whether the rule of sources holds; None: it is not asked, or nobody knows."""
        if not self.asks_sources or self.sources is None:
            return None
        return self.sources >= self.at_least


def slots_filled(policy: SevensPolicy, group: str, held: Held) -> frozenset[str]:
    """This function returns the wanted slots that are filled: by hand, by a standing contact, or by a status held."""
    return frozenset(
        stated.key
        for stated in policy.slots_for(group)
        if stated.key in held.fillings
        or (stated.value.contact is not None and stated.value.contact in held.contacts)
        or held.statuses & set(stated.value.statuses)
    )


def standing_of_household(policy: SevensPolicy, group: str, held: Held) -> Standing:
    """This function compares what a household has with what the policy wants for its group.

    The rule of sources counts the kinds that brought more than nothing in the window, as the facts of screening do.
    """
    wanted = [stated.key for stated in policy.slots_for(group)]
    filled = slots_filled(policy, group, held)
    asks = policy.asks_sources(group)
    kinds = {str(kind) for kind in policy.sources.value.kinds} if policy.sources is not None else set()
    return Standing(
        wanted,
        [key for key in wanted if key not in filled],
        asks,
        len(held.earned & kinds) if asks and held.earned is not None else None,
        policy.at_least or 0,
    )


@dataclass
class Tally:
    """Sums of a place: households, those that have everything, each slot missing how often, sources short, unknown."""

    households: int = 0
    complete: int = 0
    missing: dict[str, int] = field(default_factory=dict)
    asked_sources: int = 0
    short: int = 0
    unknown: int = 0

    def add(self, standing: Standing) -> None:
        """This function counts one household in."""
        self.households += 1
        self.complete += standing.is_complete
        for key in standing.missing:
            self.missing[key] = self.missing.get(key, 0) + 1
        if standing.asks_sources:
            self.asked_sources += 1
            self.unknown += standing.is_unknown
            self.short += standing.has_sources is False

    @property
    def lacking(self) -> int:
        return self.households - self.complete

    @property
    def percent(self) -> int:
        """The share of complete households, rounded down: nothing is whole before it is."""
        return self.complete * 100 // self.households if self.households else 100


def tallies_by(places: Mapping[int, int], standings: Mapping[int, Standing]) -> dict[int, Tally]:
    """This function sums households up by place (household → place), in the order of places."""
    found: dict[int, Tally] = {}
    for household_id, place in sorted(places.items(), key=lambda pair: (pair[1], pair[0])):
        found.setdefault(place, Tally()).add(standings[household_id])
    return found


def tally_of(standings: Iterable[Standing]) -> Tally:
    """This function sums households up."""
    whole = Tally()
    for standing in standings:
        whole.add(standing)
    return whole


def missing_names(names: Mapping[str, str], standing: Standing) -> str:
    """This function returns what a household lacks in words, its sources too; empty where it has everything."""
    words = [names.get(key, key) for key in standing.missing]
    if standing.has_sources is False:
        words.append("收入来源不足")
    elif standing.is_unknown:
        words.append("收入来源未知")
    return "、".join(words)


def sevens_title(number: int) -> str:
    """This function returns what a programme of so many slots is called: “七个一”; of an unknown number “几个一”."""
    numeral = "零一二三四五六七八九十"[number] if 0 < number <= 10 else "几"
    return f"“{numeral}个一”"

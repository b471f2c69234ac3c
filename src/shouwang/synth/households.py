"""Who lives together: households from templates, with ages and kinship that hang together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shouwang.kit.codes import Relationship
from shouwang.synth import shape
from shouwang.synth.draws import Bools, Floats, Ints, chance, pick

RELATIONSHIPS = tuple(Relationship)
SLOTS = (
    Relationship.HEAD, Relationship.SPOUSE, Relationship.CHILD, Relationship.CHILD, Relationship.CHILD,
    Relationship.CHILD_IN_LAW, Relationship.GRANDCHILD, Relationship.GRANDCHILD, Relationship.PARENT,
    Relationship.PARENT, Relationship.PARENT_IN_LAW, Relationship.GRANDPARENT, Relationship.SIBLING,
    Relationship.OTHER,
)  # fmt: skip
HEAD, SPOUSE, CHILD, IN_LAW, GRANDCHILD, FATHER, MOTHER, SPOUSE_PARENT, GRANDPARENT, SIBLING, OTHER = (
    0, 1, 2, 5, 6, 8, 9, 10, 11, 12, 13,
)  # fmt: skip
_SLOT_CODE = np.array([RELATIONSHIPS.index(slot) for slot in SLOTS], dtype=np.int64)
_NAMES = tuple(shape.TEMPLATES)


@dataclass
class Kin:
    """Households (by index) and their members (one row each, heads first): ages in days, sex 1 male 0 female."""

    count: int
    household: Ints
    slot: Ints
    age_days: Ints
    sex: Ints

    @property
    def people(self) -> int:
        return len(self.household)

    @property
    def relationship(self) -> Ints:
        """This function returns the index into RELATIONSHIPS of every member."""
        return _SLOT_CODE[self.slot]

    @property
    def size(self) -> Ints:
        """This function returns the number of members of every household."""
        return np.bincount(self.household, minlength=self.count)


class _Table:
    """Ages of all slots while the households are being put together; absent is -1."""

    def __init__(self, rng: np.random.Generator, count: int) -> None:
        self.rng = rng
        self.count = count
        self.age = np.full((count, len(SLOTS)), -1, dtype=np.int64)
        self.sex = np.zeros((count, len(SLOTS)), dtype=np.int64)

    def years(self, low: float, high: float) -> Floats:
        return self.rng.uniform(low, high, self.count) * shape.YEAR_DAYS

    def place(self, slot: int, rows: Bools, age: Floats | Ints, sex: Ints) -> None:
        rows = rows & (age >= 0)
        self.age[rows, slot] = age[rows].astype(np.int64)
        self.sex[rows, slot] = sex[rows]

    def at_least(self, age: Floats, low: float, *, spread: float = 2.5) -> Floats:
        """This function lifts ages to a bound in years, a blurred one: nobody's birthdays pile up."""
        return np.maximum(age, self.years(low, low + spread))

    def younger_of_couple(self) -> Ints:
        spouse = self.age[:, SPOUSE]
        return np.where(spouse >= 0, np.minimum(self.age[:, HEAD], spouse), self.age[:, HEAD])


def kin_compose(rng: np.random.Generator, people: int) -> Kin:
    """This function composes households of exactly so many people; the last one may be cut short."""
    count = people // 2 + 50
    table = _Table(rng, count)
    kind = pick(rng, [weight for weight, _, _ in shape.TEMPLATES.values()], count)
    is_kind = {name: kind == index for index, name in enumerate(_NAMES)}
    _heads(table, kind, is_kind)
    _children(table, is_kind)
    _elders(table, is_kind)
    _others(table, is_kind)
    household, slot = np.nonzero(table.age >= 0)
    household, slot = household[:people], slot[:people]
    return Kin(
        count=int(household[-1]) + 1,
        household=household.astype(np.int64),
        slot=slot.astype(np.int64),
        age_days=table.age[household, slot],
        sex=table.sex[household, slot],
    )


def _heads(table: _Table, kind: Ints, is_kind: dict[str, Bools]) -> None:
    rng, count = table.rng, table.count
    low = np.array([low for _, low, _ in shape.TEMPLATES.values()], dtype=np.float64)[kind]
    high = np.array([high for _, _, high in shape.TEMPLATES.values()], dtype=np.float64)[kind]
    reach = np.where(is_kind["old_alone"] | is_kind["old_couple"], rng.beta(1.2, 2.2, count), rng.random(count))
    head = (low + (high - low) * reach) * shape.YEAR_DAYS
    is_man = chance(rng, np.select([is_kind["old_alone"], is_kind["lone_parent"]], [0.42, 0.4], 0.88), count)
    table.place(HEAD, np.ones(count, dtype=bool), head, is_man.astype(np.int64))
    married = (
        is_kind["old_couple"] | is_kind["couple"] | is_kind["family"] | is_kind["three_generations"]
        | is_kind["couple_with_parent"]
        | ((is_kind["with_married_child"] | is_kind["left_behind"]) & chance(rng, 0.72, count))
    )  # fmt: skip
    widest = np.where(is_kind["with_married_child"], 4.0, 9.0)
    gap = np.clip(rng.normal(1.6, 2.4, count), -widest, widest) * np.where(is_man, 1, -1)
    spouse = table.at_least(head - gap * shape.YEAR_DAYS, 20.6)
    table.place(SPOUSE, married, spouse, 1 - is_man.astype(np.int64))


def _children(table: _Table, is_kind: dict[str, Bools]) -> None:
    rng, count = table.rng, table.count
    parent = table.younger_of_couple().astype(np.float64)
    has_children = is_kind["family"] | is_kind["lone_parent"] | is_kind["three_generations"]
    grown = is_kind["with_married_child"]
    gap = (20 + 11 * rng.beta(1.6, 2.2, count)) * shape.YEAR_DAYS
    first = np.where(grown, table.at_least(parent - gap, 22.7), parent - gap)
    first = np.maximum(first, np.where(has_children, rng.integers(5, 300, count), -1))
    first_sex = chance(rng, np.where(grown, 0.9, 0.52), count).astype(np.int64)
    table.place(CHILD, has_children | grown, first, first_sex)
    second = first - table.years(1.1, 6.5)
    table.place(CHILD + 1, has_children & chance(rng, 0.58, count), second, chance(rng, 0.52, count).astype(np.int64))
    third = second - table.years(1.1, 5)
    has_third = (table.age[:, CHILD + 1] >= 0) & chance(rng, 0.14, count)
    table.place(CHILD + 2, has_third, third, chance(rng, 0.52, count).astype(np.int64))
    in_law = table.at_least(first - rng.normal(1.0, 2.2, count) * shape.YEAR_DAYS, 20.8)
    in_law = np.minimum(in_law, parent - 12 * shape.YEAR_DAYS)
    with_in_law = grown & chance(rng, 0.86, count)
    table.place(IN_LAW, with_in_law, in_law, 1 - first_sex)
    young_parent = np.where(with_in_law, np.minimum(first, in_law), first)
    grandchild = young_parent - (20 + 8 * rng.random(count)) * shape.YEAR_DAYS
    left = is_kind["left_behind"]
    left_age = np.clip(parent - table.years(42, 54), table.years(0.1, 2), table.years(14, 17.5))
    elder = np.where(left, left_age, grandchild)
    table.place(GRANDCHILD, left | with_in_law, elder, chance(rng, 0.52, count).astype(np.int64))
    younger = elder - table.years(1.2, 7)
    has_second = (left & chance(rng, 0.35, count)) | (with_in_law & chance(rng, 0.5, count))
    table.place(GRANDCHILD + 1, has_second, younger, chance(rng, 0.52, count).astype(np.int64))


def _elders(table: _Table, is_kind: dict[str, Bools]) -> None:
    rng, count = table.rng, table.count
    oldest = 99.5 * shape.YEAR_DAYS
    head = table.age[:, HEAD].astype(np.float64)
    father = np.minimum(head + table.years(21.5, 33), oldest)
    mother = np.minimum(np.maximum(father - rng.normal(1.5, 2.2, count) * shape.YEAR_DAYS, head + 7_000), oldest)
    has_parents = is_kind["three_generations"] | is_kind["couple_with_parent"] | is_kind["child_with_parents"]
    draw = rng.random(count)
    table.place(FATHER, has_parents & (draw < 0.66), father, np.ones(count, dtype=np.int64))
    table.place(MOTHER, has_parents & ((draw >= 0.66) | (draw < 0.42)), mother, np.zeros(count, dtype=np.int64))
    spouse = table.age[:, SPOUSE].astype(np.float64)
    of_spouse = is_kind["family"] & (spouse >= 0) & chance(rng, 0.02, count)
    table.place(
        SPOUSE_PARENT,
        of_spouse,
        np.minimum(spouse + table.years(21, 32), oldest),
        chance(rng, 0.4, count).astype(np.int64),
    )
    oldest_parent = np.maximum(table.age[:, FATHER], table.age[:, MOTHER]).astype(np.float64)
    grand = oldest_parent + table.years(20, 30)
    has_grand = has_parents & (head < 42 * shape.YEAR_DAYS) & (grand < oldest) & chance(rng, 0.12, count)
    table.place(GRANDPARENT, has_grand, grand, chance(rng, 0.35, count).astype(np.int64))


def _others(table: _Table, is_kind: dict[str, Bools]) -> None:
    rng, count = table.rng, table.count
    head = table.age[:, HEAD].astype(np.float64)
    sibling = table.at_least(head - table.years(-8, 9), 18)
    with_sibling = is_kind["siblings"] | (is_kind["child_with_parents"] & chance(rng, 0.1, count))
    table.place(SIBLING, with_sibling, sibling, chance(rng, 0.6, count).astype(np.int64))
    other = is_kind["couple"] & chance(rng, 0.02, count)
    table.place(OTHER, other, table.years(1, 30), chance(rng, 0.5, count).astype(np.int64))

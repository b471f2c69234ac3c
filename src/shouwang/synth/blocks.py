"""One block of the population: everything about some ten thousand households, drawn apart from all other blocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shouwang.synth.draws import Bools, Ints, chance, stream
from shouwang.synth.events import spending_draw, villages_hit
from shouwang.synth.households import Kin, kin_compose
from shouwang.synth.incomes import Means, incomes_spread, means_draw
from shouwang.synth.names import names_draw, surnames_draw
from shouwang.synth.numbers import NumberIssuer, accounts, phones, texts
from shouwang.synth.persons import Persons, persons_describe
from shouwang.synth.places import Place, city_prefixes
from shouwang.synth.standing import Standing, causes_plant, frail_draw, standing_draw
from shouwang.synth.statuses import statuses_draw


@dataclass
class Block:
    """A block with its columns; keys are the block's first keys plus the row."""

    first_household: int
    first_person: int
    first_event: int
    first_status: int
    kin: Kin
    persons: Persons
    standing: Standing
    means: Means
    subject: Ints
    village: Ints
    incomes: dict[str, Ints]
    spending: dict[str, Ints]
    statuses: dict[str, Ints]
    names: pa.Array
    resident_ids: pa.Array
    phones: pa.Array
    accounts: pa.Array

    @property
    def household_key(self) -> Ints:
        return np.arange(self.first_household, self.first_household + self.kin.count)

    @property
    def person_key(self) -> Ints:
        return np.arange(self.first_person, self.first_person + self.kin.people)

    @property
    def head_row(self) -> Ints:
        """This function returns the row of the head of every household: the first of its members."""
        return np.flatnonzero(self.kin.slot == 0)

    @property
    def is_without_labour(self) -> Bools:
        """This function tells which households have nobody able to work, not even half."""
        able = np.isin(self.persons.labour, (0, 1, 2))
        return np.bincount(self.kin.household, weights=able, minlength=self.kin.count) == 0


@dataclass
class Counters:
    """The next free keys."""

    household: int = 1
    person: int = 1
    event: int = 1
    status: int = 1


def block_draw(
    *, seed: int, index: int, blocks: int, people: int, place: Place, on: date, issuer: NumberIssuer, next_key: Counters
) -> Block:
    """This function draws one block of so many people and moves the counters on."""
    kin = kin_compose(stream(seed, index, "kin"), people)
    frail = frail_draw(stream(seed, index, "frail"), kin)
    persons = persons_describe(stream(seed, index, "persons"), kin, frail, on)
    standing = standing_draw(stream(seed, index, "standing"), kin, persons, frail, on)
    subject = causes_plant(stream(seed, index, "causes"), kin, persons, standing)
    means = means_draw(stream(seed, index, "means"), kin, persons, standing, on)
    position = (index + np.sort(stream(seed, index, "villages").random(kin.count))) / blocks
    village_row = place.villages_at(position)
    hit = villages_hit(stream(seed, "disasters"), len(place.villages))[village_row]
    spending = spending_draw(stream(seed, index, "spending"), kin, persons, standing, subject, hit, on)
    statuses = statuses_draw(stream(seed, index, "statuses"), kin, persons, standing, means, spending, on)
    village = place.villages[village_row]
    names_rng = stream(seed, index, "names")
    surname = surnames_draw(names_rng, kin, village)
    city = city_prefixes(village)[kin.household]
    person_key = np.arange(next_key.person, next_key.person + kin.people)
    no_phone = (persons.years < 14) | chance(names_rng, 0.12, kin.people)
    block = Block(
        first_household=next_key.household,
        first_person=next_key.person,
        first_event=next_key.event,
        first_status=next_key.status,
        kin=kin,
        persons=persons,
        standing=standing,
        means=means,
        subject=subject,
        village=village,
        incomes=incomes_spread(stream(seed, index, "incomes"), kin, persons, means, on),
        spending=spending,
        statuses=statuses,
        names=names_draw(names_rng, surname, persons.sex, persons.years),
        resident_ids=texts(issuer.resident_ids(city, persons.birth_day, persons.sex)),
        phones=_without(phones(person_key), no_phone),
        accounts=accounts(np.arange(next_key.household, next_key.household + kin.count)),
    )
    next_key.household += kin.count
    next_key.person += kin.people
    next_key.event += len(spending["day"])
    next_key.status += len(statuses["kind"])
    return block


def _without(values: pa.Array, missing: Bools) -> pa.Array:
    return pc.if_else(pa.array(missing), pa.scalar(None, pa.string()), values)

"""Names of made people: common surnames, common characters by sex and time of birth, families and villages sharing."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shouwang.synth import words
from shouwang.synth.draws import Ints, chance, pick
from shouwang.synth.households import CHILD, GRANDCHILD, GRANDPARENT, HEAD, IN_LAW, MOTHER, SIBLING, SPOUSE, Kin

_CHARACTERS = "".join(words.GIVEN_MEN + words.GIVEN_WOMEN)
_STARTS = np.cumsum([0] + [len(part) for part in words.GIVEN_MEN + words.GIVEN_WOMEN])
_SURNAMES = pa.array(list(words.SURNAMES))
_GIVEN = pa.array(list(_CHARACTERS))


def surnames_draw(rng: np.random.Generator, kin: Kin, village: Ints) -> Ints:
    """This function draws a surname for everybody; children bear their father's, a village has a main one."""
    own = pick(rng, words.SURNAME_WEIGHTS, kin.people)
    main = (village % 1_000_003 * 31 + village // 1_000) % 23
    own = np.where(chance(rng, 0.35, kin.people), main[kin.household], own)
    by_slot = {slot: _of_slot(kin, own, slot) for slot in (HEAD, SPOUSE, CHILD, IN_LAW)}
    head_is_man = _of_slot(kin, kin.sex, HEAD) == 1
    family = np.where(head_is_man | (by_slot[SPOUSE] < 0), by_slot[HEAD], by_slot[SPOUSE])
    child_is_man = _of_slot(kin, kin.sex, CHILD) == 1
    young = np.where(child_is_man | (by_slot[IN_LAW] < 0), family, by_slot[IN_LAW])
    result = own.copy()
    for slots, source in (
        ((CHILD, CHILD + 1, CHILD + 2), family),
        ((GRANDCHILD, GRANDCHILD + 1), young),
        ((MOTHER - 1, SIBLING), by_slot[HEAD]),
    ):
        rows = np.isin(kin.slot, slots)
        result[rows] = source[kin.household[rows]]
    grand = (kin.slot == GRANDPARENT) & (kin.sex == 1)
    result[grand] = by_slot[HEAD][kin.household[grand]]
    return result


def _of_slot(kin: Kin, values: Ints, slot: int) -> Ints:
    result = np.full(kin.count, -1, dtype=np.int64)
    rows = np.flatnonzero(kin.slot == slot)
    result[kin.household[rows]] = values[rows]
    return result


def names_draw(rng: np.random.Generator, surname: Ints, sex: Ints, years: Ints) -> pa.Array:
    """This function draws full names of two or three characters."""
    size = len(surname)
    cohort = np.select([years >= 45, years >= 22], [0, 1], 2)
    group = cohort + np.where(sex == 1, 0, 3)
    start, length = _STARTS[group], (_STARTS[group + 1] - _STARTS[group])
    first = start + (rng.random(size) * length).astype(np.int64)
    second = start + (rng.random(size) * length).astype(np.int64)
    single = chance(rng, np.where(cohort == 1, 0.3, 0.12), size) | (first == second)
    tail = pc.if_else(pa.array(single), pa.scalar(""), pc.take(_GIVEN, pa.array(second)))
    return pc.binary_join_element_wise(
        pc.take(_SURNAMES, pa.array(surname)), pc.take(_GIVEN, pa.array(first)), tail, ""
    )

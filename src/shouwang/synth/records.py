"""What is recorded of watched households: their risks, how they were removed, the measures they got.

Some gaps are left on purpose: a share of households without measures, so that the data-quality checks find something.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from shouwang.kit.codes import Measure
from shouwang.synth.blocks import Block
from shouwang.synth.draws import chance, stream
from shouwang.synth.persons import day_number
from shouwang.synth.standing import CAUSES
from shouwang.synth.tables import coded, days

_MEASURES = tuple(Measure)
_ROOM = 8  # keys that each household has for its rows
# The measure that answers each cause, in the order of CAUSES.
_ANSWERS = {
    "ILLNESS": Measure.HEALTH,
    "STUDY": Measure.OTHER_EDUCATION,
    "DISASTER": Measure.HOUSING,
    "ACCIDENT": Measure.SAFETY_NET,
    "DISABILITY": Measure.SAFETY_NET,
    "EMPLOYMENT": Measure.EMPLOYMENT,
}
_SHARE_ANSWERED, _SHARE_DEVELOPED, _SHARE_DIBAO_RECORDED, _SHARE_BY_HELP = 0.9, 0.85, 0.8, 0.8


def risk_table(block: Block, seed: int) -> pa.Table:
    """This function returns one risk a watched household: since its identification, until it was removed."""
    rng = stream(seed, block.first_household, "risk")
    who = block.standing
    found = np.flatnonzero((who.watch >= 0) & (who.cause >= 0))
    removed = who.removed[found]
    is_helped = chance(rng, _SHARE_BY_HELP, len(found))
    way = np.where(removed >= 0, np.where(is_helped, 0, 1), -1)
    return pa.table(
        {
            "risk_key": (found + block.first_household) * _ROOM,
            "household_key": found + block.first_household,
            "risk": coded(who.cause[found], CAUSES),
            "from_date": days(who.identified[found]),
            "removed_date": days(removed),
            "removal": coded(way, ("HELP", "SELF")),
        }
    )


def measure_table(block: Block, seed: int, on: date) -> pa.Table:
    """This function returns the measures: one against the cause, one of development, the allowance as safety net."""
    rng = stream(seed, block.first_household, "measure")
    who, today = block.standing, day_number(on)
    watched = np.flatnonzero((who.watch >= 0) & (who.cause >= 0))
    answers = np.array([_MEASURES.index(_ANSWERS[name]) for name in CAUSES])
    start = who.identified[watched] + rng.integers(5, 29, len(watched))
    able = ~block.is_without_labour[watched]
    drawn = (
        (answers[who.cause[watched]], start, chance(rng, _SHARE_ANSWERED, len(watched))),
        (np.full(len(watched), _MEASURES.index(Measure.INDUSTRY)), start + rng.integers(0, 120, len(watched)),
         able & chance(rng, _SHARE_DEVELOPED, len(watched))),
        (np.full(len(watched), _MEASURES.index(Measure.SAFETY_NET)), start,
         who.is_dibao[watched] & chance(rng, _SHARE_DIBAO_RECORDED, len(watched))),
    )  # fmt: skip
    household = np.concatenate([watched] * len(drawn))
    kind = np.concatenate([kinds for kinds, _, _ in drawn])
    first = np.concatenate([starts for _, starts, _ in drawn])
    place = np.repeat(np.arange(len(drawn)), len(watched))
    keep = np.concatenate([given for _, _, given in drawn]) & (first <= today)
    order = np.lexsort((place[keep], household[keep]))
    key = (household[keep][order] + block.first_household) * _ROOM + place[keep][order]
    return pa.table(
        {
            "measure_key": key,
            "household_key": household[keep][order] + block.first_household,
            "person_key": pa.nulls(len(key), pa.int64()),
            "kind": coded(kind[keep][order], tuple(_MEASURES)),
            "from_date": days(first[keep][order]),
            "until_date": pa.nulls(len(key), pa.date32()),
            "source": pa.array(["register"] * len(key), pa.string()),
        }
    )

"""Where households live: the real villages of a place, and prefixes for numbers that no living person holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shouwang.kit import divisions
from shouwang.kit.divisions import DivisionCodeRefusal, Level
from shouwang.synth.draws import Floats, Ints, stream
from shouwang.synth.refusals import PlaceUnknown

# No county's code of these cities ends so: districts use 01 to 19, counties 21 to 59, zones 71 on, cities 81 to 89.
UNASSIGNED = (99, 98, 97, 96, 95)


@dataclass(frozen=True)
class Place:
    """The villages of a place with their share of its households, in code order."""

    code: int
    name: str
    villages: Ints
    edges: Floats  # cumulated shares, the last one 1

    def villages_at(self, position: Floats) -> Ints:
        """This function returns the index of the village at positions in [0, 1)."""
        return np.minimum(np.searchsorted(self.edges, position, side="right"), len(self.villages) - 1)


def place_load(code: str, *, seed: int) -> Place:
    """This function loads a place of the division table; villages (村委会) before neighbourhoods (居委会)."""
    table = divisions.load()
    try:
        slot = divisions.code_parse(code)
    except DivisionCodeRefusal as refusal:
        raise PlaceUnknown(f"地区代码“{code}”不对：{refusal.message}") from refusal
    if slot not in table:
        raise PlaceUnknown(
            f"区划表里没有代码为“{code}”的地方。自带邢台、衡水、保定、青龙、魏县、连云港和山西，请换一个。"
        )
    found = table.below(slot, wanted=Level.VILLAGE)
    villages = [row for row in found if row.kind == "村委会"] or [row for row in found if row.kind == "居委会"]
    if not villages:
        raise PlaceUnknown(f"“{table.full_name(slot)}”下面没有村，无法生成人口。")
    codes = np.array([row.code for row in villages], dtype=np.int64)
    shares = np.exp(stream(seed, "villages").normal(0, 0.5, len(codes)))
    return Place(slot, table.full_name(slot), codes, np.cumsum(shares) / shares.sum())


def city_prefixes(villages: Ints) -> Ints:
    """This function returns the four-digit prefix of the city of every village."""
    return np.asarray(villages // 10**8, dtype=np.int64)

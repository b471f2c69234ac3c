"""Finding the village that a row names, within the area of the import."""

from __future__ import annotations

from collections import defaultdict

from shouwang.kit.errors import Refusal
from shouwang.kit.texts import squeezed
from shouwang.people.access import Viewer
from shouwang.people.rules import place_name_short
from shouwang.people.selectors import areas_visible_to
from shouwang.register.services.importing.reading import RawHousehold

_ENDINGS = ("村民委员会", "居民委员会", "村委会", "居委会", "社区", "村", "街道办事处", "街道", "镇", "乡")


class VillageUnknown(Refusal):
    """No village of the area has that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"在本次导入的辖区里没有找到“{name or '（未填村名）'}”，请核对乡镇和村的名称。")


class VillageFinder:
    """The villages of an area by township and name, by name alone where that is clear, and by code."""

    def __init__(self, viewer: Viewer, *, lo: int, hi: int) -> None:
        towns = {area.pk: area.name for area in areas_visible_to(viewer, level=4).filter(lo__gte=lo, hi__lte=hi)}
        self.by_names: dict[tuple[str, str], int] = {}
        self.slots: set[int] = set()
        alone: dict[str, set[int]] = defaultdict(set)
        for village in areas_visible_to(viewer, level=5).filter(lo__gte=lo, hi__lte=hi):
            key = place_key(village.name)
            town = towns.get(village.parent_id or 0) or (village.parent.name if village.parent else "")
            self.by_names[(place_key(town), key)] = village.lo
            alone[key].add(village.lo)
            self.slots.add(village.lo)
        self.alone = {key: next(iter(slots)) for key, slots in alone.items() if len(slots) == 1}

    def slot_of(self, raw: RawHousehold) -> int:
        """This function returns the village of a household's rows; raises VillageUnknown."""
        town = village = ""
        for row in raw.rows():
            town, village = row.text("town"), row.text("village")
            key = place_key(village)
            found = self.by_names.get((place_key(town), key)) or (self.alone.get(key) if key else None)
            if found is not None:
                return found
        prefix = raw.number[:12]
        if not village and len(prefix) == 12 and prefix.isdigit() and int(prefix) in self.slots:
            return int(prefix)
        raise VillageUnknown(f"{town}{village}")


def place_key(name: str) -> str:
    """This function returns a place's name without the words that offices add or leave out."""
    text = place_name_short(squeezed(name))
    for ending in _ENDINGS:
        if text.endswith(ending) and len(text) > len(ending):
            return text.removesuffix(ending)
    return text

"""Whom a department's row names, as far as it tells. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date

from shouwang.kit.resident_id import ResidentId
from shouwang.kit.texts import name_key
from shouwang.sources.rules.kinds import FeedKind
from shouwang.sources.rules.places import Places, place_key
from shouwang.sources.rules.repairs import BrokenId, birth_as_written
from shouwang.sources.rules.rows import Row


@dataclass(frozen=True)
class Subject:
    """The person a row names. `number` is valid, `broken` not, at most one is given; `slots`: villages it may mean."""

    name: str = field(repr=False, default="")
    number: str = field(repr=False, default="")
    broken: str = field(repr=False, default="")
    told_birth: date | None = field(repr=False, default=None)
    number_birth: date | None = field(repr=False, default=None)
    township: str = ""
    village: str = ""
    slots: tuple[int, ...] = ()

    @property
    def birth(self) -> date | None:
        """The birth date of its own column, or that of a valid number."""
        return self.told_birth or self.number_birth

    @property
    def likely_birth(self) -> date | None:
        """The birth date as far as anything tells it, the digits of a broken number included."""
        return self.birth or birth_as_written(self.broken)

    @property
    def is_contradictory(self) -> bool:
        """Whether the birth date of its own column is not that of the number: one of them is somebody else's."""
        return self.told_birth is not None and self.number_birth is not None and self.told_birth != self.number_birth

    @property
    def has_key(self) -> bool:
        """Whether there is anything to look for: a number, or a name with a birth date or a village."""
        return bool(self.number or self.broken or (self.name and (self.birth or self.slots)))

    @property
    def fingerprint(self) -> str:
        """The same text for every row that names somebody in the same words."""
        told = (
            self.number or self.broken, name_key(self.name), str(self.told_birth or ""), place_key(self.township),
            place_key(self.village),
        )  # fmt: skip
        return json.dumps(told, ensure_ascii=False)

    def as_text(self) -> str:
        """This function returns what the row says as one text, to be sealed."""
        body = asdict(self) | {"told_birth": _day(self.told_birth), "number_birth": _day(self.number_birth)}
        return json.dumps(body, ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Subject:
        """This function reads what `as_text` wrote."""
        body: Mapping[str, object] = json.loads(text)
        days = {
            name: date.fromisoformat(str(body[name])) if body[name] else None for name in ("told_birth", "number_birth")
        }
        return cls(**{**body, **days, "slots": tuple(body["slots"])})  # type: ignore[arg-type]


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def subject_of(row: Row, *, kind: FeedKind, places: Places) -> Subject:
    """This function returns whom a row names."""
    person = kind.person
    number, birth = row.get(person.resident_id), row.get(person.birth_date)
    village, township = str(row.get(person.village) or ""), str(row.get(person.township) or "")
    return Subject(
        name=str(row.get(person.name) or ""),
        number=number.number if isinstance(number, ResidentId) else "",
        broken=number.text if isinstance(number, BrokenId) else "",
        told_birth=birth if isinstance(birth, date) else None,
        number_birth=number.birth_date if isinstance(number, ResidentId) else None,
        township=township,
        village=village,
        slots=places.slots(village, township) if village else (),
    )

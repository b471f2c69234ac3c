"""The shapes every pack value takes: a source, a period, a dated entry, a resolved provision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

V = TypeVar("V")
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
Mark = Literal["unverified", "demo"]
EARLIEST, LATEST = date(1949, 1, 1), date(2199, 12, 31)  # of periods
MARKS = {"unverified": "未核实", "demo": "演示数据"}


class Model(BaseModel):
    """A frozen piece of a pack that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Source(Model):
    """Where a value comes from."""

    document: Text
    clause: str = ""

    def __str__(self) -> str:
        return f"{self.document}（{self.clause}）" if self.clause else self.document


class Entry(Model):
    """One value over one half-open period; a null value repeals what stood before."""

    from_: date = Field(alias="from")
    until: date | None = None
    value: Any
    unit: str | None = None
    areas: dict[str, Any] | None = None
    source: Source
    mark: Mark | None = None
    note: str | None = None

    @field_validator("source", mode="before")
    @classmethod
    def _plain(cls, value: object) -> object:
        return {"document": value} if isinstance(value, str) else value

    @field_validator("areas", mode="before")
    @classmethod
    def _codes(cls, value: object) -> object:
        return {str(code): amount for code, amount in value.items()} if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _ordered(self) -> Entry:
        for day in (self.from_, self.until):
            if day is not None and not EARLIEST <= day <= LATEST:
                raise ValueError(f"日期 {day.isoformat()} 不在 {EARLIEST.year} 年到 {LATEST.year} 年之间")
        if self.until is not None and self.until <= self.from_:
            raise ValueError("until 要晚于 from（时段含头不含尾）")
        return self

    def covers(self, day: date) -> bool:
        """This function tells whether the period holds a day."""
        return self.from_ <= day and (self.until is None or day < self.until)


class Block(Model):
    """Everything a pack states under one key of a topic."""

    name: str | None = None
    note: str | None = None
    values: tuple[Entry, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Provision(Generic[V]):
    """A value in force on the day asked for, with everything a warning must be able to name."""

    key: str
    name: str
    value: V
    unit: str
    source: Source
    mark: Mark | None
    note: str
    pack: str
    file: str
    from_date: date
    until_date: date | None

    @property
    def mark_text(self) -> str:
        """The mark as people read it, empty when the value is verified."""
        return MARKS[self.mark] if self.mark else ""


@dataclass(frozen=True)
class Catalogue(Mapping[str, V], Generic[V]):
    """A mapping that cannot change and can be hashed; keeps the order of the packs."""

    pairs: tuple[tuple[str, V], ...]
    _index: dict[str, V] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", dict(self.pairs))

    def __getitem__(self, key: str) -> V:
        return self._index[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._index)

    def __len__(self) -> int:
        return len(self.pairs)

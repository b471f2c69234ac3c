"""Kinds of feeds: what a department's table holds and what its rows mean, read from `data/feed_*.yaml`.

No department is named in code: a new kind is a new entry in a YAML file.
"""

from __future__ import annotations

import csv
import functools
import re
from importlib import resources
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from shouwang.kit import codes
from shouwang.kit.errors import Refusal

Reads = Literal["name", "resident_id", "day", "month", "amount", "number", "text", "place", "yes_no", "code"]
COMMON_FILE = "feed_common.yaml"
CODE_LISTS: dict[str, type[codes.Code]] = {
    "sex": codes.Sex,
    "relationship": codes.Relationship,
    "labour": codes.Labour,
    "disability_category": codes.DisabilityCategory,
    "disability_level": codes.DisabilityLevel,
}
DATA_DATE = "data_date"


class FeedKindUnknown(Refusal):
    """No such kind of table is described."""

    def __init__(self, key: str, known: list[str]) -> None:
        super().__init__(f"没有“{key}”这种数据表。可用的有：{'、'.join(known)}。")


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldOf(_Model):
    """One column: its heading, what else it is called, and how its cells are read."""

    heading: str
    also: tuple[str, ...] = ()
    reads: Reads = "text"
    codes: str = ""
    required: bool = False
    may_be_future: bool = False

    @model_validator(mode="after")
    def _known_list(self) -> FieldOf:
        if (self.reads == "code") != (self.codes in CODE_LISTS):
            raise ValueError("reads: code needs codes: " + ", ".join(CODE_LISTS))
        return self

    @property
    def headings(self) -> tuple[str, ...]:
        """Every spelling of the heading, the canonical one first."""
        return (self.heading, *self.also)


class PersonOf(_Model):
    """Which fields say whose row it is."""

    resident_id: str = ""
    name: str = ""
    birth_date: str = ""
    township: str = ""
    village: str = ""


class When(_Model):
    """A condition on one cell: the row means this fact only if the cell contains (or does not contain) a word."""

    field: str
    has: tuple[str, ...] = ()
    has_not: tuple[str, ...] = ()
    is_known: bool | None = None
    above_zero: bool | None = None


class Amount(_Model):
    """An amount in fen from one field, a sum of fields, or one less others; unknown when its parts are."""

    field: str = ""
    sum: tuple[str, ...] = ()
    less: tuple[str, ...] = ()
    or_else: Amount | None = None


class Word(_Model):
    """A code chosen by what a cell contains; the first that fits, else `default`."""

    field: str = ""
    words: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    default: str = ""


class SpendingOf(_Model):
    """A row that is a spending event."""

    cause: Word
    day: tuple[str, ...]
    gross: Amount | None = None
    reimbursed: Amount | None = None
    self_paid: Amount | None = None
    detail: tuple[str, ...] = ()
    is_household: bool = False
    when: tuple[When, ...] = ()


class StatusOf(_Model):
    """A row that says that a person (or her household) is in a status."""

    status: Word
    value: tuple[str, ...] = ()
    since: tuple[str, ...]
    until: tuple[str, ...] = ()
    is_household: bool = False
    when: tuple[When, ...] = ()


class IncomeOf(_Model):
    """A row that is income: once, or every month from `since` to `until` (both included; at most two years)."""

    income: Word
    amount: Amount
    month: tuple[str, ...] = ()
    since: tuple[str, ...] = ()
    until: tuple[str, ...] = ()
    is_household: bool = False
    when: tuple[When, ...] = ()


class NamedOf(_Model):
    """A column kept as a named fact that rules can use."""

    name: str
    field: str
    when: tuple[When, ...] = ()


class FactsOf(_Model):
    """What one row means."""

    spendings: tuple[SpendingOf, ...] = ()
    statuses: tuple[StatusOf, ...] = ()
    incomes: tuple[IncomeOf, ...] = ()
    named: tuple[NamedOf, ...] = ()


class FeedKind(_Model):
    """One kind of table. `identity`: the fields (besides the person) that make two rows the same event."""

    key: str
    name: str
    department: str
    about: str = ""
    sheet: str = ""
    fields: dict[str, FieldOf]
    person: PersonOf
    identity: tuple[str, ...]
    facts: FactsOf

    @model_validator(mode="after")
    def _fields_exist(self) -> FeedKind:
        known = {*self.fields, DATA_DATE, ""}
        unknown = sorted(name for name in _names_used(self) if name not in known)
        if unknown:
            raise ValueError(f"{self.key}: unknown fields {', '.join(unknown)}")
        return self

    @property
    def has_name(self) -> bool:
        return bool(self.person.name)


def _names_used(kind: FeedKind) -> set[str]:
    used = {*kind.identity, *kind.person.model_dump().values()}

    def walk(value: object) -> None:
        if isinstance(value, Amount):
            used.update({value.field, *value.sum, *value.less})
            walk(value.or_else)
        elif isinstance(value, When | Word | NamedOf):
            used.add(value.field)
            walk(getattr(value, "when", ()))
        elif isinstance(value, tuple):
            for part in value:
                walk(part)
        elif isinstance(value, BaseModel):
            for name in type(value).model_fields:
                part = getattr(value, name)
                if name in ("day", "detail", "value", "since", "until", "month"):
                    used.update(part)
                else:
                    walk(part)

    walk(kind.facts)
    return used


def _variants() -> dict[tuple[str, str, str], tuple[str, ...]]:
    """This function returns the known variants of a department's, sheet's heading."""
    text = resources.files("shouwang.sources").joinpath("data/department_headings.csv").read_text(encoding="utf-8")
    return {
        (row["department"], row["sheet"], row["heading"]): tuple(filter(None, re.split(r"[|；;]", row["variants"])))
        for row in csv.DictReader(text.splitlines())
    }


def _with_variants(
    raw: dict[str, Any], variants: dict[tuple[str, str, str], tuple[str, ...]], common: dict[str, list[str]]
) -> dict[str, Any]:
    """This function adds the published variants of each heading, and the common ones of the person's columns."""
    part_of = {field: part for part, field in raw["person"].items()}
    fields = {}
    for name, field in raw["fields"].items():
        body = {"heading": field} if isinstance(field, str) else dict(field)
        found = variants.get((raw["department"], raw.get("sheet", ""), body["heading"]), ())
        usual = common.get(part_of.get(name, ""), ())
        body["also"] = tuple(dict.fromkeys((*body.get("also", ()), *found, *usual)))
        fields[name] = body
    return {**raw, "fields": fields}


@functools.cache
def feed_kinds() -> dict[str, FeedKind]:
    """This function reads every described kind, by key, in the order of the files."""
    variants = _variants()
    found: dict[str, FeedKind] = {}
    folder = resources.files("shouwang.sources").joinpath("data")
    common = yaml.safe_load(folder.joinpath(COMMON_FILE).read_text(encoding="utf-8"))["person"]
    for path in sorted(folder.iterdir(), key=lambda each: each.name):
        if not re.fullmatch(r"feed_\w+\.yaml", path.name) or path.name == COMMON_FILE:
            continue
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
        for key, raw in body["kinds"].items():
            whole = _with_variants({"key": key, "department": body["department"], **raw}, variants, common)
            found[key] = FeedKind.model_validate(whole)
    return found


def feed_kind(key: str) -> FeedKind:
    """This function returns one kind by key or Chinese name; raises FeedKindUnknown."""
    kinds = feed_kinds()
    found = kinds.get(key) or next((kind for kind in kinds.values() if kind.name == key), None)
    if found is None:
        raise FeedKindUnknown(key, [f"{kind.name}（{kind.key}）" for kind in kinds.values()])
    return found


def kinds_of_department(department: str) -> tuple[FeedKind, ...]:
    """This function returns the kinds a department delivers."""
    return tuple(kind for kind in feed_kinds().values() if kind.department == department)

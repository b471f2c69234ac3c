"""Long-term care: who is insured, levels and modes, what a day is paid by mode and level, who runs, assesses and pays.

The scale by which somebody is assessed is not ours: a pack names the levels that the body in charge gives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, model_validator

from shouwang.kit.dates import months_add
from shouwang.rulebook.errors import PackError
from shouwang.rulebook.ladders import Fen, Share
from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Key, Model, Provision, Text

if TYPE_CHECKING:
    from shouwang.rulebook.policy import Policy


class Named(Model):
    """A code of the pack and what people call it."""

    key: Key
    name: Text


class Body(Model):
    """Who does something: organisations of a kind, a department by its code."""

    kind: Literal["DEPARTMENT", "COUNTY_CENTRE", "INSURER"]
    department: Key | None = None

    @model_validator(mode="after")
    def _department_named(self) -> Body:
        if (self.kind == "DEPARTMENT") != (self.department is not None):
            raise ValueError("kind 是 DEPARTMENT 时要写 department（哪个部门），其他不写")
        return self

    def is_of(self, *, kind: str, department: str) -> bool:
        """This function tells whether an organisation is such a body."""
        return kind == self.kind and department == (self.department or "")


class Scheme(Model):
    """The frame of long-term care in a place.

    Levels go from light to heavy. An assessment lasts `reassess_months`; who is due is reminded `remind_days` before.
    A month's bill is filed within `bill_days` of the next month; later only with a reason. `cap_on`: the cap of a day
    limits what is charged (then the share counts) or what is paid. `rounds`: fractions of a fen are cut off a day, or
    off a person's month. `paid_by`: the office that runs the scheme pays and tells us, or the county by its ledger.
    """

    groups: tuple[Named, ...] = Field(min_length=1)
    levels: tuple[Named, ...] = Field(min_length=1)
    modes: tuple[Named, ...] = Field(min_length=1)
    run_by: Body
    assessed_by: Body
    paid_by: Literal["OFFICE", "COUNTY"] = "OFFICE"
    reassess_months: int = Field(ge=1, le=120)
    remind_days: int = Field(default=30, ge=0, le=365)
    bill_days: int = Field(ge=1, le=366)
    cap_on: Literal["CHARGE", "PAYMENT"]
    rounds: Literal["DAY", "MONTH"]

    @model_validator(mode="after")
    def _once(self) -> Scheme:
        for label, named in (("groups", self.groups), ("levels", self.levels), ("modes", self.modes)):
            keys = [one.key for one in named]
            if len(set(keys)) < len(keys):
                raise ValueError(f"{label} 里有一个代码写了两次")
        return self

    def name_of(self, kind: Literal["groups", "levels", "modes"], key: str) -> str:
        """This function returns what a group, level or mode is called; its code when the pack does not know it."""
        named: tuple[Named, ...] = getattr(self, kind)
        return next((one.name for one in named if one.key == key), key)

    def bill_due(self, month: date) -> date:
        """This function returns the last day on which the bill of a month (its first day) is filed in time."""
        return months_add(month, 1) + timedelta(days=self.bill_days - 1)

    def valid_until(self, assessed_on: date) -> date:
        """This function returns the day from which an assessment holds no more."""
        return months_add(assessed_on, self.reassess_months)

    def __str__(self) -> str:
        return "、".join(one.name for one in self.modes)


class Cell(Model):
    """What a day is paid at one level: a share of the charge, under a cap of a day."""

    level: Key
    ratio: Share
    cap: Fen


class Rate(Model):
    """What days of one mode are paid, by level; for some groups or for all."""

    mode: Key
    groups: tuple[Key, ...] = ()
    cells: tuple[Cell, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> Rate:
        levels = [cell.level for cell in self.cells]
        if len(set(levels)) < len(levels):
            raise ValueError("cells 里有一个等级写了两次")
        return self

    def __str__(self) -> str:
        return f"{len(self.cells)} 个等级"


class _Scheme(Model):
    scheme: Scheme


class _Rate(Model):
    rate: Rate


SHAPES: dict[str, type[Model]] = {"scheme": _Scheme, "rate": _Rate}


def _read(entry: Entry) -> Model:
    value = entry.value
    if not isinstance(value, dict) or len(value) != 1 or next(iter(value)) not in SHAPES:
        raise ValueError("每个值要写成其中一种：scheme（办法）、rate（支付标准）")
    shape = next(iter(value))
    inner: Model = getattr(SHAPES[shape].model_validate(value), shape)
    return inner


TOPIC = Topic("care", "长期护理保险", _read, is_later=True)


@dataclass(frozen=True, eq=False)
class CarePolicy:
    """What `care.yaml` says on a day: the scheme, and every cell by group, mode and level with the block it is from."""

    scheme: Provision[Scheme]
    cells: Mapping[tuple[str, str, str], tuple[Provision[Rate], Cell]]

    def cell(self, *, group: str, mode: str, level: str) -> tuple[Provision[Rate], Cell] | None:
        """This function returns the cell for a day; None for a group, mode or level that the pack does not know."""
        return self.cells.get((group, mode, level))


@lru_cache(maxsize=64)
def care_of(policy: Policy) -> CarePolicy | None:
    """This function returns the rules of care of a policy, None where it has none.

    Raises PackError for rates without a scheme, a cell that is missing or written twice, a code that is not named.
    """
    blocks: Sequence[Provision[Any]] = tuple(policy.topics["care"].values())
    schemes = [one for one in blocks if isinstance(one.value, Scheme)]
    rates = [one for one in blocks if isinstance(one.value, Rate)]
    if not schemes:
        if rates:
            raise PackError("有支付标准，没有 scheme（办法）", file=rates[0].file, key=rates[0].key)
        return None
    if len(schemes) > 1:
        raise PackError("scheme 只能写一个", file=schemes[1].file, key=schemes[1].key)
    return CarePolicy(schemes[0], _cells(schemes[0], rates))


def _cells(
    stated: Provision[Scheme], rates: Sequence[Provision[Rate]]
) -> dict[tuple[str, str, str], tuple[Provision[Rate], Cell]]:
    scheme = stated.value
    known = {
        "groups": [one.key for one in scheme.groups],
        "modes": [one.key for one in scheme.modes],
        "levels": [one.key for one in scheme.levels],
    }
    found: dict[tuple[str, str, str], tuple[Provision[Rate], Cell]] = {}
    for rate in rates:
        value = rate.value
        named = {"modes": [value.mode], "groups": value.groups, "levels": [cell.level for cell in value.cells]}
        for kind, keys in named.items():
            for key in keys:
                if key not in known[kind]:
                    raise PackError(f"“{key}”不在 scheme 的 {kind} 里", file=rate.file, key=rate.key)
        for group in value.groups or known["groups"]:
            for cell in value.cells:
                place = (group, value.mode, cell.level)
                if place in found:
                    raise PackError(
                        f"{_said(scheme, *place)}的支付标准写了两次，另一处是 {found[place][0].key}",
                        file=rate.file, key=rate.key,
                    )  # fmt: skip
                found[place] = (rate, cell)
    for group in known["groups"]:
        for mode in known["modes"]:
            for level in known["levels"]:
                if (group, mode, level) not in found:
                    raise PackError(
                        f"缺{_said(scheme, group, mode, level)}的支付标准", file=stated.file, key=stated.key
                    )
    return found


def _said(scheme: Scheme, group: str, mode: str, level: str) -> str:
    names = (scheme.name_of("groups", group), scheme.name_of("modes", mode), scheme.name_of("levels", level))
    return f"“{'·'.join(names)}”"

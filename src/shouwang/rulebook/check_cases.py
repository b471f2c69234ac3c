"""Cases of the data-quality checks: a village of one or more households, and what is found wrong there.

They stand under `checks` of a case file. `expect.hits` is complete: the key of a check for the household or village,
`key/2` for its second member. `neighbours` are further households of the village, of which nothing is expected.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field, ValidationError

from shouwang.rulebook.cases import Situation
from shouwang.rulebook.errors import PackError
from shouwang.rulebook.packs import refusal_of
from shouwang.rulebook.source import PackSource
from shouwang.rulebook.values import Model, Text


class CheckSituation(Situation):
    """A household with what is recorded of it; a member may have `named` columns of her own, empty values included."""

    named: dict[str, str | None] = Field(default_factory=dict)  # type: ignore[assignment]


class CheckExpect(Model):
    """What must come out; `undecided` unsaid is unchecked."""

    hits: tuple[str, ...] = ()
    undecided: tuple[str, ...] | None = None


class CheckCase(CheckSituation):
    """One case of the checks."""

    name: Text
    on: date
    neighbours: tuple[CheckSituation, ...] = ()
    expect: CheckExpect


def _begun(raw: Any, situations: dict[str, Any], *, file: str, key: str) -> Any:
    """This function puts a case, and its neighbours, on top of the situation it begins with (`of`)."""
    if not isinstance(raw, dict):
        return raw
    own = {name: value for name, value in raw.items() if name != "of"}
    if isinstance(own.get("neighbours"), list):
        own["neighbours"] = [_begun(one, situations, file=file, key=key) for one in own["neighbours"]]
    if "of" not in raw:
        return own
    base = situations.get(raw["of"])
    if not isinstance(base, dict):
        raise PackError(f"没有名为“{raw['of']}”的情境", file=file, key=f"{key}.of")
    merged = {**base, **own}
    if isinstance(base.get("household"), dict) and isinstance(own.get("household"), dict):
        merged["household"] = {**base["household"], **own["household"]}
    return merged


def check_cases_read(source: PackSource, file: str) -> tuple[CheckCase, ...]:
    """This function reads the cases of the checks in one case file; raises PackError naming file and key."""
    raw = source.parsed(file)
    if not isinstance(raw, dict):
        raise PackError("要写成“键: 值”的形式", file=file)
    situations = raw.get("situations") or {}
    found = []
    for number, case in enumerate(raw.get("checks") or []):
        key = f"checks.{number}"
        try:
            found.append(CheckCase.model_validate(_begun(case, situations, file=file, key=key)))
        except ValidationError as error:
            raise refusal_of(error, file=file, key=key) from None
    return tuple(found)

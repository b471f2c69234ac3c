"""Exit: what must hold before a household is identified as a kind of watched household, or its risk counts as gone.

A requirement that no data can settle is a question to a person (`asks`); the program never answers it.
"""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from shouwang.kit.codes import WatchType
from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Model, Text


class Requirement(Model):
    """One requirement of a decision: a condition over household facts, or a question to a person.

    `types` names the kinds of watched household (`watch_type`) it is asked for, `ways` how the risk went (HELP by help,
    SELF by itself); empty means all. `stays`: it must go on holding after the removal; where it no longer does, the
    removal was weak.
    """

    decides: Literal["identification", "removal"]
    types: tuple[WatchType, ...] = ()
    ways: tuple[Literal["HELP", "SELF"], ...] = ()
    stays: bool = False
    requires: Text | None = None
    asks: Text | None = None

    @model_validator(mode="after")
    def _one(self) -> Requirement:
        if (self.requires is None) == (self.asks is None):
            raise ValueError("requires（条件）和 asks（请人回答的问题）要写一个，也只能写一个")
        if self.decides == "identification" and (self.ways or self.stays):
            raise ValueError("ways 和 stays 只用于风险消除（decides: removal）")
        if self.stays and self.asks is not None:
            raise ValueError("stays 只用于数据判断的条件（requires）")
        return self

    def is_asked_of(self, watch_type: str | None, way: str | None) -> bool:
        """This function tells whether it is asked of a kind of household whose risk went this way (None: any)."""
        return (not self.types or watch_type in self.types) and (not self.ways or way in self.ways)

    @property
    def when(self) -> str | None:
        """The condition, where there is one."""
        return self.requires


def _read(entry: Entry) -> Requirement:
    return Requirement.model_validate(entry.value)


TOPIC = Topic("exit", "识别和风险消除", _read)

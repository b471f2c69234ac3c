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

    `types` names the kinds of watched household (`watch_type`) it is asked for; empty means all.
    """

    decides: Literal["identification", "removal"]
    types: tuple[WatchType, ...] = ()
    requires: Text | None = None
    asks: Text | None = None

    @model_validator(mode="after")
    def _one(self) -> Requirement:
        if (self.requires is None) == (self.asks is None):
            raise ValueError("requires（条件）和 asks（请人回答的问题）要写一个，也只能写一个")
        return self

    @property
    def when(self) -> str | None:
        """The condition, where there is one."""
        return self.requires


def _read(entry: Entry) -> Requirement:
    return Requirement.model_validate(entry.value)


TOPIC = Topic("exit", "识别和风险消除", _read)

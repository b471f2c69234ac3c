"""A procedure: where each channel enters, its stages, how it ends, the time it may take in all."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from shouwang.kit.codes import PovertyStatus, WatchType
from shouwang.rulebook.values import Key, Model, Text
from shouwang.rulebook.workflow_stages import ANY, KINDS, Stage, among

CHANNELS = (
    "OFFICER", "PAPER", "HOTLINE", "WECHAT", "APPLICATION", "SWEEP", "LETTER", "MEDIA", "DEPARTMENT", "SCREENING",
)  # fmt: skip
# Facts of a household that an ending may note in the register.
SETTABLE: dict[str, Any] = {"poverty_status": PovertyStatus, "watch_type": WatchType}

Ending = Literal["HELPED", "REJECTED", "HANDED_OVER", "WITHDRAWN", "DIED", "DOUBLED", "REMOVED", "OTHER"]


class End(Model):
    """One way a case ends: which ending it is (the lamp follows from it), its name, what the register then notes."""

    name: Text
    ending: Ending
    sets: dict[str, str] = Field(default_factory=dict)

    @field_validator("sets")
    @classmethod
    def _sets(cls, value: dict[str, str]) -> dict[str, str]:
        for key, code in value.items():
            among(key, SETTABLE, "可登记的事实")
            among(code, [member.value for member in SETTABLE[key]], "代码")
        return value


class Closing(Model):
    """A way to close an open case at any stage, outside the procedure: withdrawn, died, doubled."""

    name: Text
    end: Key
    by: tuple[str, ...] = Field(min_length=1)

    @field_validator("by")
    @classmethod
    def _by(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(among(kind, KINDS, "机构") for kind in value)


class Endings(Model):
    """Ends and closings that several procedures have in common."""

    ends: dict[Key, End] = Field(min_length=1)
    closings: dict[Key, Closing] = Field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(self.model_dump_json())

    def __str__(self) -> str:
        return "、".join(end.name for end in self.ends.values())


class Total(Model):
    """A clock over the whole procedure: from the day of the warning until one of these stages is reached, or an end.

    `owner` is the kind of organisation that answers for it.
    """

    clock: Key
    owner: str = ""
    until: tuple[Key, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _owned(self) -> Total:
        if not self.owner:
            raise ValueError("全程期限要写明 owner（由哪级机构负责），没有人负责的期限不算数")
        among(self.owner, KINDS, "机构")
        return self


class Procedure(Model):
    """The way of a case: where each channel enters, the stages, the ends, the closings, the time it may take in all.

    `shares` names the endings (shape `endings`) that it has in common with others; what it states itself comes first.
    """

    entries: dict[str, Key]
    stages: dict[Key, Stage]
    shares: Key | None = None
    ends: dict[Key, End] = Field(default_factory=dict)
    closings: dict[Key, Closing] = Field(default_factory=dict)
    total: Total | None = None

    @field_validator("entries")
    @classmethod
    def _entries(cls, value: dict[str, str]) -> dict[str, str]:
        for channel in value:
            among(channel, (*CHANNELS, ANY), "来源渠道")
        if ANY not in value:
            raise ValueError(f"entries 要写明 {ANY}（其他渠道从哪个环节开始）")
        return value

    def sharing(self, endings: Endings) -> Procedure:
        """This function returns the procedure with the ends and closings that it shares."""
        return self.model_copy(
            update={"ends": {**endings.ends, **self.ends}, "closings": {**endings.closings, **self.closings}}
        )

    def __hash__(self) -> int:
        return hash(self.model_dump_json())

    def __str__(self) -> str:
        return f"{len(self.stages)} 个环节：{'、'.join(stage.name for stage in self.stages.values())}"

    def entry(self, channel: str) -> str:
        """This function returns the stage at which a channel's case begins."""
        return self.entries.get(channel, self.entries[ANY])

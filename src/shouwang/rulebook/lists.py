"""Lists: names a rule refers to, such as the serious diseases; an item may have other names."""

from __future__ import annotations

from functools import cached_property

from pydantic import Field, field_validator

from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Model, Text


class Item(Model):
    """One item of a list and the other names under which departments report it."""

    name: Text
    aliases: tuple[Text, ...] = ()


class NameList(Model):
    """A list of names."""

    items: tuple[Item, ...] = Field(min_length=1)

    @field_validator("items", mode="before")
    @classmethod
    def _plain(cls, value: object) -> object:
        if not isinstance(value, list):
            return value
        return [{"name": item} if isinstance(item, str) else item for item in value]

    @field_validator("items")
    @classmethod
    def _once(cls, value: tuple[Item, ...]) -> tuple[Item, ...]:
        seen: set[str] = set()
        for item in value:
            for name in (item.name, *item.aliases):
                if name in seen:
                    raise ValueError(f"“{name}”出现了两次")
                seen.add(name)
        return value

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every name and alias, sorted."""
        return tuple(sorted(name for item in self.items for name in (item.name, *item.aliases)))


def _read(entry: Entry) -> NameList:
    value = {"items": entry.value} if isinstance(entry.value, list) else entry.value
    return NameList.model_validate(value)


TOPIC = Topic("lists", "名单", _read)

"""What the forms share: a place, several files, a sentence or two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms

from shouwang.kit.codes import Relationship
from shouwang.register.selectors.villages import PlaceOption

SHOWN_PLACES = 6
NOTHING = ("", "请选择")
RELATIONSHIPS = [(member.value, member.label) for member in Relationship]
ELSEWHERE = "外县的写“县名 村名”，或 12 位区划代码"

Finder = Callable[[str], Sequence[PlaceOption]]


class PlaceField(forms.CharField):
    """A place as a code, a name or pinyin initials; cleans to the one place that is meant."""

    def __init__(self, *, find: Finder | None = None, **kwargs: Any) -> None:
        self.find = find
        kwargs.setdefault("max_length", 80)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        assert self.find is not None
        found = self.find(text)
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError("没有找到这个地方，请写全名、拼音首字母或 12 位区划代码")
        shown = "、".join(f"{place.full_name}（{place.code}）" for place in found[:SHOWN_PLACES])
        raise forms.ValidationError(f"不止一处：{shown}{'等' if len(found) > SHOWN_PLACES else ''}，请写代码")


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or several files; cleans to a list."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", ManyFiles(attrs={"accept": ".xlsx,.xls,.csv"}))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(file, initial) for file in files or [None]]


def text_area(**kwargs: Any) -> forms.CharField:
    """This function returns a field for a sentence or two."""
    return forms.CharField(max_length=kwargs.pop("max_length", 300), widget=forms.Textarea(attrs={"rows": 2}), **kwargs)

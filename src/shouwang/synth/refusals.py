"""What the maker of populations refuses."""

from __future__ import annotations

from shouwang.kit.errors import Refusal


class PeopleRefused(Refusal):
    """The number of people is out of range."""


class MonthsRefused(Refusal):
    """The number of months is out of range."""


class PlaceUnknown(Refusal):
    """The place has no villages in the division table."""


class WorkbookTooLarge(Refusal):
    """Workbooks were asked for more people than a county clerk could open."""

    sentence = "带 --xlsx 时最多生成 100,000 人（表格文件太大就打不开了），请减少人数或去掉 --xlsx。"


class FolderNotEmpty(Refusal):
    """The folder holds something else; nothing of it is overwritten."""


class FolderUnwritable(Refusal):
    """The folder cannot be written."""

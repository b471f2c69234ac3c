"""Which village is searched, which files are imported."""

from __future__ import annotations

from typing import Any

from shouwang.people.access import Viewer
from shouwang.register.forms.fields import (
    FilesField,
    PlaceField,
)
from shouwang.register.selectors.villages import places_matching, villages_matching
from shouwang.ui.forms import DayField, FreeTextForm


class VillageForm(FreeTextForm):
    """Narrows a search to a village in sight."""

    village = PlaceField(label="村", required=False)

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["village"].find = lambda text: villages_matching(viewer, text)  # type: ignore[attr-defined]


class ImportForm(FreeTextForm):
    """The national system's exports: which files, for which area, as of which day."""

    area = PlaceField(label="导入到哪个辖区", help_text="县、乡镇或村的名称或代码；表里的村名在这个辖区里找")
    data_date = DayField(label="数据截至哪一天", help_text="从国家系统导出的那天，不是上传的日子")
    files = FilesField(  # type: ignore[assignment]
        label="导出的工作簿", help_text="监测对象信息、户信息、已外出务工信息等，一次可以选几个；不用改表头"
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].find = lambda text: places_matching(viewer, text)  # type: ignore[attr-defined]

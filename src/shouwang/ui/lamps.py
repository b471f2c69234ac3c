"""The five lamps: the only place that gives the lamp colours their meaning.

Every lamp is colour + shape + word. The ink on its ground reaches a contrast of 4.5 : 1 (a test computes it); the same
values stand in `static/ui/lamps.css`, which the test compares.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Lamp:
    key: str
    word: str
    short: str
    shape: str
    ground: str
    ink: str


LAMPS = (
    Lamp("YELLOW", "当日预警", "黄", "●", "#ffd43b", "#332700"),
    Lamp("RED", "处理中", "红", "▲", "#c02626", "#ffffff"),
    Lamp("GREEN", "已救助回访", "绿", "✔", "#26733a", "#ffffff"),
    Lamp("BLUE", "审核未通过", "蓝", "■", "#1762a8", "#ffffff"),
    Lamp("GREY", "其他结案", "灰", "–", "#5b6470", "#ffffff"),
)
_BY_KEY = {lamp.key: lamp for lamp in LAMPS}


def lamp_by_key(key: object) -> Lamp | None:
    """This function returns the lamp of a key such as "YELLOW" (an enum member or its text, any case), or None."""
    text = str(getattr(key, "value", key) or "").upper()
    return _BY_KEY.get("GREY" if text == "GRAY" else text)

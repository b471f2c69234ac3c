"""Pairs as the queue shows them: both sides point by point, what differs marked and named in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from shouwang.kit.masks import resident_id_mask
from shouwang.people.access import Viewer
from shouwang.register.selectors import homes_of, household_cards, masked_ids, match_hits, places_of
from shouwang.sources.contexts import PairCard, PairPoint
from shouwang.sources.models import MatchPair
from shouwang.sources.rules.matching import Candidate
from shouwang.sources.rules.subjects import Subject
from shouwang.sources.selectors.pairs import rows_in_same_words
from shouwang.sources.services.pairs import subject_open
from shouwang.sources.views.lines import import_lines

UNTOLD = "没有写"
WORDS = {
    "name": {
        "SAME": "一致", "VARIANT": "相近：异体字或繁简体", "SOUND": "相近：读音相同", "SHAPE": "相近：字形相像",
        "PART": "部分一致", "DIFFERENT": "不同", "UNKNOWN": UNTOLD,
    },
    "birth": {
        "SAME": "一致", "NEAR": "相近：差一位或两位颠倒", "YEAR": "年份一致", "DIFFERENT": "不同", "UNKNOWN": UNTOLD,
    },
    "village": {"SAME": "一致", "TOWN": "同一乡镇，不同村", "DIFFERENT": "不同", "UNKNOWN": UNTOLD},
    "number": {"SAME": "一致", "NEAR": "相近：差一位或两位颠倒", "DIFFERENT": "不同", "UNKNOWN": UNTOLD},
}  # fmt: skip
MARKS = {"SAME": "same", "DIFFERENT": "different", "UNKNOWN": "unknown"}


def pair_cards(viewer: Viewer, pairs: Sequence[MatchPair], *, on: date) -> list[PairCard]:
    """This function prepares a page of pairs with a fixed number of questions to the register."""
    ids = {pair.person_id for pair in pairs}
    people, numbers, homes = match_hits(ids), masked_ids(viewer, ids), homes_of(ids, on=on)
    places, cards = places_of({pair.slot for pair in pairs}), household_cards(viewer, set(homes.values()))
    sources = {line.taken.pk: line for line in import_lines({pair.feed_import for pair in pairs})}
    shown = []
    for pair in pairs:
        person = people.get(pair.person_id)
        if person is None:
            continue
        line = sources[pair.feed_import_id]
        shown.append(
            PairCard(
                pair=pair,
                source=f"{line.organisation} {line.kind_name} 第 {pair.feed_row.row_number} 行",
                points=_points(pair, person, numbers.get(pair.person_id, ""), places[pair.slot]),
                rows=rows_in_same_words(viewer, pair),
                others=MatchPair.objects.filter(
                    viewer.q(), feed_row_id=pair.feed_row_id, state=MatchPair.State.WAITING
                ).count() - 1,
                household=cards.get(homes.get(pair.person_id, 0)),
            )
        )  # fmt: skip
    return shown


def _points(pair: MatchPair, person: Candidate, number: str, place: str) -> list[PairPoint]:
    subject = subject_open(pair)
    name = _marked(subject.name, person.name)
    birth = _marked(_day(subject.likely_birth), _day(person.birth_date))
    told = " ".join(filter(None, (subject.township, subject.village)))
    return [
        _point("姓名", "name", name, pair),
        _point("身份证号", "number", ([(_masked(subject), False)], [(number, False)]), pair),
        _point("出生日期", "birth", birth, pair),
        _point("村", "village", ([(told, False)], [(place, False)]), pair),
    ]


def _point(
    label: str, field: str, sides: tuple[list[tuple[str, bool]], list[tuple[str, bool]]], pair: MatchPair
) -> PairPoint:
    level = pair.agreements[field]
    row, person = sides
    return PairPoint(label, _told(row), _told(person), MARKS.get(level, "near"), WORDS[field][level])


def _told(parts: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    return parts if any(text for text, _ in parts) else [(UNTOLD, False)]


def _masked(subject: Subject) -> str:
    return resident_id_mask(subject.number or subject.broken)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _marked(one: str, other: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """This function divides two texts into characters with whether each differs; texts of unequal length are whole."""
    if not one or not other or len(one) != len(other):
        return [(one, bool(one and other))], [(other, bool(one and other))]
    pairs = list(zip(one, other, strict=True))
    return [(mine, mine != yours) for mine, yours in pairs], [(yours, mine != yours) for mine, yours in pairs]

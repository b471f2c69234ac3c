"""Every value of every pack is held by a case: change one and some case fails (`tests.packs.mutation` says how)."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.packs.mutation import Hunt, Mutant, mutants

from shouwang.rulebook import PackSource, packs_directory
from shouwang.rulebook.topics import TOPICS

SOURCE = PackSource.from_directory(packs_directory())
SAMPLE = 23  # every so many mutants for the fast run; prime, so that kinds and topics take turns


@pytest.fixture(scope="module")
def hunt() -> Hunt:
    return Hunt(SOURCE)


def _alive(hunt: Hunt, found: list[Mutant]) -> list[str]:
    return [str(mutant) for mutant in found if not hunt.verdict(mutant)]


def _is_all_demo(place: str) -> bool:
    files = [SOURCE.parsed(f"{place}/{topic}.yaml") or {} for topic in TOPICS]
    return all(stated.get("mark") == "demo" for raw in files for block in raw.values() for stated in block["values"])


def test_a_sample_of_all_mutants_dies(hunt: Hunt) -> None:
    everything = [mutant for place in SOURCE.places for mutant in mutants(SOURCE, place)]
    assert _alive(hunt, everything[::SAMPLE]) == []


@pytest.mark.full
@pytest.mark.parametrize("place", SOURCE.places)
def test_every_mutant_dies(hunt: Hunt, place: str) -> None:
    found = list(mutants(SOURCE, place))
    assert bool(found) == (not _is_all_demo(place))
    assert _alive(hunt, found) == []


def test_the_mutants_are_of_every_kind_and_spare_what_is_demo() -> None:
    found = [mutant for place in SOURCE.places for mutant in mutants(SOURCE, place)]
    assert set(Counter(mutant.kind for mutant in found)) == {"number", "date", "item"}
    texts = [str(mutant) for mutant in found]
    assert any("1.5" in text and "monitoring_multiple" in text for text in texts)
    assert any(text.startswith("national/checks") for text in texts)  # rules over rows are held by cases, too
    assert not any("start_illness" in text and text.startswith("xingtai/amounts") for text in texts)


def test_a_mutant_that_no_case_notices_is_told(hunt: Hunt) -> None:
    files = {name: text for name, text in SOURCE.files.items() if not name.startswith("qinglong/cases/")}
    bare = Hunt(PackSource.from_files({**files, "qinglong/cases/none.yaml": "about: 没有案例\n"}))
    found = next(mutant for mutant in mutants(SOURCE, "qinglong") if mutant.key == "low_income_multiple"
                 and mutant.kind == "number")  # fmt: skip
    assert bare.verdict(found) == ""
    assert hunt.verdict(found).startswith("qinglong 20")

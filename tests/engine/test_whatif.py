"""What-if: variants on cached facts warn of the very households that a screening under them would."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from tests.engine.populations import ON, policy_of

from shouwang.engine import RuleFailure, screen
from shouwang.engine.whatif import Difference, difference, whatif, whatif_prepare
from shouwang.rulebook import Policy
from shouwang.rulebook.variants import change_parse, policy_with
from shouwang.synth.population import population_write

SAME = ["household_key", "village_code", "type_key", "trigger_key", "cause", "measured", "threshold", "is_undecided"]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whatif") / "s"
    population_write(people=3000, place="1305", seed=11, on=ON, out=folder)
    return folder


def variant(place: str, *changes: str) -> Policy:
    policy = policy_of(place)
    return policy_with(policy, [change_parse(text, policy) for text in changes])


@pytest.mark.parametrize(
    ("place", "changes"),
    [
        ("hengshui", ["rigid_low_income=12000", "rigid_first_four=3000", "rigid_low_income=99999999"]),
        ("xingtai", ["start_illness=2000", "monitoring_multiple=3", "income_loss_share=50%"]),
    ],
)
def test_a_variant_gives_what_a_screening_under_it_gives(
    snapshot: Path, tmp_path: Path, place: str, changes: list[str]
) -> None:
    variants = [variant(place, change) for change in changes]
    found = whatif(snapshot, policy_of(place), variants, cache=tmp_path / "cache")
    for policy, table in zip([policy_of(place), *variants], [found.base, *found.variants], strict=True):
        wanted = screen(snapshot, policy, on=ON, facts="warned").warnings
        assert table.select(SAME).equals(wanted.select(SAME))
    assert found.base.num_rows > 0
    assert len({table.num_rows for table in (found.base, *found.variants)}) > 1


def test_facts_are_stored_once_and_only_whole(snapshot: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    file = whatif_prepare(snapshot, policy_of("hengshui"), cache=cache)
    stored = file.stat().st_mtime_ns
    assert whatif_prepare(snapshot, policy_of("hengshui"), cache=cache) == file
    assert file.stat().st_mtime_ns == stored
    assert list(cache.iterdir()) == [file]
    assert whatif_prepare(snapshot, policy_of("xingtai"), cache=cache) != file


def test_a_place_without_triggers_warns_of_nobody(snapshot: Path, tmp_path: Path) -> None:
    policy = policy_of("hebei")
    assert not policy.triggers
    found = whatif(snapshot, policy, [policy], cache=tmp_path / "cache")
    assert (found.base.num_rows, found.variants[0].num_rows) == (0, 0)
    assert found.persons == 3000


def test_a_variant_of_another_shape_is_refused(snapshot: Path, tmp_path: Path) -> None:
    with pytest.raises(RuleFailure, match="只能改限额和线"):
        whatif(snapshot, policy_of("hengshui"), [policy_of("xingtai")], cache=tmp_path)


def _rows(*rows: tuple[int, int, str, str, int]) -> pa.Table:
    names = ["household_key", "village_code", "type_key", "cause", "member_count"]
    return pa.table({name: [row[number] for row in rows] for number, name in enumerate(names)})


def test_a_difference_counts_households_and_people_once() -> None:
    base = _rows(
        (1, 130529103201, "A", "ILLNESS", 3), (1, 130529103201, "A", "STUDY", 3), (2, 130532100001, "B", "STUDY", 2)
    )
    other = _rows((1, 130529103201, "A", "ILLNESS", 3), (3, 130529103202, "A", "STUDY", 4))
    found = difference(base, other)
    assert isinstance(found, Difference)
    total = found.total
    assert (total.base_households, total.base_people, total.variant_households, total.variant_people) == (2, 5, 2, 7)
    assert (total.added_households, total.added_people, total.dropped_households, total.dropped_people) == (1, 4, 1, 2)
    assert [(row.key, row.added_households, row.dropped_households) for row in found.by_area] == [
        ("130529", 1, 0), ("130532", 0, 1),
    ]  # fmt: skip
    assert [(row.key, row.added_households, row.dropped_households) for row in found.by_cause] == [
        ("ILLNESS", 0, 0), ("STUDY", 1, 2),
    ]  # fmt: skip
    assert found.visits == 2

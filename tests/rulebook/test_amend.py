"""Amending a pack: the new period stands in the place's own file, everything else keeps its text."""

from __future__ import annotations

import difflib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rulebook.conftest import SMALL

from shouwang.rulebook import PackError, PackSource, load_policy
from shouwang.rulebook.amend import pack_amend
from shouwang.rulebook.packs import blocks_read
from shouwang.rulebook.values import Source
from shouwang.rulebook.variants import Change, policy_with

PACKS = PackSource.from_directory(Path(__file__).resolve().parents[2] / "packs")
FROM = date(2020, 7, 1)
BEFORE = FROM - timedelta(days=1)
PAPER = Source(document="衡防贫〔2020〕5号", clause='第 "三" 条: 自付 #1')
AMOUNTS = "hengshui/amounts.yaml"
LOW_INCOME = Change("amounts", "rigid_low_income", "12000", unit="元")


def chain(place: str) -> PackSource:
    """The packs of one place, without their cases, as versions store them."""
    kept = {"hengshui": ("hengshui", "hebei", "national"), "xingtai": ("xingtai", "hebei", "national")}[place]
    files = {name: text for name, text in PACKS.files.items() if name.split("/")[0] in kept and "/cases/" not in name}
    return PackSource.from_files(files)


def amended(place: str, *changes: Change, from_: date = FROM) -> PackSource:
    return pack_amend(chain(place), place=place, changes=changes, from_=from_, document=PAPER)


def diff(place: str, after: PackSource) -> dict[str, tuple[list[str], list[str]]]:
    """Lines added and removed, by file."""
    before, found = chain(place).files, {}
    for name, text in after.files.items():
        lines = list(difflib.ndiff(before.get(name, "").splitlines(), text.splitlines()))
        added, removed = ([line[2:] for line in lines if line.startswith(sign)] for sign in ("+ ", "- "))
        if added or removed:
            found[name] = (added, removed)
    return found


def test_the_period_in_force_is_cut_and_the_new_one_added_with_its_document() -> None:
    assert diff("hengshui", amended("hengshui", LOW_INCOME)) == {
        "hengshui/amounts.yaml": (
            [
                "      until: 2020-07-01",
                "    - from: 2020-07-01",
                '      value: "12000"',
                "      unit: 元",
                '      source: {document: "衡防贫〔2020〕5号", clause: "第 \\"三\\" 条: 自付 #1"}',
            ],
            [],
        )
    }


def test_the_day_before_keeps_its_value_and_the_day_has_the_new_one() -> None:
    after = amended("hengshui", LOW_INCOME)
    before, then = (load_policy(after, place="hengshui", on=day).amounts["rigid_low_income"] for day in (BEFORE, FROM))
    assert (before.value.value, before.source.document) == (
        1500000,
        "经济日报《脱贫后如何不返贫——对河北创新防贫机制的调查》",
    )
    assert (then.value.value, then.source, then.mark) == (1200000, PAPER, None)


def test_a_value_of_a_parent_is_overridden_in_the_places_own_file() -> None:
    after = amended("xingtai", Change("lines", "national", "3900"))
    assert list(diff("xingtai", after)) == ["xingtai/lines.yaml"]
    values = {
        day.isoformat(): load_policy(after, place="xingtai", on=day).lines["national"].at(0)
        for day in (BEFORE, FROM, date(2020, 12, 31), date(2021, 1, 1))
    }
    assert {day: (line.value.value, line.pack) for day, line in values.items() if line} == {
        "2020-06-30": (400000, "national"),
        "2020-07-01": (390000, "xingtai"),
        "2020-12-31": (390000, "xingtai"),
        "2021-01-01": (400000, "national"),
    }


def test_the_value_of_one_area_changes_and_the_other_areas_keep_theirs() -> None:
    after = amended("xingtai", Change("amounts", "start_illness", "7000", area="130529"))
    value = load_policy(after, place="xingtai", on=FROM).amounts["start_illness"].value
    assert [value.at(slot) for slot in (130529101201, 130532001001, 130528001001)] == [700000, 900000, 1000000]


def test_a_value_that_starts_on_the_day_is_replaced() -> None:
    twice = pack_amend(
        amended("hengshui", LOW_INCOME), place="hengshui", from_=FROM, document=PAPER,
        changes=[Change("amounts", "rigid_low_income", "13000")],
    )  # fmt: skip
    assert load_policy(twice, place="hengshui", on=FROM).amounts["rigid_low_income"].value.value == 1300000
    assert twice.files["hengshui/amounts.yaml"].count("2020-07-01") == 2


def test_a_later_period_keeps_its_value() -> None:
    later = amended("hengshui", Change("amounts", "rigid_low_income", "9000"), from_=date(2021, 1, 1))
    both = pack_amend(later, place="hengshui", changes=[LOW_INCOME], from_=FROM, document=PAPER)
    values = [
        load_policy(both, place="hengshui", on=day).amounts["rigid_low_income"].value.value
        for day in (BEFORE, FROM, date(2020, 12, 31), date(2021, 1, 1))
    ]
    assert values == [1500000, 1200000, 1200000, 900000]


def test_several_values_change_at_once() -> None:
    after = amended("xingtai", Change("amounts", "income_loss_share", "0.3"), Change("amounts", "start_study", "7000"))
    policy = load_policy(after, place="xingtai", on=FROM)
    assert str(policy.amounts["income_loss_share"].value.value) == "3/10"
    assert policy.amounts["start_study"].value.at(130529101201) == 500000
    assert policy.amounts["start_study"].value.value == 700000


@pytest.mark.parametrize(
    ("change", "sentence", "file", "key"),
    [
        (Change("amounts", "nope", "1"), "没有这个数值", AMOUNTS, "nope"),
        (replace(LOW_INCOME, value="1.234"), "最多到分", AMOUNTS, "rigid_low_income.values.1"),
        (replace(LOW_INCOME, value="x: y"), "看不懂", AMOUNTS, "rigid_low_income.values.1"),
        (replace(LOW_INCOME, unit="倍"), "不一致", AMOUNTS, "amounts.rigid_low_income"),
        (replace(LOW_INCOME, area="130529"), "不在本地", AMOUNTS, "amounts.rigid_low_income@130529"),
        (Change("triggers", "rigid_low_income", "2"), "不能推演", "hengshui/triggers.yaml", "rigid_low_income"),
    ],
)  # fmt: skip
def test_a_change_that_cannot_stand_is_refused_with_file_and_key(
    change: Change, sentence: str, file: str, key: str
) -> None:  # fmt: skip
    with pytest.raises(PackError, match=sentence) as refused:
        amended("hengshui", change)
    assert (refused.value.file, refused.value.key) == (file, key)


def test_a_repealed_value_cannot_be_amended() -> None:
    with pytest.raises(PackError, match="没有这个数值"):
        pack_amend(
            PackSource.from_files(SMALL), place="low", changes=[Change("amounts", "limit", "1")], from_=FROM,
            document=PAPER,
        )  # fmt: skip


STYLES = {
    "written out": (
        "# 上面的话\nlimit:\n  name: 限额 # 名称\n  values:\n{entries}  # 中间的话\nother:\n"
        "  values:\n    - {{from: 2019-01-01, value: 1, unit: 元, source: 乙}}\n# 最后的话\n",
        "    - from: {start} # 起\n{until}      value: '{value}'\n      unit: 元\n      source: 乙文件 # 依据\n",
        "      until: {until}\n",
    ),
    "not indented": (
        "limit:\n  values:\n{entries}\nother:\n  values:\n  - {{from: 2019-01-01, value: 1, unit: 元, source: 乙}}",
        "  - from: {start}\n    value: '{value}'\n{until}    unit: 元\n    source: 乙文件\n"
        "    note: |\n      一\n      二\n",
        "    until: {until}\n",
    ),
    "a period a line": (
        "limit:\n  values:\n{entries}",
        "    - {{from: {start}, {until}value: '{value}', unit: 元, source: 乙文件}}\n",
        "until: {until}, ",
    ),
    "all in one line": (
        "limit: {{name: 限额, values: [{entries}]}}\n"
        "other: {{values: [{{from: 2019-01-01, value: 1, unit: 元, source: 乙}}]}}",
        "{{from: {start}, {until}value: '{value}', unit: 元, source: 乙文件}}, ",
        "until: {until}, ",
    ),
}  # fmt: skip


def written(style: str, starts: list[date], last_ends: bool) -> str:
    """The periods of a key in one of the styles, each of value 100, 101, …, without a gap: packs may have none."""
    whole, entry, until = STYLES[style]
    entries = ""
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else start + timedelta(days=300) if last_ends else None
        entries += entry.format(start=start, value=100 + number, until=until.format(until=end) if end else "")
    return whole.format(entries=entries)


@settings(max_examples=40, deadline=None)
@given(
    style=st.sampled_from(sorted(STYLES)),
    starts=st.lists(st.integers(0, 40), min_size=1, max_size=4, unique=True),
    last_ends=st.booleans(),
    day=st.integers(0, 1400),
    amount=st.integers(1, 10**6),
)
def test_only_the_days_from_the_day_to_the_end_of_the_period_change(
    style: str, starts: list[int], last_ends: bool, day: int, amount: int
) -> None:
    dates = [date(2019, 1, 1) + timedelta(days=30 * start) for start in sorted(starts)]
    text = written(style, dates, last_ends)
    source = PackSource.from_files({**SMALL, "low/amounts.yaml": text})
    from_ = date(2019, 1, 1) + timedelta(days=day)

    def values(of: PackSource) -> dict[date, int | None]:
        days = [date(2018, 12, 25) + timedelta(days=5 * number) for number in range(400)]
        (block,) = (one.block for one in blocks_read(of, "low") if one.key == "limit")
        return {
            on: next((int(entry.value) for entry in block.values if entry.covers(on)), None)
            for on in {*days, from_, from_ - timedelta(days=1)}
        }

    before = values(source)
    change = Change("amounts", "limit", str(amount))
    if before[from_] is None:
        with pytest.raises(PackError, match="没有这个数值"):
            pack_amend(source, place="low", changes=[change], from_=from_, document=PAPER)
        return
    result = pack_amend(source, place="low", changes=[change], from_=from_, document=PAPER)
    after = values(result)
    assert after[from_] == amount
    changed = {on for on in before if after[on] != before[on]} | {from_}
    assert min(changed) == from_
    same_period = {on for on in before if on >= from_ and before[on] == before[from_]}
    assert changed <= same_period
    assert all(after[on] == amount for on in same_period)
    kept = [line for line in text.splitlines() if "limit" not in line and "乙文件" not in line]
    assert [line for line in kept if "#" in line] == [
        line for line in result.files["low/amounts.yaml"].splitlines() if "#" in line and "乙文件" not in line
        and "衡防贫" not in line
    ] or from_ in dates  # fmt: skip


def test_what_was_tried_is_what_the_new_pack_says() -> None:
    tried = policy_with(load_policy(chain("hengshui"), place="hengshui", on=FROM), [LOW_INCOME])
    adopted = load_policy(amended("hengshui", LOW_INCOME), place="hengshui", on=FROM)
    assert {key: one.value for key, one in tried.amounts.items()} == {
        key: one.value for key, one in adopted.amounts.items()
    }

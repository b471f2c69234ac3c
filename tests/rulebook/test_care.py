"""Long-term care as a pack states it, and a person's month settled from it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang.rulebook import PackError, PackSource, load_policy
from shouwang.rulebook.care import care_of
from shouwang.rulebook.care_settlements import PricedDay, care_settle, day_exact

ON = date(2020, 6, 30)
SCHEME = {
    "groups": [{"key": "RESIDENT", "name": "城乡居民"}, {"key": "EMPLOYEE", "name": "城镇职工"}],
    "levels": [{"key": "SEMI", "name": "半失能"}, {"key": "FULL", "name": "失能"}],
    "modes": [{"key": "HOME", "name": "居家护理"}],
    "run_by": {"kind": "DEPARTMENT", "department": "medical_insurance"},
    "assessed_by": {"kind": "COUNTY_CENTRE"},
    "reassess_months": 6, "bill_days": 10, "cap_on": "PAYMENT", "rounds": "DAY",
}  # fmt: skip
CELLS = [{"level": "SEMI", "ratio": "80%", "cap": "30"}, {"level": "FULL", "ratio": "90%", "cap": "50"}]


def block(value: object, *, begins: str = "2019-01-01", until: str = "") -> str:
    end = f", until: {until}" if until else ""
    return f"{{from: {begins}{end}, value: {json.dumps(value, ensure_ascii=False)}, source: 乙}}"


def pack(*, scheme: object = None, rates: tuple[object, ...] = ({"mode": "HOME", "cells": CELLS},)) -> str:
    texts = [f"scheme: {{name: 办法, values: [{block({'scheme': scheme or SCHEME})}]}}"]
    texts += [f"rate{n}: {{name: 标准, values: [{block({'rate': rate})}]}}" for n, rate in enumerate(rates)]
    return "\n".join(texts)


def load(small: dict[str, str], text: str):  # type: ignore[no-untyped-def]
    return load_policy(PackSource.from_files({**small, "low/care.yaml": text}), place="low", on=ON)


def test_a_rate_for_all_groups_fills_every_cell(small: dict[str, str]) -> None:
    care = care_of(load(small, pack()))
    assert care is not None and len(care.cells) == 4
    assert care.cell(group="EMPLOYEE", mode="HOME", level="FULL") == care.cell(
        group="RESIDENT", mode="HOME", level="FULL"
    )
    assert care.cell(group="EMPLOYEE", mode="HOSPITAL", level="FULL") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (pack(rates=({"mode": "HOME", "cells": CELLS[:1]},)), "缺“城乡居民·居家护理·失能”的支付标准"),
        (pack(rates=({"mode": "HOME", "groups": ["RESIDENT"], "cells": CELLS},)), "缺“城镇职工·居家护理·半失能”"),
        (pack(rates=({"mode": "HOME", "cells": CELLS},) * 2), "“城乡居民·居家护理·半失能”的支付标准写了两次"),
        (pack(rates=({"mode": "HOSPITAL", "cells": CELLS},)), "“HOSPITAL”不在 scheme 的 modes 里"),
        (pack(rates=({"mode": "HOME", "cells": [*CELLS, CELLS[0]]},)), "有一个等级写了两次"),
        (pack(rates=({"mode": "HOME", "cells": [{**CELLS[0], "level": "OTHER"}]},)), "“OTHER”不在 scheme 的 levels 里"),
        (pack(rates=({"mode": "HOME", "cells": [{**CELLS[0], "ratio": "100.1%"}, CELLS[1]]},)), "不在 0 到 100% 之间"),
        (pack(rates=({"mode": "HOME", "cells": [{**CELLS[0], "cap": "-0.01"}, CELLS[1]]},)), "金额不能是负数"),
        (pack(rates=({"mode": "HOME", "cells": [{**CELLS[0], "cap": "0.001"}, CELLS[1]]},)), "最多到分"),
        (pack(scheme={**SCHEME, "levels": [SCHEME["levels"][0]] * 2}), "levels 里有一个代码写了两次"),
        (pack(scheme={**SCHEME, "run_by": {"kind": "DEPARTMENT"}}), "要写 department"),
        (pack(scheme={**SCHEME, "bill_days": 0}), "“bill_days”的写法不对"),
        (f"rate: {{name: 标准, values: [{block({'rate': {'mode': 'HOME', 'cells': CELLS}})}]}}", "没有 scheme"),
        (f"scheme: {{name: 办法, values: [{block({'other': {}})}]}}", "scheme（办法）、rate（支付标准）"),
        (
            f"scheme: {{name: 办法, values: [{block({'scheme': SCHEME}, until='2020-01-02')}, "
            f"{block({'scheme': SCHEME}, begins='2020-01-01')}]}}",
            "两个时段重叠",
        ),
    ],
)
def test_a_pack_that_cannot_be_carried_out_is_refused(small: dict[str, str], text: str, said: str) -> None:
    with pytest.raises(PackError, match=said) as caught:
        load(small, text)
    assert caught.value.file == "low/care.yaml"


@pytest.mark.parametrize("cells", [
    [{**CELLS[0], "ratio": "100%"}, CELLS[1]],
    [{**CELLS[0], "cap": "0"}, CELLS[1]],
])  # fmt: skip
def test_a_share_of_the_whole_and_a_cap_of_nothing_are_taken(small: dict[str, str], cells: list[object]) -> None:
    assert care_of(load(small, pack(rates=({"mode": "HOME", "cells": cells},)))) is not None


def test_a_place_without_care_has_none_and_its_digest_is_that_of_before_the_topic(small: dict[str, str]) -> None:
    policy = load_policy(PackSource.from_files(small), place="low", on=ON)
    assert care_of(policy) is None and not policy.topics["care"]
    assert load(small, pack()).digest != policy.digest
    # Kept from the edition before packs could state care: warnings raised then are computed again to the same digest.
    assert policy.digest == "bce0e4822ecf1d6a072b123c040205eee5cd5a37ee9aab9f38ba466c6ce9e905"


def test_dates_of_a_bill_and_of_an_assessment(small: dict[str, str]) -> None:
    scheme = care_of(load(small, pack())).scheme.value  # type: ignore[union-attr]
    assert scheme.bill_due(date(2020, 12, 1)) == date(2021, 1, 10)
    assert scheme.valid_until(date(2020, 8, 31)) == date(2021, 2, 28)


def day(number: int, charge: int, ratio: str = "90%", cap: int = 5000, mode: str = "居家护理") -> PricedDay:
    share = Fraction(ratio.removesuffix("%")) / 100
    return PricedDay(date(2020, 6, 1) + timedelta(days=number), mode, "失能", charge, share, cap)


def test_every_step_is_told() -> None:
    found = care_settle([*(day(n, 5555) for n in range(29)), day(29, 8000)], cap_on="PAYMENT", rounds="DAY")
    assert [step.text for step in found.steps] == [
        "居家护理·失能，06-01 至 06-29 共 29 天：每天收费 55.55 元 × 90% = 49.99 元又 1/2 分，不足一分的舍去，得 "
        "49.99 元；29 天得 1,449.71 元",
        "居家护理·失能，06-30 共 1 天：每天收费 80.00 元 × 90% = 72.00 元，超过每天封顶 50.00 元，按 50.00 元；"
        "1 天得 50.00 元",
        "各段合计 1,499.71 元，得 1,499.71 元",
    ]
    assert (found.days, found.charged_fen, found.paid_fen, found.own_fen) == (30, 169095, 149971, 19124)


def test_fractions_are_cut_off_a_day_or_a_month_as_the_pack_says() -> None:
    days = [day(n, 5555) for n in range(30)]
    assert care_settle(days, cap_on="PAYMENT", rounds="DAY").paid_fen == 30 * 4999
    assert care_settle(days, cap_on="PAYMENT", rounds="MONTH").paid_fen == 149985


def test_a_cap_limits_the_charge_or_the_payment_as_the_pack_says() -> None:
    assert care_settle([day(0, 8000)], cap_on="CHARGE", rounds="DAY").paid_fen == 4500
    assert care_settle([day(0, 8000)], cap_on="PAYMENT", rounds="DAY").paid_fen == 5000


def test_a_day_that_stands_twice_and_an_amount_below_zero_are_errors() -> None:
    for days in ([day(0, 100), day(0, 200)], [day(0, -1)], [day(0, 1, cap=-1)]):
        with pytest.raises(ValueError):
            care_settle(days, cap_on="PAYMENT", rounds="DAY")


priced = st.builds(
    PricedDay, on=st.dates(date(2020, 6, 1), date(2020, 6, 30)), mode_name=st.sampled_from(["居家护理", "机构护理"]),
    level_name=st.sampled_from(["半失能", "失能"]), charge_fen=st.integers(0, 50_000),
    ratio=st.fractions(0, 1, max_denominator=400), cap_fen=st.integers(0, 20_000),
)  # fmt: skip
MONTHS = st.lists(priced, max_size=30, unique_by=lambda one: one.on)
HOW = (st.sampled_from(["CHARGE", "PAYMENT"]), st.sampled_from(["DAY", "MONTH"]))


def _holds(days: list[PricedDay], cap_on: str, rounds: str) -> None:
    found = care_settle(days, cap_on=cap_on, rounds=rounds)  # type: ignore[arg-type]
    exact = [day_exact(one, cap_on) for one in days]  # type: ignore[arg-type]
    # Σ of capped days is the settlement, to the last fen, however it is rounded.
    whole = sum(int(each) for each in exact) if rounds == "DAY" else int(sum(exact, Fraction(0)))
    assert found.paid_fen == whole
    assert 0 <= found.paid_fen <= min(found.charged_fen, sum(one.cap_fen for one in days))
    assert all(each <= one.cap_fen and each <= one.charge_fen for each, one in zip(exact, days, strict=True))
    assert found == care_settle(days[::-1], cap_on=cap_on, rounds=rounds)  # type: ignore[arg-type]
    assert not days or found.steps[-1].amount_fen == found.paid_fen


@settings(max_examples=40, deadline=None)
@given(MONTHS, *HOW)
def test_the_sum_of_capped_days_is_the_settlement(days: list[PricedDay], cap_on: str, rounds: str) -> None:
    _holds(days, cap_on, rounds)


@pytest.mark.full
@settings(max_examples=3000, deadline=None)
@given(MONTHS, *HOW)
def test_the_sum_of_capped_days_is_the_settlement_many_times(days: list[PricedDay], cap_on: str, rounds: str) -> None:
    _holds(days, cap_on, rounds)

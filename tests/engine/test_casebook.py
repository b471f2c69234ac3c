"""The casebook: it finds a case that came out otherwise, and says where."""

from __future__ import annotations

import pytest
from tests.engine.populations import SOURCE

from shouwang.engine.casebook import cases_run
from shouwang.rulebook import PackError, PackSource

CASE = """
situations:
  low: {members: 4, household: {poverty_status: NEVER, is_exit_unstable: false, is_low_income: true}}
cases:
  - name: 一分之差
    of: low
    on: 2020-06-30
    spending: [{cause: ILLNESS, self_paid: "15000.01"}]
    expect: {type: LOW_INCOME, warns: [%s], facts: {rigid_self_paid_fen: "%s"}}
"""
GOOD = CASE % ("rigid_low_income", "15000.01")


def of(text: str) -> PackSource:
    files = {name: body for name, body in SOURCE.files.items() if "/cases/" not in name}
    return PackSource.from_files({**files, "hengshui/cases/one.yaml": text})


def test_a_case_that_comes_out_as_expected_is_counted() -> None:
    report = cases_run(of(CASE % ("rigid_low_income", "15000.01")), place="hengshui")
    assert report.sentence == "1 cases, 0 failed"


def test_a_case_that_comes_out_otherwise_says_how() -> None:
    report = cases_run(of(CASE % ("", "15000.00")), place="hengshui")
    assert report.sentence == "1 cases, 1 failed"
    (failure,) = report.failures
    assert (failure.file, failure.case) == ("hengshui/cases/one.yaml", "一分之差")
    assert failure.sentences == (
        "warns：应为 []，得到 ['rigid_low_income']",
        "rigid_self_paid_fen：应为 1500000，得到 1500001",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("of: low", "of: high"), "没有名为“high”的情境"),
        (GOOD.replace("15000.01", "一万五"), "看不懂"),
        (GOOD.replace("expect: {type", "expected: {type"), "缺少“expect”"),
    ],
)
def test_a_case_that_cannot_be_read_names_the_file(text: str, said: str) -> None:
    with pytest.raises(PackError, match=said) as caught:
        cases_run(of(text), place="hengshui")
    assert caught.value.file == "hengshui/cases/one.yaml"

"""A small pack tree to break."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from shouwang.rulebook import PackSource, Policy, load_policy

SMALL = {
    "top/pack.yaml": "name: 上级\ndivision: '13'\nowner: 测试\n",
    "top/lines.yaml": (
        "national:\n  name: 国家脱贫线\n  values:\n"
        "    - {from: 2019-01-01, until: 2020-01-01, value: '3747', unit: 元/人·年, source: 甲文件}\n"
        "    - {from: 2020-01-01, value: 4000, unit: 元/人·年, source: {document: 甲文件, clause: 第二条}}\n"
    ),
    "top/windows.yaml": "".join(
        f"{key}:\n  name: {key}\n  values:\n"
        f"    - {{from: 2014-01-01, value: {{kind: full_months, months: 12}}, source: 甲文件}}\n"
        for key in ("income", "recent_income", "previous_income", "spending")
    ),
    "top/types.yaml": (
        "POOR:\n  name: 贫困户\n  values:\n"
        "    - {from: 2019-01-01, value: {when: \"poverty_status = 'POOR'\"}, source: 甲文件}\n"
    ),
    "low/pack.yaml": "name: 下级\ndivision: '1305'\nextends: top\nowner: 测试\n",
    "low/amounts.yaml": (
        "limit:\n  name: 限额\n  values:\n"
        "    - {from: 2019-01-01, until: 2020-07-01, value: '5000.00', unit: 元, source: 乙文件}\n"
        "    - {from: 2020-07-01, value: null, source: 乙文件}\n"
    ),
}


@pytest.fixture
def small() -> dict[str, str]:
    """The texts of the small tree, free to change."""
    return dict(SMALL)


@pytest.fixture
def policy_at(small: dict[str, str]) -> Callable[[date], Policy]:
    """Resolve the lower pack on a day."""
    return lambda on: load_policy(PackSource.from_files(small), place="low", on=on)

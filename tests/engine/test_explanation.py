"""Explanations: the same answer as the engine, condition by condition, in words."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from tests.engine.populations import ON, policy_of, written

from shouwang.engine import RuleFailure, explain, explain_type, screen

ZHANG = {"household_key": 1, "village_code": 130529103201, "poverty_status": "NEVER", "is_low_income": True,
         "is_exit_unstable": False}  # fmt: skip


def test_zhang_shengkuns_first_event_is_explained(tmp_path: Path) -> None:
    on = date(2019, 12, 20)
    event = {"event_key": 1, "household_key": 1, "cause": "ILLNESS", "event_date": date(2019, 11, 5), "detail": "胃癌",
             "gross_fen": 10_000_000, "reimbursed_fen": 5_000_000}  # fmt: skip
    policy = policy_of("xingtai", on)
    result = screen(written(tmp_path / "s", household=[ZHANG], spending=[event]), policy, on=on)
    (row,) = result.warnings.to_pylist()
    told = explain(policy, row["trigger_key"], json.loads(row["facts"]))
    assert told.result is True
    assert (told.measured, told.threshold) == ("50,000.00 元", "8,000.00 元")
    assert list(told.lines()) == [
        "因病达到启动标准：成立",
        "　监测对象类型属于防贫监测户、不稳定脱贫户、边缘户（边缘户）：成立",
        "　名单内大病自付支出达到因病启动标准（50,000.00 元 与 8,000.00 元）：成立",
    ]


def test_zhang_shengkuns_second_event_is_confirmed(tmp_path: Path) -> None:
    on = date(2020, 4, 20)
    policy = policy_of("xingtai", on)
    people = [
        {"person_key": key, "household_key": 1, "labour": labour} for key, labour in ((1, "ORDINARY"), (2, "LOST"))
    ]
    income = [
        {"household_key": 1, "month": date(2020, month, 1), "kind": "TRANSFER", "amount_fen": 23_500}
        for month in (1, 2, 3)
    ]
    result = screen(written(tmp_path / "s", household=[ZHANG], person=people, income=income), policy, on=on)
    (row,) = result.warnings.to_pylist()
    assert (row["trigger_key"], row["cause"]) == ("income_loss", "EMPLOYMENT")
    told = explain(policy, "income_loss", json.loads(row["facts"]))
    assert told.result is True
    assert told.measured == "352.50 元"


def test_what_does_not_hold_is_explained_too() -> None:
    policy = policy_of("hengshui")
    facts = {"poverty_status": "NEVER", "is_exit_unstable": False, "is_low_income": True, "has_dibao": False,
             "has_tekun_dispersed": False, "rigid_self_paid_fen": 1_500_000, "rigid_unknown": 0}  # fmt: skip
    told = explain(policy, "rigid_low_income", facts)
    assert told.result is False
    assert told.parts[1].sentence == (
        "刚性自付支出超过非贫困低收入户刚性支出预警线（15,000.00 元 与 15,000.00 元）：不成立"
    )


def test_what_cannot_be_told_says_so() -> None:
    told = explain(policy_of("hengshui"), "rigid_low_income", {"rigid_self_paid_fen": 1_500_001})
    assert told.result is None
    assert "尚难判断" in told.sentence


def test_a_type_is_explained() -> None:
    facts = {"net_income_fen": 374_700 * 3, "member_count": 3}
    told = explain_type(policy_of("xingtai"), "MONITORED", facts)
    assert told.result is False
    assert "人均纯收入超过国家脱贫线（2019 年）（3,747.00 元 与 3,747.00 元）：不成立" in list(told.parts[0].lines())[1]


def test_an_unknown_trigger_is_refused() -> None:
    with pytest.raises(RuleFailure, match="没有名为“nothing”的启动标准"):
        explain(policy_of("xingtai"), "nothing", {})


def test_an_explanation_becomes_plain_data() -> None:
    told = explain(policy_of("hengshui", ON), "rigid_low_income", {"rigid_self_paid_fen": 1})
    assert json.loads(json.dumps(told.to_dict(), ensure_ascii=False))["text"] == "刚性支出超过非贫困低收入户预警线"

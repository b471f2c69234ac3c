"""`shouwang whatif` and the plan of `shouwang screen`, as a person types them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from tests.engine.populations import policy_of, written

from shouwang.config.commands.whatif import _variants
from shouwang.config.commands.whatif import whatif as command
from shouwang.engine.plan import plan_of
from shouwang.kit.errors import Refusal

HOME = {"household_key": 1, "village_code": 131102001001, "poverty_status": "NEVER", "is_low_income": True,
        "is_exit_unstable": False}  # fmt: skip
BILL = {"event_key": 1, "household_key": 1, "cause": "ILLNESS", "event_date": date(2020, 3, 1),
        "self_paid_fen": 1_300_000}  # fmt: skip
PERSON = {"person_key": 1, "household_key": 1}


def test_a_grid_is_told_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = written(tmp_path / "s", household=[HOME], person=[PERSON], spending=[BILL])
    command(folder, "hengshui", "2020-06-30", None, ["rigid_low_income=12000,15000"], out=tmp_path / "out")
    told = capsys.readouterr().out
    assert "rigid_low_income=12000：预警 1 户 1 人；增加 1 户 1 人" in told
    report = json.loads((tmp_path / "out" / "whatif.json").read_text())
    assert [one["visits"] for one in report["variants"]] == [1, 0]
    assert all(one["is_variant"] for one in report["variants"])


@pytest.mark.parametrize(
    ("given", "grids", "said"),
    [
        (["nothing=1"], [], "没有这个数值"),
        (["rigid_low_income=50%"], [], "不能是百分数"),
        ([], [], "没有要试的数值"),
        ([], ["rigid_low_income"], "看不懂"),
        ([], ["rigid_low_income=" + ",".join(map(str, range(1, 22)))], "最多比较 20 种"),
    ],
)
def test_what_cannot_be_tried_is_refused_with_a_reason(given: list[str], grids: list[str], said: str) -> None:
    with pytest.raises(Refusal, match=said):
        _variants(policy_of("hengshui"), given, grids)


def test_every_step_of_the_plan_has_a_name_a_purpose_and_sql() -> None:
    plan = list(plan_of(policy_of("xingtai")))
    assert len({step.name for step in plan}) == len(plan)
    assert all(step.purpose.endswith("。") and step.sql.startswith(("SELECT", "WITH")) for step in plan)
    assert plan[-1].name == "warnings"

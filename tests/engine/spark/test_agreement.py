"""Three evaluators, one tree: DuckDB, Spark and the scalar evaluator agree on drawn packs and drawn populations."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from tests.engine.agreeing import areas_agree, households_agree
from tests.engine.drawn import RUN_DAYS, packs, policy_of_pack, populations

from shouwang.engine.casebook import Rows
from shouwang.engine.spark import spark_areas_screen
from shouwang.engine.spark.casebook import both

pytestmark = pytest.mark.full
# A smaller example is worth minutes here: what differs is named, and the two evaluators' test shrinks well.
DRAWN = settings(
    max_examples=15, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@DRAWN
@given(pack=packs(), drawn=populations(), on=RUN_DAYS)
def test_a_drawn_pack_says_the_same_by_all_three(
    small_spark: Any, pack: dict[str, Any], drawn: tuple[Rows, list[dict[str, Any]]], on: date
) -> None:
    policy, (rows, handled) = policy_of_pack(pack, on), drawn
    result = households_agree(policy, rows, handled, engine=both(small_spark))
    by_spark = partial(spark_areas_screen, session=small_spark, is_small=True)
    assert areas_agree(policy, rows, result.facts) == areas_agree(policy, rows, result.facts, engine=by_spark)

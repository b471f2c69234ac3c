"""Spark for the tests: skipped by name, with the reason, where pyspark or Java is missing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from shouwang.engine.spark import SparkMissing, session_open
from shouwang.engine.spark.session import SMALL, spark_required


@pytest.fixture(scope="session")
def spark_there() -> None:
    """Skips where Spark cannot run."""
    try:
        spark_required()
    except SparkMissing as missing:
        pytest.skip(missing.message)
    os.environ.setdefault("SPARK_DRIVER_MEMORY", "1536m")


@pytest.fixture(scope="module")
def small_spark(spark_there: None) -> Iterator[Any]:
    """A local Spark set for small tables."""
    with session_open("local[2]", settings=SMALL) as session:
        yield session
